-- Items, the worked example.
CREATE TABLE items (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
    description text NOT NULL DEFAULT '' CHECK (length(description) <= 2000),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- The order of the list: newest first, walked by both columns.
CREATE INDEX items_created_at_id ON items (created_at DESC, id DESC);
