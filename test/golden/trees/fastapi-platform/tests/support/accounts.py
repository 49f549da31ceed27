"""Users for tests: an administrator who is always there, and others as they are needed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import asyncpg

from core.domain.auth.entities import Role, User, UserStatus
from core.domain.auth.repositories import AccessClaims
from core.domain.auth.sessions import Principal
from core.project import SLUG
from infrastructure.security.access_tokens import JwtAccessTokens
from infrastructure.security.passwords import BcryptPasswordHasher
from tests.support.settings import ENVIRON, JWT_SECRET_KEY

# That of the documents.
PASSWORD = "secure123"
NOW = datetime.now(UTC)
ACCESS_TOKENS = JwtAccessTokens(JWT_SECRET_KEY, ENVIRON["PUBLIC_URL"], SLUG, timedelta(hours=1))


def make_user(**fields: Any) -> User:
    """Return an active user with some fields of one's own."""
    user_id = uuid4()
    user = User(
        id=user_id,
        email=f"{user_id.hex}@example.com",
        full_name="Test User",
        password_hash="",
        status=UserStatus.ACTIVE,
        role=Role.USER,
        created_at=NOW,
        email_verified_at=NOW,
    )
    return replace(user, **fields)


ADMIN = Principal(make_user(role=Role.ADMIN), UUID(int=1))


def headers_of(principal: Principal) -> dict[str, str]:
    """Return the header by which a user is known."""
    claims = AccessClaims(principal.user.id, principal.session_id, principal.user.role)
    return {"Authorization": f"Bearer {ACCESS_TOKENS.issue(claims, NOW)}"}


ADMIN_HEADERS = headers_of(ADMIN)


async def hash_password(password: str = PASSWORD, cost: int = 4) -> str:
    """Hash a password as the service does."""
    hasher = BcryptPasswordHasher(cost, 1)
    try:
        return await hasher.hash(password)
    finally:
        await hasher.close()


async def store_user(url: str, user: User) -> User:
    """Put a user into the database."""
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "INSERT INTO users (id, email, full_name, password_hash, status, role, created_at, "
            "email_verified_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
            user.id,
            user.email,
            user.full_name,
            user.password_hash,
            user.status,
            user.role,
            user.created_at,
            user.email_verified_at,
        )
    finally:
        await connection.close()
    return user


async def store_principal(url: str, principal: Principal) -> None:
    """Put a user with an open session into the database."""
    await store_user(url, principal.user)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(
            "INSERT INTO user_sessions (id, user_id, expires_at, family_hash, token_hash) "
            "VALUES ($1, $2, $3, $4, $5)",
            principal.session_id,
            principal.user.id,
            NOW + timedelta(days=1),
            b"family",
            b"token",
        )
    finally:
        await connection.close()
