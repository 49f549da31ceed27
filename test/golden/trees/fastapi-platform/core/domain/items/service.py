"""The use cases of items."""

from uuid import UUID

from core.domain.items.entities import Item, Page, Position
from core.domain.items.repositories import ItemCache, ItemRepository


class ItemService:
    """Creates, finds, lists and deletes items; finding goes through the cache."""

    def __init__(self, repository: ItemRepository, cache: ItemCache) -> None:
        self._repository = repository
        self._cache = cache

    async def create(self, name: str, description: str) -> Item:
        """Store a new item."""
        return await self._repository.add(name, description)

    async def get(self, item_id: UUID) -> Item | None:
        """Find an item: cache first, then the database, whose answer is remembered."""
        item = await self._cache.get(item_id)
        if item is None:
            item = await self._repository.get(item_id)
            if item is not None:
                await self._cache.put(item)
        return item

    async def page(self, after: Position | None, limit: int) -> Page:
        """List the items that follow a position."""
        # One more than asked for tells whether another page follows, without counting.
        items = await self._repository.list_after(after, limit + 1)
        if len(items) <= limit:
            return Page(items, None)
        items = items[:limit]
        return Page(items, Position(items[-1].created_at, items[-1].id))

    async def delete(self, item_id: UUID) -> bool:
        """Delete an item; False when there is none."""
        # A get under way may put it back: then it is seen until its time in the cache is over.
        deleted = await self._repository.delete(item_id)
        await self._cache.forget(item_id)
        return deleted
