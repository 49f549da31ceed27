"""The use cases of becoming a user: register, be sent a token, verify the address."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import uuid4

from core.domain.auth.clock import Clock
from core.domain.auth.entities import (
    AccountEvent,
    AccountEventKind,
    AuditEntry,
    AuditEvent,
    Client,
    Role,
    User,
    UserStatus,
)
from core.domain.auth.errors import InvalidVerificationError
from core.domain.auth.mails import MailTexts
from core.domain.auth.passwords import check_password
from core.domain.auth.repositories import AuthStore, AuthTransaction, Mailer, PasswordHasher
from core.domain.auth.tokens import digest, new_verification_token


class Registration:
    """Registers users without telling anybody but the owner of an address whether it is known."""

    def __init__(self, store: AuthStore, hasher: PasswordHasher, clock: Clock) -> None:
        self._store = store
        self._hasher = hasher
        self._clock = clock

    async def register(self, email: str, password: str, full_name: str, client: Client) -> None:
        """Register; what comes of it is told by mail alone."""
        check_password(password, email)
        # Also where it will not be needed: the time must not tell which addresses are known.
        password_hash = await self._hasher.hash(password)
        now = self._clock()
        user = User(
            id=uuid4(),
            email=email,
            full_name=full_name,
            password_hash=password_hash,
            status=UserStatus.PENDING,
            role=Role.USER,
            created_at=now,
            last_mail_at=now,
        )
        async with self._store.transaction() as transaction:
            if await transaction.users.add(user):
                await transaction.announce(AccountEvent(AccountEventKind.REGISTERED, user.id))
                entry = AuditEntry(AuditEvent.REGISTER, True, client, user.id)
            else:
                entry = await self._register_again(transaction, user, client)
            await transaction.audit.record(entry, now)

    async def _register_again(
        self, transaction: AuthTransaction, given: User, client: Client
    ) -> AuditEntry:
        known = await transaction.users.find(given.email, lock=True)
        if known is None:  # deleted a moment ago: the client may try again
            return AuditEntry(AuditEvent.REGISTER, False, client)
        if known.status is UserStatus.PENDING:
            known = known.registered_again(given.password_hash, given.full_name)
            kind = AccountEventKind.REGISTERED
        else:
            kind = AccountEventKind.REGISTERED_AGAIN
        await _save_and_mail(transaction, known, kind, given.created_at)
        details = {"reason": f"the address belongs to an account that is {known.status}"}
        return AuditEntry(AuditEvent.REGISTER, False, client, known.id, details)

    async def resend(self, email: str) -> None:
        """Send another token to an address that waits for one."""
        async with self._store.transaction() as transaction:
            user = await transaction.users.find(email, lock=True)
            if user is not None and user.status is UserStatus.PENDING:
                await _save_and_mail(transaction, user, AccountEventKind.REGISTERED, self._clock())

    async def verify(self, token: str, client: Client) -> None:
        """Take the token of a mail as the proof that its address is the user's."""
        now = self._clock()
        async with self._store.transaction() as transaction:
            user = await transaction.users.find_by_verification(digest(token.encode()))
            expires_at = user.verification_expires_at if user else None
            if user is not None and expires_at is not None and now < expires_at:
                await transaction.users.save(user.verified(now))
                await transaction.announce(AccountEvent(AccountEventKind.VERIFIED, user.id))
                entry = AuditEntry(AuditEvent.VERIFY_EMAIL, True, client, user.id)
            else:
                details = {"reason": "expired" if user else "unknown or used token"}
                user_id = user.id if user else None
                entry = AuditEntry(AuditEvent.VERIFY_EMAIL, False, client, user_id, details)
            await transaction.audit.record(entry, now)
        if not entry.success:
            raise InvalidVerificationError


async def _save_and_mail(
    transaction: AuthTransaction, user: User, kind: AccountEventKind, now: datetime
) -> None:
    if user.may_be_mailed(now):
        user = user.mailed(now)
        await transaction.announce(AccountEvent(kind, user.id))
    await transaction.users.save(user)


@dataclass(frozen=True, slots=True)
class AccountMails:
    """Sends the mails that follow from what happened to accounts."""

    mailer: Mailer
    texts: MailTexts
    verification_lifetime: timedelta
    clock: Clock

    async def handle(self, transaction: AuthTransaction, event: AccountEvent) -> None:
        """Send the event's mail, if it has one; when that fails, nothing else has happened."""
        user = await transaction.users.get(event.user_id, lock=True)
        if user is None:
            return
        match event.kind:
            case AccountEventKind.REGISTERED if user.status is UserStatus.PENDING:
                # Drawn here and not at the registration, so that no queue and no log holds it.
                token = new_verification_token()
                expires_at = self.clock() + self.verification_lifetime
                await transaction.users.save(user.with_verification(token, expires_at))
                await self.mailer.send(self.texts.verification(user, token))
            case AccountEventKind.REGISTERED_AGAIN:
                await self.mailer.send(self.texts.already_registered(user))
            case AccountEventKind.LOCKED:
                await self.mailer.send(self.texts.locked(user))
            case _:
                pass  # nothing that the user does not know
