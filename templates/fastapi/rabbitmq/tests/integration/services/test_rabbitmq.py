"""RabbitMQ: events reach who listens, and a lost connection is made anew."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
import pytest
from aio_pika.abc import AbstractQueue
from aio_pika.exceptions import PublishError

from core.domain.events import DomainEvent
from infrastructure.messaging import topology
from infrastructure.messaging.envelope import to_event
from infrastructure.messaging.rabbitmq import RabbitMQ

CREATED = "item.created"


@asynccontextmanager
async def _listening(url: str) -> AsyncIterator[AbstractQueue]:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        exchange = await topology.declare_exchange(channel)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, "item.*")
        yield queue


async def test_an_event_arrives_as_it_was_sent(services: dict[str, str]) -> None:
    event = DomainEvent(CREATED, {"name": "näme 🙂"}, trace_context={"x-request-id": "abc"})
    rabbitmq = RabbitMQ(services["RABBITMQ_URL"], timeout=5)
    async with _listening(services["RABBITMQ_URL"]) as queue:
        await rabbitmq.publish(event)
        message = await queue.get(no_ack=True)
    await rabbitmq.close()
    assert message
    assert message.routing_key == message.type == CREATED
    assert message.delivery_mode is aio_pika.DeliveryMode.PERSISTENT
    assert message.message_id == str(event.id)
    assert to_event(message) == event


async def test_an_event_that_nobody_wants_is_no_failure(services: dict[str, str]) -> None:
    rabbitmq = RabbitMQ(services["RABBITMQ_URL"], timeout=5)
    await rabbitmq.publish(DomainEvent("nobody.cares", {}))
    await rabbitmq.close()


async def test_an_event_that_the_worker_would_not_get_is_one(
    services: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(topology, "EXCHANGE", f"{topology.EXCHANGE}.without-queue")
    rabbitmq = RabbitMQ(services["RABBITMQ_URL"], timeout=5)
    # Declares the exchange alone, as if the queue had been deleted since.
    await rabbitmq.publish(DomainEvent("nobody.cares", {}))
    with pytest.raises(PublishError):
        await rabbitmq.publish(DomainEvent(CREATED, {}), {CREATED})
    await rabbitmq.close()


async def test_a_lost_connection_is_made_anew(
    services: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    connections = []
    connect = aio_pika.connect

    async def noting(*arguments: object, **options: object) -> object:
        # Handed on as they came, which no overload describes.
        connections.append(await connect(*arguments, **options))  # type: ignore[call-overload]
        return connections[-1]

    monkeypatch.setattr("aio_pika.connect", noting)
    rabbitmq = RabbitMQ(services["RABBITMQ_URL"], timeout=5)
    async with _listening(services["RABBITMQ_URL"]) as queue:
        await rabbitmq.publish(DomainEvent(CREATED, {"number": 1}))
        await rabbitmq.publish(DomainEvent(CREATED, {"number": 2}))
        assert len(connections) == 2  # the listener's own and one for both events
        await connections[-1].close()
        await rabbitmq.publish(DomainEvent(CREATED, {"number": 3}))
        await rabbitmq.round_trip()
        assert len(connections) == 3
        messages = [await queue.get(no_ack=True) for _ in range(3)]
    assert [to_event(message).payload["number"] for message in messages if message] == [1, 2, 3]
    await rabbitmq.close()
