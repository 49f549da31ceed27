"""Starts the API: judges the settings, makes the metrics' directory ready, then runs uvicorn."""

import logging.config
import os
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import uvicorn

from core.logs import logging_config
from core.project import DISPLAY_NAME
from core.settings import Settings
from services.api.src.supervisor import Supervisor
from services.launching import launch

# Longer than the idle time of the usual proxies (60 s), so that it is never the service that
# closes a connection on which the proxy is just sending the next request.
_KEEP_ALIVE_SECONDS = 75


def main(arguments: list[str] | None = None) -> int:
    """Run until a signal ends it; 1 when the settings are not valid."""
    return launch("services.api.src", f"Start the API of {DISPLAY_NAME}", _serve, arguments)


def _serve(settings: Settings) -> None:
    log_config = logging_config(settings.log_level)
    logging.config.dictConfig(log_config)
    config = uvicorn.Config(
        "services.api.src.main:create_app",
        factory=True,
        host=settings.host,
        port=settings.port,
        workers=settings.web_concurrency,
        loop="uvloop",
        http="httptools",
        ws="none",
        log_config=log_config,
        access_log=False,
        server_header=False,
        forwarded_allow_ips=settings.forwarded_allow_ips,
        timeout_keep_alive=_KEEP_ALIVE_SECONDS,
        timeout_graceful_shutdown=settings.shutdown_timeout_seconds,
    )
    # A single worker has a supervisor too: one way to start, to count and to stop.
    with metrics_directory():
        Supervisor(config, [config.bind_socket()], settings.drain_delay_seconds).run()


@contextmanager
def metrics_directory() -> Iterator[None]:
    """Give the workers an empty directory, which has to exist before they import the metrics."""
    given = os.environ.get("PROMETHEUS_MULTIPROC_DIR")
    if given:
        directory = Path(given)
        directory.mkdir(parents=True, exist_ok=True)
        # Files of an earlier run would be added to this one's counts.
        for file in directory.glob("*.db"):
            file.unlink()
        yield
        return
    with tempfile.TemporaryDirectory(prefix="metrics-") as temporary:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = temporary
        yield


if __name__ == "__main__":
    sys.exit(main())
