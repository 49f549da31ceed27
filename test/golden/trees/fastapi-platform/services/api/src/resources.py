"""Holds what lives as long as the application: connections, and what is built on them."""

import asyncio

from core.domain.items.service import ItemService
from core.settings import Settings
from infrastructure.cache.client import create_redis
from infrastructure.cache.item_cache import RedisItemCache
from infrastructure.closing import close_all
from infrastructure.health import checks
from infrastructure.messaging.rabbitmq import RabbitMQ
from infrastructure.observability.tracing_switch import start_tracing_if_enabled
from infrastructure.persistence.database import Database
from infrastructure.persistence.item_activity import PostgresItemActivity
from infrastructure.persistence.item_repository import PostgresItemRepository
from services.api.src.accounts import Accounts


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
        self._closers.append(rabbitmq.close)
        health_checks.append(checks.RabbitMQHealthCheck(rabbitmq))

        self.accounts = Accounts(settings, self.database, redis)
        # Before the connections, which what is under way needs still.
        self._closers.insert(0, self.accounts.close)
        self.items = ItemService(
            PostgresItemRepository(self.database.sessions),
            RedisItemCache(redis, settings.cache_ttl_seconds),
        )
        self.item_activity = PostgresItemActivity(self.database.sessions)
        self.health = checks.SystemHealthAggregator(health_checks, settings.health_timeout_seconds)
        self.tracer_provider = start_tracing_if_enabled(self.database.engine, settings)

    async def close(self) -> None:
        """Close every connection."""
        await close_all(self._closers)
        if self.tracer_provider is not None:
            await asyncio.to_thread(self.tracer_provider.shutdown)
