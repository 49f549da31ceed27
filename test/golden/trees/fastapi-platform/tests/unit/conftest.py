"""The application with services at which nobody answers."""

from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI

from services.api.src.auth_dependencies import authenticate
from services.api.src.main import create_app
from tests.support.accounts import ADMIN
from tests.support.client import serving
from tests.support.settings import make_settings


@pytest.fixture(name="app")
def app_fixture() -> FastAPI:
    """Build the application."""
    app = create_app(make_settings(MAX_BODY_BYTES="1000", CORS_ORIGINS="https://app.test"))
    # There is no database that would know the session.
    app.dependency_overrides[authenticate] = lambda: ADMIN
    return app


@pytest.fixture(name="client")
async def client_fixture(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client of the application."""
    async with serving(app) as client:
        yield client
