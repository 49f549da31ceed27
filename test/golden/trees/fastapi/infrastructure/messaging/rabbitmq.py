"""Answers for the connection to RabbitMQ: made when first needed, and anew once it is lost."""

import asyncio
import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange

from core.project import SLUG
from core.settings import Settings

EXCHANGE = f"{SLUG}.events"


class RabbitMQ:
    """One connection per worker, and one channel with publisher confirms for the events."""

    def __init__(self, url: str, timeout: float) -> None:
        self._url = url
        self._timeout = timeout
        self._lock = asyncio.Lock()
        self._connection: AbstractConnection | None = None
        self._channel: AbstractChannel | None = None
        self._exchange: AbstractExchange | None = None

    @classmethod
    def create(cls, settings: Settings) -> "RabbitMQ":
        """Build from the settings; nothing connects yet."""
        url = settings.rabbitmq_url.get_secret_value()
        return cls(url, settings.rabbitmq_timeout_seconds)

    async def publish(self, event: str, payload: dict[str, Any]) -> None:
        """Publish an event and wait until the broker has confirmed that it keeps it."""
        async with asyncio.timeout(self._timeout):
            exchange = await self._events()
            message = aio_pika.Message(
                json.dumps(payload, default=str).encode(),
                content_type="application/json",
                delivery_mode=aio_pika.DeliveryMode.PERSISTENT,
                message_id=str(uuid4()),
                timestamp=datetime.now(UTC),
                type=event,
                app_id=SLUG,
            )
            # Not mandatory: an event that nobody has subscribed to is no failure.
            await exchange.publish(message, routing_key=event, mandatory=False)

    async def round_trip(self) -> None:
        """Send a message through a queue of its own and take it out again."""
        connection = await self._connected()
        async with connection.channel() as channel:
            queue = await channel.declare_queue(
                # The broker drops the queue by itself should the check be cut off before the end.
                exclusive=True,
                arguments={"x-expires": 60_000},
            )
            body = uuid4().bytes
            await channel.default_exchange.publish(aio_pika.Message(body), routing_key=queue.name)
            received = await queue.get(no_ack=True)
            await channel.queue_delete(queue.name)
            if received is None or received.body != body:
                raise RuntimeError("the message did not come back")

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _connected(self) -> AbstractConnection:
        async with self._lock:
            if self._connection is None or self._connection.is_closed:
                self._connection = await aio_pika.connect(
                    self._url,
                    timeout=self._timeout,
                    client_properties={"connection_name": SLUG},
                )
            return self._connection

    async def _events(self) -> AbstractExchange:
        connection = await self._connected()
        async with self._lock:
            if self._exchange is None or self._channel is None or self._channel.is_closed:
                self._channel = await connection.channel(publisher_confirms=True)
                self._exchange = await self._channel.declare_exchange(
                    EXCHANGE, aio_pika.ExchangeType.TOPIC, durable=True
                )
            return self._exchange
