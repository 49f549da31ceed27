"""Real services, from the environment; the database is a new one that goes when the tests end."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

import aio_pika
import asyncpg
import httpx
import pytest

from core.settings import Settings
from database.migrate import migrate
from infrastructure.messaging.topology import Topology
from services.api.src.main import create_app
from tests.support.accounts import ADMIN, store_principal
from tests.support.client import serving
from tests.support.settings import make_settings

_WITH_SERVICES = [Path(__file__).parent / name for name in ("integration", "performance")]
_SERVICES = {
    "DATABASE_URL": 5432,
    "REDIS_URL": 6379,
    "RABBITMQ_URL": 5672,
}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Mark everything that needs the services."""
    for item in items:
        if config.getoption("no_cov"):
            # pytest-cov fails at this mark when there is no measurement to pause.
            item.own_markers[:] = [m for m in item.own_markers if m.name != "no_cover"]
        if any(folder in item.path.parents for folder in _WITH_SERVICES):
            item.add_marker(pytest.mark.integration)


@pytest.fixture(scope="session", name="services")
def services_fixture() -> dict[str, str]:
    """Return the services' URLs; that one is missing is a failure, and no reason to skip."""
    urls = {name: os.environ.get(name, "") for name in _SERVICES}
    for name, url in urls.items():
        if not url:
            pytest.fail(f"The integration tests need {name}: the URL of a service for tests")
        parts = urlsplit(url)
        address = (parts.hostname or "", parts.port or _SERVICES[name])
        try:
            socket.create_connection(address, timeout=5).close()
        except OSError as error:
            pytest.fail(f"Nobody answers at {name} ({address[0]}:{address[1]}): {error}")
    return urls


@pytest.fixture(name="empty_database")
def empty_database_fixture(services: dict[str, str]) -> Iterator[str]:
    """Create a database without tables for one test."""
    with _new_database(services["DATABASE_URL"]) as url:
        yield url


@pytest.fixture(scope="session", name="environ")
def environ_fixture(services: dict[str, str]) -> Iterator[dict[str, str]]:
    """Return the variables of real services, with a database that has its tables."""
    with _new_database(services["DATABASE_URL"]) as url:
        asyncio.run(_fill(url))
        yield services | {"DATABASE_URL": url}


@pytest.fixture(name="settings")
def settings_fixture(environ: dict[str, str]) -> Settings:
    """Return the settings of real services."""
    return make_settings(**environ)


@pytest.fixture(name="client")
async def client_fixture(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the application with real services."""
    async with serving(create_app(settings)) as client:
        yield client


@pytest.fixture(name="event_environ")
def event_environ_fixture(
    services: dict[str, str], empty_database: str
) -> Iterator[dict[str, str]]:
    """Return the variables of real services, with a database and queues for one test."""
    asyncio.run(_fill(empty_database))
    prefix = f"test_{uuid4().hex}"
    yield services | {"DATABASE_URL": empty_database, "RABBITMQ_PREFIX": prefix}
    asyncio.run(_delete_queues(services["RABBITMQ_URL"], prefix))


async def _delete_queues(url: str, prefix: str) -> None:
    connection = await aio_pika.connect(url)
    async with connection:
        await Topology(prefix).delete(await connection.channel())


async def _fill(url: str) -> None:
    await migrate(url)
    await store_principal(url, ADMIN)


@contextmanager
def _new_database(url: str) -> Iterator[str]:
    name = f"test_{uuid4().hex}"
    asyncio.run(_execute(url, f"CREATE DATABASE {name}"))
    try:
        yield urlsplit(url)._replace(path=f"/{name}").geturl()
    finally:
        asyncio.run(_execute(url, f"DROP DATABASE {name} WITH (FORCE)"))


async def _execute(url: str, statement: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()
