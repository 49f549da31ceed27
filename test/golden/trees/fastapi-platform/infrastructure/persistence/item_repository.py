"""Keeps the items in PostgreSQL, and in the same transaction the events that tell of them."""

from dataclasses import asdict
from uuid import UUID

from sqlalchemy import delete, insert, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.domain.events import DomainEvent
from core.domain.items.entities import Item, Position
from infrastructure.persistence import outbox
from infrastructure.persistence.item_models import ItemModel


class PostgresItemRepository:
    """The ItemRepository of the service."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def add(self, name: str, description: str) -> Item:
        """Store a new item; the database gives it id and time."""
        statement = insert(ItemModel).values(name=name, description=description)
        async with self._sessions.begin() as session:
            rows = await session.scalars(statement.returning(ItemModel))
            item = _to_item(rows.one())
            await outbox.record(session, DomainEvent("item.created", asdict(item)))
            return item

    async def get(self, item_id: UUID) -> Item | None:
        """Find an item."""
        async with self._sessions() as session:
            row = await session.get(ItemModel, item_id)
            return _to_item(row) if row else None

    async def list_after(self, position: Position | None, limit: int) -> list[Item]:
        """List the items that follow a position; the index on both columns serves it."""
        key = tuple_(ItemModel.created_at, ItemModel.id)
        statement = select(ItemModel).order_by(ItemModel.created_at.desc(), ItemModel.id.desc())
        if position:
            statement = statement.where(key < (position.created_at, position.id))
        async with self._sessions() as session:
            rows = await session.scalars(statement.limit(limit))
            return [_to_item(row) for row in rows]

    async def delete(self, item_id: UUID) -> bool:
        """Delete an item; False when there is none."""
        statement = delete(ItemModel).where(ItemModel.id == item_id)
        async with self._sessions.begin() as session:
            rows = await session.scalars(statement.returning(ItemModel.id))
            deleted = rows.first() is not None
            if deleted:
                await outbox.record(session, DomainEvent("item.deleted", {"id": item_id}))
            return deleted


def _to_item(row: ItemModel) -> Item:
    return Item(row.id, row.name, row.description, row.created_at)
