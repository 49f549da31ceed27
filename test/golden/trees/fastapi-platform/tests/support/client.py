"""Runs an application inside of the test, with its life cycle, and gives a client for it."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from tests.support.accounts import ADMIN_HEADERS
from tests.support.settings import SYSTEM_HEALTH_TOKEN

HEALTH_HEADERS = {"Authorization": f"Bearer {SYSTEM_HEALTH_TOKEN}"}


@asynccontextmanager
async def serving(
    app: FastAPI, headers: Mapping[str, str] | None = None
) -> AsyncIterator[httpx.AsyncClient]:
    """Start the application, and stop it at the end; the client is the administrator's."""
    known = ADMIN_HEADERS if headers is None else headers
    async with app.router.lifespan_context(app), client_of(app, known) as client:
        yield client


def client_of(
    app: FastAPI, headers: Mapping[str, str], address: str = "127.0.0.1"
) -> httpx.AsyncClient:
    """Make another client of a started application, with an address of its own."""
    transport = httpx.ASGITransport(app, client=(address, 1))
    return httpx.AsyncClient(transport=transport, base_url="http://test", headers=headers)
