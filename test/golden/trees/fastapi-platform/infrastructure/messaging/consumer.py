"""Takes events from the worker's queue and has each handled once, however often it comes."""

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import partial

import asyncpg
from aio_pika.abc import (
    AbstractChannel,
    AbstractConnection,
    AbstractIncomingMessage,
    AbstractQueue,
    ConsumerTag,
)
from opentelemetry import propagate, trace
from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core import request_context
from core.domain.events import DomainEvent
from infrastructure.messaging.envelope import (
    NoEventError,
    attempt_of,
    copy_of,
    headers_of,
    to_event,
)
from infrastructure.messaging.metrics import EVENTS_HANDLED
from infrastructure.messaging.rabbitmq import RabbitMQ, is_open
from infrastructure.messaging.waiting import Backoff, wait_for
from infrastructure.persistence import outbox

logger = logging.getLogger(__name__)

# Runs in the transaction that marks the event as handled: what it writes there is written once.
# Whatever else it does may happen again after a crash. Events may come in any order.
Handler = Callable[[AsyncSession, DomainEvent], Awaitable[None]]

CONSUMER = "worker"

_HANDLER_SECONDS = 15
_BROKER_SECONDS = 5
# Below what the heartbeat of the worker allows.
_BACKOFF_LIMIT_SECONDS = 5
_LOOK_SECONDS = 5


class NoHandlerError(Exception):
    """Nobody here knows the event: a worker of a newer release may."""


@dataclass(frozen=True, slots=True)
class RetryPolicy:
    """How often an event is tried, and how long it waits for the second time; then twice that."""

    max_attempts: int
    first_seconds: float


class EventConsumer:
    """Handles several events at a time, in a transaction each that also marks them as handled."""

    def __init__(
        self,
        sessions: async_sessionmaker[AsyncSession],
        rabbitmq: RabbitMQ,
        handlers: Mapping[str, Handler],
        *,
        concurrency: int,
        retries: RetryPolicy,
        finish_seconds: float,
    ) -> None:
        self._sessions = sessions
        self._rabbitmq = rabbitmq
        self._handlers = handlers
        self._concurrency = concurrency
        self._retries = retries
        self._finish_seconds = finish_seconds
        self._in_hand: set[asyncio.Task[None]] = set()

    async def run(self, stopping: asyncio.Event, beat: Callable[[], None]) -> None:
        """Consume until it is time to stop; a lost connection is made anew, later and later."""
        backoff = Backoff(0.5, _BACKOFF_LIMIT_SECONDS)
        while not stopping.is_set():
            beat()
            try:
                await self._consume(stopping, beat, backoff)
            except Exception as error:  # pylint: disable=broad-exception-caught
                # Whatever it is: the messages are still there, and the next try may go well.
                logger.warning("Consuming events failed", extra={"error": repr(error)})
            if not stopping.is_set():
                await wait_for(stopping, backoff.next())
        await self._finish()

    async def _consume(
        self, stopping: asyncio.Event, beat: Callable[[], None], backoff: Backoff
    ) -> None:
        connection = await self._rabbitmq.connect("consumer")
        try:
            lost = asyncio.Event()
            queue, tag = await self._subscribe(connection, lost)
            logger.info("Consuming events", extra={"queue": self._rabbitmq.topology.queue})
            backoff.reset()
            while is_open(connection) and not (stopping.is_set() or lost.is_set()):
                beat()
                await _first_of(stopping, lost, _LOOK_SECONDS)
                # A broker that hangs, or has lost the queue without a word, is noticed here.
                if (await queue.declare(timeout=_BROKER_SECONDS)).consumer_count == 0:
                    lost.set()
            if stopping.is_set() and not lost.is_set():
                # No new ones; what is in hand can still be acknowledged.
                await queue.cancel(tag, timeout=_BROKER_SECONDS)
                await self._finish()
        finally:
            with suppress(TimeoutError):
                async with asyncio.timeout(_BROKER_SECONDS):
                    await connection.close()

    async def _subscribe(
        self, connection: AbstractConnection, lost: asyncio.Event
    ) -> tuple[AbstractQueue, ConsumerTag]:
        async with asyncio.timeout(_BROKER_SECONDS):
            channel = await connection.channel(on_return_raises=True)
            await channel.set_qos(prefetch_count=self._concurrency)
            queue = await self._rabbitmq.topology.declare_queue(channel, self._handlers)
            channel.close_callbacks.add(lambda *_: lost.set())
            # The broker ends a subscription when the queue is deleted or moves to another node.
            underlay = await channel.get_underlay_channel()
            underlay.on_consumer_cancel_callbacks.add(lambda _: lost.set())
            tag = await queue.consume(partial(self._take, channel))
        return queue, tag

    async def _finish(self) -> None:
        if self._in_hand:
            await asyncio.wait(self._in_hand, timeout=self._finish_seconds)
        for task in self._in_hand:
            # Its transaction is undone, and the broker delivers the event to another worker.
            task.cancel()

    async def _take(self, channel: AbstractChannel, message: AbstractIncomingMessage) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._in_hand.add(task)
            task.add_done_callback(self._in_hand.discard)
        headers = headers_of(message)
        request_context.request_id.set(headers.get(outbox.REQUEST_ID_HEADER))
        request_context.trace_id.set(_trace_id(headers))
        start = time.perf_counter()
        name = message.type if message.type in self._handlers else "unknown"
        try:
            outcome = await self._handle(channel, message)
        except Exception:  # pylint: disable=broad-exception-caught
            # The connection was lost in between: the event comes again, and is known then.
            logger.warning("Answering the broker failed", exc_info=True)
            return
        EVENTS_HANDLED.labels(name, outcome).inc()
        logger.info(
            "event",
            extra={
                "event": name,
                "event_id": message.message_id,
                "outcome": outcome,
                "duration_ms": round((time.perf_counter() - start) * 1000, 2),
            },
        )

    async def _handle(self, channel: AbstractChannel, message: AbstractIncomingMessage) -> str:
        try:
            async with asyncio.timeout(_HANDLER_SECONDS):
                outcome = await self._handle_once(to_event(message))
        except NoEventError as error:
            logger.error("A message holds no event", extra={"error": str(error)})
            return await _bury(message)
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Whatever it is: the event has its next try, or ends among the dead.
            return await self._try_later(channel, message, error)
        await message.ack()
        return outcome

    async def _handle_once(self, event: DomainEvent) -> str:
        handler = self._handlers.get(event.name)
        if handler is None:
            raise NoHandlerError(event.name)
        async with self._sessions.begin() as session:
            if not await outbox.mark_handled(session, event.id, CONSUMER):
                return "duplicate"
            await handler(session, event)
        return "handled"

    async def _try_later(
        self, channel: AbstractChannel, message: AbstractIncomingMessage, error: Exception
    ) -> str:
        attempt = attempt_of(message)
        # While the database is away no event is to blame: it waits for as long as that takes.
        if not _is_outage(error):
            attempt += 1
        logger.warning("Handling an event failed", exc_info=error, extra={"attempt": attempt})
        if attempt >= self._retries.max_attempts:
            return await _bury(message)
        # A short wait behind a longer one is as long as that: at worst the one before the last try.
        delay = self._retries.first_seconds * 2 ** max(attempt - 1, 0)
        again = copy_of(message, attempt=attempt, delay=delay)
        # First sent, then acknowledged: a crash in between makes two of it, and one is handled.
        await channel.default_exchange.publish(again, self._rabbitmq.topology.retry_queue)
        await message.ack()
        return "retried"


async def _bury(message: AbstractIncomingMessage) -> str:
    """Have the broker move it to the queue of the dead."""
    await message.reject(requeue=False)
    return "dead"


async def _first_of(one: asyncio.Event, other: asyncio.Event, seconds: float) -> None:
    waits = [asyncio.create_task(event.wait()) for event in (one, other)]
    try:
        await asyncio.wait(waits, timeout=seconds, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()


def _trace_id(headers: Mapping[str, str]) -> str | None:
    context = trace.get_current_span(propagate.extract(headers)).get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


def _is_outage(error: Exception) -> bool:
    if isinstance(error, DBAPIError):
        return error.connection_invalidated
    return isinstance(
        error,
        (
            ConnectionError,
            TimeoutError,
            PoolTimeoutError,
            asyncpg.PostgresConnectionError,
            asyncpg.CannotConnectNowError,
            asyncpg.TooManyConnectionsError,
        ),
    )
