"""The outbox: what is committed is sent, in its order, by one worker at a time."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import select, text

from core.domain.events import DomainEvent
from infrastructure.messaging.envelope import to_event
from infrastructure.messaging.outbox_relay import OutboxRelay
from infrastructure.messaging.rabbitmq import RabbitMQ
from infrastructure.persistence import outbox
from infrastructure.persistence.database import Database
from infrastructure.persistence.item_repository import PostgresItemRepository
from infrastructure.persistence.outbox import OutboxModel
from tests.support.settings import make_settings

HANDLED = ["item.created", "item.deleted"]
NO_BROKER = "amqp://127.0.0.1:1/"


@pytest.fixture(name="database")
async def database_fixture(event_environ: dict[str, str]) -> AsyncIterator[Database]:
    """Give a database with an empty outbox."""
    database = Database.create(make_settings(**event_environ))
    yield database
    await database.close()


@pytest.fixture(name="rabbitmq")
async def rabbitmq_fixture(event_environ: dict[str, str]) -> AsyncIterator[RabbitMQ]:
    """Give a broker with empty queues."""
    rabbitmq = RabbitMQ.create(make_settings(**event_environ))
    yield rabbitmq
    await rabbitmq.close()


def _relay(database: Database, rabbitmq: RabbitMQ) -> OutboxRelay:
    return OutboxRelay(
        database.sessions, rabbitmq, HANDLED, poll_seconds=0.01, keep=timedelta(days=1)
    )


async def _record(database: Database, count: int) -> None:
    async with database.sessions.begin() as session:
        for number in range(count):
            await outbox.record(session, DomainEvent("item.created", {"number": number}))


async def _waiting(database: Database) -> int:
    async with database.sessions() as session:
        return (await outbox.backlog(session)).pending


async def _received(rabbitmq: RabbitMQ) -> list[DomainEvent]:
    """Take everything out of the worker's queue."""
    connection = await rabbitmq.connect("test")
    events = []
    async with connection:
        queue = await rabbitmq.topology.declare_queue(await connection.channel(), HANDLED)
        while message := await queue.get(no_ack=True, fail=False):
            events.append(to_event(message))
    return events


async def test_a_repository_tells_what_it_does_in_the_same_transaction(database: Database) -> None:
    repository = PostgresItemRepository(database.sessions)
    item = await repository.add("name", "description")
    assert await repository.delete(item.id)
    assert not await repository.delete(item.id)
    async with database.sessions() as session:
        events = await outbox.unsent(session, 10)
    assert [event.name for event in events] == ["item.created", "item.deleted"]
    assert events[0].payload["id"] == events[1].payload["id"] == str(item.id)


async def test_what_is_rolled_back_was_never_told(database: Database) -> None:
    async with database.sessions() as session:
        await outbox.record(session, DomainEvent("item.created", {}))
        assert (await outbox.backlog(session)).pending == 1
        await session.rollback()
    assert await _waiting(database) == 0


async def test_events_are_sent_once_and_in_their_order(
    database: Database, rabbitmq: RabbitMQ
) -> None:
    await _record(database, 250)
    relay = _relay(database, rabbitmq)
    assert [await relay.send_batch() for _ in range(4)] == [100, 100, 50, 0]
    numbers = [event.payload["number"] for event in await _received(rabbitmq)]
    assert numbers == list(range(250))


async def test_of_several_workers_one_sends_at_a_time(
    database: Database, rabbitmq: RabbitMQ
) -> None:
    await _record(database, 50)
    relays = [_relay(database, rabbitmq) for _ in range(5)]
    sent = await asyncio.gather(*(relay.send_batch() for relay in relays))
    assert sorted(sent) == [0, 0, 0, 0, 50]
    assert len(await _received(rabbitmq)) == 50


async def test_without_the_broker_events_wait_and_the_figures_tell(
    database: Database, rabbitmq: RabbitMQ
) -> None:
    await _record(database, 3)
    relay = _relay(database, RabbitMQ(NO_BROKER, 1, rabbitmq.topology))
    stopping = asyncio.Event()
    running = asyncio.create_task(relay.run(stopping, lambda: None))
    await asyncio.sleep(0.3)
    assert not running.done()
    stopping.set()
    await asyncio.wait_for(running, 5)
    assert await _waiting(database) == 3
    assert REGISTRY.get_sample_value("outbox_pending") == 3
    # The first measurement is of events that had just been recorded.
    await relay.measure()
    assert (REGISTRY.get_sample_value("outbox_oldest_seconds") or 0) > 0.2
    assert await _relay(database, rabbitmq).send_batch() == 3


async def test_one_event_that_fails_holds_no_other_up(
    database: Database, rabbitmq: RabbitMQ, monkeypatch: pytest.MonkeyPatch
) -> None:
    await _record(database, 3)
    publish = rabbitmq.publish

    async def failing(event: DomainEvent, handled: list[str]) -> None:
        if event.payload["number"] == 1:
            raise ConnectionError
        await publish(event, handled)

    monkeypatch.setattr(rabbitmq, "publish", failing)
    with pytest.raises(ConnectionError):
        await _relay(database, rabbitmq).send_batch()
    assert await _waiting(database) == 1
    monkeypatch.undo()
    await _relay(database, rabbitmq).send_batch()
    assert sorted(event.payload["number"] for event in await _received(rabbitmq)) == [0, 1, 2]


async def test_what_was_sent_is_forgotten_after_a_while(
    database: Database, rabbitmq: RabbitMQ
) -> None:
    await _record(database, 2)
    await _relay(database, rabbitmq).send_batch()
    await _record(database, 1)
    async with database.sessions.begin() as session:
        await session.execute(
            text("UPDATE outbox SET sent_at = sent_at - interval '2 days' WHERE position = 1")
        )
        await outbox.forget(session, timedelta(days=1))
        left = await session.scalars(select(OutboxModel.position).order_by(OutboxModel.position))
        assert list(left) == [2, 3]


async def test_looking_for_events_stays_quick_however_many_were_sent(database: Database) -> None:
    async with database.sessions.begin() as session:
        await session.execute(
            text(
                "INSERT INTO outbox (id, name, payload, trace_context, occurred_at, sent_at) "
                "SELECT gen_random_uuid(), 'item.created', '{}', '{}', now(), now() "
                "FROM generate_series(1, 20000)"
            )
        )
    async with database.engine.connect() as connection:
        await connection.execute(text("ANALYZE outbox"))
        statement = "SELECT * FROM outbox WHERE sent_at IS NULL ORDER BY position LIMIT 100"
        plan = "\n".join(await connection.scalars(text(f"EXPLAIN {statement}")))
    assert "outbox_unsent" in plan
