"""Turns a fault of ours into an answer that tells the client nothing but the request's id."""

import logging

from opentelemetry import trace
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from core import request_context

logger = logging.getLogger(__name__)


class ErrorMiddleware:
    """Catches inside of the other middleware, so that a 500 has their headers and is counted."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""
        started = False

        async def send_noting(message: Message) -> None:
            nonlocal started
            started = True
            await send(message)

        try:
            await self._app(scope, receive, send_noting)
        except Exception as error:  # pylint: disable=broad-exception-caught
            # The last resort.
            logger.exception("A request failed")
            trace.get_current_span().record_exception(error)
            if started:
                raise  # the answer is on its way: all that is left is to cut the connection
            response = JSONResponse(
                {
                    "detail": "Internal server error",
                    "request_id": request_context.request_id.get(),
                },
                500,
            )
            await response(scope, receive, send)
