"""Offers the worker's metrics to Prometheus, on a port of their own."""

import hmac
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from http.server import ThreadingHTTPServer
from typing import override

from prometheus_client import MetricsHandler

from core.settings import Settings


@contextmanager
def metrics_served(settings: Settings) -> Iterator[None]:
    """Serve them meanwhile, if there is a port for it; METRICS_TOKEN guards them, if it is set."""
    port = settings.worker_metrics_port
    if port is None:
        yield
        return
    server = ThreadingHTTPServer((settings.host, port), _handler_for(settings))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _handler_for(settings: Settings) -> type[MetricsHandler]:
    token = settings.metrics_token
    expected = f"Bearer {token.get_secret_value()}".encode() if token else None

    class GuardedHandler(MetricsHandler):
        """Answers who knows the token, or all when there is none."""

        # Nobody keeps a thread by sending nothing.
        timeout = 10

        @override
        def do_GET(self) -> None:
            """Answer with the metrics."""
            given = self.headers.get("Authorization", "").encode()
            # Takes the same time wherever the two differ: the time tells nothing about the token.
            if expected is not None and not hmac.compare_digest(given, expected):
                self.send_response(HTTPStatus.UNAUTHORIZED)
                self.send_header("WWW-Authenticate", "Bearer")
                self.send_header("Content-Length", "0")
                self.end_headers()
                return
            super().do_GET()

    return GuardedHandler
