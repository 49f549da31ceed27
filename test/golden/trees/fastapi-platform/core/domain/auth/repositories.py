"""What the accounts need from the outside, whoever provides it."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from uuid import UUID

from core.domain.auth.entities import AccountEvent, AuditEntry, Role, Session, User


class UserRepository(Protocol):
    """Keeps the users."""

    async def add(self, user: User) -> bool:
        """Store a new user; False when the address is taken."""

    async def find(self, email: str, *, lock: bool = False) -> User | None:
        """Find a user by address; locked, nobody else changes it before the transaction ends."""

    async def find_by_verification(self, token_hash: bytes) -> User | None:
        """Find and lock the user who was sent this token."""

    async def get(self, user_id: UUID, *, lock: bool = False) -> User | None:
        """Find a user."""

    async def list_after(self, email: str, limit: int) -> list[User]:
        """List the users whose addresses follow, in their order."""

    async def save(self, user: User) -> None:
        """Store what has changed of a user; costs the same when there is none."""


class SessionRepository(Protocol):
    """Keeps the sessions."""

    async def add(self, session: Session) -> None:
        """Store a new session."""

    async def find(self, session_id: UUID, *, lock: bool = False) -> tuple[Session, User] | None:
        """Find a session and whose it is; locked, nobody else refreshes it meanwhile."""

    async def list_open(self, user_id: UUID, now: datetime) -> list[Session]:
        """List a user's open sessions, the last used first."""

    async def save(self, session: Session) -> None:
        """Store what has changed of a session."""

    async def revoke(
        self, user_id: UUID, now: datetime, session_id: UUID | None = None
    ) -> Sequence[UUID]:
        """Revoke a user's open sessions or one of them, and return which."""


class AuditLog(Protocol):
    """Keeps what happened; nothing in it is ever changed."""

    async def record(self, entry: AuditEntry, now: datetime) -> None:
        """Add an entry."""


class AuthTransaction(Protocol):
    """Everything in it happens, or nothing."""

    users: UserRepository
    sessions: SessionRepository
    audit: AuditLog

    async def announce(self, event: AccountEvent) -> None:
        """Tell others, once the transaction is committed."""


class AuthStore(Protocol):
    """Begins transactions; one that is left without an exception is committed."""

    def transaction(self) -> AbstractAsyncContextManager[AuthTransaction]:
        """Begin a transaction."""


class PasswordHasher(Protocol):
    """Hashes passwords slowly, a bounded number at a time."""

    async def hash(self, password: str) -> str:
        """Hash a password."""

    async def verify(self, password: str, password_hash: str | None) -> bool:
        """Compare; without a hash it takes as long and the answer is no."""

    def needs_rehash(self, password_hash: str) -> bool:
        """Tell whether a hash is weaker than those that are made today."""


class HasherBusyError(Exception):
    """Too many passwords wait to be hashed already."""


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """What an access token says."""

    user_id: UUID
    session_id: UUID
    role: Role


class AccessTokens(Protocol):
    """Signs access tokens and reads them back."""

    lifetime_seconds: int

    def issue(self, claims: AccessClaims, now: datetime) -> str:
        """Sign a token."""

    def read(self, token: str) -> AccessClaims | None:
        """Return what a token says; None when it is not ours, or not any more."""


@dataclass(frozen=True, slots=True)
class Mail:
    """A message to one person."""

    to: str
    subject: str
    text: str


class Mailer(Protocol):
    """Hands messages over to a mail server."""

    async def send(self, mail: Mail) -> None:
        """Send; an exception means that nobody has taken it."""
