"""Events all the way: from a request over outbox, broker and worker to what they count."""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import httpx
import pytest

from core.project import API_PREFIX
from services.api.src.main import create_app
from tests.support.accounts import ADMIN_HEADERS
from tests.support.client import serving
from tests.support.collector import collecting
from tests.support.process import free_port, run_python, started
from tests.support.proxy import HangingProxy
from tests.support.settings import METRICS_TOKEN, make_settings
from tests.support.worker import dying_at, working

ITEMS = f"{API_PREFIX}/items"

# Quick enough for a test to see an event fail and be tried again.
QUICK = {"OUTBOX_POLL_SECONDS": "0.05", "WORKER_RETRY_SECONDS": "0.2"}


@pytest.fixture(name="variables")
def variables_fixture(event_environ: dict[str, str]) -> dict[str, str]:
    """Return the variables of a worker and its API."""
    return event_environ | QUICK


@pytest.fixture(name="api")
async def api_fixture(variables: dict[str, str]) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the API that shares the worker's database."""
    async with serving(create_app(make_settings(**variables))) as client:
        yield client


async def _create(api: httpx.AsyncClient, count: int) -> list[str]:
    answers = await asyncio.gather(
        *(api.post(ITEMS, json={"name": str(number)}) for number in range(count))
    )
    assert {answer.status_code for answer in answers} == {201}
    return [answer.headers["Location"] for answer in answers]


async def _counted(api: httpx.AsyncClient) -> tuple[int, int]:
    days = (await api.get(f"{ITEMS}/activity")).json()
    return sum(day["created"] for day in days), sum(day["deleted"] for day in days)


async def _eventually(holds: Callable[[], Awaitable[bool]]) -> None:
    deadline = time.monotonic() + 60
    while not await holds():
        assert time.monotonic() < deadline
        await asyncio.sleep(0.05)


async def _expect(api: httpx.AsyncClient, created: int, deleted: int = 0) -> None:
    """Wait until all are counted, and a little longer: none is counted twice."""

    async def all_counted() -> bool:
        return sum(await _counted(api)) >= created + deleted

    await _eventually(all_counted)
    await asyncio.sleep(0.5)
    assert await _counted(api) == (created, deleted)


async def test_from_the_request_to_the_count(
    api: httpx.AsyncClient, variables: dict[str, str], tmp_path: Path
) -> None:
    port = free_port()
    # The file by which the worker is known to live has a folder of its own.
    own = {"TMPDIR": str(tmp_path), "WORKER_METRICS_PORT": str(port)}
    guarded = variables | own | {"METRICS_TOKEN": METRICS_TOKEN}
    with working(tmp_path / "log", guarded) as worker:
        worker.wait_until_consuming()
        locations = await _create(api, 3)
        answer = await api.post(ITEMS, json={"name": "a"}, headers={"X-Request-ID": "by-hand"})
        await api.delete(locations[0])
        assert answer.status_code == 201
        await _expect(api, created=4, deleted=1)
        assert "by-hand" in {line["request_id"] for line in worker.events()}
        assert run_python("-m", "services.worker.src.healthcheck", **own).returncode == 0
        headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}") as prometheus:
            metrics = (await prometheus.get("/metrics", headers=headers)).text.splitlines()
            assert (await prometheus.get("/metrics")).status_code == 401
        assert "outbox_pending 0.0" in metrics
        assert 'events_published_total{event="item.created",outcome="confirmed"} 4.0' in metrics
        assert 'events_handled_total{event="item.deleted",outcome="handled"} 1.0' in metrics
        assert worker.stop() == 0


async def test_the_broker_goes_away_and_comes_back(
    api: httpx.AsyncClient, variables: dict[str, str], tmp_path: Path
) -> None:
    async with HangingProxy(variables["RABBITMQ_URL"]).running() as proxy:
        through = variables | {"RABBITMQ_URL": proxy.url, "RABBITMQ_TIMEOUT_SECONDS": "1"}
        with working(tmp_path / "log", through) as worker:
            await asyncio.to_thread(worker.wait_until_consuming)
            for _ in range(3):
                sending = asyncio.create_task(_create(api, 30))
                # In the midst of sending, wherever that is.
                await asyncio.sleep(0.1)
                proxy.cut()
                await sending
                await asyncio.sleep(0.3)
                proxy.flow()
            await _expect(api, created=90)
            assert await asyncio.to_thread(worker.stop) == 0
            assert worker.outcomes().count("handled") == 90


async def test_the_database_goes_away_and_comes_back(
    api: httpx.AsyncClient, variables: dict[str, str], tmp_path: Path
) -> None:
    async with HangingProxy(variables["DATABASE_URL"]).running() as proxy:
        # One try only: an event that waits for the database has not failed.
        through = variables | {"DATABASE_URL": proxy.url, "WORKER_MAX_ATTEMPTS": "1"}
        with working(tmp_path / "log", through) as worker:
            await asyncio.to_thread(worker.wait_until_consuming)
            sending = asyncio.create_task(_create(api, 60))
            await asyncio.sleep(0.15)
            proxy.cut()
            await sending
            await asyncio.sleep(0.5)
            proxy.flow()
            await _expect(api, created=60)
            assert await asyncio.to_thread(worker.stop) == 0
            assert "dead" not in worker.outcomes()


@pytest.mark.parametrize(
    "where",
    [
        "outbox.mark_sent",  # the broker has the event, the outbox does not know
        "outbox.mark_handled",  # delivered, and nothing was done about it
        "aio_pika.message.IncomingMessage.ack",  # handled, and the broker does not know
    ],
)
async def test_a_worker_is_killed(
    api: httpx.AsyncClient, variables: dict[str, str], tmp_path: Path, where: str
) -> None:
    await _create(api, 10)
    with working(tmp_path / "killed", variables, dying_at(where)) as killed:
        assert await asyncio.to_thread(killed.wait) == -9
    with working(tmp_path / "log", variables) as worker:
        await _expect(api, created=10)
        assert await asyncio.to_thread(worker.stop) == 0
        # What was sent or handled before the end is known when it comes again.
        assert where == "outbox.mark_handled" or "duplicate" in worker.outcomes()


async def test_several_workers_share_the_work(
    api: httpx.AsyncClient, variables: dict[str, str], tmp_path: Path
) -> None:
    with (
        working(tmp_path / "one", variables) as one,
        working(tmp_path / "other", variables) as other,
    ):
        await asyncio.to_thread(one.wait_until_consuming)
        await asyncio.to_thread(other.wait_until_consuming)
        await _create(api, 100)
        await _expect(api, created=100)
        outcomes = [one.outcomes(), other.outcomes()]
    # Each was sent once: none had to be known again.
    assert [len(outcome) for outcome in outcomes] > [0, 0]
    assert outcomes[0] + outcomes[1] == ["handled"] * 100


_SLOW = """
import asyncio, sys

from services.worker.src import handlers, worker
from services.worker.src.__main__ import main

def create_slow_handlers(settings):
    def slow(handle):
        async def wait_and_handle(session, event):
            print('{"logger": "slow"}', flush=True)
            await asyncio.sleep(1)
            await handle(session, event)
        return wait_and_handle
    return {name: slow(handle) for name, handle in handlers.create_handlers(settings).items()}

worker.create_handlers = create_slow_handlers
sys.exit(main([]))
"""


async def test_sigterm_finishes_what_is_in_hand(
    api: httpx.AsyncClient, variables: dict[str, str], tmp_path: Path
) -> None:
    log = tmp_path / "log"
    with working(log, variables | {"WORKER_CONCURRENCY": "2"}, _SLOW) as worker:
        await _create(api, 6)

        async def has_begun() -> bool:
            return '"slow"' in log.read_text()

        await _eventually(has_begun)
        start = time.monotonic()
        assert await asyncio.to_thread(worker.stop) == 0
        assert time.monotonic() - start < 5
        assert set(worker.outcomes()) == {"handled"}
        finished = len(worker.outcomes())
    assert 1 <= finished <= 4
    assert await _counted(api) == (finished, 0)
    # The rest is the next one's.
    with working(tmp_path / "next", variables) as following:
        await _expect(api, created=6)
        assert following.outcomes() == ["handled"] * (6 - finished)


def test_a_trace_reaches_from_the_request_to_the_handler(
    variables: dict[str, str], tmp_path: Path
) -> None:
    with collecting() as (url, spans):
        traced = variables | {"OTEL_ENABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": url}
        with started(tmp_path / "api", traced) as service:
            httpx.post(f"{service.url}{ITEMS}", json={"name": "a"}, headers=ADMIN_HEADERS)
            # The line about a request may come after its answer, but not after the end.
            service.stop()
            trace_id = service.log("access")[-1]["trace_id"]
        with working(tmp_path / "worker", traced) as worker:
            deadline = time.monotonic() + 60
            while not worker.events() and time.monotonic() < deadline:
                time.sleep(0.05)
            assert [line["trace_id"] for line in worker.events()] == [trace_id]
            assert worker.stop() == 0
    names = [name for span_trace, name in spans if span_trace == trace_id]
    assert any("item.created" in name and "send" in name for name in names)
    assert any(name.endswith("receive") for name in names)
    # Looking for events, which the worker does all the time, is nobody's trace.
    assert {span_trace for span_trace, _ in spans} == {trace_id}


def test_wrong_settings_end_it_with_a_word_for_each_fault() -> None:
    result = run_python("-m", "services.worker.src", DATABASE_URL="", WORKER_CONCURRENCY="0")
    assert result.returncode == 1
    assert "DATABASE_URL: is missing" in result.stderr
    assert "WORKER_CONCURRENCY: " in result.stderr
