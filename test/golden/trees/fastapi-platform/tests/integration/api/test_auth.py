"""Accounts over HTTP: what is answered to whom, how often, and what is not told."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import asyncpg
import httpx
import jwt
import pytest
from fastapi import FastAPI

from core.domain.auth.entities import User, UserStatus
from core.domain.auth.repositories import HasherBusyError
from core.domain.auth.sessions import Principal
from core.domain.auth.tokens import digest
from core.project import API_PREFIX
from core.settings import Settings
from database.migrate import MIGRATIONS
from services.api.src.main import create_app
from tests.support.accounts import (
    ADMIN,
    ADMIN_HEADERS,
    PASSWORD,
    hash_password,
    headers_of,
    make_user,
    store_user,
)
from tests.support.client import client_of, serving
from tests.support.settings import JWT_SECRET_KEY, make_settings

AUTH = f"{API_PREFIX}/auth"
USERS = f"{API_PREFIX}/users"
ITEMS = f"{API_PREFIX}/items"
WRONG = {"detail": "The e-mail address or the password is wrong"}

PUBLIC = {
    ("GET", f"{API_PREFIX}/health/live"),
    ("GET", f"{API_PREFIX}/health/ready"),
    ("POST", f"{AUTH}/register"),
    ("POST", f"{AUTH}/resend-verification"),
    ("GET", f"{AUTH}/verify-email"),
    ("POST", f"{AUTH}/verify-email"),
    ("POST", f"{AUTH}/login"),
    ("POST", f"{AUTH}/refresh"),
}
FOR_ADMINS = {
    ("GET", USERS),
    ("PATCH", f"{USERS}/{{user_id}}"),
    ("DELETE", f"{ITEMS}/{{item_id}}"),
}


@pytest.fixture(name="app")
async def app_fixture(settings: Settings) -> AsyncIterator[FastAPI]:
    """Start the application with real services."""
    app = create_app(settings)
    async with app.router.lifespan_context(app):
        yield app


@pytest.fixture(name="anonymous")
async def anonymous_fixture(app: FastAPI) -> AsyncIterator[httpx.AsyncClient]:
    """Give a client whom nobody knows."""
    async with client_of(app, {}) as client:
        yield client


async def _new_user(settings: Settings, **fields: object) -> User:
    user = make_user(password_hash=await hash_password(), **fields)
    return await store_user(settings.database_url.get_secret_value(), user)


async def _log_in(
    client: httpx.AsyncClient, user: User, password: str = PASSWORD, **fields: str
) -> httpx.Response:
    body = {"email": user.email, "password": password, **fields}
    return await client.post(f"{AUTH}/login", json=body)


async def _logged_in(client: httpx.AsyncClient, user: User) -> dict[str, Any]:
    response = await _log_in(client, user)
    assert response.status_code == 200, response.text
    tokens: dict[str, Any] = response.json()
    return tokens


def _bearer(tokens: dict[str, Any]) -> dict[str, str]:
    return {"Authorization": f"Bearer {tokens['access_token']}"}


async def _refresh(client: httpx.AsyncClient, tokens: dict[str, Any]) -> httpx.Response:
    return await client.post(f"{AUTH}/refresh", json={"refresh_token": tokens["refresh_token"]})


async def _query(settings: Settings, query: str, *arguments: object) -> list[asyncpg.Record]:
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        return await connection.fetch(query, *arguments)
    finally:
        await connection.close()


async def _audited(settings: Settings, user: User) -> list[tuple[str, bool, str]]:
    rows = await _query(
        settings,
        "SELECT event, success, coalesce(details->>'outcome', details->>'token', '') AS what "
        "FROM auth_audit_log WHERE user_id = $1 ORDER BY id",
        user.id,
    )
    return [(row["event"], row["success"], row["what"]) for row in rows]


def _routes(app: FastAPI) -> list[tuple[str, str]]:
    return [
        (method.upper(), path)
        for path, operations in app.openapi()["paths"].items()
        for method in operations
    ]


def _fill(path: str) -> str:
    for name in ("item_id", "user_id", "session_id"):
        path = path.replace(f"{{{name}}}", str(uuid4()))
    return path


async def test_every_route_that_is_not_public_wants_to_know_who_it_is(
    app: FastAPI, anonymous: httpx.AsyncClient
) -> None:
    guarded = [route for route in _routes(app) if route not in PUBLIC]
    assert len(guarded) >= 12
    assert set(guarded) >= FOR_ADMINS
    for method, path in guarded:
        response = await anonymous.request(method, _fill(path), json={})
        assert response.status_code == 401, (method, path)
        assert response.headers["WWW-Authenticate"] == "Bearer"


async def test_what_is_for_administrators_is_for_nobody_else(
    app: FastAPI, anonymous: httpx.AsyncClient, settings: Settings
) -> None:
    user = await _new_user(settings)
    headers = _bearer(await _logged_in(anonymous, user))
    for method, path in _routes(app):
        expected = (method, path) in FOR_ADMINS
        if (method, path) in PUBLIC or (not expected and path.startswith(AUTH)):
            continue  # tested where they belong; some of these would log out
        body = {"status": "suspended"} if method == "PATCH" else None
        response = await anonymous.request(method, _fill(path), json=body, headers=headers)
        if path.endswith("/health/system"):
            assert response.status_code == 401  # has a token of its own
            continue
        assert (response.status_code == 403) is expected, (method, path)
        admins = await anonymous.request(method, _fill(path), json=body, headers=ADMIN_HEADERS)
        assert admins.status_code not in {401, 403}, (method, path)


@pytest.mark.parametrize(
    "header",
    [
        "Bearer",
        "Bearer nonsense",
        headers_of(ADMIN)["Authorization"].replace("Bearer", "Basic"),
        "Bearer " + jwt.encode({"sub": str(ADMIN.user.id)}, JWT_SECRET_KEY, "HS256"),
        headers_of(Principal(ADMIN.user, uuid4()))["Authorization"],
        headers_of(Principal(make_user(), ADMIN.session_id))["Authorization"],
    ],
)
async def test_tokens_that_are_not_good(anonymous: httpx.AsyncClient, header: str) -> None:
    response = await anonymous.get(f"{AUTH}/me", headers={"Authorization": header})
    assert response.status_code == 401


def _registration(email: str, **fields: str) -> dict[str, str]:
    return {"email": email, "password": PASSWORD, "full_name": "John Doe", **fields}


async def test_from_registration_to_logout(
    anonymous: httpx.AsyncClient, settings: Settings
) -> None:
    email = f"User-{uuid4().hex}@Example.com"
    response = await anonymous.post(f"{AUTH}/register", json=_registration(email))
    assert response.status_code == 202
    [row] = await _query(settings, "SELECT * FROM users WHERE email = $1", email.lower())
    assert (row["status"], row["role"], row["full_name"]) == ("pending", "user", "John Doe")
    assert row["password_hash"].startswith("$2b$")
    user = make_user(id=row["id"], email=email)

    early = await _log_in(anonymous, user)
    assert (early.status_code, early.json()["detail"]) == (
        403,
        "The e-mail address is not verified yet",
    )
    assert (await _log_in(anonymous, user, "wrong")).json() == WRONG

    token = await _send_token(settings, user)
    page = await anonymous.get(f"{AUTH}/verify-email", params={"token": token})
    assert '<form method="post">' in page.text
    assert "form-action 'self'" in page.headers["Content-Security-Policy"]
    verified = await anonymous.post(f"{AUTH}/verify-email", params={"token": token})
    assert verified.status_code == 200
    # Good once.
    again = await anonymous.post(f"{AUTH}/verify-email", params={"token": token})
    assert again.status_code == 400

    tokens = await _logged_in(anonymous, user)
    assert (tokens["token_type"], tokens["expires_in"]) == ("bearer", 900)
    me = await anonymous.get(f"{AUTH}/me", headers=_bearer(tokens))
    assert me.json()["email"] == email.lower()
    assert "password" not in me.text
    assert (await anonymous.get(ITEMS, headers=_bearer(tokens))).status_code == 200
    out = await anonymous.post(f"{AUTH}/logout", headers=_bearer(tokens))
    assert out.status_code == 204
    assert (await anonymous.get(f"{AUTH}/me", headers=_bearer(tokens))).status_code == 401
    assert (await _refresh(anonymous, tokens)).status_code == 401
    assert await _audited(settings, user) == [
        ("register", True, ""),
        ("login", False, "not_verified"),
        ("login", False, "wrong_password"),
        ("verify_email", True, ""),
        ("login", True, "success"),
        ("logout", True, ""),
        ("refresh", False, "current"),
    ]


async def _send_token(
    settings: Settings, user: User, *, lifetime: timedelta = timedelta(hours=1)
) -> str:
    """Do what sending the mail does to the user."""
    token = uuid4().hex
    await _query(
        settings,
        "UPDATE users SET verification_hash = $2, verification_expires_at = $3 WHERE id = $1",
        user.id,
        digest(token.encode()),
        datetime.now(UTC) + lifetime,
    )
    return token


async def test_a_browser_gets_a_page(anonymous: httpx.AsyncClient, settings: Settings) -> None:
    user = await _new_user(settings, status=UserStatus.PENDING, email_verified_at=None)
    response = await anonymous.post(
        f"{AUTH}/verify-email",
        params={"token": await _send_token(settings, user)},
        headers={"Accept": "text/html,*/*"},
    )
    assert "verified" in response.text
    assert response.headers["Content-Type"].startswith("text/html")


async def test_a_link_is_good_for_a_time(anonymous: httpx.AsyncClient, settings: Settings) -> None:
    user = await _new_user(settings, status=UserStatus.PENDING, email_verified_at=None)
    for token in (await _send_token(settings, user, lifetime=timedelta(0)), "nobody's"):
        response = await anonymous.post(f"{AUTH}/verify-email", params={"token": token})
        assert response.status_code == 400
        assert "not valid any more" in response.json()["detail"]
    assert (await _log_in(anonymous, user)).status_code == 403


async def test_registering_tells_nobody_who_is_there(
    anonymous: httpx.AsyncClient, settings: Settings
) -> None:
    active = await _new_user(settings)
    pending = await _new_user(settings, status=UserStatus.PENDING, email_verified_at=None)
    unknown = f"{uuid4().hex}@example.com"
    answers = [
        await anonymous.post(f"{AUTH}/{route}", json=body)
        for email in (active.email, pending.email, unknown)
        for route, body in (
            ("register", _registration(email, password="another123")),
            ("resend-verification", {"email": email}),
        )
    ]
    assert {answer.status_code for answer in answers} == {202}
    assert len({answer.text for answer in answers}) == 1
    # An account is as it was; one that nobody owns yet is the last one's who asked for it.
    assert (await _log_in(anonymous, active)).status_code == 200
    assert (await _log_in(anonymous, pending)).status_code == 401
    assert (await _log_in(anonymous, pending, "another123")).status_code == 403


@pytest.mark.parametrize(
    "fields",
    [
        {"email": "nobody"},
        {"email": "a@b"},
        {"email": "ü@example.com"},
        {"email": "a\r\nBcc: b@example.com"},
        {"email": "a" * 65 + "@example.com"},
        {"password": "short1"},
        {"password": "password123"},
        {"password": "x1" * 65},
        {"full_name": ""},
        {"full_name": "a\0b"},
        {"role": "admin"},
        {"status": "active"},
    ],
)
async def test_registrations_that_are_refused(
    anonymous: httpx.AsyncClient, fields: dict[str, str]
) -> None:
    body = _registration(f"{uuid4().hex}@example.com") | fields
    response = await anonymous.post(f"{AUTH}/register", json=body)
    assert response.status_code == 422
    for value in fields.values():
        assert len(value) < 8 or value not in response.text


async def test_strangers_get_one_answer(anonymous: httpx.AsyncClient, settings: Settings) -> None:
    locked = await _new_user(settings)
    for _ in range(5):
        assert (await _log_in(anonymous, locked, "wrong")).status_code == 401
    other = await _new_user(settings)
    answers = [
        await _log_in(anonymous, make_user()),  # whom nobody knows
        await _log_in(anonymous, other, "wrong"),
        await _log_in(anonymous, locked, "wrong"),
        await _log_in(anonymous, locked),  # with the right password
    ]
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.content for answer in answers}) == 1
    headers = [dict(answer.headers) | {"x-request-id": ""} for answer in answers]
    assert all(header == headers[0] for header in headers)
    outcomes = [what for event, _, what in await _audited(settings, locked) if event == "login"]
    assert outcomes == ["wrong_password"] * 5 + ["locked"] * 2
    assert ("lock", True, "") in await _audited(settings, locked)


async def test_time_unlocks(anonymous: httpx.AsyncClient, settings: Settings) -> None:
    user = await _new_user(settings)
    for _ in range(5):
        await _log_in(anonymous, user, "wrong")
    [row] = await _query(settings, "SELECT locked_until FROM users WHERE id = $1", user.id)
    left = row["locked_until"] - datetime.now(UTC)
    assert timedelta(minutes=29, seconds=30) < left <= timedelta(minutes=30)
    assert (await _log_in(anonymous, user)).status_code == 401
    await _query(settings, "UPDATE users SET locked_until = now() WHERE id = $1", user.id)
    assert (await _log_in(anonymous, user)).status_code == 200


async def test_logins_and_locks_are_counted(
    anonymous: httpx.AsyncClient, settings: Settings
) -> None:
    async def counts() -> dict[str, float]:
        lines = (await anonymous.get("/metrics")).text.splitlines()
        pairs = (line.rsplit(" ", 1) for line in lines if line.startswith("auth_lo"))
        return {name: float(value) for name, value in pairs}

    user = await _new_user(settings)
    before = await counts()
    await _log_in(anonymous, user)
    for _ in range(6):
        await _log_in(anonymous, user, "wrong")
    after = await counts()
    assert {
        name: after[name] - before.get(name, 0)
        for name in after
        if "created" not in name and after[name] != before.get(name, 0)
    } == {
        'auth_logins_total{outcome="success"}': 1,
        'auth_logins_total{outcome="wrong_password"}': 5,
        'auth_logins_total{outcome="locked"}': 1,
        "auth_lockouts_total": 1,
    }


async def test_where_a_login_came_from_is_kept(app: FastAPI, settings: Settings) -> None:
    user = await _new_user(settings)
    async with client_of(app, {"User-Agent": "x" * 1000}, "2001:db8::7") as client:
        tokens = (await _log_in(client, user, device="my phone")).json()
        [session] = (await client.get(f"{AUTH}/sessions", headers=_bearer(tokens))).json()
    assert (session["device"], session["ip_address"]) == ("my phone", "2001:db8::7")
    assert session["user_agent"] == "x" * 400
    assert session["current"]
    [row] = await _query(settings, "SELECT * FROM auth_audit_log WHERE user_id = $1", user.id)
    assert str(row["ip_address"]) == "2001:db8::7"
    assert row["user_agent"] == "x" * 400
    assert user.email not in row["details"]


async def test_a_refresh_token_is_good_once(
    anonymous: httpx.AsyncClient, settings: Settings
) -> None:
    user = await _new_user(settings)
    first = await _logged_in(anonymous, user)
    second = (await _refresh(anonymous, first)).json()
    assert second["refresh_token"] != first["refresh_token"]
    # Another tab, a moment late: nothing is lost, and there is no second good token.
    late = await _refresh(anonymous, first)
    assert (late.status_code, "refresh_token" in late.json()) == (409, False)
    third = (await _refresh(anonymous, second)).json()
    assert (await anonymous.get(f"{AUTH}/me", headers=_bearer(third))).status_code == 200


async def test_a_refresh_token_that_comes_again_ends_the_session(
    anonymous: httpx.AsyncClient, settings: Settings
) -> None:
    user = await _new_user(settings)
    stolen = await _logged_in(anonymous, user)
    elsewhere = await _logged_in(anonymous, user)
    mine = (await _refresh(anonymous, stolen)).json()
    mine = (await _refresh(anonymous, mine)).json()
    assert (await _refresh(anonymous, stolen)).status_code == 401
    assert (await _refresh(anonymous, mine)).status_code == 401
    assert (await anonymous.get(f"{AUTH}/me", headers=_bearer(mine))).status_code == 401
    # The other session is another family.
    assert (await _refresh(anonymous, elsewhere)).status_code == 200
    assert ("refresh_reuse", False, "reused") in await _audited(settings, user)


async def test_refresh_tokens_are_not_in_the_database(
    anonymous: httpx.AsyncClient, settings: Settings
) -> None:
    user = await _new_user(settings)
    token = (await _logged_in(anonymous, user))["refresh_token"]
    rows = await _query(settings, "SELECT s::text AS row FROM user_sessions s")
    assert not any(token in row["row"] for row in rows)


@pytest.mark.parametrize("token", ["", "nonsense", "A" * 86, "x" * 201])
async def test_what_is_no_refresh_token(anonymous: httpx.AsyncClient, token: str) -> None:
    response = await anonymous.post(f"{AUTH}/refresh", json={"refresh_token": token})
    assert response.status_code in {401, 422}


async def test_sessions_are_revoked_one_by_one_or_all(
    anonymous: httpx.AsyncClient, settings: Settings
) -> None:
    user = await _new_user(settings)
    one, two, three = [await _logged_in(anonymous, user) for _ in range(3)]
    sessions = (await anonymous.get(f"{AUTH}/sessions", headers=_bearer(one))).json()
    assert len(sessions) == 3
    [mine] = [session["id"] for session in sessions if session["current"]]
    other = jwt.decode(two["access_token"], options={"verify_signature": False})["sid"]
    assert other != mine
    path = f"{AUTH}/sessions/{other}"
    # Nobody revokes another's.
    assert (await anonymous.delete(path, headers=ADMIN_HEADERS)).status_code == 404
    assert (await anonymous.delete(path, headers=_bearer(one))).status_code == 204
    assert (await anonymous.get(f"{AUTH}/me", headers=_bearer(two))).status_code == 401
    assert (await _refresh(anonymous, two)).status_code == 401
    assert (await anonymous.delete(path, headers=_bearer(one))).status_code == 404
    assert (await anonymous.get(f"{AUTH}/me", headers=_bearer(three))).status_code == 200
    everywhere = await anonymous.delete(f"{AUTH}/sessions", headers=_bearer(one))
    assert everywhere.status_code == 204
    for tokens in (one, three):
        assert (await anonymous.get(f"{AUTH}/me", headers=_bearer(tokens))).status_code == 401


async def test_an_administrator_shuts_out_and_lets_in_again(
    anonymous: httpx.AsyncClient, settings: Settings
) -> None:
    user = await _new_user(settings)
    tokens = await _logged_in(anonymous, user)
    path = f"{USERS}/{user.id}"

    async def change(**body: str) -> httpx.Response:
        return await anonymous.patch(path, json=body, headers=ADMIN_HEADERS)

    assert (await change(status="suspended")).json()["status"] == "suspended"
    assert (await anonymous.get(f"{AUTH}/me", headers=_bearer(tokens))).status_code == 401
    assert (await _refresh(anonymous, tokens)).status_code == 401
    closed = await _log_in(anonymous, user)
    assert (closed.status_code, "closed" in closed.json()["detail"]) == (403, True)
    assert (await _log_in(anonymous, user, "wrong")).json() == WRONG
    assert (await change(status="inactive")).json()["status"] == "inactive"
    assert (await _log_in(anonymous, user)).status_code == 403
    assert (await change(status="active")).json()["status"] == "active"
    tokens = await _logged_in(anonymous, user)
    # Sessions that were revoked stay so, and a role counts from the next request on.
    assert (await anonymous.get(USERS, headers=_bearer(tokens))).status_code == 403
    assert (await change(role="admin")).json()["role"] == "admin"
    assert (await anonymous.get(USERS, headers=_bearer(tokens))).status_code == 200
    assert (await change(role="user")).json()["role"] == "user"
    assert (await anonymous.get(USERS, headers=_bearer(tokens))).status_code == 403
    assert [event for event, _, _ in await _audited(settings, user)].count("change_status") == 3


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"status": "pending"}, 422),
        ({"role": "emperor"}, 422),
        ({"email": "a@example.com"}, 422),
        ({"status": "active"}, 409),
    ],
)
async def test_changes_that_are_refused(
    anonymous: httpx.AsyncClient, settings: Settings, body: dict[str, str], status: int
) -> None:
    user = await _new_user(settings, status=UserStatus.PENDING, email_verified_at=None)
    response = await anonymous.patch(f"{USERS}/{user.id}", json=body, headers=ADMIN_HEADERS)
    assert response.status_code == status


async def test_nobody_changes_themselves(anonymous: httpx.AsyncClient) -> None:
    path = f"{USERS}/{ADMIN.user.id}"
    response = await anonymous.patch(path, json={"role": "user"}, headers=ADMIN_HEADERS)
    assert response.status_code == 409
    unknown = await anonymous.patch(
        f"{USERS}/{uuid4()}", json={"role": "user"}, headers=ADMIN_HEADERS
    )
    assert unknown.status_code == 404


async def test_users_are_listed_in_pages(anonymous: httpx.AsyncClient, settings: Settings) -> None:
    created = {(await _new_user(settings)).email for _ in range(3)}
    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        parameters = {"limit": "2", "cursor": cursor}
        response = await anonymous.get(USERS, params=parameters, headers=ADMIN_HEADERS)
        page = response.json()
        assert len(page["users"]) <= 2
        seen += [user["email"] for user in page["users"]]
        cursor = page["next_cursor"]
    assert seen == sorted(set(seen))
    assert created <= set(seen)


async def test_limits_for_each_client(environ: dict[str, str]) -> None:
    app = create_app(make_settings(**environ, AUTH_LIMIT_PER_CLIENT="10"))
    octets = uuid4().bytes
    address = f"10.{octets[0]}.{octets[1]}.{octets[2]}"
    async with app.router.lifespan_context(app), client_of(app, {}, address) as client:
        answers = [await _log_in(client, make_user()) for _ in range(11)]
        assert [answer.status_code for answer in answers] == [401] * 10 + [429]
        assert 1 <= int(answers[-1].headers["Retry-After"]) <= 60
        # Each route counts for itself.
        verify = [
            await client.post(f"{AUTH}/verify-email", params={"token": "x"}) for _ in range(11)
        ]
        assert [answer.status_code for answer in verify] == [400] * 10 + [429]
        async with client_of(app, {}, "10.255.255.255") as other:
            assert (await _log_in(other, make_user())).status_code == 401


async def test_one_network_is_one_client(environ: dict[str, str]) -> None:
    app = create_app(make_settings(**environ, AUTH_LIMIT_PER_CLIENT="1"))
    network = f"2001:db8:{uuid4().hex[:4]}:{uuid4().hex[:4]}"
    async with app.router.lifespan_context(app):
        codes = []
        for host in ("1", "ffff:1"):
            async with client_of(app, {}, f"{network}::{host}") as client:
                codes.append((await _log_in(client, make_user())).status_code)
    assert codes == [401, 429]


async def test_a_client_without_an_address_is_limited_too(app: FastAPI) -> None:
    async with client_of(app, {}, "a socket") as client:
        assert (await _log_in(client, make_user())).status_code == 401


@pytest.mark.parametrize(
    ("route", "body", "code"),
    [
        ("login", {"password": PASSWORD}, 401),
        ("register", {"password": PASSWORD, "full_name": "John Doe"}, 202),
        ("resend-verification", {}, 202),
    ],
)
async def test_limits_for_each_account(
    app: FastAPI, route: str, body: dict[str, str], code: int
) -> None:
    body = body | {"email": f"{uuid4().hex}@example.com"}
    codes = []
    for number in range(11):
        # From everywhere at once.
        async with client_of(app, {}, f"10.1.1.{number}") as client:
            codes.append((await client.post(f"{AUTH}/{route}", json=body)).status_code)
    assert codes == [code] * 10 + [429]


async def test_limits_for_refreshing(anonymous: httpx.AsyncClient, settings: Settings) -> None:
    tokens = await _logged_in(anonymous, await _new_user(settings))
    codes = []
    for _ in range(11):
        response = await _refresh(anonymous, tokens)
        codes.append(response.status_code)
        tokens = response.json()
    assert codes == [200] * 10 + [429]


async def test_without_redis_people_log_in_and_locks_hold(environ: dict[str, str]) -> None:
    settings = make_settings(**environ | {"REDIS_URL": "redis://127.0.0.1:1/0"})
    user = await _new_user(settings)
    async with serving(create_app(settings), {}) as client:
        assert (await _log_in(client, user)).status_code == 200
        codes = [(await _log_in(client, user, "wrong")).status_code for _ in range(12)]
        assert set(codes) == {401}
        assert (await _log_in(client, user)).status_code == 401
        metrics = (await client.get("/metrics")).text.splitlines()
    errors = [line for line in metrics if line.startswith("auth_rate_limit_errors_total ")]
    assert float(errors[0].split()[-1]) >= 14


async def test_when_too_many_wait_the_answer_is_to_come_again(
    anonymous: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("infrastructure.security.passwords.BcryptPasswordHasher._run", _too_many)
    response = await _log_in(anonymous, make_user())
    assert response.status_code == 503
    assert int(response.headers["Retry-After"]) > 0


async def _too_many(*_: object) -> None:
    raise HasherBusyError


async def test_hashes_become_stronger_at_the_next_login(environ: dict[str, str]) -> None:
    settings = make_settings(**environ, BCRYPT_COST="5")
    user = await _new_user(settings)
    assert user.password_hash.startswith("$2b$04$")
    async with serving(create_app(settings), {}) as client:
        for _ in range(2):
            assert (await _log_in(client, user)).status_code == 200
    [row] = await _query(settings, "SELECT password_hash FROM users WHERE id = $1", user.id)
    assert row["password_hash"].startswith("$2b$05$")


def test_nobody_has_an_account_by_default() -> None:
    for migration in MIGRATIONS.glob("*.sql"):
        assert "INSERT INTO users" not in migration.read_text("utf-8")
