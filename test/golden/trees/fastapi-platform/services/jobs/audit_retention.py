"""Deletes what is older than it has to be kept: entries of the audit log, sessions that are over.

Once, as a scheduler starts it, or again and again (`--every 24h`) where there is none.
"""

import argparse
import asyncio
import logging
import logging.config
import os
import re
import signal
import sys
from dataclasses import asdict, dataclass
from pathlib import Path

import asyncpg
from pydantic import Field

from core.logs import logging_config
from core.settings import DatabaseSettings, SettingsError, load_settings

logger = logging.getLogger(__name__)

# Small enough that nobody waits for the locks of one statement.
BATCH = 5000
_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86400}


class RetentionSettings(DatabaseSettings):
    """What the job needs, and nothing more."""

    audit_retention_days: int = Field(
        365, ge=1, le=36500, description="days that entries of the audit log are kept"
    )
    log_level: str = Field("INFO", description="DEBUG, INFO, WARNING or ERROR")


@dataclass(frozen=True, slots=True)
class Deleted:
    """How much was too old."""

    audit_entries: int
    sessions: int


_COUNT_ENTRIES = """
SELECT count(*) FROM auth_audit_log WHERE occurred_at < now() - make_interval(days => $1)
"""
_DELETE_ENTRIES = """
WITH old AS (
    SELECT id FROM auth_audit_log WHERE occurred_at < now() - make_interval(days => $1) LIMIT $2
), deleted AS (
    DELETE FROM auth_audit_log WHERE id IN (SELECT id FROM old) RETURNING 1
) SELECT count(*) FROM deleted
"""
_COUNT_SESSIONS = """
SELECT count(*) FROM user_sessions
WHERE least(expires_at, revoked_at) < now() - make_interval(days => $1)
"""
_DELETE_SESSIONS = """
WITH old AS (
    SELECT id FROM user_sessions
    WHERE least(expires_at, revoked_at) < now() - make_interval(days => $1) LIMIT $2
), deleted AS (
    DELETE FROM user_sessions WHERE id IN (SELECT id FROM old) RETURNING 1
) SELECT count(*) FROM deleted
"""


async def delete_old(dsn: str, days: int, *, dry_run: bool = False, batch: int = BATCH) -> Deleted:
    """Delete in batches, each a transaction of its own, and return how much; a dry run counts."""
    connection = await asyncpg.connect(dsn, timeout=10)
    try:
        if dry_run:
            return Deleted(
                await connection.fetchval(_COUNT_ENTRIES, days),
                await connection.fetchval(_COUNT_SESSIONS, days),
            )
        return Deleted(
            await _delete(connection, _DELETE_ENTRIES, days, batch),
            await _delete(connection, _DELETE_SESSIONS, days, batch),
        )
    finally:
        await connection.close()


async def _delete(connection: asyncpg.Connection, statement: str, days: int, batch: int) -> int:
    total = 0
    while True:
        deleted = int(await connection.fetchval(statement, days, batch))
        total += deleted
        if deleted < batch:
            return total


async def run(settings: RetentionSettings, options: argparse.Namespace) -> int:
    """Run once and return 1 when it fails, or every so many seconds until a signal comes."""
    dsn, days = settings.database_url.get_secret_value(), settings.audit_retention_days
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    while True:
        try:
            deleted = await delete_old(dsn, days, dry_run=options.dry_run)
        except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
            logger.error("The retention failed", extra={"error": repr(error)})
            if options.every is None:
                return 1
        else:
            logger.info(
                "Old entries counted" if options.dry_run else "Old entries deleted",
                extra={"keep_days": days, **asdict(deleted)},
            )
            if options.heartbeat is not None:
                options.heartbeat.touch()
        if options.every is None:
            return 0
        try:
            await asyncio.wait_for(stop.wait(), options.every)
            return 0
        except TimeoutError:
            pass


def duration(text: str) -> float:
    """Read seconds, or a number with s, m, h or d."""
    match = re.fullmatch(r"(\d+)([smhd]?)", text)
    if match is None or not int(match[1]):
        raise argparse.ArgumentTypeError(f"{text} is no duration such as 3600 or 24h")
    return int(match[1]) * _UNITS[match[2] or "s"]


def main(arguments: list[str] | None = None) -> int:
    """Run from the command line; 1 when it failed."""
    parser = argparse.ArgumentParser(
        prog="python -m services.jobs.audit_retention",
        description="Delete entries of the audit log, and sessions, that are too old.",
    )
    parser.add_argument(
        "--days", type=int, help="how long they are kept (default: AUDIT_RETENTION_DAYS, or 365)"
    )
    parser.add_argument(
        "--every", type=duration, metavar="TIME", help="go on, and run again after 24h or seconds"
    )
    parser.add_argument(
        "--heartbeat", type=Path, metavar="FILE", help="touched whenever it has done its work"
    )
    parser.add_argument("--dry-run", action="store_true", help="only count what would be deleted")
    options = parser.parse_args(arguments)
    environ = dict(os.environ)
    if options.days is not None:
        environ["AUDIT_RETENTION_DAYS"] = str(options.days)
    try:
        settings = load_settings(RetentionSettings, environ)
    except SettingsError as error:
        print(error, file=sys.stderr)
        return 1
    logging.config.dictConfig(logging_config(settings.log_level))
    return asyncio.run(run(settings, options))


if __name__ == "__main__":
    sys.exit(main())
