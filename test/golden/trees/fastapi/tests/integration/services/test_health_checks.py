"""The checks against real services, and against ones that hang."""

import time
from typing import Any

import httpx
import pytest
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline

from core.project import API_PREFIX, SLUG
from core.settings import Settings
from infrastructure.health.checks import DatabaseHealthCheck, RedisHealthCheck, Status
from infrastructure.persistence.database import Database
from services.api.src.main import create_app
from tests.support.client import HEALTH_HEADERS, serving
from tests.support.proxy import HangingProxy
from tests.support.settings import make_settings

SYSTEM = f"{API_PREFIX}/health/system"
READY = f"{API_PREFIX}/health/ready"


async def test_all_is_well_with_figures(client: httpx.AsyncClient) -> None:
    response = await client.get(SYSTEM, headers=HEALTH_HEADERS)
    body = response.json()
    assert (response.status_code, body["status"]) == (200, "HEALTHY")
    assert body["services"]["database"]["figures"] == {"pool_in_use": 0, "pool_capacity": 10}
    assert body["services"]["redis"]["figures"]["used_memory_bytes"] > 0
    assert all(service["latency_ms"] > 0 for service in body["services"].values())
    assert (await client.get(READY)).status_code == 200


async def test_system_is_quick(client: httpx.AsyncClient) -> None:
    times = []
    for _ in range(200):
        start = time.perf_counter()
        assert (await client.get(SYSTEM, headers=HEALTH_HEADERS)).status_code == 200
        times.append(time.perf_counter() - start)
    assert sorted(times)[189] < 0.1


@pytest.mark.parametrize(
    ("variable", "service", "system", "ready"),
    [
        ("DATABASE_URL", "database", "UNHEALTHY", 503),
        ("REDIS_URL", "redis", "DEGRADED", 200),
    ],
)
async def test_a_service_that_hangs_is_told_in_time(
    environ: dict[str, str], variable: str, service: str, system: str, ready: int
) -> None:
    async with HangingProxy(environ[variable]).running() as proxy:
        settings = make_settings(**environ | {variable: proxy.url}, HEALTH_TIMEOUT_SECONDS="0.5")
        async with serving(create_app(settings)) as client:
            assert (await client.get(SYSTEM, headers=HEALTH_HEADERS)).json()["status"] == "HEALTHY"
            proxy.hang()
            start = time.perf_counter()
            response = await client.get(SYSTEM, headers=HEALTH_HEADERS)
            assert time.perf_counter() - start < 1
            assert response.json()["status"] == system
            assert response.json()["services"][service]["status"] == "UNHEALTHY"
            assert response.json()["services"][service]["error"] == "no answer within 0.5 s"
            start = time.perf_counter()
            assert (await client.get(READY)).status_code == ready
            assert time.perf_counter() - start < 1
            proxy.flow()


async def test_a_pool_that_is_nearly_used_up_degrades(settings: Settings) -> None:
    database = Database.create(
        settings.model_copy(update={"database_pool_size": 2, "database_max_overflow": 0})
    )
    check = DatabaseHealthCheck(database)
    assert (await check.run()).status is Status.HEALTHY
    async with database.engine.connect():
        finding = await check.run()
        assert (finding.status, finding.figures["pool_in_use"]) == (Status.HEALTHY, 1)
    database.capacity = 1
    async with database.engine.connect():
        assert (await check.run()).status is Status.DEGRADED
    await database.close()


@pytest.mark.parametrize(("answer", "lost"), [(2, None), (2, "another"), (3, 0)])
async def test_a_redis_that_keeps_nothing_is_unhealthy(
    services: dict[str, str], monkeypatch: pytest.MonkeyPatch, answer: int, lost: object
) -> None:
    redis = Redis.from_url(services["REDIS_URL"], decode_responses=True)
    execute = Pipeline.execute

    async def execute_and_lose(pipeline: Pipeline) -> list[Any]:
        results = await execute(pipeline)
        results[answer] = lost
        return results

    monkeypatch.setattr(Pipeline, "execute", execute_and_lose)
    with pytest.raises(RuntimeError, match="was not the one read or deleted"):
        await RedisHealthCheck(redis).run()
    monkeypatch.undo()
    await RedisHealthCheck(redis).run()
    assert [key async for key in redis.scan_iter(match=f"{SLUG}:health:*")] == []
    await redis.aclose()


@pytest.mark.parametrize(
    ("policy", "limit", "expected"),
    [
        ("noeviction", 1, Status.DEGRADED),
        ("noeviction", 0, Status.HEALTHY),
        ("noeviction", 1 << 50, Status.HEALTHY),
        ("allkeys-lru", 1, Status.HEALTHY),
    ],
)
async def test_a_full_redis_degrades_only_when_it_cannot_make_room(
    services: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    policy: str,
    limit: int,
    expected: Status,
) -> None:
    redis = Redis.from_url(services["REDIS_URL"], decode_responses=True)
    execute = Pipeline.execute

    async def execute_with_limit(pipeline: Pipeline) -> list[Any]:
        results = await execute(pipeline)
        results[-1] |= {"maxmemory": limit, "maxmemory_policy": policy}
        return results

    monkeypatch.setattr(Pipeline, "execute", execute_with_limit)
    assert (await RedisHealthCheck(redis).run()).status is expected
    await redis.aclose()
