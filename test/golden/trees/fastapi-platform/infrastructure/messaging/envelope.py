"""Writes an event as a message, and reads it back."""

import aio_pika
from aio_pika.abc import AbstractIncomingMessage
from pydantic import TypeAdapter, ValidationError

from core.domain.events import DomainEvent
from core.project import SLUG

ATTEMPT_HEADER = "x-attempt"

_EVENT = TypeAdapter(DomainEvent)


class NoEventError(Exception):
    """A message that holds no event."""


def to_message(event: DomainEvent) -> aio_pika.Message:
    """Write an event; its id is the message's, by which a consumer knows it again."""
    return aio_pika.Message(
        _EVENT.dump_json(event, exclude={"trace_context"}),
        content_type="application/json",
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=str(event.id),
        timestamp=event.occurred_at,
        type=event.name,
        app_id=SLUG,
        headers=dict(event.trace_context),
    )


def to_event(message: AbstractIncomingMessage) -> DomainEvent:
    """Read the event of a message."""
    try:
        event = _EVENT.validate_json(message.body)
    except ValidationError as error:
        # Without what the message holds, which may be nobody's business.
        reasons = ", ".join(f"{fault['loc']}: {fault['type']}" for fault in error.errors())
        raise NoEventError(reasons) from None
    return DomainEvent(event.name, event.payload, event.id, event.occurred_at, headers_of(message))


def copy_of(
    message: AbstractIncomingMessage, *, attempt: int = 0, delay: float | None = None
) -> aio_pika.Message:
    """Write a message again, with the number of its tries; it stays the same event."""
    return aio_pika.Message(
        message.body,
        headers={**headers_of(message), ATTEMPT_HEADER: attempt},
        content_type=message.content_type,
        delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
        message_id=message.message_id,
        timestamp=message.timestamp,
        type=message.type,
        app_id=message.app_id,
        expiration=delay,
    )


def attempt_of(message: AbstractIncomingMessage) -> int:
    """Return how often handling it has failed."""
    attempt = message.headers.get(ATTEMPT_HEADER)
    return attempt if isinstance(attempt, int) else 0


def headers_of(message: AbstractIncomingMessage) -> dict[str, str]:
    """Return the headers that the sender gave it, without those of the broker's own."""
    return {
        name: value
        for name, value in message.headers.items()
        if isinstance(value, str) and not name.startswith(("x-first-death-", "x-last-death-"))
    }
