"""What the API takes and gives, as JSON."""

from datetime import date, datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

# PostgreSQL's text cannot hold the NUL character.
_NO_NUL = r"^[^\x00]*$"


class ItemIn(BaseModel):
    """An item to be created."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=200, pattern=_NO_NUL),
    ]
    description: Annotated[str, StringConstraints(max_length=2000, pattern=_NO_NUL)] = ""


class ItemOut(BaseModel):
    """An item."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    name: str
    description: str
    created_at: datetime


class ItemPage(BaseModel):
    """Some items, newest first."""

    items: list[ItemOut]
    next_cursor: str | None = Field(description="where the next page begins; null on the last one")


class DayActivityOut(BaseModel):
    """How many items came and went on a day, in UTC."""

    model_config = ConfigDict(from_attributes=True)

    day: date
    created: int
    deleted: int
