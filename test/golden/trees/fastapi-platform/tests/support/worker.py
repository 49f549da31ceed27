"""Runs the worker as the image does, and makes it die where a test wants it to."""

import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from tests.support.process import log_lines, spawn

_START_SECONDS = 30
_STOP_SECONDS = 45

# What a worker is made to do before it starts: `{where}` is replaced by something that kills it.
_DYING = """
import os, signal, sys

import aio_pika.message
from infrastructure.persistence import outbox
from services.worker.src.__main__ import main

async def die(*_arguments):
    os.kill(os.getpid(), signal.SIGKILL)

{where} = die
sys.exit(main([]))
"""


class WorkerProcess:
    """A worker that was started."""

    def __init__(self, process: subprocess.Popen[bytes], log: Path) -> None:
        self.process = process
        self._log = log

    def wait_until_consuming(self) -> None:
        """Wait until it takes events."""
        deadline = time.monotonic() + _START_SECONDS
        while "Consuming events" not in self._log.read_text():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"The worker did not start:\n{self._log.read_text()}")
            time.sleep(0.05)

    def stop(self) -> int:
        """Ask it to stop, and return its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(_STOP_SECONDS)

    def wait(self) -> int:
        """Wait until it has ended by itself, and return its exit code."""
        return self.process.wait(_STOP_SECONDS)

    def outcomes(self) -> list[str]:
        """Return what came of each delivery."""
        return [line["outcome"] for line in self.events()]

    def events(self) -> list[dict[str, Any]]:
        """Return the lines about deliveries."""
        lines = log_lines(self._log, "infrastructure.messaging.consumer")
        return [line for line in lines if line["message"] == "event"]


@contextmanager
def working(log: Path, variables: dict[str, str], code: str = "") -> Iterator[WorkerProcess]:
    """Start a worker, or other code that does; what the test leaves running is ended."""
    arguments = ["-c", code] if code else ["-m", "services.worker.src"]
    process = spawn(log, *arguments, **variables)
    worker = WorkerProcess(process, log)
    try:
        yield worker
    finally:
        if process.poll() is None:
            try:
                worker.stop()
            finally:
                process.kill()


def dying_at(where: str) -> str:
    """Return code that starts a worker which is killed when it gets to a function."""
    return _DYING.format(where=where)
