"""Events without a broker: nothing but the count and the log notices."""

from datetime import UTC, datetime
from uuid import uuid4

import pytest
from prometheus_client import REGISTRY

from core.domain.items.entities import Item
from infrastructure.messaging.item_events import ItemEvents
from infrastructure.messaging.rabbitmq import RabbitMQ
from tests.support.settings import make_settings


def _failures() -> float:
    labels = {"event": "item.created", "outcome": "failed"}
    return REGISTRY.get_sample_value("events_published_total", labels) or 0


async def test_a_failure_is_counted_and_logged_and_no_more(
    caplog: pytest.LogCaptureFixture,
) -> None:
    before = _failures()
    events = ItemEvents(RabbitMQ.create(make_settings()))
    await events.created(Item(uuid4(), "name", "", datetime.now(UTC)))
    assert _failures() == before + 1
    assert "Publishing item.created failed" in caplog.text
