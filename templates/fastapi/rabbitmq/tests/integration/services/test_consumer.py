"""The consumer: each event has its effect once; what fails is tried again, and ends aside."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from itertools import pairwise

import aio_pika
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncSession

from core.domain.events import DomainEvent
from core.settings import Settings
from infrastructure.messaging.consumer import EventConsumer, Handler, RetryPolicy
from infrastructure.messaging.envelope import to_message
from infrastructure.messaging.rabbitmq import RabbitMQ
from infrastructure.persistence.database import Database
from services.worker.src import replay
from tests.support.process import run_python
from tests.support.settings import make_settings

NAME = "item.created"


class Recorder:
    """A handler that writes, and fails as often as it is told to."""

    def __init__(self, *failures: Exception) -> None:
        self._failures = list(failures)
        self.times: list[float] = []

    async def handle(self, session: AsyncSession, _event: DomainEvent) -> None:
        """Count the day, then perhaps fail: a failure has to undo it."""
        self.times.append(time.monotonic())
        await session.execute(
            text(
                "INSERT INTO item_activity (day, created) VALUES ('2026-01-01', 1) "
                "ON CONFLICT (day) DO UPDATE SET created = item_activity.created + 1"
            )
        )
        if self._failures:
            raise self._failures.pop(0)


class Bench:
    """A consumer with real services, and what a test asks of them."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.database = Database.create(settings)
        self.rabbitmq = RabbitMQ.create(settings)

    @asynccontextmanager
    async def consuming(self, handle: Handler) -> AsyncIterator[None]:
        """Consume meanwhile."""
        consumer = EventConsumer(
            self.database.sessions,
            self.rabbitmq,
            {NAME: handle},
            concurrency=5,
            retries=RetryPolicy(max_attempts=3, first_seconds=0.2),
            finish_seconds=5,
        )
        stopping = asyncio.Event()
        running = asyncio.create_task(consumer.run(stopping, lambda: None))
        try:
            yield
        finally:
            stopping.set()
            await running

    async def send(self, *messages: aio_pika.Message) -> None:
        """Put messages into the worker's queue, as they are."""
        connection = await self.rabbitmq.connect("test")
        async with connection:
            channel = await connection.channel()
            await self.rabbitmq.topology.declare_queue(channel, [NAME])
            for message in messages:
                await channel.default_exchange.publish(message, self.rabbitmq.topology.queue)

    async def dead(self) -> int:
        """Return how many messages were put aside."""
        connection = await self.rabbitmq.connect("test")
        async with connection:
            channel = await connection.channel()
            queue = await self.rabbitmq.topology.declare_dead_queue(channel)
            return queue.declaration_result.message_count or 0

    async def counted(self) -> int:
        """Return what the handler has written."""
        async with self.database.engine.connect() as connection:
            return await connection.scalar(text("SELECT sum(created)::int FROM item_activity")) or 0


@pytest.fixture(name="bench")
async def bench_fixture(event_environ: dict[str, str]) -> AsyncIterator[Bench]:
    """Give a consumer's surroundings."""
    bench = Bench(make_settings(**event_environ))
    yield bench
    await bench.rabbitmq.close()
    await bench.database.close()


async def _eventually(holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.02)


async def _dead(bench: Bench, count: int) -> None:
    deadline = time.monotonic() + 60
    while await bench.dead() < count:
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def test_copies_that_come_at_the_same_time_are_handled_once(bench: Bench) -> None:
    recorder = Recorder()
    events = [DomainEvent(NAME, {}) for _ in range(5)]
    await bench.send(*(to_message(event) for event in events for _ in range(4)))
    async with bench.consuming(recorder.handle):
        await _eventually(lambda: len(recorder.times) == 5)
        await asyncio.sleep(0.3)
    assert (len(recorder.times), await bench.counted()) == (5, 5)


async def test_what_fails_is_undone_and_tried_again_later(bench: Bench) -> None:
    recorder = Recorder(ValueError("first"), ValueError("second"))
    await bench.send(to_message(DomainEvent(NAME, {})))
    async with bench.consuming(recorder.handle):
        await _eventually(lambda: len(recorder.times) == 3)
        await asyncio.sleep(0.3)
    waits = [later - earlier for earlier, later in pairwise(recorder.times)]
    assert waits[0] >= 0.2
    assert waits[1] >= 0.4
    assert (await bench.counted(), await bench.dead()) == (1, 0)


async def test_what_fails_each_time_ends_aside_and_can_be_replayed(
    bench: Bench, event_environ: dict[str, str]
) -> None:
    recorder = Recorder(*(ValueError(str(number)) for number in range(3)))
    await bench.send(to_message(DomainEvent(NAME, {})))
    async with bench.consuming(recorder.handle):
        await _dead(bench, 1)
        assert (len(recorder.times), await bench.counted()) == (3, 0)
        assert await replay.replay(bench.settings, dry_run=True) == [NAME]
        assert await bench.dead() == 1
        command = ("-m", "services.worker.src.replay")
        moved = await asyncio.to_thread(run_python, *command, **event_environ)
        assert (moved.returncode, moved.stdout) == (0, f"moved {NAME}\n")
        await _eventually(lambda: len(recorder.times) == 4)
        await asyncio.sleep(0.3)
    assert (await bench.counted(), await bench.dead()) == (1, 0)
    nothing = await asyncio.to_thread(run_python, *command, **event_environ)
    assert nothing.stdout == "there are no dead events\n"


async def test_a_service_that_is_away_is_not_the_event_s_fault(bench: Bench) -> None:
    recorder = Recorder(*(ConnectionRefusedError() for _ in range(4)))
    await bench.send(to_message(DomainEvent(NAME, {})))
    async with bench.consuming(recorder.handle):
        await _eventually(lambda: len(recorder.times) == 5)
        await asyncio.sleep(0.3)
    assert (await bench.counted(), await bench.dead()) == (1, 0)


async def test_what_is_no_event_holds_no_other_up(bench: Bench) -> None:
    recorder = Recorder()
    poison = [aio_pika.Message(body) for body in (b"", b"\xff", b"[]", b'{"name": 1}')]
    await bench.send(*poison, to_message(DomainEvent(NAME, {})))
    async with bench.consuming(recorder.handle):
        await _dead(bench, 4)
        await _eventually(lambda: len(recorder.times) == 1)
    assert await bench.counted() == 1


async def test_an_event_that_nobody_knows_waits_for_a_newer_worker(bench: Bench) -> None:
    recorder = Recorder()
    await bench.send(to_message(DomainEvent("item.painted", {})))
    async with bench.consuming(recorder.handle):
        await _dead(bench, 1)
    assert not recorder.times


async def test_a_queue_that_was_deleted_is_made_anew(bench: Bench) -> None:
    recorder = Recorder()
    async with bench.consuming(recorder.handle):
        await bench.send(to_message(DomainEvent(NAME, {})))
        await _eventually(lambda: len(recorder.times) == 1)
        connection = await bench.rabbitmq.connect("somebody")
        async with connection:
            await (await connection.channel()).queue_delete(bench.rabbitmq.topology.queue)
        await asyncio.sleep(1)
        await bench.send(to_message(DomainEvent(NAME, {})))
        await _eventually(lambda: len(recorder.times) == 2)
    assert await bench.counted() == 2


def test_replaying_says_what_is_in_the_way() -> None:
    refused = run_python("-m", "services.worker.src.replay")
    assert refused.returncode == 1
    assert "The broker refuses or does not answer" in refused.stderr
    missing = run_python("-m", "services.worker.src.replay", RABBITMQ_URL="")
    assert (missing.returncode, "RABBITMQ_URL: is missing" in missing.stderr) == (1, True)
