"""The worker as a whole: its parts, what they share, and how it ends."""

import asyncio
from datetime import timedelta

from core.settings import Settings
from infrastructure.closing import close_all
from infrastructure.messaging.consumer import EventConsumer, RetryPolicy
from infrastructure.messaging.outbox_relay import OutboxRelay
from infrastructure.messaging.rabbitmq import RabbitMQ
from infrastructure.observability.tracing_switch import start_tracing_if_enabled
from infrastructure.persistence.database import Database
from services.worker.src.handlers import create_handlers
from services.worker.src.heartbeat import Heartbeat


class Worker:
    """Sends events and handles them at the same time; nothing connects before it runs."""

    def __init__(self, settings: Settings) -> None:
        self._database = Database.create(settings)
        self._rabbitmq = RabbitMQ.create(settings)
        handlers = create_handlers(settings)
        self._relay = OutboxRelay(
            self._database.sessions,
            self._rabbitmq,
            handlers.keys(),
            poll_seconds=settings.outbox_poll_seconds,
            keep=timedelta(days=settings.event_retention_days),
        )
        self._consumer = EventConsumer(
            self._database.sessions,
            self._rabbitmq,
            handlers,
            concurrency=settings.worker_concurrency,
            retries=RetryPolicy(settings.worker_max_attempts, settings.worker_retry_seconds),
            finish_seconds=settings.shutdown_timeout_seconds,
        )
        self._heartbeat = Heartbeat(["relay", "consumer"])
        # A little more than handlers get, so that what they did is still acknowledged.
        self._finish_seconds = settings.shutdown_timeout_seconds + 2
        self._tracer_provider = start_tracing_if_enabled(self._database.engine, settings)

    async def run(self, stopping: asyncio.Event) -> None:
        """Work until it is time to stop, finish what is in hand, and close every connection."""
        parts = {
            asyncio.create_task(self._relay.run(stopping, self._heartbeat.of("relay"))),
            asyncio.create_task(self._consumer.run(stopping, self._heartbeat.of("consumer"))),
            asyncio.create_task(self._heartbeat.run(stopping)),
        }
        try:
            # A part ends when it is time to stop, or by a fault, which then ends the others too.
            done, _ = await asyncio.wait(parts, return_when=asyncio.FIRST_COMPLETED)
            stopping.set()
            _, late = await asyncio.wait(parts, timeout=self._finish_seconds)
            for part in late:
                part.cancel()
            for part in done:
                part.result()
        finally:
            await close_all([self._rabbitmq.close, self._database.close])
            if self._tracer_provider is not None:
                await asyncio.to_thread(self._tracer_provider.shutdown)
