"""The use cases of items, with a repository and a cache in memory."""

from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from core.domain.items.entities import Item, Position
from core.domain.items.service import ItemService
from services.api.src.pagination import decode_cursor, encode_cursor


class MemoryRepository:
    """Items in a list, newest first; counts how often it is asked."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.gets = 0

    async def add(self, name: str, description: str) -> Item:
        """Store a new item."""
        created_at = datetime(2026, 1, 1, tzinfo=UTC) + timedelta(seconds=len(self.items))
        item = Item(uuid4(), name, description, created_at)
        self.items.insert(0, item)
        return item

    async def get(self, item_id: UUID) -> Item | None:
        """Find an item."""
        self.gets += 1
        return next((item for item in self.items if item.id == item_id), None)

    async def list_after(self, position: Position | None, limit: int) -> list[Item]:
        """List the items that follow a position."""
        if position is None:
            return self.items[:limit]
        key = (position.created_at, position.id)
        return [item for item in self.items if (item.created_at, item.id) < key][:limit]

    async def delete(self, item_id: UUID) -> bool:
        """Delete an item."""
        before = len(self.items)
        self.items = [item for item in self.items if item.id != item_id]
        return len(self.items) < before


class MemoryCache:
    """A cache that keeps everything."""

    def __init__(self) -> None:
        self.items: dict[UUID, Item] = {}

    async def get(self, item_id: UUID) -> Item | None:
        """Recall an item."""
        return self.items.get(item_id)

    async def put(self, item: Item) -> None:
        """Remember an item."""
        self.items[item.id] = item

    async def forget(self, item_id: UUID) -> None:
        """Drop an item."""
        self.items.pop(item_id, None)


async def test_the_second_get_comes_from_the_cache() -> None:
    repository = MemoryRepository()
    service = ItemService(repository, MemoryCache())
    item = await service.create("name", "description")
    assert [await service.get(item.id) for _ in range(3)] == [item] * 3
    assert repository.gets == 1


async def test_what_does_not_exist_is_not_remembered() -> None:
    cache = MemoryCache()
    assert await ItemService(MemoryRepository(), cache).get(uuid4()) is None
    assert not cache.items


async def test_delete_drops_the_cached_item() -> None:
    service = ItemService(MemoryRepository(), MemoryCache())
    item = await service.create("name", "")
    await service.get(item.id)
    assert await service.delete(item.id)
    assert await service.get(item.id) is None
    assert not await service.delete(item.id)


async def test_pages_follow_each_other_without_gap_or_repetition() -> None:
    service = ItemService(MemoryRepository(), MemoryCache())
    for number in range(4):
        await service.create(str(number), "")
    first = await service.page(None, 2)
    assert first.next
    second = await service.page(decode_cursor(encode_cursor(first.next)), 2)
    assert [item.name for item in first.items + second.items] == ["3", "2", "1", "0"]
    assert second.next is None
