-- Events that wait for the broker, and those that it has confirmed until they are old enough to go.
CREATE TABLE outbox (
    position bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    id uuid NOT NULL UNIQUE,
    name text NOT NULL CHECK (octet_length(name) BETWEEN 1 AND 200),
    payload jsonb NOT NULL,
    trace_context jsonb NOT NULL,
    occurred_at timestamptz NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    sent_at timestamptz
);

-- What the worker asks several times a second: it stays small however much was sent.
CREATE INDEX outbox_unsent ON outbox (position) WHERE sent_at IS NULL;
CREATE INDEX outbox_sent_at ON outbox (sent_at) WHERE sent_at IS NOT NULL;

-- What has been handled: an event that comes again is known by it.
CREATE TABLE processed_events (
    event_id uuid,
    consumer text,
    handled_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (event_id, consumer)
);

CREATE INDEX processed_events_handled_at ON processed_events (handled_at);
