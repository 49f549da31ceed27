"""Builds the application: settings, resources, middleware, routes."""

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from starlette.middleware.body_limit import RequestBodyLimitMiddleware
from starlette.middleware.cors import CORSMiddleware

from core.project import DISPLAY_NAME
from core.settings import Settings, load_settings
from services.api.src.auth_errors import add_auth_error_handlers
from services.api.src.draining import Draining, DrainingMiddleware
from services.api.src.middleware.access import PROBES, AccessMiddleware
from services.api.src.middleware.errors import ErrorMiddleware
from services.api.src.middleware.security_headers import SecurityHeadersMiddleware
from services.api.src.resources import Resources
from services.api.src.routes import auth, docs, health, items, metrics, users


def create_app(settings: Settings | None = None) -> FastAPI:
    """Build the application; the server calls it without settings, which are then read."""
    settings = settings or load_settings(Settings, os.environ)
    resources = Resources(settings)
    draining = Draining(settings.drain_delay_seconds)

    @asynccontextmanager
    async def lifespan(_app: FastAPI) -> AsyncIterator[None]:
        with draining.on_sigterm():
            yield
        await resources.close()

    with_docs = settings.environment != "production"
    app = FastAPI(
        title=DISPLAY_NAME,
        lifespan=lifespan,
        openapi_url=docs.OPENAPI_URL if with_docs else None,
        docs_url=None,
        redoc_url=None,
        telemetry={
            "tracer_provider": resources.tracer_provider,
            "tracing": resources.tracer_provider is not None,
            "metrics": False,
            "logs": False,
            "operation_spans": False,
            # A span has the query, and that of the link in a mail is a secret.
            "exclude": lambda scope: scope["path"] in PROBES | {auth.VERIFY_PATH},
        },
    )
    app.state.settings = settings
    app.state.resources = resources
    app.state.draining = draining

    # The last one added is the outermost.
    app.add_middleware(RequestBodyLimitMiddleware, max_body_size=settings.max_body_bytes)
    app.add_middleware(ErrorMiddleware)
    if settings.cors_origins:
        app.add_middleware(
            CORSMiddleware,
            allow_origins=settings.cors_origins,
            allow_methods=["GET", "POST", "PATCH", "DELETE"],
            allow_headers=["Authorization", "Content-Type", "X-Request-ID"],
            expose_headers=["Retry-After", "X-Request-ID"],
        )
    app.add_middleware(SecurityHeadersMiddleware)
    app.add_middleware(AccessMiddleware)
    app.add_middleware(DrainingMiddleware, draining=draining)

    app.add_exception_handler(RequestValidationError, _explain_invalid)
    add_auth_error_handlers(app)
    app.include_router(auth.router)
    app.include_router(users.router)
    app.include_router(health.router)
    app.include_router(items.router)
    app.include_router(metrics.router)
    if with_docs:
        app.include_router(docs.router)
    return app


async def _explain_invalid(_request: Request, error: Exception) -> JSONResponse:
    # Without the input: it may be a password, and the client knows what it sent.
    faults: list[Any] = list(error.errors()) if isinstance(error, RequestValidationError) else []
    detail = [{key: fault[key] for key in ("type", "loc", "msg")} for fault in faults]
    return JSONResponse({"detail": detail}, 422)
