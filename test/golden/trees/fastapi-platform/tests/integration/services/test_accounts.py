"""Accounts when much happens at once: what is counted, used or exchanged, is so exactly once."""

import asyncio
from collections import Counter
from collections.abc import Awaitable
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import asyncpg
import httpx

from core.domain.auth.entities import UserStatus
from core.domain.auth.tokens import digest
from core.project import API_PREFIX
from core.settings import Settings
from services.api.src.main import create_app
from tests.support.accounts import PASSWORD, hash_password, make_user, store_user
from tests.support.client import serving
from tests.support.settings import make_settings

AUTH = f"{API_PREFIX}/auth"


async def _codes(*requests: Awaitable[httpx.Response]) -> Counter[int]:
    responses = await asyncio.gather(*requests)
    return Counter(response.status_code for response in responses)


async def _count(settings: Settings, query: str, *arguments: object) -> int:
    connection = await asyncpg.connect(settings.database_url.get_secret_value())
    try:
        return int(await connection.fetchval(query, *arguments))
    finally:
        await connection.close()


async def test_wrong_passwords_at_once_are_all_counted(environ: dict[str, str]) -> None:
    settings = make_settings(**environ, AUTH_LIMIT_PER_ACCOUNT="1000", BCRYPT_THREADS="4")
    user = make_user(password_hash=await hash_password())
    await store_user(environ["DATABASE_URL"], user)
    async with serving(create_app(settings), {}) as client:
        body = {"email": user.email, "password": "wrong"}
        codes = await _codes(*(client.post(f"{AUTH}/login", json=body) for _ in range(20)))
    assert codes == {401: 20}
    outcomes = "SELECT count(*) FROM auth_audit_log WHERE user_id = $1 AND details->>'outcome' = $2"
    assert await _count(settings, outcomes, user.id, "wrong_password") == 5
    assert await _count(settings, outcomes, user.id, "locked") == 15


async def test_a_link_is_good_once_however_often_it_is_pressed(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    user = make_user(status=UserStatus.PENDING, email_verified_at=None)
    await store_user(settings.database_url.get_secret_value(), user)
    token = uuid4().hex
    await _count(
        settings,
        "UPDATE users SET verification_hash = $2, verification_expires_at = $3 WHERE id = $1 "
        "RETURNING 1",
        user.id,
        digest(token.encode()),
        datetime.now(UTC) + timedelta(hours=1),
    )
    path = f"{AUTH}/verify-email"
    codes = await _codes(*(client.post(path, params={"token": token}) for _ in range(8)))
    assert codes == {200: 1, 400: 7}


async def test_one_of_several_tabs_exchanges_the_token(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    user = make_user(password_hash=await hash_password())
    await store_user(settings.database_url.get_secret_value(), user)
    login = await client.post(f"{AUTH}/login", json={"email": user.email, "password": PASSWORD})
    body = {"refresh_token": login.json()["refresh_token"]}
    codes = await _codes(*(client.post(f"{AUTH}/refresh", json=body) for _ in range(8)))
    assert codes == {200: 1, 409: 7}


async def test_an_address_is_registered_once(client: httpx.AsyncClient, settings: Settings) -> None:
    email = f"{uuid4().hex}@example.com"
    body = {"email": email, "password": PASSWORD, "full_name": "John Doe"}
    codes = await _codes(*(client.post(f"{AUTH}/register", json=body) for _ in range(8)))
    assert codes == {202: 8}
    assert await _count(settings, "SELECT count(*) FROM users WHERE email = $1", email) == 1
