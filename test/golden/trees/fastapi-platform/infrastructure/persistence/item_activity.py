"""Counts from events how many items came and went on each day."""

from datetime import UTC, date

from sqlalchemy import select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker
from sqlalchemy.orm import Mapped, mapped_column

from core.domain.events import DomainEvent
from core.domain.items.activity import DayActivity
from infrastructure.persistence.database import Base


class ItemActivityModel(Base):
    """A row of `item_activity`."""

    __tablename__ = "item_activity"

    day: Mapped[date] = mapped_column(primary_key=True)
    created: Mapped[int]
    deleted: Mapped[int]


async def count_created(session: AsyncSession, event: DomainEvent) -> None:
    """Handle `item.created`."""
    await _count(session, event, created=1, deleted=0)


async def count_deleted(session: AsyncSession, event: DomainEvent) -> None:
    """Handle `item.deleted`."""
    await _count(session, event, created=0, deleted=1)


async def _count(session: AsyncSession, event: DomainEvent, *, created: int, deleted: int) -> None:
    day = event.occurred_at.astimezone(UTC).date()
    statement = insert(ItemActivityModel).values(day=day, created=created, deleted=deleted)
    # Adding is the same in any order, in which events may well come.
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=[ItemActivityModel.day],
            set_={
                "created": ItemActivityModel.created + statement.excluded.created,
                "deleted": ItemActivityModel.deleted + statement.excluded.deleted,
            },
        )
    )


class PostgresItemActivity:
    """Reads what has been counted."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    async def latest(self, days: int) -> list[DayActivity]:
        """List the latest days on which there was any, newest first."""
        statement = select(ItemActivityModel).order_by(ItemActivityModel.day.desc()).limit(days)
        async with self._sessions() as session:
            rows = await session.scalars(statement)
            return [DayActivity(row.day, row.created, row.deleted) for row in rows]
