"""Takes the traces that a process sends, in place of a collector."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

from opentelemetry.proto.collector.trace.v1 import trace_service_pb2


@contextmanager
def collecting() -> Iterator[tuple[str, list[tuple[str, str]]]]:
    """Listen, and give the URL with the trace and the name of each span that has come so far."""
    spans: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        """Takes what an OTLP exporter sends."""

        def do_POST(self) -> None:  # pylint: disable=invalid-name  # http.server's name
            """Keep trace and name of each span."""
            body = self.rfile.read(int(self.headers["Content-Length"]))
            # pylint: disable-next=no-member  # protobuf makes the class when it is imported
            request = trace_service_pb2.ExportTraceServiceRequest.FromString(body)
            for resource in request.resource_spans:
                for scope in resource.scope_spans:
                    spans.extend((span.trace_id.hex(), span.name) for span in scope.spans)
            self.send_response(200)
            self.end_headers()

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}", spans
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
