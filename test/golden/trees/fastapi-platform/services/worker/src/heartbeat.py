"""Tells the health check that the worker does its work: a file that is touched while it does."""

import asyncio
import logging
import time
from collections.abc import Iterable
from functools import partial

from infrastructure.messaging.waiting import wait_for
from services.worker.src.healthcheck import HEARTBEAT

logger = logging.getLogger(__name__)

# More than one pass of any part takes, with all of its time-outs.
_SILENCE_SECONDS = 60
_BEAT_SECONDS = 1


class Heartbeat:
    """Beats while every part of the worker does; a loop that hangs stops it as well."""

    def __init__(self, parts: Iterable[str], silence: float = _SILENCE_SECONDS) -> None:
        self._silence = silence
        self._heard = dict.fromkeys(parts, time.monotonic())

    def of(self, part: str) -> partial[None]:
        """Return what a part calls on each of its passes."""
        return partial(self._hear, part)

    async def run(self, stopping: asyncio.Event) -> None:
        """Touch the file until it is time to stop."""
        while not stopping.is_set():
            self.beat()
            await wait_for(stopping, _BEAT_SECONDS)

    def beat(self) -> None:
        """Touch the file, unless a part has been silent for too long."""
        now = time.monotonic()
        silent = [part for part, heard in self._heard.items() if now - heard > self._silence]
        if silent:
            logger.error("The worker hangs", extra={"parts": silent})
        else:
            HEARTBEAT.touch()

    def _hear(self, part: str) -> None:
        self._heard[part] = time.monotonic()
