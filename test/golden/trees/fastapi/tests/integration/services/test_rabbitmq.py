"""RabbitMQ: events reach who listens, and a lost connection is made anew."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import aio_pika
import httpx
import pytest
from aio_pika.abc import AbstractQueue

from core.project import API_PREFIX
from infrastructure.messaging.rabbitmq import EXCHANGE, RabbitMQ
from services.api.src.main import create_app
from tests.support.client import HEALTH_HEADERS, serving
from tests.support.proxy import HangingProxy
from tests.support.settings import make_settings


@asynccontextmanager
async def _listening(url: str) -> AsyncIterator[AbstractQueue]:
    connection = await aio_pika.connect(url)
    async with connection:
        channel = await connection.channel()
        exchange = await channel.declare_exchange(
            EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True
        )
        queue = await channel.declare_queue(exclusive=True)
        await queue.bind(exchange, "item.*")
        yield queue


async def test_a_new_item_is_announced(client: httpx.AsyncClient, services: dict[str, str]) -> None:
    async with _listening(services["RABBITMQ_URL"]) as queue:
        item = (await client.post(f"{API_PREFIX}/items", json={"name": "heard"})).json()
        # The client of a test gets its answer when the work behind it is done too.
        message = await queue.get(no_ack=True)
    assert message
    assert message.routing_key == message.type == "item.created"
    assert message.delivery_mode is aio_pika.DeliveryMode.PERSISTENT
    assert message.message_id
    body = json.loads(message.body)
    assert (body["id"], body["name"]) == (item["id"], "heard")


async def test_without_the_broker_items_are_created_all_the_same(environ: dict[str, str]) -> None:
    async with HangingProxy(environ["RABBITMQ_URL"]).running() as proxy:
        settings = make_settings(
            **environ | {"RABBITMQ_URL": proxy.url},
            RABBITMQ_TIMEOUT_SECONDS="0.5",
            HEALTH_TIMEOUT_SECONDS="0.5",
        )
        async with serving(create_app(settings)) as client:
            proxy.hang()
            response = await client.post(f"{API_PREFIX}/items", json={"name": "unheard"})
            assert response.status_code == 201
            ready = await client.get(f"{API_PREFIX}/health/ready")
            assert ready.status_code == 200
            system = await client.get(f"{API_PREFIX}/health/system", headers=HEALTH_HEADERS)
            assert (system.status_code, system.json()["status"]) == (200, "DEGRADED")
            assert system.json()["services"]["rabbitmq"]["status"] == "UNHEALTHY"
            proxy.flow()


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
        await rabbitmq.publish("item.created", {"number": 1})
        await rabbitmq.publish("item.created", {"number": 2})
        assert len(connections) == 2  # the listener's own and one for both events
        await connections[-1].close()
        await rabbitmq.publish("item.created", {"number": 3})
        await rabbitmq.round_trip()
        assert len(connections) == 3
        bodies = [await queue.get(no_ack=True) for _ in range(3)]
    assert [json.loads(body.body)["number"] for body in bodies if body] == [1, 2, 3]
    await rabbitmq.close()
