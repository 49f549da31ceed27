"""The whole way of a user: from the registration by way of a mail to a token that was copied."""

import asyncio
from pathlib import Path
from uuid import uuid4

import httpx

from core.project import API_PREFIX
from tests.support.collector import collecting
from tests.support.mailbox import Mailbox, token_in
from tests.support.process import Service, run_python, started
from tests.support.worker import working

AUTH = f"{API_PREFIX}/auth"
ITEMS = f"{API_PREFIX}/items"


async def _log_in(client: httpx.AsyncClient, email: str, password: str) -> httpx.Response:
    return await client.post(f"{AUTH}/login", json={"email": email, "password": password})


async def _live(client: httpx.AsyncClient, mailbox: Mailbox, variables: dict[str, str]) -> None:
    email = f"{uuid4().hex}@example.com"
    body = {"email": email, "password": "secure123", "full_name": "John Doe"}
    assert (await client.post(f"{AUTH}/register", json=body)).status_code == 202
    assert (await _log_in(client, email, "secure123")).status_code == 403

    mail = await mailbox.next(email)
    assert f"https://service.test{AUTH}/verify-email?token=" in mail.get_content()
    link = httpx.URL(f"{AUTH}/verify-email", params={"token": token_in(mail)})
    assert "button" in (await client.get(link)).text
    assert (await client.post(link)).status_code == 200

    tokens = (await _log_in(client, email, "secure123")).json()
    client.headers["Authorization"] = f"Bearer {tokens['access_token']}"
    path = (await client.post(ITEMS, json={"name": "mine"})).headers["Location"]
    assert (await client.delete(path)).status_code == 403
    grant = ["-m", "services.jobs.grant_role", email, "admin"]
    assert (await asyncio.to_thread(run_python, *grant, **variables)).returncode == 0
    assert (await client.delete(path)).status_code == 204

    # Registered once more, and guessed at: who is told of it is the owner of the address.
    assert (await client.post(f"{AUTH}/register", json=body)).status_code == 202
    for _ in range(5):
        assert (await _log_in(client, email, "guess")).status_code == 401
    # Within a minute of the first mail there is none for the second registration.
    assert "is locked" in (await mailbox.next(email))["Subject"]
    assert (await client.get(f"{AUTH}/me")).status_code == 200  # the lock ends no session

    copied = {"refresh_token": tokens["refresh_token"]}
    mine = (await client.post(f"{AUTH}/refresh", json=copied)).json()
    await client.post(f"{AUTH}/refresh", json={"refresh_token": mine["refresh_token"]})
    assert (await client.post(f"{AUTH}/refresh", json=copied)).status_code == 401
    assert (await client.get(f"{AUTH}/me")).status_code == 401


def test_the_token_of_a_link_is_in_no_trace(tmp_path: Path, environ: dict[str, str]) -> None:
    with collecting() as (url, spans):
        variables = environ | {"OTEL_ENABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": url}
        with started(tmp_path / "log", variables) as service:
            for method in ("GET", "POST"):
                link = f"{service.url}{AUTH}/verify-email?token=secret"
                assert httpx.request(method, link).status_code in {200, 400}
            httpx.get(f"{service.url}{AUTH}/me")
            service.stop()
    names = {name for _, name in spans}
    assert f"GET {AUTH}/me" in names
    assert not any("verify" in name for name in names)


def test_a_client_cannot_evade_its_limit_by_what_it_says_of_itself(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    variables = environ | {
        "FORWARDED_ALLOW_IPS": "127.0.0.0/8,10.0.0.0/8",
        "AUTH_LIMIT_PER_CLIENT": "3",
    }

    def attempt(service: Service, address: str, forged: int) -> int:
        # What the client has sent, what the first proxy saw, and the first proxy.
        headers = {"X-Forwarded-For": f"192.0.2.{forged}, {address}, 10.0.0.7"}
        body = {"email": f"{uuid4().hex}@example.com", "password": "guess"}
        return httpx.post(f"{service.url}{AUTH}/login", json=body, headers=headers).status_code

    with started(tmp_path / "log", variables) as service:
        answers = [attempt(service, "198.51.100.7", forged) for forged in range(5)]
        another = attempt(service, "203.0.113.9", 0)
    assert answers == [401, 401, 401, 429, 429]
    assert another == 401


async def test_the_life_of_a_user(tmp_path: Path, event_environ: dict[str, str]) -> None:
    async with Mailbox().running() as mailbox:
        variables = event_environ | {"SMTP_URL": mailbox.url}
        with (
            started(tmp_path / "api.log", variables) as service,
            working(tmp_path / "worker.log", variables),
        ):
            async with httpx.AsyncClient(base_url=service.url) as client:
                await _live(client, mailbox, variables)
