"""What an item is, and how a list of items is walked."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID


@dataclass(frozen=True, slots=True)
class Item:
    """A named thing; it is created and deleted, never changed."""

    id: UUID
    name: str
    description: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Position:
    """A place in the list, newest first; the id tells apart what was created at one moment."""

    created_at: datetime
    id: UUID


@dataclass(frozen=True, slots=True)
class Page:
    """Some items and, when there are more, the place to go on from."""

    items: list[Item]
    next: Position | None
