"""Gives each request its ids, and counts and logs its answer."""

import logging
import re
import time
from uuid import uuid4

from opentelemetry import propagate, trace
from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import request_context
from core.project import API_PREFIX
from infrastructure.observability.metrics import HTTP_DURATION, HTTP_REQUESTS

logger = logging.getLogger("access")

# What a client may choose ends up in logs and headers: letters, digits and a few marks only.
_REQUEST_ID = re.compile(r"[A-Za-z0-9._-]{1,64}")
_METHODS = {"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"}
# Asked every few seconds by machines: logged only for who debugs, and not traced.
PROBES = {f"{API_PREFIX}/health/live", f"{API_PREFIX}/health/ready", "/metrics"}
# What nginx logs when the client left before the answer.
_NO_ANSWER = 499


class AccessMiddleware:
    """The outermost of ours, so that it sees each answer as the client does."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        start = time.perf_counter()
        status, duration = _NO_ANSWER, 0.0
        headers = Headers(scope=scope)
        request_id = _accept_request_id(headers)
        request_context.request_id.set(request_id)
        request_context.trace_id.set(_trace_id(headers))

        async def send_observed(message: Message) -> None:
            nonlocal status, duration
            if message["type"] == "http.response.start":
                status = message["status"]
                MutableHeaders(scope=message)["X-Request-ID"] = request_id
            elif not message.get("more_body"):
                # Before the last bytes leave, so that who has the answer also finds it counted.
                duration = time.perf_counter() - start
                _count(scope, status, duration)
            await send(message)

        try:
            await self._app(scope, receive, send_observed)
        finally:
            if not duration:
                duration = time.perf_counter() - start
                _count(scope, status, duration)
            _log(scope, status, duration)


def _trace_id(headers: Headers) -> str | None:
    context = trace.get_current_span().get_span_context()
    if not context.is_valid:
        # Without tracing of ours the caller's trace still leads to these lines.
        context = trace.get_current_span(propagate.extract(headers)).get_span_context()
    return trace.format_trace_id(context.trace_id) if context.is_valid else None


def _accept_request_id(headers: Headers) -> str:
    given = headers.get("x-request-id", "")
    return given if _REQUEST_ID.fullmatch(given) else uuid4().hex


def _route(scope: Scope) -> str:
    # The template, never the path: ids in it would make a new series for every item.
    return getattr(scope.get("route"), "path", "unmatched")


def _count(scope: Scope, status: int, duration: float) -> None:
    method = scope["method"] if scope["method"] in _METHODS else "OTHER"
    HTTP_REQUESTS.labels(method, _route(scope), status).inc()
    HTTP_DURATION.labels(method, _route(scope)).observe(duration)


def _log(scope: Scope, status: int, duration: float) -> None:
    level = logging.DEBUG if scope["path"] in PROBES and status < 400 else logging.INFO
    logger.log(
        level,
        "request",
        extra={
            "method": scope["method"],
            # Without the query, in which people put what should not be in a log.
            "path": scope["path"],
            "route": _route(scope),
            "status": status,
            "duration_ms": round(duration * 1000, 2),
            "client": scope["client"][0] if scope.get("client") else None,
        },
    )
