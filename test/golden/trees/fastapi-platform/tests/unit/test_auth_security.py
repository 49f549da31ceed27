"""Hashes, signatures and mails: what they withstand."""

import asyncio
import smtplib
import threading
import time
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import bcrypt
import jwt
import pytest

from core.domain.auth.entities import Role
from core.domain.auth.repositories import AccessClaims, HasherBusyError, Mail
from infrastructure.mail.smtp import SmtpMailer
from infrastructure.security.access_tokens import JwtAccessTokens
from infrastructure.security.passwords import BcryptPasswordHasher
from tests.support.mailbox import Mailbox
from tests.support.settings import JWT_SECRET_KEY, make_settings

CLAIMS = AccessClaims(uuid4(), uuid4(), Role.USER)
TOKENS = JwtAccessTokens(JWT_SECRET_KEY, "https://issuer.test", "audience", timedelta(minutes=15))


async def test_passwords_are_compared_beyond_what_bcrypt_takes() -> None:
    hasher = BcryptPasswordHasher(4, 1)
    password = "x" * 72 + "1"
    hashed = await hasher.hash(password)
    assert hashed.startswith("$2b$04$")
    assert await hasher.verify(password, hashed)
    assert not await hasher.verify("x" * 72 + "2", hashed)
    assert not await hasher.verify("x" * 72, hashed)
    assert not await hasher.verify("a\0b", await hasher.hash("a\0c"))
    # One keyboard sends é as one character, another as two.
    assert await hasher.verify("caf\u00e9 1234", await hasher.hash("cafe\u0301 1234"))
    await hasher.close()


async def test_without_a_hash_the_same_work_is_done() -> None:
    hasher = BcryptPasswordHasher(10, 1)
    hashed = await hasher.hash("secure123")
    times = []
    for expected in (hashed, None):
        start = time.perf_counter()
        assert not await hasher.verify("wrong", expected)
        times.append(time.perf_counter() - start)
    await hasher.close()
    assert 0.4 < times[1] / times[0] < 2.5


def test_hashes_of_another_cost_are_to_be_renewed() -> None:
    hasher = BcryptPasswordHasher(5, 1)
    assert hasher.needs_rehash(bcrypt.hashpw(b"x", bcrypt.gensalt(4)).decode())
    assert not hasher.needs_rehash(bcrypt.hashpw(b"x", bcrypt.gensalt(5)).decode())


async def test_a_flood_takes_its_own_threads_and_no_more(monkeypatch: pytest.MonkeyPatch) -> None:
    running, most, gate = 0, 0, threading.Event()

    def slow(_secret: bytes, _hash: bytes) -> bool:
        nonlocal running, most
        running += 1
        most = max(most, running)
        gate.wait(20)
        running -= 1
        return True

    monkeypatch.setattr("bcrypt.checkpw", slow)
    hasher = BcryptPasswordHasher(4, 2)
    flood = [asyncio.create_task(hasher.verify("x", "hash")) for _ in range(60)]
    await asyncio.sleep(0.1)
    # Other work goes on, also such as uses threads.
    assert await asyncio.wait_for(asyncio.to_thread(lambda: 1), 5) == 1
    gate.set()
    results = await asyncio.gather(*flood, return_exceptions=True)
    await hasher.close()
    assert most == 2
    assert results.count(True) == 42  # two at work, and twenty that wait for each
    assert sum(isinstance(result, HasherBusyError) for result in results) == 18


def test_access_tokens_are_read_back() -> None:
    token = TOKENS.issue(CLAIMS, datetime.now(UTC))
    assert TOKENS.read(token) == CLAIMS
    payload = jwt.decode(token, options={"verify_signature": False})
    assert payload.keys() == {"iss", "aud", "sub", "sid", "role", "iat", "exp", "jti"}
    assert payload["exp"] - payload["iat"] == TOKENS.lifetime_seconds == 900


def _forged(
    changes: dict[str, Any] | None = None, key: str = JWT_SECRET_KEY, algorithm: str = "HS256"
) -> str:
    now = datetime.now(UTC)
    payload: dict[str, Any] = jwt.decode(
        TOKENS.issue(CLAIMS, now), options={"verify_signature": False}
    )
    payload |= changes or {}
    payload = {name: value for name, value in payload.items() if value is not None}
    return jwt.encode(payload, key, algorithm)


@pytest.mark.parametrize(
    "token",
    [
        "",
        "nonsense",
        "ä",
        _forged(key="another key of thirty-two characters"),
        _forged(key="", algorithm="none"),
        _forged(key=JWT_SECRET_KEY * 2, algorithm="HS512"),
        _forged({"iss": "https://other.test"}),
        _forged({"aud": "other"}),
        _forged({"exp": datetime.now(UTC) - timedelta(seconds=11)}),
        _forged({"iat": datetime.now(UTC) + timedelta(hours=1)}),
        _forged({"sub": "nobody"}),
        _forged({"sid": "nothing"}),
        _forged({"role": "emperor"}),
        *(_forged({name: None}) for name in ("iss", "aud", "sub", "sid", "role", "exp", "jti")),
    ],
)
def test_access_tokens_that_are_not_ours(token: str) -> None:
    assert TOKENS.read(token) is None


MAIL = Mail("user@example.com", "Subject with ümlaut", "Text with a long line " * 20 + "\n.\n")


async def test_a_mail_arrives_as_it_was_written() -> None:
    async with Mailbox().running() as mailbox:
        await SmtpMailer(mailbox.url, "from@service.test", 5, tls_required=False).send(MAIL)
        mail = await mailbox.next()
    assert (mail["To"], mail["From"]) == (MAIL.to, "from@service.test")
    assert mail["Subject"] == MAIL.subject
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Message-ID"].endswith("@service.test>")
    assert mail.get_content().splitlines() == [MAIL.text.splitlines()[0], "."]


async def test_a_mail_that_nobody_takes_is_a_failure() -> None:
    async with Mailbox(refuses=True).running() as mailbox:
        mailer = SmtpMailer(mailbox.url, "from@service.test", 5, tls_required=False)
        with pytest.raises(smtplib.SMTPException):
            await mailer.send(MAIL)


@pytest.mark.parametrize(
    ("environment", "credentials"), [("production", ""), ("development", "user:password@")]
)
async def test_nothing_is_sent_in_the_clear_that_should_not_be(
    environment: str, credentials: str
) -> None:
    async with Mailbox().running() as mailbox:
        settings = make_settings(
            ENVIRONMENT=environment,
            BCRYPT_COST="10",
            SMTP_URL=mailbox.url.replace("//", f"//{credentials}"),
        )
        with pytest.raises(smtplib.SMTPNotSupportedError, match="STARTTLS"):
            await SmtpMailer.create(settings).send(MAIL)
        assert not mailbox.waiting


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("smtps://us%40er:pass%21@mail.test", ["connect mail.test 465", "login us@er pass!"]),
        (
            "smtp://us%40er:pass%21@mail.test:587",
            ["connect mail.test 587", "starttls", "login us@er pass!"],
        ),
    ],
)
async def test_passwords_are_given_over_tls(
    monkeypatch: pytest.MonkeyPatch, url: str, expected: list[str]
) -> None:
    said: list[str] = []

    class Server:
        """Notes what it is told."""

        def __init__(self, host: str, port: int, **_options: object) -> None:
            said.append(f"connect {host} {port}")

        def __enter__(self) -> "Server":
            return self

        def __exit__(self, *_: object) -> None:
            said.append("quit")

        def ehlo(self) -> None:
            """Greet."""

        def starttls(self, context: object) -> None:
            """Change to TLS."""
            assert context
            said.append("starttls")

        def login(self, user: str, password: str) -> None:
            """Log in."""
            said.append(f"login {user} {password}")

        def send_message(self, _message: object) -> None:
            """Take a mail."""
            said.append("mail")

    monkeypatch.setattr("smtplib.SMTP_SSL" if url.startswith("smtps") else "smtplib.SMTP", Server)
    await SmtpMailer(url, "from@service.test", 5, tls_required=False).send(MAIL)
    assert said == [*expected, "mail", "quit"]
