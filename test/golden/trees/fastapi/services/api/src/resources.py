"""Holds what lives as long as the application: connections, and what is built on them."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from core.domain.items.service import ItemService
from core.settings import Settings
from infrastructure.cache.client import create_redis
from infrastructure.cache.item_cache import RedisItemCache
from infrastructure.health import checks
from infrastructure.messaging.item_events import ItemEvents
from infrastructure.messaging.rabbitmq import RabbitMQ
from infrastructure.persistence.database import Database
from infrastructure.persistence.item_repository import PostgresItemRepository

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider

logger = logging.getLogger(__name__)

_CLOSE_SECONDS = 5


class Resources:
    """Built once per worker; nothing connects before the first use."""

    def __init__(self, settings: Settings) -> None:
        self.database = Database.create(settings)
        redis = create_redis(settings)
        self._closers = [redis.aclose, self.database.close]
        health_checks: list[checks.HealthCheck] = [
            checks.DatabaseHealthCheck(self.database),
            checks.RedisHealthCheck(redis),
        ]

        rabbitmq = RabbitMQ.create(settings)
        self.item_events = ItemEvents(rabbitmq)
        self._closers.append(rabbitmq.close)
        health_checks.append(checks.RabbitMQHealthCheck(rabbitmq))

        self.items = ItemService(
            PostgresItemRepository(self.database.sessions),
            RedisItemCache(redis, settings.cache_ttl_seconds),
        )
        self.health = checks.SystemHealthAggregator(health_checks, settings.health_timeout_seconds)
        self.tracer_provider = _start_tracing(self.database, settings)

    async def close(self) -> None:
        """Close every connection; a server that hangs does not hold up the end."""
        for closer in self._closers:
            await _close(closer)
        if self.tracer_provider is not None:
            await asyncio.to_thread(self.tracer_provider.shutdown)


def _start_tracing(database: Database, settings: Settings) -> "TracerProvider | None":
    if not settings.otel_enabled:
        return None
    # Here, so that who does not trace does not load the instrumentation.
    # pylint: disable-next=import-outside-toplevel
    from infrastructure.observability.tracing import start_tracing

    return start_tracing(database.engine, settings)


async def _close(close: Callable[[], Awaitable[None]]) -> None:
    try:
        async with asyncio.timeout(_CLOSE_SECONDS):
            await close()
    except Exception:  # pylint: disable=broad-exception-caught
        # Whatever it is: the others are to be closed still.
        logger.exception("Closing a connection failed")
