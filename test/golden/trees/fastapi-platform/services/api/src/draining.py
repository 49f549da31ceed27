"""Answers for leaving in good order: on SIGTERM the service first says so, then stops listening.

For the time of the drain delay it still serves, but is not ready and closes each connection after
its answer. That is when load balancers take it out and clients turn elsewhere.
"""

import asyncio
import logging
import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

logger = logging.getLogger(__name__)


class Draining:
    """Whether this process is on its way out."""

    def __init__(self, delay: float) -> None:
        self.active = False
        self._delay = delay

    @contextmanager
    def on_sigterm(self) -> Iterator[None]:
        """Delay what the server itself does on SIGTERM; to be entered once it listens to it."""
        if threading.current_thread() is not threading.main_thread():
            yield  # only the main thread may handle signals: a test's server runs in another
            return
        loop = asyncio.get_running_loop()
        stop_server = signal.getsignal(signal.SIGTERM)

        def end() -> None:
            if callable(stop_server):
                stop_server(signal.SIGTERM, None)

        def begin(_signal: int, _frame: FrameType | None) -> None:
            # Some process managers send it to the whole group: the second one changes nothing.
            if self.active:
                return
            self.active = True
            loop.call_soon_threadsafe(loop.call_later, self._delay, end)
            loop.call_soon_threadsafe(
                lambda: logger.info("Draining", extra={"delay_seconds": self._delay})
            )

        signal.signal(signal.SIGTERM, begin)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, stop_server)


class DrainingMiddleware:
    """Closes connections after their answer while draining, so that none is cut off idle."""

    def __init__(self, app: ASGIApp, draining: Draining) -> None:
        self._app = app
        self._draining = draining

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on."""

        async def send_closing(message: Message) -> None:
            if message["type"] == "http.response.start" and self._draining.active:
                MutableHeaders(scope=message)["Connection"] = "close"
            await send(message)

        await self._app(scope, receive, send_closing)
