-- How many items came and went on each day (UTC): counted from events, and so also of those that are gone.
CREATE TABLE item_activity (
    day date PRIMARY KEY,
    created bigint NOT NULL DEFAULT 0,
    deleted bigint NOT NULL DEFAULT 0
);
