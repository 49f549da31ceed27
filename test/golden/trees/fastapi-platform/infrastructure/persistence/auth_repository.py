"""Keeps users, sessions and the audit log in PostgreSQL."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select, update
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlalchemy.ext.asyncio import AsyncSession, async_sessionmaker

from core.domain.auth.entities import (
    AccountEvent,
    AuditEntry,
    AuditEvent,
    Role,
    Session,
    User,
    UserStatus,
)
from core.domain.auth.repositories import (
    AuditLog,
    AuthTransaction,
    SessionRepository,
    UserRepository,
)
from core.domain.events import DomainEvent
from infrastructure.observability.auth_metrics import LOCKOUTS, LOGINS
from infrastructure.persistence.auth_models import AuditEntryModel, SessionModel, UserModel
from infrastructure.persistence.outbox import record


class PostgresUserRepository:
    """The UserRepository of a transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, user: User) -> bool:
        """Store a new user; False when the address is taken."""
        statement = (
            upsert(UserModel)
            .values(asdict(user))
            .on_conflict_do_nothing(index_elements=[UserModel.email])
        )
        added = await self._session.scalars(statement.returning(UserModel.id))
        return added.first() is not None

    async def find(self, email: str, *, lock: bool = False) -> User | None:
        """Find a user by address."""
        return await self._one(UserModel.email == email, lock=lock)

    async def find_by_verification(self, token_hash: bytes) -> User | None:
        """Find and lock the user who was sent this token."""
        return await self._one(UserModel.verification_hash == token_hash, lock=True)

    async def get(self, user_id: UUID, *, lock: bool = False) -> User | None:
        """Find a user."""
        return await self._one(UserModel.id == user_id, lock=lock)

    async def list_after(self, email: str, limit: int) -> list[User]:
        """List the users whose addresses follow; the index on the address serves it."""
        statement = select(UserModel).where(UserModel.email > email).order_by(UserModel.email)
        rows = await self._session.scalars(statement.limit(limit))
        return [_to_user(row) for row in rows]

    async def save(self, user: User) -> None:
        """Store what has changed of a user."""
        values = asdict(user)
        del values["id"], values["created_at"]
        await self._session.execute(
            update(UserModel)
            .where(UserModel.id == user.id)
            .values(values)
            .execution_options(synchronize_session=False)
        )

    async def _one(self, condition: ColumnElement[bool], *, lock: bool) -> User | None:
        # What this transaction has read before may be out of date once the row is locked.
        statement = select(UserModel).where(condition).execution_options(populate_existing=True)
        row = await self._session.scalar(statement.with_for_update() if lock else statement)
        return _to_user(row) if row else None


class PostgresSessionRepository:
    """The SessionRepository of a transaction."""

    def __init__(self, session: AsyncSession) -> None:
        self._session = session

    async def add(self, session: Session) -> None:
        """Store a new session."""
        await self._session.execute(insert(SessionModel).values(asdict(session)))

    async def find(self, session_id: UUID, *, lock: bool = False) -> tuple[Session, User] | None:
        """Find a session and whose it is, in one query: every request of a user needs both."""
        statement = (
            select(SessionModel, UserModel)
            .join(UserModel, UserModel.id == SessionModel.user_id)
            .where(SessionModel.id == session_id)
        )
        if lock:
            statement = statement.with_for_update(of=SessionModel)
        row = (await self._session.execute(statement)).one_or_none()
        return (_to_session(row[0]), _to_user(row[1])) if row else None

    async def list_open(self, user_id: UUID, now: datetime) -> list[Session]:
        """List a user's open sessions, the last used first."""
        rows = await self._session.scalars(
            select(SessionModel)
            .where(*_is_open(user_id, now))
            .order_by(SessionModel.last_used_at.desc(), SessionModel.id)
        )
        return [_to_session(row) for row in rows]

    async def save(self, session: Session) -> None:
        """Store what has changed of a session."""
        await self._session.execute(
            update(SessionModel)
            .where(SessionModel.id == session.id)
            .values(
                token_hash=session.token_hash,
                previous_token_hash=session.previous_token_hash,
                last_used_at=session.last_used_at,
            )
            .execution_options(synchronize_session=False)
        )

    async def revoke(
        self, user_id: UUID, now: datetime, session_id: UUID | None = None
    ) -> Sequence[UUID]:
        """Revoke a user's open sessions or one of them, and return which."""
        statement = update(SessionModel).where(*_is_open(user_id, now))
        if session_id is not None:
            statement = statement.where(SessionModel.id == session_id)
        revoked = await self._session.scalars(
            statement.values(revoked_at=now)
            .returning(SessionModel.id)
            .execution_options(synchronize_session=False)
        )
        return revoked.all()


class PostgresAuditLog:
    """The AuditLog of a transaction."""

    def __init__(self, session: AsyncSession, recorded: list[AuditEntry]) -> None:
        self._session = session
        self._recorded = recorded

    async def record(self, entry: AuditEntry, now: datetime) -> None:
        """Add an entry."""
        self._recorded.append(entry)
        await self._session.execute(
            insert(AuditEntryModel).values(
                occurred_at=now,
                event=entry.event,
                success=entry.success,
                user_id=entry.user_id,
                ip_address=entry.client.ip_address,
                user_agent=entry.client.user_agent,
                details=dict(entry.details),
            )
        )


class PostgresAuthTransaction:
    """The AuthTransaction of the service."""

    def __init__(self, session: AsyncSession) -> None:
        self.users: UserRepository = PostgresUserRepository(session)
        self.sessions: SessionRepository = PostgresSessionRepository(session)
        self.entries: list[AuditEntry] = []
        self.audit: AuditLog = PostgresAuditLog(session, self.entries)
        self._session = session

    async def announce(self, event: AccountEvent) -> None:
        """Put the event into the outbox, in this transaction; from there it cannot be lost."""
        await record(self._session, DomainEvent(event.kind.value, {"user_id": str(event.user_id)}))


class PostgresAuthStore:
    """The AuthStore of the service."""

    def __init__(self, sessions: async_sessionmaker[AsyncSession]) -> None:
        self._sessions = sessions

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AuthTransaction]:
        """Begin a transaction; what is committed is counted."""
        async with self._sessions.begin() as session:
            transaction = PostgresAuthTransaction(session)
            yield transaction
        for entry in transaction.entries:
            if entry.event is AuditEvent.LOGIN:
                LOGINS.labels(entry.details["outcome"]).inc()
            elif entry.event is AuditEvent.LOCK:
                LOCKOUTS.inc()


def _is_open(user_id: UUID, now: datetime) -> tuple[ColumnElement[bool], ...]:
    return (
        SessionModel.user_id == user_id,
        SessionModel.revoked_at.is_(None),
        SessionModel.expires_at > now,
    )


def _to_user(row: UserModel) -> User:
    return User(
        id=row.id,
        email=row.email,
        full_name=row.full_name,
        password_hash=row.password_hash,
        status=UserStatus(row.status),
        role=Role(row.role),
        created_at=row.created_at,
        email_verified_at=row.email_verified_at,
        verification_hash=row.verification_hash,
        verification_expires_at=row.verification_expires_at,
        last_mail_at=row.last_mail_at,
        failed_logins=row.failed_logins,
        locked_until=row.locked_until,
    )


def _to_session(row: SessionModel) -> Session:
    return Session(
        id=row.id,
        user_id=row.user_id,
        device=row.device,
        user_agent=row.user_agent,
        ip_address=str(row.ip_address) if row.ip_address is not None else None,
        created_at=row.created_at,
        last_used_at=row.last_used_at,
        expires_at=row.expires_at,
        family_hash=row.family_hash,
        token_hash=row.token_hash,
        previous_token_hash=row.previous_token_hash,
        revoked_at=row.revoked_at,
    )
