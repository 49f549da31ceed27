"""How long a login takes tells a stranger nothing: neither who has an account nor who is locked."""

import statistics
import time
from datetime import UTC, datetime, timedelta

import asyncpg
import httpx
import pytest

from core.project import API_PREFIX
from services.api.src.main import create_app
from tests.support.accounts import hash_password, make_user, store_user
from tests.support.client import serving
from tests.support.settings import make_settings

LOGIN = f"{API_PREFIX}/auth/login"
ROUNDS = 200
# Cheaper than in production: all that does not depend on the hash weighs sixteen times as much.
COST = 8
_ATTEMPTS = 3


# The measurement of coverage weighs on the code around the hash, which is what is compared.
@pytest.mark.no_cover
async def test_unknown_wrong_and_locked_take_the_same_time(environ: dict[str, str]) -> None:
    settings = make_settings(
        **environ,
        BCRYPT_COST=str(COST),
        LOCK_AFTER_FAILURES="100",
        AUTH_LIMIT_PER_ACCOUNT="1000000",
    )
    password_hash = await hash_password(cost=COST)
    emails = {kind: make_user().email for kind in ("unknown", "locked")}
    # So many that none fails often enough to be locked by the way.
    wrong = [make_user().email for _ in range(8)]
    for email in (emails["locked"], *wrong):
        user = make_user(email=email, password_hash=password_hash)
        await store_user(environ["DATABASE_URL"], user)
    await _lock(environ["DATABASE_URL"], emails["locked"])
    async with serving(create_app(settings), {}) as client:
        # What else the machine does may differ from turn to turn; what the service does would
        # show every time.
        for _ in range(_ATTEMPTS):
            medians = await _medians(client, emails, wrong)
            limit = 0.05 * await _hash_time()
            if all(abs(median - medians["wrong"]) < limit for median in medians.values()):
                return
    pytest.fail(f"seconds that a login takes: {medians}; they may differ by {limit}")


async def _medians(
    client: httpx.AsyncClient, emails: dict[str, str], wrong: list[str]
) -> dict[str, float]:
    times: dict[str, list[float]] = {"unknown": [], "wrong": [], "locked": []}
    for number in range(ROUNDS):
        # By turns, and by turns first: what slows the machine down meets all alike.
        order = list(times)
        for kind in order[number % 3 :] + order[: number % 3]:
            email = wrong[number % len(wrong)] if kind == "wrong" else emails[kind]
            times[kind].append(await _time(client, email))
    return {kind: statistics.median(values) for kind, values in times.items()}


async def _time(client: httpx.AsyncClient, email: str) -> float:
    start = time.perf_counter()
    response = await client.post(LOGIN, json={"email": email, "password": "wrong guess 1"})
    assert response.status_code == 401
    return time.perf_counter() - start


async def _lock(url: str, email: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        until = datetime.now(UTC) + timedelta(hours=1)
        await connection.execute(
            "UPDATE users SET locked_until = $2 WHERE email = $1", email, until
        )
    finally:
        await connection.close()


async def _hash_time() -> float:
    times = []
    for _ in range(15):
        start = time.perf_counter()
        await hash_password(cost=COST)
        times.append(time.perf_counter() - start)
    return statistics.median(times)
