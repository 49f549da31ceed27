"""Answers for how long to wait: before the next try, and not beyond the end of the process."""

import asyncio
from contextlib import suppress
from random import SystemRandom

_RANDOM = SystemRandom()


class Backoff:
    """Waits that double up to a limit; each is cut at random, so that not all come back at once."""

    def __init__(self, first: float, limit: float) -> None:
        self._first = first
        self._limit = limit
        self._next = first

    def reset(self) -> None:
        """Begin anew: the last try went well."""
        self._next = self._first

    def next(self) -> float:
        """Return the seconds to wait after one more failure."""
        seconds = self._next
        self._next = min(2 * seconds, self._limit)
        return _RANDOM.uniform(seconds / 2, seconds)


async def wait_for(event: asyncio.Event, seconds: float) -> None:
    """Wait for something to happen, but no longer than this."""
    with suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await event.wait()
