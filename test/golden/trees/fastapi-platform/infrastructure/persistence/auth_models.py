"""The tables of accounts; database/migrations is what creates them."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, DateTime, FetchedValue
from sqlalchemy.dialects.postgresql import INET, JSONB
from sqlalchemy.orm import Mapped, mapped_column

from infrastructure.persistence.database import Base

_TIME = DateTime(timezone=True)


class UserModel(Base):
    """A row of `users`."""

    __tablename__ = "users"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    email: Mapped[str]
    full_name: Mapped[str]
    password_hash: Mapped[str]
    status: Mapped[str]
    role: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(_TIME)
    email_verified_at: Mapped[datetime | None] = mapped_column(_TIME)
    verification_hash: Mapped[bytes | None]
    verification_expires_at: Mapped[datetime | None] = mapped_column(_TIME)
    last_mail_at: Mapped[datetime | None] = mapped_column(_TIME)
    failed_logins: Mapped[int]
    locked_until: Mapped[datetime | None] = mapped_column(_TIME)


class SessionModel(Base):
    """A row of `user_sessions`."""

    __tablename__ = "user_sessions"

    id: Mapped[UUID] = mapped_column(primary_key=True)
    user_id: Mapped[UUID]
    device: Mapped[str]
    user_agent: Mapped[str]
    ip_address: Mapped[Any | None] = mapped_column(INET)
    created_at: Mapped[datetime] = mapped_column(_TIME)
    last_used_at: Mapped[datetime] = mapped_column(_TIME)
    expires_at: Mapped[datetime] = mapped_column(_TIME)
    family_hash: Mapped[bytes]
    token_hash: Mapped[bytes]
    previous_token_hash: Mapped[bytes | None]
    revoked_at: Mapped[datetime | None] = mapped_column(_TIME)


class AuditEntryModel(Base):
    """A row of `auth_audit_log`."""

    __tablename__ = "auth_audit_log"

    id: Mapped[int] = mapped_column(BigInteger, primary_key=True, server_default=FetchedValue())
    occurred_at: Mapped[datetime] = mapped_column(_TIME)
    event: Mapped[str]
    success: Mapped[bool]
    user_id: Mapped[UUID | None]
    ip_address: Mapped[Any | None] = mapped_column(INET)
    user_agent: Mapped[str]
    details: Mapped[dict[str, str]] = mapped_column(JSONB)
