"""The metrics that several modules share; with several workers they add up over all of them."""

import os

from prometheus_client import (
    REGISTRY,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)
from prometheus_client.multiprocess import MultiProcessCollector

HTTP_REQUESTS = Counter(
    "http_requests_total", "Requests by route template and status", ["method", "route", "status"]
)
HTTP_DURATION = Histogram(
    "http_request_duration_seconds", "Time to the last byte of the answer", ["method", "route"]
)
DB_POOL_SIZE = Gauge(
    "db_pool_size", "Database connections that may be open", multiprocess_mode="livesum"
)
DB_POOL_IN_USE = Gauge(
    "db_pool_in_use", "Database connections at work", multiprocess_mode="livesum"
)
CACHE_REQUESTS = Counter(
    "cache_requests_total", "Look-ups by outcome: hit, miss, error", ["cache", "outcome"]
)


def exposition() -> bytes:
    """Return the metrics of this process, or of all workers when the launcher started several."""
    if "PROMETHEUS_MULTIPROC_DIR" not in os.environ:
        return generate_latest(REGISTRY)
    registry = CollectorRegistry()
    MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # theirs has no types
    return generate_latest(registry)
