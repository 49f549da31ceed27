-- Accounts: users, their sessions, and the log of what happened to them. No account is made here:
-- people register, and the command grant-role makes the first of them administrator.

-- CreateTable
CREATE TABLE "users" (
    "id" UUID NOT NULL,
    -- In lower case, as the application writes it.
    "email" TEXT NOT NULL CHECK (length("email") <= 254),
    "full_name" TEXT NOT NULL CHECK (length("full_name") BETWEEN 1 AND 200),
    "password_hash" TEXT NOT NULL,
    "status" TEXT NOT NULL DEFAULT 'pending'
        CHECK ("status" IN ('pending', 'active', 'inactive', 'suspended')),
    "role" TEXT NOT NULL DEFAULT 'user' CHECK ("role" IN ('user', 'admin')),
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "email_verified_at" TIMESTAMPTZ(3),
    -- SHA-256 of the one token that is good, NULL once it has been used.
    "verification_hash" BYTEA,
    "verification_expires_at" TIMESTAMPTZ(3),
    "last_mail_at" TIMESTAMPTZ(3),
    "failed_logins" INTEGER NOT NULL DEFAULT 0,
    "locked_until" TIMESTAMPTZ(3),

    CONSTRAINT "users_pkey" PRIMARY KEY ("id"),
    CHECK ("status" <> 'active' OR "email_verified_at" IS NOT NULL)
);

-- CreateTable
CREATE TABLE "user_sessions" (
    "id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    -- What the person calls the device, and what its program calls itself.
    "device" TEXT NOT NULL DEFAULT '',
    "user_agent" TEXT NOT NULL DEFAULT '',
    "ip_address" INET,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "last_used_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    -- SHA-256 of the parts of the refresh token, the tokens themselves only the client has.
    "family_hash" BYTEA NOT NULL,
    "token_hash" BYTEA NOT NULL,
    "previous_token_hash" BYTEA,
    "revoked_at" TIMESTAMPTZ(3),

    CONSTRAINT "user_sessions_pkey" PRIMARY KEY ("id")
);

-- CreateTable
CREATE TABLE "auth_audit_log" (
    "id" BIGSERIAL NOT NULL,
    "occurred_at" TIMESTAMPTZ(3) NOT NULL,
    "event" TEXT NOT NULL,
    "success" BOOLEAN NOT NULL,
    -- NULL where nobody is known by the address that was given, or is not any more.
    "user_id" UUID,
    "ip_address" INET,
    "user_agent" TEXT NOT NULL DEFAULT '',
    "details" JSONB NOT NULL DEFAULT '{}',

    CONSTRAINT "auth_audit_log_pkey" PRIMARY KEY ("id")
);

-- CreateIndex
CREATE UNIQUE INDEX "users_email_key" ON "users"("email");

-- CreateIndex
CREATE UNIQUE INDEX "users_verification_hash_key" ON "users"("verification_hash");

-- CreateIndex
CREATE INDEX "user_sessions_user_id_idx" ON "user_sessions"("user_id");

-- CreateIndex
CREATE INDEX "user_sessions_expires_at_idx" ON "user_sessions"("expires_at");

-- CreateIndex
CREATE INDEX "auth_audit_log_occurred_at_idx" ON "auth_audit_log"("occurred_at");

-- CreateIndex
CREATE INDEX "auth_audit_log_user_id_occurred_at_idx" ON "auth_audit_log"("user_id", "occurred_at");

-- AddForeignKey
ALTER TABLE "user_sessions" ADD CONSTRAINT "user_sessions_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE CASCADE ON UPDATE CASCADE;

-- AddForeignKey
ALTER TABLE "auth_audit_log" ADD CONSTRAINT "auth_audit_log_user_id_fkey"
    FOREIGN KEY ("user_id") REFERENCES "users"("id") ON DELETE SET NULL ON UPDATE CASCADE;
