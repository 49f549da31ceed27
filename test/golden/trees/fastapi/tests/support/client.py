"""Runs an application inside of the test, with its life cycle, and gives a client for it."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
from fastapi import FastAPI

from tests.support.settings import SYSTEM_HEALTH_TOKEN

HEALTH_HEADERS = {"Authorization": f"Bearer {SYSTEM_HEALTH_TOKEN}"}


@asynccontextmanager
async def serving(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Start the application, and stop it at the end."""
    transport = httpx.ASGITransport(app)
    async with (
        app.router.lifespan_context(app),
        httpx.AsyncClient(transport=transport, base_url="http://test") as client,
    ):
        yield client
