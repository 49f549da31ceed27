"""Closes connections at the end of a process."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Iterable

logger = logging.getLogger(__name__)

_CLOSE_SECONDS = 5


async def close_all(closers: Iterable[Callable[[], Awaitable[None]]]) -> None:
    """Close one after the other; a server that hangs does not hold up the end."""
    for close in closers:
        try:
            async with asyncio.timeout(_CLOSE_SECONDS):
                await close()
        except Exception:  # pylint: disable=broad-exception-caught
            # Whatever it is: the others are to be closed still.
            logger.exception("Closing a connection failed")
