"""RabbitMQ: events reach who listens, and a lost connection is made anew."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import aio_pika
import pytest
from aio_pika.abc import AbstractQueue
from aio_pika.exceptions import AMQPError, PublishError

from core.domain.events import DomainEvent
from infrastructure.messaging.envelope import to_event
from infrastructure.messaging.rabbitmq import RabbitMQ
from infrastructure.messaging.topology import Topology
from tests.support.proxy import HangingProxy

CREATED = "item.created"


@pytest.fixture(name="rabbitmq")
async def rabbitmq_fixture(services: dict[str, str]) -> AsyncIterator[RabbitMQ]:
    """Give a connection of its own, with an exchange that goes at the end."""
    rabbitmq = RabbitMQ(services["RABBITMQ_URL"], 5, Topology(f"test_{uuid4().hex}"))
    yield rabbitmq
    await rabbitmq.close()
    connection = await rabbitmq.connect("clearing up")
    async with connection:
        await rabbitmq.topology.delete(await connection.channel())


@asynccontextmanager
async def _listening(rabbitmq: RabbitMQ) -> AsyncIterator[AbstractQueue]:
    connection = await rabbitmq.connect("listener")
    async with connection:
        channel = await connection.channel()
        exchange = await rabbitmq.topology.declare_exchange(channel)
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, "item.*")
        yield queue


async def test_an_event_arrives_as_it_was_sent(rabbitmq: RabbitMQ) -> None:
    event = DomainEvent(CREATED, {"name": "näme 🙂"}, trace_context={"x-request-id": "abc"})
    async with _listening(rabbitmq) as queue:
        await rabbitmq.publish(event)
        message = await queue.get(no_ack=True)
    assert message
    assert message.routing_key == message.type == CREATED
    assert message.delivery_mode is aio_pika.DeliveryMode.PERSISTENT
    assert message.message_id == str(event.id)
    assert to_event(message) == event


async def test_an_event_that_nobody_wants_is_no_failure(rabbitmq: RabbitMQ) -> None:
    await rabbitmq.publish(DomainEvent("nobody.cares", {}))


async def test_an_event_that_the_worker_does_not_get_is_one(rabbitmq: RabbitMQ) -> None:
    event = DomainEvent(CREATED, {})
    await rabbitmq.publish(event, {CREATED})
    connection = await rabbitmq.connect("somebody")
    async with connection:
        await (await connection.channel()).queue_delete(rabbitmq.topology.queue)
    with pytest.raises(PublishError):
        await rabbitmq.publish(event, {CREATED})


async def test_a_lost_connection_is_made_anew(services: dict[str, str]) -> None:
    async with HangingProxy(services["RABBITMQ_URL"]).running() as proxy:
        rabbitmq = RabbitMQ(proxy.url, 5, Topology(f"test_{uuid4().hex}"))
        async with _listening(rabbitmq) as queue:
            await rabbitmq.publish(DomainEvent(CREATED, {"number": 1}))
            message = await queue.get(no_ack=True)
        proxy.cut()
        with pytest.raises((AMQPError, RuntimeError, OSError)):
            await rabbitmq.round_trip()
        proxy.flow()
        async with _listening(rabbitmq) as queue:
            await rabbitmq.publish(DomainEvent(CREATED, {"number": 2}))
            await rabbitmq.round_trip()
            other = await queue.get(no_ack=True)
        assert [to_event(m).payload["number"] for m in (message, other) if m] == [1, 2]
        connection = await rabbitmq.connect("clearing up")
        async with connection:
            await rabbitmq.topology.delete(await connection.channel())
        await rabbitmq.close()


async def test_one_connection_serves_all(
    rabbitmq: RabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    purposes = []
    connect = rabbitmq.connect

    async def noting(purpose: str) -> object:
        purposes.append(purpose)
        return await connect(purpose)

    monkeypatch.setattr(rabbitmq, "connect", noting)
    for number in range(3):
        await rabbitmq.publish(DomainEvent(CREATED, {"number": number}))
        await rabbitmq.round_trip()
    assert purposes == ["publisher"]
    monkeypatch.undo()
