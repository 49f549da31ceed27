"""Writes a place in a list as an opaque cursor, and reads it back."""

import base64
from datetime import UTC, datetime
from uuid import UUID

from core.domain.items.entities import Position


def encode_cursor(position: Position) -> str:
    """Return the cursor of a position."""
    text = f"{position.created_at.isoformat()} {position.id}"
    return base64.urlsafe_b64encode(text.encode()).decode()


def decode_cursor(cursor: str) -> Position:
    """Return the position of a cursor; ValueError when it is none of ours."""
    created_at, item_id = base64.urlsafe_b64decode(cursor.encode()).decode().split(" ")
    try:
        return Position(datetime.fromisoformat(created_at).astimezone(UTC), UUID(item_id))
    except OverflowError as error:
        raise ValueError("a time out of range") from error
