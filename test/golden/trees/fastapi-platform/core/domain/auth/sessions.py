"""The use cases of sessions: log in, stay logged in, log out."""

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from core.domain.auth.clock import Clock
from core.domain.auth.entities import (
    AccountEvent,
    AccountEventKind,
    AuditEntry,
    AuditEvent,
    Client,
    LockPolicy,
    LoginOutcome,
    RefreshVerdict,
    Role,
    Session,
    User,
    UserStatus,
    fingerprint,
)
from core.domain.auth.errors import (
    AccountClosedError,
    AuthError,
    EmailNotVerifiedError,
    InvalidAccessError,
    InvalidCredentialsError,
    InvalidRefreshTokenError,
    JustExchangedError,
    SessionNotFoundError,
)
from core.domain.auth.repositories import (
    AccessClaims,
    AccessTokens,
    AuthStore,
    AuthTransaction,
    PasswordHasher,
)
from core.domain.auth.tokens import RefreshToken, digest

# Two tabs of a browser may find the access token expired at the same moment.
REFRESH_GRACE = timedelta(seconds=10)

# Stands in for a user whom nobody knows, so that the same statements run and take the same time.
_NOBODY = User(
    UUID(int=0), "", "", "", UserStatus.INACTIVE, Role.USER, datetime(1970, 1, 1, tzinfo=UTC)
)


_REFUSALS: dict[LoginOutcome, type[AuthError]] = {
    LoginOutcome.UNKNOWN_USER: InvalidCredentialsError,
    LoginOutcome.MISMATCH: InvalidCredentialsError,
    LoginOutcome.LOCKED: InvalidCredentialsError,
    LoginOutcome.NOT_VERIFIED: EmailNotVerifiedError,
    LoginOutcome.CLOSED: AccountClosedError,
}


@dataclass(frozen=True, slots=True)
class Credentials:
    """What somebody logs in with, and what they call the device."""

    email: str
    password: str = field(repr=False)
    device: str


@dataclass(frozen=True, slots=True)
class Tokens:
    """What a client shows from now on."""

    access: str
    refresh: str


@dataclass(frozen=True, slots=True)
class Principal:
    """Who makes a request, and by which session."""

    user: User
    session_id: UUID


@dataclass(frozen=True, slots=True)
class SessionPolicy:
    """The figures of locking and of sessions."""

    lock: LockPolicy
    lifetime: timedelta


@dataclass(frozen=True, slots=True)
class _Compared:
    """Whether a password is right for a hash and, where that is out of date, a stronger one."""

    password_hash: str | None = field(repr=False)
    right: bool
    stronger_hash: str | None = field(repr=False)


class Sessions:
    """Opens, refreshes, lists and revokes sessions."""

    def __init__(
        self,
        store: AuthStore,
        hasher: PasswordHasher,
        access_tokens: AccessTokens,
        policy: SessionPolicy,
        clock: Clock,
    ) -> None:
        self._store = store
        self._hasher = hasher
        self._access_tokens = access_tokens
        self._policy = policy
        self._clock = clock

    async def log_in(self, given: Credentials, client: Client) -> Tokens:
        """Open a session; whatever the reason why not, a stranger gets one answer, in one time."""
        async with self._store.transaction() as transaction:
            seen = await transaction.users.find(given.email)
        # Between two transactions, so that no connection is held while the hash is computed.
        compared = await self._compare(given.password, seen)
        now = self._clock()
        async with self._store.transaction() as transaction:
            known = await transaction.users.find(given.email, lock=True)
            user, outcome = self._judge_login(known, compared, now)
            if outcome is LoginOutcome.MISMATCH and user.is_locked(now):
                await self._tell_of_lock(transaction, user, client, now)
            await transaction.users.save(user)
            details = {"outcome": outcome.value, "email": fingerprint(given.email)}
            tokens = None
            if outcome is LoginOutcome.SUCCESS:
                session, tokens = self._open(user, given.device, client, now)
                await transaction.sessions.add(session)
                details["session"] = str(session.id)
            user_id = known.id if known else None
            entry = AuditEntry(AuditEvent.LOGIN, tokens is not None, client, user_id, details)
            await transaction.audit.record(entry, now)
        if tokens is None:
            raise _REFUSALS[outcome]()
        return tokens

    async def refresh(self, text: str, client: Client) -> Tokens:
        """Exchange a refresh token; one that was exchanged before ends the session it is of."""
        token = RefreshToken.decode(text)
        if token is None:
            raise InvalidRefreshTokenError
        now = self._clock()
        async with self._store.transaction() as transaction:
            found = await transaction.sessions.find(token.session_id, lock=True)
            if found is None:
                raise InvalidRefreshTokenError
            session, user = found
            is_open = session.is_open(now) and user.status is UserStatus.ACTIVE
            verdict = session.judge(token, now, REFRESH_GRACE)
            tokens = None
            if verdict is RefreshVerdict.CURRENT and is_open:
                token = token.next()
                await transaction.sessions.save(session.refreshed(token, now))
                tokens = self._tokens(user, token, now)
            elif verdict is RefreshVerdict.REUSED:
                # Who of the two is the thief cannot be told: both have to log in again.
                await transaction.sessions.revoke(user.id, now, session.id)
            entry = _refresh_entry(verdict, session, client, success=tokens is not None)
            await transaction.audit.record(entry, now)
        if tokens is None:
            late = is_open and verdict is RefreshVerdict.JUST_EXCHANGED
            raise JustExchangedError if late else InvalidRefreshTokenError
        return tokens

    async def authenticate(self, access_token: str) -> Principal:
        """Tell whose access token it is; what was revoked a moment ago is refused already."""
        claims = self._access_tokens.read(access_token)
        if claims is None:
            raise InvalidAccessError
        async with self._store.transaction() as transaction:
            found = await transaction.sessions.find(claims.session_id)
        if found is None:
            raise InvalidAccessError
        session, user = found
        is_open = session.is_open(self._clock()) and user.status is UserStatus.ACTIVE
        if not is_open or user.id != claims.user_id:
            raise InvalidAccessError
        return Principal(user, session.id)

    async def list_open(self, user_id: UUID) -> list[Session]:
        """List where a user is logged in."""
        async with self._store.transaction() as transaction:
            return await transaction.sessions.list_open(user_id, self._clock())

    async def log_out(self, principal: Principal, client: Client) -> None:
        """Revoke the session of the request."""
        await self._revoke(AuditEvent.LOGOUT, principal.user.id, client, principal.session_id)

    async def revoke(self, user_id: UUID, session_id: UUID, client: Client) -> None:
        """Revoke one session of a user."""
        revoked = await self._revoke(AuditEvent.REVOKE_SESSIONS, user_id, client, session_id)
        if not revoked:
            raise SessionNotFoundError

    async def revoke_all(self, user_id: UUID, client: Client) -> None:
        """Revoke all sessions of a user, that of the request among them."""
        await self._revoke(AuditEvent.REVOKE_SESSIONS, user_id, client, None)

    async def _revoke(
        self, event: AuditEvent, user_id: UUID, client: Client, session_id: UUID | None
    ) -> bool:
        now = self._clock()
        async with self._store.transaction() as transaction:
            revoked = await transaction.sessions.revoke(user_id, now, session_id)
            details = {"sessions": " ".join(map(str, revoked))}
            entry = AuditEntry(event, bool(revoked), client, user_id, details)
            await transaction.audit.record(entry, now)
        return bool(revoked)

    async def _compare(self, password: str, user: User | None) -> _Compared:
        password_hash = user.password_hash if user else None
        right = await self._hasher.verify(password, password_hash)
        stronger = None
        if right and password_hash and self._hasher.needs_rehash(password_hash):
            stronger = await self._hasher.hash(password)
        return _Compared(password_hash, right, stronger)

    def _judge_login(
        self, known: User | None, compared: _Compared, now: datetime
    ) -> tuple[User, LoginOutcome]:
        if known is None:
            return _NOBODY, LoginOutcome.UNKNOWN_USER
        # What was compared has to be what is there still.
        right = compared.right and compared.password_hash == known.password_hash
        user, outcome = known.attempt_login(now, self._policy.lock, password_is_right=right)
        if right and compared.stronger_hash:
            user = replace(user, password_hash=compared.stronger_hash)
        return user, outcome

    @staticmethod
    async def _tell_of_lock(
        transaction: AuthTransaction, user: User, client: Client, now: datetime
    ) -> None:
        await transaction.announce(AccountEvent(AccountEventKind.LOCKED, user.id))
        details = {"until": str(user.locked_until)}
        entry = AuditEntry(AuditEvent.LOCK, True, client, user.id, details)
        await transaction.audit.record(entry, now)

    def _open(
        self, user: User, device: str, client: Client, now: datetime
    ) -> tuple[Session, Tokens]:
        token = RefreshToken.first(uuid4())
        session = Session(
            id=token.session_id,
            user_id=user.id,
            device=device,
            user_agent=client.user_agent,
            ip_address=client.ip_address,
            created_at=now,
            last_used_at=now,
            expires_at=now + self._policy.lifetime,
            family_hash=digest(token.family),
            token_hash=digest(token.secret),
        )
        return session, self._tokens(user, token, now)

    def _tokens(self, user: User, token: RefreshToken, now: datetime) -> Tokens:
        claims = AccessClaims(user.id, token.session_id, user.role)
        return Tokens(self._access_tokens.issue(claims, now), token.encode())


def _refresh_entry(
    verdict: RefreshVerdict, session: Session, client: Client, *, success: bool
) -> AuditEntry:
    reused = verdict is RefreshVerdict.REUSED
    event = AuditEvent.REFRESH_REUSE if reused else AuditEvent.REFRESH
    details = {"session": str(session.id), "token": verdict.value}
    return AuditEntry(event, success, client, session.user_id, details)
