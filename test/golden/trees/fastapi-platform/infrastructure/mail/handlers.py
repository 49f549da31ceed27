"""Sends the mails that follow from events: the worker's handlers of what happens to accounts."""

from collections.abc import Mapping
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncSession

from core.domain.auth.entities import AccountEvent, AccountEventKind
from core.domain.events import DomainEvent
from core.settings import Settings
from infrastructure.mail.accounts import create_account_mails
from infrastructure.messaging.consumer import Handler
from infrastructure.persistence.auth_repository import PostgresAuthTransaction


def create_mail_handlers(settings: Settings) -> Mapping[str, Handler]:
    """Return the handlers by the name of their event; one that fails is tried again."""
    mails = create_account_mails(settings)

    async def handle(session: AsyncSession, event: DomainEvent) -> None:
        account_event = AccountEvent(
            AccountEventKind(event.name), UUID(str(event.payload["user_id"]))
        )
        await mails.handle(PostgresAuthTransaction(session), account_event)

    return {kind.value: handle for kind in AccountEventKind}
