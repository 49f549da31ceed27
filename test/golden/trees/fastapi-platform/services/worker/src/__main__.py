"""Starts the worker: judges the settings, then works until a signal ends it."""

import asyncio
import logging.config
import signal
import sys

import uvloop

from core.logs import logging_config
from core.project import DISPLAY_NAME
from core.settings import Settings
from services.launching import launch
from services.worker.src.metrics_server import metrics_served
from services.worker.src.worker import Worker

logger = logging.getLogger(__name__)


def main(arguments: list[str] | None = None) -> int:
    """Run until a signal ends it; 1 when the settings are not valid."""
    return launch(
        "services.worker.src",
        f"Start the worker of {DISPLAY_NAME}, which sends events and handles them",
        _serve,
        arguments,
    )


def _serve(settings: Settings) -> None:
    logging.config.dictConfig(logging_config(settings.log_level))
    with metrics_served(settings):
        uvloop.run(_work(settings))


async def _work(settings: Settings) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    worker = Worker(settings)
    logger.info("The worker starts")
    await worker.run(stopping)
    logger.info("The worker ends")


if __name__ == "__main__":
    sys.exit(main())
