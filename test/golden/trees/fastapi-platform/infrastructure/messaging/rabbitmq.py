"""Answers for the connection to RabbitMQ: made when first needed, and anew once it is lost."""

import asyncio
from collections.abc import Collection
from uuid import uuid4

import aio_pika
from aio_pika.abc import AbstractChannel, AbstractConnection, AbstractExchange
from opentelemetry import context, propagate

from core.domain.events import DomainEvent
from core.project import SLUG
from core.settings import Settings
from infrastructure.messaging.envelope import to_message
from infrastructure.messaging.topology import Topology

# After some three of these without a sign of life a connection counts as lost.
_HEARTBEAT_SECONDS = 15


def is_open(connection: AbstractConnection) -> bool:
    """Tell whether it still stands; its own `is_closed` only knows whether we have closed it."""
    return connection.transport is not None and not connection.transport.connection.is_closed


class RabbitMQ:
    """One connection per process, and one channel with publisher confirms for the events."""

    def __init__(self, url: str, timeout: float, topology: Topology) -> None:
        self.topology = topology
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
        return cls(url, settings.rabbitmq_timeout_seconds, Topology(settings.rabbitmq_prefix))

    async def publish(self, event: DomainEvent, handled: Collection[str] = ()) -> None:
        """Publish an event and wait until the broker has confirmed that it keeps it.

        The names in `handled` are those that the worker's queue is to get: it is there before
        the event is sent, and an event that does not reach it is a failure.
        """
        # Each event is sent on behalf of the request that it comes from.
        token = context.attach(propagate.extract(event.trace_context, context.Context()))
        try:
            async with asyncio.timeout(self._timeout):
                exchange = await self._events(handled)
                # An event that nobody has subscribed to is no failure.
                await exchange.publish(
                    to_message(event), routing_key=event.name, mandatory=event.name in handled
                )
        finally:
            context.detach(token)

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

    async def connect(self, purpose: str) -> AbstractConnection:
        """Make a connection that is the caller's own, and the caller's to close."""
        return await aio_pika.connect(
            self._url,
            timeout=self._timeout,
            heartbeat=_HEARTBEAT_SECONDS,
            client_properties={"connection_name": f"{SLUG} {purpose}"},
        )

    async def close(self) -> None:
        """Close the connection."""
        if self._connection is not None:
            await self._connection.close()

    async def _connected(self) -> AbstractConnection:
        async with self._lock:
            if self._connection is None or not is_open(self._connection):
                self._connection = await self.connect("publisher")
            return self._connection

    async def _events(self, handled: Collection[str]) -> AbstractExchange:
        connection = await self._connected()
        async with self._lock:
            if self._exchange is None or self._channel is None or self._channel.is_closed:
                channel = await connection.channel(on_return_raises=True)
                exchange = await self.topology.declare_exchange(channel)
                if handled:
                    await self.topology.declare_queue(channel, handled)
                self._channel, self._exchange = channel, exchange
            return self._exchange
