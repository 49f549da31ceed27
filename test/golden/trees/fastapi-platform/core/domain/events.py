"""Says what an event is: something that has happened, told to whoever wants to know."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4


def _now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class DomainEvent:
    """A fact, named in the past tense with its subject first: `item.created`."""

    name: str
    payload: Mapping[str, Any]
    id: UUID = field(default_factory=uuid4)
    occurred_at: datetime = field(default_factory=_now)
    # The ids of the request and the trace that it comes from, as headers carry them.
    trace_context: Mapping[str, str] = field(default_factory=dict)
