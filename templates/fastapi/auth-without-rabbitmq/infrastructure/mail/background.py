"""Sends the mails that follow from events, after the answer that caused them."""

import asyncio
import logging
from contextlib import suppress

from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.domain.auth.entities import AccountEvent
from core.domain.auth.registration import AccountMails
from infrastructure.persistence.auth_repository import PostgresAuthTransaction

logger = logging.getLogger(__name__)

_ATTEMPTS = 3
_CLOSE_SECONDS = 4


class BackgroundMails:
    """Tasks of this process: what is not sent when it ends is lost, and can be asked for again."""

    def __init__(
        self,
        mails: AccountMails,
        sessions: async_sessionmaker[AsyncSession],
        retry_seconds: float = 5,
    ) -> None:
        self._mails = mails
        self._sessions = sessions
        self._retry_seconds = retry_seconds
        self._tasks: set[asyncio.Task[None]] = set()
        self._closing = asyncio.Event()

    def deliver(self, event: AccountEvent) -> None:
        """Begin to send the event's mail."""
        task = asyncio.create_task(self._deliver(event))
        # The loop itself would let go of it.
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """Wait a moment for what is under way, and try nothing again."""
        self._closing.set()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_CLOSE_SECONDS)

    async def _deliver(self, event: AccountEvent) -> None:
        for attempt in range(1, _ATTEMPTS + 1):
            try:
                async with self._sessions.begin() as session:
                    await self._mails.handle(PostgresAuthTransaction(session), event)
                return
            except Exception:  # pylint: disable=broad-exception-caught
                # Whatever it is: the registration stands, and the mail may be asked for again.
                logger.exception(
                    "A mail was not sent", extra={"event": event.kind, "attempt": attempt}
                )
            with suppress(TimeoutError):
                await asyncio.wait_for(self._closing.wait(), self._retry_seconds)
                return
