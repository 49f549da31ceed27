"""What the items need from the outside, whoever provides it."""

from typing import Protocol
from uuid import UUID

from core.domain.items.entities import Item, Position


class ItemRepository(Protocol):
    """Keeps the items; each call is a transaction of its own, committed when it returns."""

    async def add(self, name: str, description: str) -> Item:
        """Store a new item."""

    async def get(self, item_id: UUID) -> Item | None:
        """Find an item."""

    async def list_after(self, position: Position | None, limit: int) -> list[Item]:
        """List the items that follow a position, newest first."""

    async def delete(self, item_id: UUID) -> bool:
        """Delete an item; False when there is none."""


class ItemCache(Protocol):
    """Remembers items for a while; it never fails, it only forgets."""

    async def get(self, item_id: UUID) -> Item | None:
        """Recall an item."""

    async def put(self, item: Item) -> None:
        """Remember an item."""

    async def forget(self, item_id: UUID) -> None:
        """Drop an item."""
