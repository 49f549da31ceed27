"""What exists in the broker: the exchange of events, and the worker's queue with those beside it.

Quorum queues, because they keep what they confirmed also when a node is lost, and know how often
they have delivered a message. Their arguments cannot be changed once they exist: a queue with other
ones needs a new name.
"""

from collections.abc import Iterable

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue
from pamqp.common import FieldTable

# A message that ends the worker whenever it is delivered is dead after as many times.
_DELIVERY_LIMIT = 20

_QUORUM: FieldTable = {"x-queue-type": "quorum"}
# A message is dropped here only when the queue that it goes to has confirmed it.
_DEAD_LETTERS: FieldTable = {
    "x-dead-letter-exchange": "",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


class Topology:
    """The names, which begin alike, and how what they stand for is made."""

    def __init__(self, prefix: str) -> None:
        self.exchange = f"{prefix}.events"
        self.queue = f"{prefix}.worker"
        # Where a message waits for its next try; when its time is over it goes back to the queue.
        self.retry_queue = f"{self.queue}.retry"
        # Where a message stays for people to look at, once there is no point in trying again.
        self.dead_queue = f"{self.queue}.dead"

    async def declare_exchange(self, channel: AbstractChannel) -> AbstractExchange:
        """Make sure that the exchange of events is there."""
        return await channel.declare_exchange(self.exchange, ExchangeType.TOPIC, durable=True)

    async def declare_queue(self, channel: AbstractChannel, events: Iterable[str]) -> AbstractQueue:
        """Make sure that the worker's queue is there and gets these events."""
        exchange = await self.declare_exchange(channel)
        await self.declare_dead_queue(channel)
        await channel.declare_queue(
            self.retry_queue,
            durable=True,
            arguments=_QUORUM | _DEAD_LETTERS | {"x-dead-letter-routing-key": self.queue},
        )
        ends: FieldTable = {
            "x-dead-letter-routing-key": self.dead_queue,
            "x-delivery-limit": _DELIVERY_LIMIT,
        }
        queue = await channel.declare_queue(
            self.queue, durable=True, arguments=_QUORUM | _DEAD_LETTERS | ends
        )
        for event in events:
            await queue.bind(exchange, event)
        return queue

    async def declare_dead_queue(self, channel: AbstractChannel) -> AbstractQueue:
        """Make sure that the queue of the dead is there."""
        # From RabbitMQ 4 on there is a limit unless one is set: looking at a message is no reason
        # to lose it.
        return await channel.declare_queue(
            self.dead_queue, durable=True, arguments=_QUORUM | {"x-delivery-limit": 1_000_000}
        )

    async def delete(self, channel: AbstractChannel) -> None:
        """Delete everything, with what is in it."""
        for queue in (self.queue, self.retry_queue, self.dead_queue):
            await channel.queue_delete(queue)
        await channel.exchange_delete(self.exchange)
