"""Answers for the connections to PostgreSQL and the figures of their pool."""

from typing import cast

import asyncpg
from sqlalchemy import event, make_url
from sqlalchemy.ext.asyncio import AsyncEngine, async_sessionmaker, create_async_engine
from sqlalchemy.orm import DeclarativeBase
from sqlalchemy.pool import QueuePool

from core.project import SLUG
from core.settings import Settings
from infrastructure.observability.metrics import DB_POOL_IN_USE, DB_POOL_SIZE

# Below the idle limits that firewalls and managed databases commonly have.
_RECYCLE_SECONDS = 1800


class Base(DeclarativeBase):
    """The parent of all models."""


class Database:
    """The engine and its sessions; nothing connects before the first use."""

    def __init__(self, engine: AsyncEngine, capacity: int) -> None:
        self.engine = engine
        self.capacity = capacity
        self.sessions = async_sessionmaker(engine, expire_on_commit=False)
        DB_POOL_SIZE.set(capacity)
        event.listen(engine.sync_engine, "checkout", lambda *_: DB_POOL_IN_USE.inc())
        event.listen(engine.sync_engine, "checkin", lambda *_: DB_POOL_IN_USE.dec())

    @classmethod
    def create(cls, settings: Settings) -> "Database":
        """Build from the settings."""
        dsn = settings.database_url.get_secret_value()
        timeout = settings.database_timeout_seconds

        async def connect() -> asyncpg.Connection:
            # asyncpg reads the URL itself: it knows sslmode, sslrootcert and the rest of libpq's
            # options, which SQLAlchemy would hand on as unknown arguments.
            return await asyncpg.connect(
                dsn,
                timeout=timeout,
                command_timeout=timeout,
                server_settings={
                    "application_name": SLUG,
                    "statement_timeout": str(int(timeout * 1000)),
                },
            )

        engine = create_async_engine(
            make_url(dsn).set(drivername="postgresql+asyncpg", query={}),
            async_creator=connect,
            pool_size=settings.database_pool_size,
            max_overflow=settings.database_max_overflow,
            pool_timeout=timeout,
            pool_pre_ping=True,
            pool_recycle=_RECYCLE_SECONDS,
        )
        return cls(engine, settings.database_pool_size + settings.database_max_overflow)

    @property
    def in_use(self) -> int:
        """How many of the pool's connections are at work."""
        return cast(QueuePool, self.engine.pool).checkedout()

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()
