"""How items do under load. Bounds hold on a slow machine; what is compared needs none."""

import asyncio
import gc
import statistics
import time
import tracemalloc
from collections.abc import Awaitable, Callable, Iterator
from contextlib import contextmanager

import httpx
import pytest
from fastapi import FastAPI
from sqlalchemy import event, text

from core.domain.items.entities import Position
from core.project import API_PREFIX
from core.settings import Settings
from database.migrate import migrate
from infrastructure.persistence.database import Database
from infrastructure.persistence.item_repository import PostgresItemRepository
from services.api.src.main import create_app
from tests.support.client import serving
from tests.support.proxy import HangingProxy
from tests.support.settings import make_settings

ITEMS = f"{API_PREFIX}/items"


async def _seconds(work: Callable[[], Awaitable[object]]) -> float:
    start = time.perf_counter()
    await work()
    return time.perf_counter() - start


@contextmanager
def _statements(app: FastAPI) -> Iterator[list[str]]:
    """Note what is asked of the database meanwhile."""
    statements: list[str] = []
    engine = app.state.resources.database.engine.sync_engine

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


async def test_requests_wait_for_the_database_side_by_side(environ: dict[str, str]) -> None:
    async with HangingProxy(environ["DATABASE_URL"], delay=0.02).running() as proxy:
        settings = make_settings(**environ | {"DATABASE_URL": proxy.url}, DATABASE_POOL_SIZE="20")
        async with serving(create_app(settings)) as client:

            async def listed(count: int) -> None:
                answers = await asyncio.gather(*(client.get(ITEMS) for _ in range(count)))
                assert {answer.status_code for answer in answers} == {200}

            await listed(20)  # makes the connections
            alone = statistics.median([await _seconds(lambda: listed(1)) for _ in range(5)])
            together = await _seconds(lambda: listed(20))
    # One after the other they would take twenty times as long.
    assert together < 10 * alone


async def test_what_is_cached_asks_nothing_of_the_database(settings: Settings) -> None:
    app = create_app(settings)
    async with serving(app) as client:
        path = (await client.post(ITEMS, json={"name": "a"})).headers["Location"]
        with _statements(app) as statements:
            for _ in range(100):
                assert (await client.get(path)).status_code == 200
    assert len(statements) == 1


async def test_a_page_far_down_the_list_takes_no_longer_than_the_first(
    empty_database: str,
) -> None:
    await migrate(empty_database)
    database = Database.create(make_settings(DATABASE_URL=empty_database))
    insert = (
        "INSERT INTO items (name, created_at) SELECT 'many ' || number, "
        "timestamptz '2020-01-01' + number * interval '1 second' "
        "FROM generate_series(1, 50000) AS number"
    )
    async with database.engine.begin() as connection:
        await connection.execute(text(insert))
        await connection.execute(text("ANALYZE items"))
        last = (
            await connection.execute(
                text("SELECT created_at, id FROM items WHERE name = 'many 1000'")
            )
        ).one()
    repository = PostgresItemRepository(database.sessions)

    async def median(position: Position | None) -> float:
        times = [await _seconds(lambda: repository.list_after(position, 20)) for _ in range(30)]
        return statistics.median(times)

    first = await median(None)
    far = await median(Position(last.created_at, last.id))
    await database.close()
    # Counting its way there would take it some hundred times as long.
    assert far < 5 * first


async def test_nearly_all_answers_come_quickly(client: httpx.AsyncClient) -> None:
    times = []
    for _ in range(50):
        times.append(await _seconds(lambda: client.post(ITEMS, json={"name": "quick"})))
        times.append(await _seconds(lambda: client.get(ITEMS)))
    assert sorted(times)[int(0.95 * len(times))] < 0.5


# The measurement of coverage itself keeps something for every greenlet that there was.
@pytest.mark.no_cover
async def test_memory_does_not_grow_with_the_requests(client: httpx.AsyncClient) -> None:
    async def send(count: int) -> None:
        for number in range(count):
            path = (await client.post(ITEMS, json={"name": str(number)})).headers["Location"]
            await client.get(path)

    await send(30)  # fills what is made once
    tracemalloc.start()
    try:
        await send(10)
        gc.collect()
        before, _ = tracemalloc.get_traced_memory()
        await send(100)
        gc.collect()
        after, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    # Less than a kilobyte for each request.
    assert after - before < 200 * 1000
