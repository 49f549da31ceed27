"""The metrics of events."""

from prometheus_client import Counter, Gauge

OUTBOX_PENDING = Gauge("outbox_pending", "Events that wait to be sent")
OUTBOX_OLDEST = Gauge("outbox_oldest_seconds", "For how long the oldest of them has waited")
EVENTS_PUBLISHED = Counter(
    "events_published_total", "Sendings by outcome: confirmed, failed", ["event", "outcome"]
)
EVENTS_HANDLED = Counter(
    "events_handled_total",
    "Deliveries by outcome: handled, duplicate, retried, dead",
    ["event", "outcome"],
)
