"""Sends the events of the outbox: in their order, until the broker has confirmed each."""

import asyncio
import logging
import time
from collections.abc import Callable, Collection
from datetime import timedelta

from opentelemetry.instrumentation.utils import suppress_instrumentation
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.domain.events import DomainEvent
from infrastructure.messaging.metrics import EVENTS_PUBLISHED, OUTBOX_OLDEST, OUTBOX_PENDING
from infrastructure.messaging.rabbitmq import RabbitMQ
from infrastructure.messaging.waiting import Backoff, wait_for
from infrastructure.persistence import outbox

logger = logging.getLogger(__name__)

_BATCH = 100
_MEASURE_SECONDS = 5
_FORGET_SECONDS = 3600
# Below what the heartbeat of the worker allows.
_BACKOFF_LIMIT_SECONDS = 5


class OutboxRelay:
    """Of several workers one sends at a time; when it is gone, the next one goes on."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        rabbitmq: RabbitMQ,
        handled: Collection[str],
        *,
        poll_seconds: float,
        keep: timedelta,
    ) -> None:
        self._sessions = sessions
        self._rabbitmq = rabbitmq
        self._handled = handled
        self._poll_seconds = poll_seconds
        self._keep = keep
        self._measured = self._forgot = float("-inf")

    async def run(self, stopping: asyncio.Event, beat: Callable[[], None]) -> None:
        """Send until it is time to stop; what fails is tried again, later and later."""
        backoff = Backoff(self._poll_seconds, _BACKOFF_LIMIT_SECONDS)
        while not stopping.is_set():
            beat()
            try:
                # Looking for work is nobody's trace; the sending of an event is its request's.
                with suppress_instrumentation():
                    # First, so that the figures are also right while nothing can be sent.
                    await self._keep_house()
                    pause = 0 if await self.send_batch() == _BATCH else self._poll_seconds
                backoff.reset()
            except Exception as error:  # pylint: disable=broad-exception-caught
                # Whatever it is: the events are still there, and the next try may go well.
                pause = backoff.next()
                logger.warning(
                    "Sending events failed",
                    extra={"error": repr(error), "next_try_seconds": round(pause, 2)},
                )
            await wait_for(stopping, pause)

    async def send_batch(self) -> int:
        """Send what waits, up to a batch of it, and return how many that was."""
        async with self._sessions.begin() as session:
            # Held until the batch is marked: nobody else sends the same, or what comes after.
            if not await outbox.lock_relay(session):
                return 0
            events = await outbox.unsent(session, _BATCH)
            failures = await asyncio.gather(*(self._send(event) for event in events))
            sent = [
                event.id for event, failure in zip(events, failures, strict=True) if not failure
            ]
            if sent:
                await outbox.mark_sent(session, sent)
        # After the commit: what was confirmed is marked, also when others failed.
        for failure in failures:
            if failure:
                raise failure
        return len(sent)

    async def _send(self, event: DomainEvent) -> Exception | None:
        try:
            await self._rabbitmq.publish(event, self._handled)
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is: the others of the batch may have been confirmed.
            EVENTS_PUBLISHED.labels(event.name, "failed").inc()
            return error
        EVENTS_PUBLISHED.labels(event.name, "confirmed").inc()
        return None

    async def _keep_house(self) -> None:
        now = time.monotonic()
        if now - self._measured > _MEASURE_SECONDS:
            await self.measure()
            self._measured = now
        if now - self._forgot > _FORGET_SECONDS:
            async with self._sessions.begin() as session:
                await outbox.forget(session, self._keep)
            self._forgot = now

    async def measure(self) -> None:
        """Set the gauges of what waits."""
        async with self._sessions() as session:
            waiting = await outbox.backlog(session)
        OUTBOX_PENDING.set(waiting.pending)
        OUTBOX_OLDEST.set(waiting.oldest_seconds)
