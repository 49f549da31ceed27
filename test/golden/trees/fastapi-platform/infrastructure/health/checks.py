"""Judges each dependency and, from all of them, the system."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol
from uuid import uuid4

from redis.asyncio import Redis
from sqlalchemy import text

from core.project import SLUG
from infrastructure.messaging.rabbitmq import RabbitMQ
from infrastructure.persistence.database import Database

logger = logging.getLogger(__name__)

# From this share of a pool or a memory limit on, the next peak is likely to hit the end.
_NEARLY_FULL = 0.9


class Status(StrEnum):
    """The three levels, of a service and of the system."""

    HEALTHY = "HEALTHY"
    DEGRADED = "DEGRADED"
    UNHEALTHY = "UNHEALTHY"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check saw, with its figures."""

    status: Status
    figures: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class ServiceHealth:
    """A finding with the time it took, or the reason why there is none."""

    status: Status
    latency_ms: float
    figures: Mapping[str, Any] = field(default_factory=dict)
    error: str | None = None


@dataclass(frozen=True, slots=True)
class SystemHealth:
    """The state of all services together."""

    status: Status
    services: dict[str, ServiceHealth]


class HealthCheck(Protocol):
    """A check; without a critical service no request can be answered."""

    name: str
    critical: bool

    async def run(self) -> Finding:
        """Look at the service; an exception means that it is unhealthy."""


class DatabaseHealthCheck:
    """PostgreSQL: a query, and how much of the pool is in use."""

    name = "database"
    critical = True

    def __init__(self, database: Database) -> None:
        self._database = database

    async def run(self) -> Finding:
        """Query, then judge the pool."""
        # Read first: the check's own connection does not count.
        in_use, capacity = self._database.in_use, self._database.capacity
        async with self._database.engine.connect() as connection:
            await connection.execute(text("SELECT 1"))
        status = Status.DEGRADED if in_use >= _NEARLY_FULL * capacity else Status.HEALTHY
        return Finding(status, {"pool_in_use": in_use, "pool_capacity": capacity})


class RedisHealthCheck:
    """Redis: ping, memory, and a value written, read and deleted."""

    name = "redis"
    critical = False

    def __init__(self, redis: Redis) -> None:
        self._redis = redis

    async def run(self) -> Finding:
        """Ping, write, read, delete and judge the memory, in one round trip."""
        key, value = f"{SLUG}:health:{uuid4()}", str(uuid4())
        async with self._redis.pipeline(transaction=False) as pipeline:
            pipeline.ping()
            pipeline.set(key, value, ex=60)
            pipeline.get(key)
            pipeline.delete(key)
            pipeline.info("memory")
            _, _, read, deleted, memory = await pipeline.execute()
        if read != value or deleted != 1:
            raise RuntimeError("the value written was not the one read or deleted")
        used, limit = memory["used_memory"], memory["maxmemory"]
        figures = {
            "used_memory_bytes": used,
            "max_memory_bytes": limit,
            "eviction_policy": memory["maxmemory_policy"],
        }
        # A cache that evicts is full in everyday life; only one that refuses to write is in need.
        refuses = memory["maxmemory_policy"] == "noeviction" and 0 < limit * _NEARLY_FULL <= used
        return Finding(Status.DEGRADED if refuses else Status.HEALTHY, figures)


class RabbitMQHealthCheck:
    """RabbitMQ: the connection, and a message sent and received."""

    name = "rabbitmq"
    critical = False

    def __init__(self, rabbitmq: RabbitMQ) -> None:
        self._rabbitmq = rabbitmq

    async def run(self) -> Finding:
        """Send a message around."""
        await self._rabbitmq.round_trip()
        return Finding(Status.HEALTHY)


class SystemHealthAggregator:
    """Runs the checks at the same time and answers within the time-out, whatever hangs."""

    def __init__(self, checks: Iterable[HealthCheck], timeout: float) -> None:
        self._checks = list(checks)
        self._timeout = timeout
        self._abandoned: set[asyncio.Task[ServiceHealth]] = set()

    async def system(self) -> SystemHealth:
        """Run all checks."""
        return await self._run(self._checks)

    async def is_ready(self) -> bool:
        """Run the critical checks only: the service answers, if slower, without the others."""
        health = await self._run([check for check in self._checks if check.critical])
        return health.status is not Status.UNHEALTHY

    async def _run(self, checks: list[HealthCheck]) -> SystemHealth:
        tasks = {check.name: asyncio.create_task(self._observe(check)) for check in checks}
        _, late = await asyncio.wait(tasks.values(), timeout=self._timeout)
        for task in late:
            # Cancelled but not awaited: taking leave of a dead server can take seconds too.
            self._abandoned.add(task)
            task.add_done_callback(self._abandoned.discard)
            task.cancel()
        hanging = ServiceHealth(
            Status.UNHEALTHY, self._timeout * 1000, error=f"no answer within {self._timeout:g} s"
        )
        services = {
            name: hanging if task in late else task.result() for name, task in tasks.items()
        }
        return SystemHealth(_overall(checks, services), services)

    @staticmethod
    async def _observe(check: HealthCheck) -> ServiceHealth:
        start = time.perf_counter()
        try:
            finding = await check.run()
        except Exception as error:  # pylint: disable=broad-exception-caught
            # Any fault is a finding.
            logger.warning(
                "A health check failed", extra={"service": check.name, "error": repr(error)}
            )
            return ServiceHealth(
                Status.UNHEALTHY, _milliseconds_since(start), error=type(error).__name__
            )
        return ServiceHealth(finding.status, _milliseconds_since(start), finding.figures)


def _overall(checks: list[HealthCheck], services: Mapping[str, ServiceHealth]) -> Status:
    statuses = {check.name: services[check.name].status for check in checks}
    if any(check.critical and statuses[check.name] is Status.UNHEALTHY for check in checks):
        return Status.UNHEALTHY
    if any(status is not Status.HEALTHY for status in statuses.values()):
        return Status.DEGRADED
    return Status.HEALTHY


def _milliseconds_since(start: float) -> float:
    return round((time.perf_counter() - start) * 1000, 2)
