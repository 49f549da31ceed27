-- Accounts: users, their sessions, and the log of what happened to them. No account is made here:
-- people register, and `python -m services.jobs.grant_role` makes the first of them administrator.
CREATE TABLE users (
    id uuid PRIMARY KEY,
    -- In lower case, as the application writes it.
    email text NOT NULL UNIQUE CHECK (length(email) <= 254),
    full_name text NOT NULL CHECK (length(full_name) BETWEEN 1 AND 200),
    password_hash text NOT NULL,
    status text NOT NULL DEFAULT 'pending'
        CHECK (status IN ('pending', 'active', 'inactive', 'suspended')),
    role text NOT NULL DEFAULT 'user' CHECK (role IN ('user', 'admin')),
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    email_verified_at timestamptz,
    -- SHA-256 of the one token that is good; NULL once it has been used.
    verification_hash bytea UNIQUE,
    verification_expires_at timestamptz,
    last_mail_at timestamptz,
    failed_logins integer NOT NULL DEFAULT 0,
    locked_until timestamptz,
    CHECK (status <> 'active' OR email_verified_at IS NOT NULL)
);

CREATE TABLE user_sessions (
    id uuid PRIMARY KEY,
    user_id uuid NOT NULL REFERENCES users ON DELETE CASCADE,
    -- What the person calls the device, and what its program calls itself.
    device text NOT NULL DEFAULT '',
    user_agent text NOT NULL DEFAULT '',
    ip_address inet,
    created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    last_used_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    expires_at timestamptz NOT NULL,
    -- SHA-256 of the parts of the refresh token; the tokens themselves only the client has.
    family_hash bytea NOT NULL,
    token_hash bytea NOT NULL,
    previous_token_hash bytea,
    revoked_at timestamptz
);

CREATE INDEX user_sessions_user_id ON user_sessions (user_id);
CREATE INDEX user_sessions_expires_at ON user_sessions (expires_at);

CREATE TABLE auth_audit_log (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    occurred_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    event text NOT NULL,
    success boolean NOT NULL,
    -- NULL where nobody is known by the address that was given, or is not any more.
    user_id uuid REFERENCES users ON DELETE SET NULL,
    ip_address inet,
    user_agent text NOT NULL DEFAULT '',
    details JSONB NOT NULL DEFAULT '{}'
);

CREATE INDEX auth_audit_log_occurred_at ON auth_audit_log (occurred_at);
CREATE INDEX auth_audit_log_user_id ON auth_audit_log (user_id, occurred_at);
