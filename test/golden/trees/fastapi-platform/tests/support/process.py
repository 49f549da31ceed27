"""Runs the service as the image does: a process of its own, started by its launcher."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx

from core.project import API_PREFIX
from tests.support.settings import ENVIRON

ROOT = Path(__file__).resolve().parents[2]
_START_SECONDS = 60
_STOP_SECONDS = 60


def free_port() -> int:
    """Return a port that nobody listens on."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return int(listener.getsockname()[1])


def run_python(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """Run Python with the variables of the tests and these, and return its end."""
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=ROOT,
        env=_environ(variables),
        capture_output=True,
        text=True,
        timeout=_START_SECONDS,
        check=False,
    )


def spawn(log: Path, *arguments: str, **variables: str) -> subprocess.Popen[bytes]:
    """Start Python with the variables of the tests and these; what it says goes to the log."""
    with log.open("ab") as output:
        return subprocess.Popen(
            [sys.executable, *arguments],
            cwd=ROOT,
            env=_environ(variables),
            stdout=output,
            stderr=subprocess.STDOUT,
        )


def log_lines(log: Path, name: str) -> list[dict[str, Any]]:
    """Return the lines of a logger; every line there is must be JSON."""
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    return [line for line in lines if line["logger"] == name]


class Service:
    """A service that was started."""

    def __init__(self, process: subprocess.Popen[bytes], port: int, log: Path) -> None:
        self.process = process
        self.port = port
        self.url = f"http://127.0.0.1:{port}"
        self._log = log

    def wait_until_live(self, workers: int) -> None:
        """Wait until all workers serve."""
        deadline = time.monotonic() + _START_SECONDS
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            serving = self._log.read_text().count("Application startup complete")
            if serving >= workers and self._answers():
                return
            time.sleep(0.05)
        raise AssertionError(f"The service did not start:\n{self._log.read_text()}")

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_STOP_SECONDS)

    def log(self, name: str) -> list[dict[str, Any]]:
        """Return the lines of a logger."""
        return log_lines(self._log, name)

    def _answers(self) -> bool:
        try:
            return httpx.get(f"{self.url}{API_PREFIX}/health/live").status_code == 200
        except (httpx.TransportError, http.client.HTTPException):
            return False


@contextmanager
def started(log: Path, variables: dict[str, str], *, workers: int = 1) -> Iterator[Service]:
    """Start the service and wait until it lives; what the test leaves running is ended."""
    port = free_port()
    own = {"PORT": str(port), "WEB_CONCURRENCY": str(workers)}
    process = spawn(log, "-m", "services.api.src", **variables | own)
    service = Service(process, port, log)
    try:
        service.wait_until_live(workers)
        yield service
    finally:
        if process.poll() is None:
            service.stop()


def _environ(variables: dict[str, str]) -> dict[str, str]:
    # COVERAGE_* is how the measurement reaches into the process.
    kept = {k: v for k, v in os.environ.items() if k in {"PATH", "HOME"} or "COV" in k}
    return kept | ENVIRON | variables
