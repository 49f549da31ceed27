"""The rules of users, sessions and passwords, which know neither database nor clock."""

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from core.domain.auth.entities import (
    LockPolicy,
    LoginOutcome,
    RefreshVerdict,
    Session,
    StatusChangeRefusedError,
    User,
    UserStatus,
    fingerprint,
)
from core.domain.auth.errors import WeakPasswordError
from core.domain.auth.passwords import check_password
from core.domain.auth.tokens import RefreshToken, digest
from tests.support.accounts import make_user

NOW = datetime(2026, 1, 1, 12, tzinfo=UTC)
POLICY = LockPolicy(failures=5, duration=timedelta(minutes=30))
GRACE = timedelta(seconds=10)


def _fail(user: User, times: int, now: datetime = NOW) -> User:
    for _ in range(times):
        user, outcome = user.attempt_login(now, POLICY, password_is_right=False)
        assert outcome is LoginOutcome.MISMATCH
    return user


def test_the_fifth_wrong_password_locks_for_thirty_minutes() -> None:
    user = _fail(make_user(), 4)
    assert not user.is_locked(NOW)
    user = _fail(user, 1)
    assert user.is_locked(NOW)
    assert user.is_locked(NOW + timedelta(minutes=30, microseconds=-1))
    assert not user.is_locked(NOW + timedelta(minutes=30))


@pytest.mark.parametrize("right", [True, False])
def test_while_locked_no_password_is_looked_at(right: bool) -> None:
    user = _fail(make_user(), 5)
    after = user.attempt_login(NOW + timedelta(minutes=29), POLICY, password_is_right=right)
    assert after == (user, LoginOutcome.LOCKED)


def test_a_lock_that_is_over_leaves_nothing_behind() -> None:
    later = NOW + timedelta(minutes=30)
    user = _fail(_fail(make_user(), 5), 4, later)
    assert not user.is_locked(later)
    assert _fail(user, 1, later).is_locked(later)


def test_the_right_password_ends_the_count() -> None:
    user, outcome = _fail(make_user(), 4).attempt_login(NOW, POLICY, password_is_right=True)
    assert (outcome, user.failed_logins) == (LoginOutcome.SUCCESS, 0)
    assert not _fail(user, 4).is_locked(NOW)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (UserStatus.ACTIVE, LoginOutcome.SUCCESS),
        (UserStatus.PENDING, LoginOutcome.NOT_VERIFIED),
        (UserStatus.INACTIVE, LoginOutcome.CLOSED),
        (UserStatus.SUSPENDED, LoginOutcome.CLOSED),
    ],
)
def test_the_status_is_told_to_who_knows_the_password(
    status: UserStatus, expected: LoginOutcome
) -> None:
    user = make_user(status=status)
    assert user.attempt_login(NOW, POLICY, password_is_right=True)[1] is expected
    assert user.attempt_login(NOW, POLICY, password_is_right=False)[1] is LoginOutcome.MISMATCH


@pytest.mark.parametrize(
    ("status", "after"),
    [
        (UserStatus.PENDING, UserStatus.ACTIVE),
        (UserStatus.ACTIVE, UserStatus.ACTIVE),
        (UserStatus.INACTIVE, UserStatus.INACTIVE),
        (UserStatus.SUSPENDED, UserStatus.SUSPENDED),
    ],
)
def test_verifying_lets_nobody_in_who_is_shut_out(status: UserStatus, after: UserStatus) -> None:
    user = make_user(status=status, email_verified_at=None).with_verification("token", NOW)
    assert user.verification_hash == digest(b"token")
    verified = user.verified(NOW)
    assert (verified.status, verified.email_verified_at) == (after, NOW)
    assert verified.verification_hash is None


def test_the_changes_of_status_that_there_are() -> None:
    user = make_user()
    for status in (UserStatus.SUSPENDED, UserStatus.INACTIVE, UserStatus.ACTIVE):
        user = user.with_status(status)
        assert user.status is status
    with pytest.raises(StatusChangeRefusedError):
        user.with_status(UserStatus.PENDING)
    with pytest.raises(StatusChangeRefusedError):
        replace(user, email_verified_at=None).with_status(UserStatus.ACTIVE)


def test_an_address_gets_one_mail_a_minute() -> None:
    user = make_user()
    assert user.may_be_mailed(NOW)
    user = user.mailed(NOW)
    assert not user.may_be_mailed(NOW + timedelta(seconds=59))
    assert user.may_be_mailed(NOW + timedelta(seconds=60))


def _session(token: RefreshToken) -> Session:
    return Session(
        id=token.session_id,
        user_id=uuid4(),
        device="",
        user_agent="",
        ip_address=None,
        created_at=NOW,
        last_used_at=NOW,
        expires_at=NOW + timedelta(days=1),
        family_hash=digest(token.family),
        token_hash=digest(token.secret),
    )


def test_what_a_refresh_token_is_to_its_session() -> None:
    first = RefreshToken.first(uuid4())
    second, third = first.next(), first.next()
    session = _session(first)
    assert session.judge(first, NOW, GRACE) is RefreshVerdict.CURRENT
    session = session.refreshed(second, NOW)
    assert session.judge(second, NOW, GRACE) is RefreshVerdict.CURRENT
    assert session.judge(first, NOW + GRACE / 2, GRACE) is RefreshVerdict.JUST_EXCHANGED
    assert session.judge(first, NOW + GRACE, GRACE) is RefreshVerdict.REUSED
    # The one before the last gets no grace.
    assert session.refreshed(third, NOW).judge(first, NOW, GRACE) is RefreshVerdict.REUSED
    guess = RefreshToken.first(first.session_id)
    assert session.judge(guess, NOW, GRACE) is RefreshVerdict.FOREIGN


def test_a_session_ends_by_time_and_by_revocation() -> None:
    session = _session(RefreshToken.first(uuid4()))
    assert session.is_open(NOW)
    assert not session.is_open(NOW + timedelta(days=1))
    assert not replace(session, revoked_at=NOW).is_open(NOW)


def test_refresh_tokens_are_read_back_and_show_nothing() -> None:
    token = RefreshToken.first(uuid4())
    assert RefreshToken.decode(token.encode()) == token
    assert token.secret.hex() not in repr(token)


@pytest.mark.parametrize("text", ["", "a", "ä", "=", base64.b64encode(b"x" * 63).decode()])
def test_what_is_no_refresh_token(text: str) -> None:
    assert RefreshToken.decode(text) is None


def test_secrets_do_not_show() -> None:
    user = make_user(password_hash="$2b$hash").with_verification("token", NOW)
    assert "hash" not in repr(user)
    assert "example.com" not in fingerprint(user.email)


@pytest.mark.parametrize(
    "password",
    ["secure123", "a" * 60 + "b1c" * 20, "пароль-длинный-1", "correct horse battery staple 7"],
)
def test_good_passwords(password: str) -> None:
    check_password(password, "user@example.com")


@pytest.mark.parametrize(
    ("password", "fault"),
    [
        ("short1", "8 to 128 characters"),
        ("long1" * 30, "8 to 128 characters"),
        ("onlyletters", "a letter and a digit"),
        ("1234567890", "a letter and a digit"),
        ("Password123", "tried first"),
        ("\uff30assword123", "tried first"),
        ("aaaaaaa1", "tried first"),
        ("person2026", "the e-mail address"),
        ("Person2026@example.com", "the e-mail address"),
    ],
)
def test_bad_passwords(password: str, fault: str) -> None:
    with pytest.raises(WeakPasswordError, match=fault):
        check_password(password, "person2026@example.com")
