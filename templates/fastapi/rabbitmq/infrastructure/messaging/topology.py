"""What exists in the broker: the exchange of events, and the worker's queue with those beside it.

Quorum queues, because they keep what they confirmed also when a node is lost, and know how often
they have delivered a message. Their arguments cannot be changed once they exist: a queue with other
ones needs a new name.
"""

from collections.abc import Iterable

from aio_pika import ExchangeType
from aio_pika.abc import AbstractChannel, AbstractExchange, AbstractQueue
from pamqp.common import FieldTable

from core.project import SLUG

EXCHANGE = f"{SLUG}.events"
QUEUE = f"{SLUG}.worker"
# Where a message waits for its next try; when its time is over it goes back to the queue.
RETRY_QUEUE = f"{QUEUE}.retry"
# Where a message stays for people to look at, once there is no point in trying again.
DEAD_QUEUE = f"{QUEUE}.dead"

# A message that ends the worker whenever it is delivered is dead after as many times.
DELIVERY_LIMIT = 20

_QUORUM: FieldTable = {"x-queue-type": "quorum"}
# A message is dropped here only when the queue that it goes to has confirmed it.
_DEAD_LETTERS: FieldTable = {
    "x-dead-letter-exchange": "",
    "x-dead-letter-strategy": "at-least-once",
    "x-overflow": "reject-publish",
}


async def declare_exchange(channel: AbstractChannel) -> AbstractExchange:
    """Make sure that the exchange of events is there."""
    return await channel.declare_exchange(EXCHANGE, ExchangeType.TOPIC, durable=True)


async def declare_queue(channel: AbstractChannel, events: Iterable[str]) -> AbstractQueue:
    """Make sure that the worker's queue is there and gets these events."""
    exchange = await declare_exchange(channel)
    await channel.declare_queue(DEAD_QUEUE, durable=True, arguments=_QUORUM)
    await channel.declare_queue(
        RETRY_QUEUE,
        durable=True,
        arguments=_QUORUM | _DEAD_LETTERS | {"x-dead-letter-routing-key": QUEUE},
    )
    queue = await channel.declare_queue(
        QUEUE,
        durable=True,
        arguments=_QUORUM
        | _DEAD_LETTERS
        | {"x-dead-letter-routing-key": DEAD_QUEUE, "x-delivery-limit": DELIVERY_LIMIT},
    )
    for event in events:
        await queue.bind(exchange, event)
    return queue
