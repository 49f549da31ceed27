"""What a user and a session are, and the rules of their lives."""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from uuid import UUID

from core.domain.auth.tokens import RefreshToken, digest

# Whoever asks for a mail again within this time gets none: no address is to be flooded from here.
_MAIL_INTERVAL = timedelta(minutes=1)


class UserStatus(StrEnum):
    """Whether a user may log in."""

    PENDING = "pending"  # registered; nobody has shown yet that the address is theirs
    ACTIVE = "active"
    INACTIVE = "inactive"  # given up, without blame
    SUSPENDED = "suspended"  # shut out


class Role(StrEnum):
    """What a user may do."""

    USER = "user"
    ADMIN = "admin"


class LoginOutcome(StrEnum):
    """What comes of trying to log in."""

    SUCCESS = "success"
    UNKNOWN_USER = "unknown_user"
    MISMATCH = "wrong_password"
    LOCKED = "locked"
    NOT_VERIFIED = "not_verified"
    CLOSED = "closed"


class StatusChangeRefusedError(Exception):
    """A change of status that the life of a user does not have."""


@dataclass(frozen=True, slots=True)
class LockPolicy:
    """How many wrong passwords in a row lock an account, and for how long."""

    failures: int
    duration: timedelta


@dataclass(frozen=True, slots=True)
class User:  # pylint: disable=too-many-instance-attributes  # a row of a table
    """A person with an account; the e-mail address, in lower case, is the name to log in with."""

    id: UUID
    email: str
    full_name: str
    password_hash: str = field(repr=False)
    status: UserStatus
    role: Role
    created_at: datetime
    email_verified_at: datetime | None = None
    verification_hash: bytes | None = field(default=None, repr=False)
    verification_expires_at: datetime | None = None
    last_mail_at: datetime | None = None
    failed_logins: int = 0
    locked_until: datetime | None = None

    def is_locked(self, now: datetime) -> bool:
        """Tell whether logging in is refused for a while; time alone unlocks."""
        return self.locked_until is not None and now < self.locked_until

    def after_failed_login(self, now: datetime, policy: LockPolicy) -> "User":
        """Count a wrong password; the last one that is allowed locks the account."""
        # A lock that is over leaves nothing behind: the count begins anew.
        failures = 1 if self.locked_until is not None else self.failed_logins + 1
        locked_until = now + policy.duration if failures >= policy.failures else None
        return replace(self, failed_logins=failures, locked_until=locked_until)

    def attempt_login(
        self, now: datetime, policy: LockPolicy, *, password_is_right: bool
    ) -> "tuple[User, LoginOutcome]":
        """Tell what comes of a login; while locked, not even the right password is looked at."""
        if self.is_locked(now):
            return self, LoginOutcome.LOCKED
        if not password_is_right:
            return self.after_failed_login(now, policy), LoginOutcome.MISMATCH
        user = replace(self, failed_logins=0, locked_until=None)
        match self.status:
            case UserStatus.ACTIVE:
                return user, LoginOutcome.SUCCESS
            case UserStatus.PENDING:
                return user, LoginOutcome.NOT_VERIFIED
            case _:
                return user, LoginOutcome.CLOSED

    def registered_again(self, password_hash: str, full_name: str) -> "User":
        """Take over what was given last: until the address is verified, nobody owns the account."""
        return replace(self, password_hash=password_hash, full_name=full_name)

    def may_be_mailed(self, now: datetime) -> bool:
        """Tell whether the last mail that somebody asked for is long enough ago."""
        return self.last_mail_at is None or now - self.last_mail_at >= _MAIL_INTERVAL

    def mailed(self, now: datetime) -> "User":
        """Note that a mail was asked for."""
        return replace(self, last_mail_at=now)

    def with_verification(self, token: str, expires_at: datetime) -> "User":
        """Await this token, and none that was sent before."""
        return replace(
            self, verification_hash=digest(token.encode()), verification_expires_at=expires_at
        )

    def verified(self, now: datetime) -> "User":
        """Own the address; the token has done its work. Who is shut out stays so."""
        status = UserStatus.ACTIVE if self.status is UserStatus.PENDING else self.status
        return replace(
            self,
            status=status,
            email_verified_at=now,
            verification_hash=None,
            verification_expires_at=None,
        )

    def with_status(self, status: UserStatus) -> "User":
        """Change the status by an administrator's hand."""
        if status is UserStatus.PENDING:
            raise StatusChangeRefusedError("Only a registration is pending")
        if status is UserStatus.ACTIVE and self.email_verified_at is None:
            raise StatusChangeRefusedError("The e-mail address is not verified yet")
        return replace(self, status=status)


class RefreshVerdict(StrEnum):
    """What a refresh token is to its session."""

    CURRENT = "current"
    JUST_EXCHANGED = "just exchanged"
    REUSED = "reused"
    FOREIGN = "foreign"


@dataclass(frozen=True, slots=True)
class Session:  # pylint: disable=too-many-instance-attributes  # a row of a table
    """A login on a device, with the one refresh token that is good for it."""

    id: UUID
    user_id: UUID
    device: str
    user_agent: str
    ip_address: str | None
    created_at: datetime
    last_used_at: datetime
    expires_at: datetime
    family_hash: bytes = field(repr=False)
    token_hash: bytes = field(repr=False)
    previous_token_hash: bytes | None = field(default=None, repr=False)
    revoked_at: datetime | None = None

    def is_open(self, now: datetime) -> bool:
        """Tell whether it is neither revoked nor too old."""
        return self.revoked_at is None and now < self.expires_at

    def judge(self, token: RefreshToken, now: datetime, grace: timedelta) -> RefreshVerdict:
        """Tell what a token is; one that was exchanged before means that somebody has a copy."""
        if digest(token.family) != self.family_hash:
            return RefreshVerdict.FOREIGN
        token_hash = digest(token.secret)
        if token_hash == self.token_hash:
            return RefreshVerdict.CURRENT
        if token_hash == self.previous_token_hash and now - self.last_used_at < grace:
            return RefreshVerdict.JUST_EXCHANGED
        return RefreshVerdict.REUSED

    def refreshed(self, token: RefreshToken, now: datetime) -> "Session":
        """Exchange the token; the one before is remembered for those who come a moment late."""
        return replace(
            self,
            token_hash=digest(token.secret),
            previous_token_hash=self.token_hash,
            last_used_at=now,
        )


@dataclass(frozen=True, slots=True)
class Client:
    """From where a request comes."""

    ip_address: str | None = None
    user_agent: str = ""


class AuditEvent(StrEnum):
    """What the audit log tells of."""

    REGISTER = "register"
    VERIFY_EMAIL = "verify_email"
    LOGIN = "login"
    LOCK = "lock"
    REFRESH = "refresh"
    REFRESH_REUSE = "refresh_reuse"
    LOGOUT = "logout"
    REVOKE_SESSIONS = "revoke_sessions"
    CHANGE_STATUS = "change_status"
    CHANGE_ROLE = "change_role"


@dataclass(frozen=True, slots=True)
class AuditEntry:
    """Something that happened to an account, as it was and not as it was told to the client."""

    event: AuditEvent
    success: bool
    client: Client
    user_id: UUID | None = None
    details: Mapping[str, str] = field(default_factory=dict)


def fingerprint(email: str) -> str:
    """Return what stands for an address where the address itself must not be kept."""
    return hashlib.sha256(email.encode()).hexdigest()[:16]


class AccountEventKind(StrEnum):
    """What others may want to know of an account."""

    REGISTERED = "user.registered"
    REGISTERED_AGAIN = "user.registered_again"
    VERIFIED = "user.verified"
    LOCKED = "user.locked"
    STATUS_CHANGED = "user.status_changed"


@dataclass(frozen=True, slots=True)
class AccountEvent:
    """Something that happened; it names the user and nothing that should not be passed around."""

    kind: AccountEventKind
    user_id: UUID
