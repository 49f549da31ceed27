"""Health without services: what the routes say, and how checks are weighed."""

import asyncio
import time
from dataclasses import dataclass

import httpx
import pytest
from fastapi import FastAPI

from core.project import API_PREFIX
from infrastructure.health.checks import Finding, Status, SystemHealthAggregator
from services.api.src import healthcheck
from services.api.src.main import create_app
from tests.support.client import HEALTH_HEADERS, serving
from tests.support.process import free_port
from tests.support.settings import METRICS_TOKEN, make_settings

HEALTH = f"{API_PREFIX}/health"


@dataclass
class FakeCheck:
    """A check that takes its time and finds what it is told to."""

    name: str
    status: Status = Status.HEALTHY
    critical: bool = True
    seconds: float = 0
    stubborn: bool = False

    async def run(self) -> Finding:
        """Sleep; a stubborn one does so even when it is cancelled."""
        try:
            await asyncio.sleep(self.seconds)
        except asyncio.CancelledError:
            if self.stubborn:
                await asyncio.sleep(0.5)
            raise
        return Finding(self.status)


async def test_live_needs_no_service(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{HEALTH}/live")
    assert (response.status_code, response.json()) == (200, {"status": "alive"})


async def test_ready_needs_the_database(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{HEALTH}/ready")
    assert (response.status_code, response.json()) == (503, {"status": "unavailable"})


async def test_ready_ends_with_draining(app: FastAPI, client: httpx.AsyncClient) -> None:
    app.state.draining.active = True
    response = await client.get(f"{HEALTH}/ready")
    assert (response.status_code, response.json()) == (503, {"status": "draining"})
    assert response.headers["Connection"] == "close"


async def test_system_names_each_service_that_is_down(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{HEALTH}/system", headers=HEALTH_HEADERS)
    body = response.json()
    assert response.status_code == 503
    assert body["status"] == "UNHEALTHY"
    assert {service["status"] for service in body["services"].values()} == {"UNHEALTHY"}
    assert all(service["error"] for service in body["services"].values())
    assert "nothing" not in response.text  # the password


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {b"Authorization": b"Bearer wrong"},
        {b"Authorization": "Bearer ä".encode()},
        {b"Authorization": b"Basic eDp5"},
    ],
)
async def test_system_is_not_public(client: httpx.AsyncClient, headers: dict[bytes, bytes]) -> None:
    response = await client.get(f"{HEALTH}/system", headers=httpx.Headers(headers))
    assert response.status_code == 401
    assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_metrics_are_guarded_once_there_is_a_token(client: httpx.AsyncClient) -> None:
    assert (await client.get("/metrics")).status_code == 200
    async with serving(create_app(make_settings(METRICS_TOKEN=METRICS_TOKEN))) as guarded:
        assert (await guarded.get("/metrics")).status_code == 401
        headers = {"Authorization": f"Bearer {METRICS_TOKEN}"}
        assert (await guarded.get("/metrics", headers=headers)).status_code == 200


async def test_documentation_is_not_for_production(client: httpx.AsyncClient) -> None:
    page = await client.get(f"{API_PREFIX}/docs")
    assert page.status_code == 200
    assert "cdn.jsdelivr.net" in page.headers["Content-Security-Policy"]
    assert (await client.get(f"{API_PREFIX}/openapi.json")).status_code == 200
    settings = make_settings(ENVIRONMENT="production", BCRYPT_COST="10")
    async with serving(create_app(settings)) as production:
        for path in ("docs", "openapi.json"):
            assert (await production.get(f"{API_PREFIX}/{path}")).status_code == 404


@pytest.mark.parametrize(
    ("critical", "other", "expected", "ready"),
    [
        (Status.HEALTHY, Status.HEALTHY, Status.HEALTHY, True),
        (Status.DEGRADED, Status.HEALTHY, Status.DEGRADED, True),
        (Status.HEALTHY, Status.DEGRADED, Status.DEGRADED, True),
        (Status.HEALTHY, Status.UNHEALTHY, Status.DEGRADED, True),
        (Status.UNHEALTHY, Status.HEALTHY, Status.UNHEALTHY, False),
    ],
)
async def test_the_worst_counts_by_how_much_it_is_needed(
    critical: Status, other: Status, expected: Status, ready: bool
) -> None:
    checks = [FakeCheck("critical", critical), FakeCheck("other", other, critical=False)]
    aggregator = SystemHealthAggregator(checks, timeout=10)
    assert (await aggregator.system()).status is expected
    assert await aggregator.is_ready() is ready


async def test_checks_run_at_the_same_time() -> None:
    checks = [FakeCheck(str(number), seconds=0.2) for number in range(10)]
    start = time.perf_counter()
    health = await SystemHealthAggregator(checks, timeout=10).system()
    assert time.perf_counter() - start < 1
    assert health.status is Status.HEALTHY


@pytest.mark.parametrize("stubborn", [False, True])
async def test_what_hangs_does_not_hold_up_the_answer(stubborn: bool) -> None:
    checks = [FakeCheck("fast"), FakeCheck("slow", seconds=60, stubborn=stubborn)]
    start = time.perf_counter()
    health = await SystemHealthAggregator(checks, timeout=0.1).system()
    assert time.perf_counter() - start < 0.4
    assert health.services["fast"].status is Status.HEALTHY
    assert health.services["slow"].status is Status.UNHEALTHY
    assert health.services["slow"].error == "no answer within 0.1 s"


def test_the_container_is_unhealthy_when_nobody_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PORT", str(free_port()))
    assert healthcheck.main() == 1
