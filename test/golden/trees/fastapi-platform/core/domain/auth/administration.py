"""The use cases of administrators: see who has an account, change status and role."""

from dataclasses import replace
from uuid import UUID

from core.domain.auth.clock import Clock
from core.domain.auth.entities import (
    AccountEvent,
    AccountEventKind,
    AuditEntry,
    AuditEvent,
    Client,
    Role,
    StatusChangeRefusedError,
    User,
    UserStatus,
)
from core.domain.auth.errors import ChangeRefusedError, UserNotFoundError
from core.domain.auth.repositories import AuthStore, AuthTransaction


class Administration:
    """Lists users and changes what they may do."""

    def __init__(self, store: AuthStore, clock: Clock) -> None:
        self._store = store
        self._clock = clock

    async def page(self, after: str, limit: int) -> tuple[list[User], str | None]:
        """List users in the order of their addresses, and tell where the next page begins."""
        async with self._store.transaction() as transaction:
            # One more than asked for tells whether another page follows, without counting.
            users = await transaction.users.list_after(after, limit + 1)
        if len(users) <= limit:
            return users, None
        return users[:limit], users[limit - 1].email

    async def change(
        self,
        admin: User,
        user_id: UUID,
        client: Client,
        *,
        status: UserStatus | None = None,
        role: Role | None = None,
    ) -> User:
        """Change status or role; whoever is not active any more is logged out at once."""
        if admin.id == user_id:
            # Also keeps the last administrator from going.
            raise ChangeRefusedError("Nobody changes their own status or role")
        async with self._store.transaction() as transaction:
            user = await transaction.users.get(user_id, lock=True)
            if user is None:
                raise UserNotFoundError
            by = {"by": str(admin.id)}
            if status is not None and status is not user.status:
                user = await self._change_status(transaction, user, status, client, by)
            if role is not None and role is not user.role:
                user = await self._change_role(transaction, user, role, client, by)
            await transaction.users.save(user)
        return user

    async def grant_role(self, email: str, role: Role) -> User:
        """Give a role from the command line, which is how the first administrator is made."""
        async with self._store.transaction() as transaction:
            user = await transaction.users.find(email, lock=True)
            if user is None:
                raise UserNotFoundError
            if user.role is not role:
                details = {"by": "command line"}
                user = await self._change_role(transaction, user, role, Client(), details)
                await transaction.users.save(user)
        return user

    async def _change_status(
        self,
        transaction: AuthTransaction,
        user: User,
        status: UserStatus,
        client: Client,
        details: dict[str, str],
    ) -> User:
        try:
            changed = user.with_status(status)
        except StatusChangeRefusedError as error:
            raise ChangeRefusedError(str(error)) from error
        now = self._clock()
        if status is not UserStatus.ACTIVE:
            await transaction.sessions.revoke(user.id, now)
        await transaction.announce(AccountEvent(AccountEventKind.STATUS_CHANGED, user.id))
        details = details | {"from": user.status.value, "to": status.value}
        entry = AuditEntry(AuditEvent.CHANGE_STATUS, True, client, user.id, details)
        await transaction.audit.record(entry, now)
        return changed

    async def _change_role(
        self,
        transaction: AuthTransaction,
        user: User,
        role: Role,
        client: Client,
        details: dict[str, str],
    ) -> User:
        details = details | {"from": user.role.value, "to": role.value}
        entry = AuditEntry(AuditEvent.CHANGE_ROLE, True, client, user.id, details)
        await transaction.audit.record(entry, self._clock())
        return replace(user, role=role)
