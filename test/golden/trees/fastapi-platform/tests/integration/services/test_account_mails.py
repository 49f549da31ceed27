"""The mails that follow from events, as the worker sends them."""

import smtplib
from datetime import UTC, datetime, timedelta

import asyncpg
import pytest

from core.domain.auth.entities import AccountEvent, AccountEventKind, User, UserStatus
from core.domain.auth.tokens import digest
from core.domain.events import DomainEvent
from infrastructure.mail.handlers import create_mail_handlers
from infrastructure.persistence.database import Database
from tests.support.accounts import NOW, make_user, store_user
from tests.support.mailbox import Mailbox, token_in
from tests.support.settings import make_settings


async def _stored(url: str, user: User) -> asyncpg.Record:
    connection = await asyncpg.connect(url)
    try:
        row = await connection.fetchrow("SELECT * FROM users WHERE id = $1", user.id)
        assert row
        return row
    finally:
        await connection.close()


async def _deliver(environ: dict[str, str], mailbox: Mailbox, event: AccountEvent) -> None:
    settings = make_settings(**environ, SMTP_URL=mailbox.url)
    database = Database.create(settings)
    try:
        async with database.sessions.begin() as session:
            told = DomainEvent(event.kind.value, {"user_id": str(event.user_id)})
            await create_mail_handlers(settings)[told.name](session, told)
    finally:
        await database.close()


async def test_the_link_of_a_verification_is_good_for_a_day(environ: dict[str, str]) -> None:
    user = make_user(status=UserStatus.PENDING, email_verified_at=None)
    await store_user(environ["DATABASE_URL"], user)
    event = AccountEvent(AccountEventKind.REGISTERED, user.id)
    tokens = []
    async with Mailbox().running() as mailbox:
        for _ in range(2):
            await _deliver(environ, mailbox, event)
            mail = await mailbox.next()
            assert (mail["To"], mail["From"]) == (user.email, "no-reply@service.test")
            tokens.append(token_in(mail))
    row = await _stored(environ["DATABASE_URL"], user)
    # The last one is good, and only its hash is kept.
    assert tokens[0] != tokens[1]
    assert row["verification_hash"] == digest(tokens[1].encode())
    left = row["verification_expires_at"] - datetime.now(UTC)
    assert timedelta(hours=23) < left <= timedelta(hours=24)


@pytest.mark.parametrize(
    ("kind", "user", "words"),
    [
        (AccountEventKind.REGISTERED_AGAIN, make_user(), "tried to register this address"),
        (AccountEventKind.LOCKED, make_user(locked_until=NOW), "too many wrong passwords"),
    ],
)
async def test_owners_are_told(
    environ: dict[str, str], kind: AccountEventKind, user: User, words: str
) -> None:
    await store_user(environ["DATABASE_URL"], user)
    async with Mailbox().running() as mailbox:
        await _deliver(environ, mailbox, AccountEvent(kind, user.id))
        mail = await mailbox.next()
    assert mail["To"] == user.email
    assert words in mail.get_content()


@pytest.mark.parametrize(
    ("kind", "user", "is_there"),
    [
        (AccountEventKind.REGISTERED, make_user(), True),  # verified by now
        (AccountEventKind.REGISTERED, make_user(), False),
        (AccountEventKind.VERIFIED, make_user(), True),
        (AccountEventKind.STATUS_CHANGED, make_user(), True),
    ],
)
async def test_what_needs_no_mail(
    environ: dict[str, str], kind: AccountEventKind, user: User, is_there: bool
) -> None:
    if is_there:
        await store_user(environ["DATABASE_URL"], user)
    async with Mailbox().running() as mailbox:
        await _deliver(environ, mailbox, AccountEvent(kind, user.id))
        assert not mailbox.waiting


async def test_a_mail_that_nobody_takes_fails_the_event_and_changes_nothing(
    environ: dict[str, str],
) -> None:
    user = make_user(status=UserStatus.PENDING, email_verified_at=None)
    await store_user(environ["DATABASE_URL"], user)
    event = AccountEvent(AccountEventKind.REGISTERED, user.id)
    async with Mailbox(refuses=True).running() as mailbox:
        with pytest.raises(smtplib.SMTPException):
            await _deliver(environ, mailbox, event)
    assert (await _stored(environ["DATABASE_URL"], user))["verification_hash"] is None
