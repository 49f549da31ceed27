"""Tells others about items. At most once: what must not be lost belongs into an outbox table."""

import logging
from dataclasses import asdict

from prometheus_client import Counter

from core.domain.items.entities import Item
from infrastructure.messaging.rabbitmq import RabbitMQ

logger = logging.getLogger(__name__)

EVENTS = Counter("events_published_total", "Events by outcome", ["event", "outcome"])


class ItemEvents:
    """The events of items; a failure is counted and logged, and fails nothing else."""

    def __init__(self, rabbitmq: RabbitMQ) -> None:
        self._rabbitmq = rabbitmq

    async def created(self, item: Item) -> None:
        """Announce an item that has been committed."""
        try:
            await self._rabbitmq.publish("item.created", asdict(item))
        except Exception:  # pylint: disable=broad-exception-caught
            # Whatever it is: the item stands.
            EVENTS.labels("item.created", "failed").inc()
            logger.exception("Publishing item.created failed", extra={"item_id": item.id})
        else:
            EVENTS.labels("item.created", "confirmed").inc()
