"""Remembers items in Redis; a Redis that is away costs time, never an answer."""

import logging
from uuid import UUID

from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.domain.items.entities import Item
from core.project import SLUG
from infrastructure.observability.metrics import CACHE_REQUESTS

logger = logging.getLogger(__name__)

_ITEM = TypeAdapter(Item)


class RedisItemCache:
    """The ItemCache of the service."""

    def __init__(self, redis: Redis, ttl_seconds: int) -> None:
        self._redis = redis
        self._ttl_seconds = ttl_seconds

    async def get(self, item_id: UUID) -> Item | None:
        """Recall an item, and count whether it was there."""
        try:
            text = await self._redis.get(_key(item_id))
        except (RedisError, OSError) as error:
            CACHE_REQUESTS.labels("items", "error").inc()
            _warn("get", error)
            return None
        item = _from_json(text) if text else None
        CACHE_REQUESTS.labels("items", "hit" if item else "miss").inc()
        return item

    async def put(self, item: Item) -> None:
        """Remember an item for the time to live."""
        text = _ITEM.dump_json(item)
        try:
            await self._redis.set(_key(item.id), text, ex=self._ttl_seconds)
        except (RedisError, OSError) as error:
            _warn("put", error)

    async def forget(self, item_id: UUID) -> None:
        """Drop an item."""
        try:
            await self._redis.delete(_key(item_id))
        except (RedisError, OSError) as error:
            _warn("forget", error)


def _key(item_id: UUID) -> str:
    return f"{SLUG}:items:{item_id}"


def _from_json(text: bytes | str) -> Item | None:
    try:
        return _ITEM.validate_json(text)
    except ValidationError:
        # Another version of the service wrote it, as happens during a roll-out.
        return None


def _warn(action: str, error: Exception) -> None:
    logger.warning("The cache of items failed", extra={"action": action, "error": repr(error)})
