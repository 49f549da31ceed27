"""The migration runner: each file once, however often and by however many it is run."""

import asyncio
import time
from pathlib import Path

import asyncpg
import pytest

from database.migrate import MIGRATIONS, MigrationError, await_migrations, migrate
from tests.support.process import free_port, run_python

ALL = sorted(path.name for path in MIGRATIONS.glob("*.sql"))


async def _tables(url: str) -> set[str]:
    connection = await asyncpg.connect(url)
    try:
        rows = await connection.fetch("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
        return {row["tablename"] for row in rows}
    finally:
        await connection.close()


async def test_the_second_run_has_nothing_to_do(empty_database: str) -> None:
    assert await migrate(empty_database) == ALL
    assert await migrate(empty_database) == []
    assert {"items", "schema_migrations"} <= await _tables(empty_database)


async def test_runs_at_the_same_time_apply_each_file_once(empty_database: str) -> None:
    applied = await asyncio.gather(*(migrate(empty_database) for _ in range(8)))
    assert sorted(applied) == [[]] * 7 + [ALL]


async def test_a_dry_run_changes_nothing(empty_database: str) -> None:
    assert await migrate(empty_database, dry_run=True) == ALL
    assert await _tables(empty_database) == set()
    await migrate(empty_database)
    assert await migrate(empty_database, dry_run=True) == []


async def test_a_failing_file_is_undone_and_the_ones_before_it_stay(
    empty_database: str, tmp_path: Path
) -> None:
    (tmp_path / "001_a.sql").write_text("CREATE TABLE a (); CREATE TABLE also_a ();")
    (tmp_path / "002_b.sql").write_text("CREATE TABLE b (); SELECT 1 / 0;")
    with pytest.raises(MigrationError, match=r"002_b.sql failed and was undone: division by zero"):
        await migrate(empty_database, tmp_path)
    assert await _tables(empty_database) == {"a", "also_a", "schema_migrations"}
    (tmp_path / "002_b.sql").write_text("CREATE TABLE b ();")
    assert await migrate(empty_database, tmp_path) == ["002_b.sql"]


async def test_a_file_that_was_applied_must_not_change(empty_database: str, tmp_path: Path) -> None:
    file = tmp_path / "001_a.sql"
    file.write_text("CREATE TABLE a ();")
    await migrate(empty_database, tmp_path)
    file.write_text("CREATE TABLE a (id int);")
    with pytest.raises(MigrationError, match=r"001_a.sql was changed"):
        await migrate(empty_database, tmp_path)


async def test_an_older_release_does_not_mind_newer_tables(
    empty_database: str, tmp_path: Path
) -> None:
    for name in ("001_a", "002_b"):
        (tmp_path / f"{name}.sql").write_text(f"CREATE TABLE t{name} ();")
    await migrate(empty_database, tmp_path)
    (tmp_path / "002_b.sql").unlink()
    assert await migrate(empty_database, tmp_path) == []


async def test_a_lock_is_waited_for_only_so_long(empty_database: str, tmp_path: Path) -> None:
    (tmp_path / "001_a.sql").write_text("CREATE TABLE a ();")
    await migrate(empty_database, tmp_path)
    (tmp_path / "002_a.sql").write_text("ALTER TABLE a ADD COLUMN b int;")
    connection = await asyncpg.connect(empty_database)
    try:
        async with connection.transaction():
            await connection.execute("LOCK TABLE a IN ACCESS SHARE MODE")
            with pytest.raises(MigrationError, match=r"waited 0.2 s for a lock"):
                await migrate(empty_database, tmp_path, wait_seconds=0.2)
    finally:
        await connection.close()


async def test_others_are_waited_for(empty_database: str) -> None:
    waiting = asyncio.create_task(await_migrations(empty_database))
    await asyncio.sleep(0.2)
    assert not waiting.done()
    await migrate(empty_database)
    await asyncio.wait_for(waiting, 5)


async def test_others_are_waited_for_only_so_long(empty_database: str) -> None:
    with pytest.raises(MigrationError, match=rf"nobody has applied {ALL[0]}.* in 0.2 s"):
        await await_migrations(empty_database, wait_seconds=0.2)
    assert await _tables(empty_database) == set()


async def test_an_empty_folder_is_a_mistake(tmp_path: Path) -> None:
    with pytest.raises(MigrationError, match=r"no .sql files"):
        await migrate("postgresql://nowhere", tmp_path)


async def test_a_database_that_does_not_answer_is_waited_for_only_so_long() -> None:
    start = time.monotonic()
    with pytest.raises(MigrationError, match="does not answer"):
        await migrate(f"postgresql://127.0.0.1:{free_port()}/none", wait_seconds=2)
    assert time.monotonic() - start < 5


def test_the_command(empty_database: str) -> None:
    waited = run_python(
        "-m", "database.migrate", "--wait", "--timeout", "0.5", DATABASE_URL=empty_database
    )
    assert waited.returncode == 1
    planned = run_python("-m", "database.migrate", "--dry-run", DATABASE_URL=empty_database)
    assert planned.stdout.splitlines() == [f"would apply {name}" for name in ALL]
    applied = run_python("-m", "database.migrate", DATABASE_URL=empty_database)
    assert applied.stdout.splitlines() == [f"applied {name}" for name in ALL]
    again = run_python("-m", "database.migrate", DATABASE_URL=empty_database)
    assert again.stdout == "nothing to apply\n"
    waited = run_python("-m", "database.migrate", "--wait", DATABASE_URL=empty_database)
    assert (waited.returncode, waited.stdout) == (0, "")


def test_the_command_says_what_is_in_the_way(empty_database: str) -> None:
    refused = run_python("-m", "database.migrate", DATABASE_URL=f"{empty_database}_not")
    assert refused.returncode == 1
    assert "Migration: the database refuses" in refused.stderr
    missing = run_python("-m", "database.migrate", DATABASE_URL="")
    assert missing.returncode == 1
    assert "DATABASE_URL: is missing" in missing.stderr
    assert "Traceback" not in refused.stderr + missing.stderr
