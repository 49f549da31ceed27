"""The jobs: what they delete, whom they promote, and what they say when they cannot."""

import argparse
import signal
import time
from pathlib import Path

import asyncpg
import pytest

from database.migrate import migrate
from services.jobs.audit_retention import Deleted, delete_old, duration
from tests.support.accounts import make_user, store_user
from tests.support.process import run_python, spawn

RETENTION = "services.jobs.audit_retention"
GRANT = "services.jobs.grant_role"


@pytest.fixture(name="url")
async def url_fixture(empty_database: str) -> str:
    """Return a database with entries and sessions that are 1, 9, 19 … 99 days old."""
    await migrate(empty_database)
    user = await store_user(empty_database, make_user())
    connection = await asyncpg.connect(empty_database)
    days = "(SELECT generate_series(9, 99, 10) AS days UNION ALL SELECT 1) d"
    await connection.execute(
        "INSERT INTO auth_audit_log (event, success, occurred_at) "
        f"SELECT 'login', true, now() - make_interval(days => days) FROM {days}"
    )
    await connection.execute(
        "INSERT INTO user_sessions (id, user_id, expires_at, revoked_at, family_hash, token_hash) "
        "SELECT gen_random_uuid(), $1, now() - make_interval(days => days), "
        "CASE WHEN days > 50 THEN now() - make_interval(days => 200) END, '', '' "
        f"FROM {days}",
        user.id,
    )
    await connection.close()
    return empty_database


async def _left(url: str) -> tuple[int, int]:
    connection = await asyncpg.connect(url)
    try:
        entries = await connection.fetchval("SELECT count(*) FROM auth_audit_log")
        return entries, await connection.fetchval("SELECT count(*) FROM user_sessions")
    finally:
        await connection.close()


async def test_what_is_old_goes_in_batches_and_the_rest_stays(url: str) -> None:
    assert await _left(url) == (11, 11)
    assert await delete_old(url, 30, dry_run=True) == Deleted(7, 7)
    assert await _left(url) == (11, 11)
    assert await delete_old(url, 30, batch=2) == Deleted(7, 7)
    assert await _left(url) == (4, 4)
    assert await delete_old(url, 30) == Deleted(0, 0)


async def test_the_retention_as_a_command(url: str, tmp_path: Path) -> None:
    dry = run_python("-m", RETENTION, "--dry-run", "--days", "30", DATABASE_URL=url)
    assert (dry.returncode, '"audit_entries": 7' in dry.stdout) == (0, True)
    heartbeat = tmp_path / "heartbeat"
    done = run_python(
        "-m", RETENTION, "--heartbeat", str(heartbeat), DATABASE_URL=url, AUDIT_RETENTION_DAYS="60"
    )
    assert (done.returncode, '"audit_entries": 4' in done.stdout) == (0, True)
    assert heartbeat.exists()
    assert (await _left(url))[0] == 7


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        ([], {"DATABASE_URL": ""}, "DATABASE_URL: is missing"),
        (["--days", "0"], {}, "AUDIT_RETENTION_DAYS"),
        ([], {}, "The retention failed"),  # nobody answers there
        (["--every", "often"], {}, "no duration such as"),
    ],
)
def test_the_retention_says_what_is_in_the_way(
    arguments: list[str], variables: dict[str, str], said: str
) -> None:
    result = run_python("-m", RETENTION, *arguments, **variables)
    assert result.returncode != 0
    assert said in result.stdout + result.stderr
    assert "Traceback" not in result.stdout + result.stderr


async def test_the_retention_goes_on_until_it_is_told_to_stop(url: str, tmp_path: Path) -> None:
    heartbeat = tmp_path / "heartbeat"
    arguments = ["-m", RETENTION, "--every", "1s", "--heartbeat", str(heartbeat)]
    with spawn(tmp_path / "log", *arguments, DATABASE_URL=url) as process:
        try:
            times = {_wait_for_beat(heartbeat, 0)}
            times.add(_wait_for_beat(heartbeat, max(times)))
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0
        finally:
            process.kill()
    assert len(times) == 2
    assert await _left(url) == (11, 11)  # kept for a year


def _wait_for_beat(file: Path, after: float) -> float:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        if file.exists() and file.stat().st_mtime > after:
            return file.stat().st_mtime
        time.sleep(0.05)
    raise AssertionError("the job does not work")


@pytest.mark.parametrize(
    ("text", "seconds"), [("90", 90), ("5s", 5), ("2m", 120), ("24h", 86400), ("1d", 86400)]
)
def test_durations(text: str, seconds: float) -> None:
    assert duration(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "0h", "-1", "1w", "h"])
def test_what_is_no_duration(text: str) -> None:
    with pytest.raises(argparse.ArgumentTypeError):
        duration(text)


async def test_the_first_administrator_is_made_by_a_command(url: str) -> None:
    user = await store_user(url, make_user())
    for _ in range(2):
        result = run_python("-m", GRANT, user.email.upper(), "admin", DATABASE_URL=url)
        assert (result.returncode, result.stdout) == (0, f"{user.email} has the role admin now\n")
    connection = await asyncpg.connect(url)
    role = await connection.fetchval("SELECT role FROM users WHERE id = $1", user.id)
    audited = await connection.fetch("SELECT * FROM auth_audit_log WHERE user_id = $1", user.id)
    await connection.close()
    assert role == "admin"
    assert [entry["event"] for entry in audited] == ["change_role"]


@pytest.mark.parametrize(
    ("arguments", "variables", "said"),
    [
        (["nobody@example.com", "admin"], {}, "There is no such user"),
        (["nobody@example.com", "emperor"], {}, "invalid"),
        (["nobody@example.com", "admin"], {"REDIS_URL": ""}, "REDIS_URL: is missing"),
    ],
)
async def test_a_role_that_cannot_be_given(
    url: str, arguments: list[str], variables: dict[str, str], said: str
) -> None:
    result = run_python("-m", GRANT, *arguments, **{"DATABASE_URL": url} | variables)
    assert result.returncode != 0
    assert said in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("module", [RETENTION, GRANT])
def test_help(module: str) -> None:
    result = run_python("-m", module, "--help")
    assert result.returncode == 0
    assert f"python -m {module}" in result.stdout
