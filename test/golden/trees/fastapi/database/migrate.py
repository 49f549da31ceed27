"""Applies the files of database/migrations in the order of their names, each once.

Safe to repeat and to start twice at the same time. What is applied must not be changed any more:
a new file changes the schema further. While the old version still runs, a migration may only
add; what nobody uses any more goes in a later release.
"""

import argparse
import asyncio
import hashlib
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

import asyncpg

from core.settings import DatabaseSettings, SettingsError, load_settings

MIGRATIONS = Path(__file__).parent / "migrations"

# Any number does, as long as nothing else in this database locks the same one.
_LOCK = 7_262_019_031

_CREATE_JOURNAL = """
CREATE TABLE IF NOT EXISTS schema_migrations (
    name text PRIMARY KEY,
    checksum text NOT NULL,
    applied_at timestamptz NOT NULL DEFAULT now()
)
"""


class MigrationError(Exception):
    """What keeps the migrations from being applied."""


@dataclass(frozen=True, slots=True)
class Migration:
    """A file of SQL."""

    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """What tells whether the file is still the one that was applied."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def read_migrations(folder: Path) -> list[Migration]:
    """Read the files in the order of their names."""
    migrations = [Migration(p.name, p.read_text("utf-8")) for p in sorted(folder.glob("*.sql"))]
    if not migrations:
        raise MigrationError(f"there are no .sql files in {folder}")
    return migrations


async def migrate(
    dsn: str, folder: Path = MIGRATIONS, *, wait_seconds: float = 60, dry_run: bool = False
) -> list[str]:
    """Apply what is missing, and return the names; a dry run only returns them."""
    migrations = read_migrations(folder)
    connection = await _connect(dsn, time.monotonic() + wait_seconds)
    try:
        if dry_run:
            return [m.name for m in await _pending(connection, migrations)]
        # Bounds the wait for another runner, and for tables that are in use.
        await connection.execute(f"SET lock_timeout = {int(wait_seconds * 1000)}")
        # Of the session: it is released with the connection, also when this process is killed.
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        await connection.execute(_CREATE_JOURNAL)
        applied = []
        for migration in await _pending(connection, migrations):
            await _apply(connection, migration)
            applied.append(migration.name)
        return applied
    except asyncpg.LockNotAvailableError as error:
        raise MigrationError(f"waited {wait_seconds:g} s for a lock: {error}") from error
    finally:
        await connection.close()


async def await_migrations(
    dsn: str, folder: Path = MIGRATIONS, *, wait_seconds: float = 60
) -> None:
    """Apply nothing, and return once somebody else has applied everything."""
    migrations = read_migrations(folder)
    deadline = time.monotonic() + wait_seconds
    connection = await _connect(dsn, deadline)
    try:
        while pending := await _pending(connection, migrations):
            if time.monotonic() > deadline:
                names = ", ".join(migration.name for migration in pending)
                raise MigrationError(f"nobody has applied {names} in {wait_seconds:g} s")
            await asyncio.sleep(min(1, wait_seconds))
    finally:
        await connection.close()


async def _connect(dsn: str, deadline: float) -> asyncpg.Connection:
    while True:
        remaining = deadline - time.monotonic()
        try:
            return await asyncpg.connect(dsn, timeout=max(remaining, 0.1))
        except (OSError, asyncpg.CannotConnectNowError, asyncpg.TooManyConnectionsError) as error:
            if deadline - time.monotonic() < 1:
                raise MigrationError(f"the database does not answer: {error!r}") from error
        except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            # A wrong password or database does not mend itself.
            raise MigrationError(f"the database refuses: {error}") from error
        await asyncio.sleep(1)


async def _pending(connection: asyncpg.Connection, migrations: list[Migration]) -> list[Migration]:
    if await connection.fetchval("SELECT to_regclass('schema_migrations')") is None:
        return migrations
    # A name that is applied but not here belongs to a newer release: that is what a roll-back is.
    rows = await connection.fetch("SELECT name, checksum FROM schema_migrations")
    applied = {row["name"]: row["checksum"] for row in rows}
    for migration in migrations:
        if applied.get(migration.name, migration.checksum) != migration.checksum:
            raise MigrationError(
                f"{migration.name} was changed after it had been applied; "
                "restore it and put the change into a new file"
            )
    return [migration for migration in migrations if migration.name not in applied]


async def _apply(connection: asyncpg.Connection, migration: Migration) -> None:
    try:
        async with connection.transaction():
            await connection.execute(migration.sql)
            await connection.execute(
                "INSERT INTO schema_migrations (name, checksum) VALUES ($1, $2)",
                migration.name,
                migration.checksum,
            )
    except asyncpg.LockNotAvailableError:
        raise
    except asyncpg.PostgresError as error:
        raise MigrationError(f"{migration.name} failed and was undone: {error}") from error


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; 1 when something is in the way."""
    parser = argparse.ArgumentParser(
        prog="python -m database.migrate",
        description="Apply the migrations that the database of DATABASE_URL does not have yet.",
    )
    mode = parser.add_mutually_exclusive_group()
    mode.add_argument(
        "--dry-run", action="store_true", help="only list what would be applied; exit code 0"
    )
    mode.add_argument(
        "--wait", action="store_true", help="apply nothing and wait until another runner has"
    )
    parser.add_argument(
        "--timeout",
        type=float,
        default=60,
        metavar="SECONDS",
        help="how long to wait for the database, for locks and for others (default: 60)",
    )
    options = parser.parse_args(arguments)
    try:
        settings = load_settings(DatabaseSettings, os.environ)
        dsn = settings.database_url.get_secret_value()
        if options.wait:
            asyncio.run(await_migrations(dsn, wait_seconds=options.timeout))
            return 0
        names = asyncio.run(migrate(dsn, wait_seconds=options.timeout, dry_run=options.dry_run))
    except (SettingsError, MigrationError) as error:
        print(f"Migration: {error}", file=sys.stderr)
        return 1
    verb = "would apply" if options.dry_run else "applied"
    for name in names:
        print(f"{verb} {name}")
    if not names:
        print("nothing to apply")
    return 0


if __name__ == "__main__":
    sys.exit(main())
