"""Keeps events in the transaction that makes them true, and remembers which were handled.

An event is sent if, and only if, what it tells of was committed: neither is lost when the process
or the broker dies in between. It may be sent twice, and is handled once all the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from opentelemetry import propagate
from pydantic_core import to_jsonable_python
from sqlalchemy import DateTime, FetchedValue, delete, func, insert, select, update
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as insert_or_ignore
from sqlalchemy.ext.asyncio import AsyncSession
from sqlalchemy.orm import Mapped, mapped_column
from sqlalchemy.sql.functions import count

from core import request_context
from core.domain.events import DomainEvent
from infrastructure.persistence.database import Base

# The header in which the id of a request travels; the trace's own are the standard's.
REQUEST_ID_HEADER = "x-request-id"

# Any number does, as long as nothing else in this database locks the same one.
_RELAY_LOCK = 7_262_019_032


class OutboxModel(Base):
    """A row of `outbox`: an event, and whether the broker has confirmed it."""

    __tablename__ = "outbox"

    position: Mapped[int] = mapped_column(primary_key=True, server_default=FetchedValue())
    id: Mapped[UUID]
    name: Mapped[str]
    payload: Mapped[dict[str, Any]] = mapped_column(JSONB)
    trace_context: Mapped[dict[str, str]] = mapped_column(JSONB)
    occurred_at: Mapped[datetime] = mapped_column(DateTime(timezone=True))
    recorded_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=FetchedValue()
    )
    sent_at: Mapped[datetime | None] = mapped_column(DateTime(timezone=True))


class ProcessedEventModel(Base):
    """A row of `processed_events`: a consumer has handled an event."""

    __tablename__ = "processed_events"

    event_id: Mapped[UUID] = mapped_column(primary_key=True)
    consumer: Mapped[str] = mapped_column(primary_key=True)
    handled_at: Mapped[datetime] = mapped_column(
        DateTime(timezone=True), server_default=FetchedValue()
    )


@dataclass(frozen=True, slots=True)
class Backlog:
    """How many events wait to be sent, and for how long the oldest has."""

    pending: int
    oldest_seconds: float


async def record(session: AsyncSession, event: DomainEvent) -> None:
    """Keep an event in the caller's transaction; the worker sends it once that is committed."""
    await session.execute(
        insert(OutboxModel).values(
            id=event.id,
            name=event.name,
            payload=to_jsonable_python(event.payload),
            trace_context={**_current_context(), **event.trace_context},
            occurred_at=event.occurred_at,
        )
    )


async def lock_relay(session: AsyncSession) -> bool:
    """Become the only one who sends until the transaction ends; False when another does."""
    return bool(await session.scalar(select(func.pg_try_advisory_xact_lock(_RELAY_LOCK))))


async def unsent(session: AsyncSession, limit: int) -> list[DomainEvent]:
    """Return the events that wait, the oldest first."""
    statement = select(OutboxModel).where(OutboxModel.sent_at.is_(None))
    rows = await session.scalars(statement.order_by(OutboxModel.position).limit(limit))
    return [
        DomainEvent(row.name, row.payload, row.id, row.occurred_at, row.trace_context)
        for row in rows
    ]


async def mark_sent(session: AsyncSession, event_ids: Iterable[UUID]) -> None:
    """Note that the broker keeps these events now."""
    chosen = OutboxModel.id.in_(list(event_ids))
    await session.execute(update(OutboxModel).where(chosen).values(sent_at=func.now()))


async def mark_handled(session: AsyncSession, event_id: UUID, consumer: str) -> bool:
    """Note in the handler's transaction that it handles an event; False when that was done before.

    While another transaction handles the same event this waits for how that ends.
    """
    statement = insert_or_ignore(ProcessedEventModel).values(event_id=event_id, consumer=consumer)
    inserted = await session.scalars(
        statement.on_conflict_do_nothing().returning(ProcessedEventModel.event_id)
    )
    return inserted.first() is not None


async def backlog(session: AsyncSession) -> Backlog:
    """Measure what waits."""
    age = func.extract("epoch", func.clock_timestamp() - func.min(OutboxModel.recorded_at))
    statement = select(count(OutboxModel.position), age).where(OutboxModel.sent_at.is_(None))
    pending, oldest = (await session.execute(statement)).one()
    return Backlog(pending, float(oldest or 0))


async def forget(session: AsyncSession, keep: timedelta) -> None:
    """Delete what was sent or handled longer ago."""
    before = func.now() - keep
    for column in (OutboxModel.sent_at, ProcessedEventModel.handled_at):
        await session.execute(delete(column.class_).where(column < before))


def _current_context() -> dict[str, str]:
    context: dict[str, str] = {}
    propagate.inject(context)
    request_id = request_context.request_id.get()
    return context | ({REQUEST_ID_HEADER: request_id} if request_id else {})
