"""Items over HTTP, with the database and the cache."""

from uuid import uuid4

import httpx
import pytest
from redis.asyncio import Redis

from core.project import API_PREFIX, SLUG
from services.api.src.main import create_app
from tests.support.client import serving
from tests.support.settings import make_settings

ITEMS = f"{API_PREFIX}/items"


async def _create(client: httpx.AsyncClient, name: str = "name") -> httpx.Response:
    return await client.post(ITEMS, json={"name": f"  {name} ", "description": "text"})


async def test_create_get_delete(client: httpx.AsyncClient) -> None:
    created = await _create(client, "näme 🙂")
    assert created.status_code == 201
    item = created.json()
    assert (item["name"], item["description"]) == ("näme 🙂", "text")
    path = created.headers["Location"]
    assert path == f"{ITEMS}/{item['id']}"
    for _ in range(2):  # from the database, then from the cache
        found = await client.get(path)
        assert (found.status_code, found.json()) == (200, item)
    assert (await client.delete(path)).status_code == 204
    assert (await client.get(path)).status_code == 404
    assert (await client.delete(path)).status_code == 404


async def test_pages(client: httpx.AsyncClient) -> None:
    created = [(await _create(client, str(number))).json() for number in range(5)]
    ids: list[str] = []
    cursor = None
    while len(ids) < 5:
        parameters = {"limit": "2"} | ({"cursor": cursor} if cursor else {})
        page = (await client.get(ITEMS, params=parameters)).json()
        assert len(page["items"]) <= 2
        ids += [item["id"] for item in page["items"]]
        cursor = page["next_cursor"]
    assert ids[:5] == [item["id"] for item in reversed(created)]


async def test_the_last_page_says_so(client: httpx.AsyncClient) -> None:
    await _create(client)
    cursor, pages = None, 0
    while cursor or not pages:
        page = (await client.get(ITEMS, params={"cursor": cursor} if cursor else {})).json()
        cursor, pages = page["next_cursor"], pages + 1
    assert page["items"]


async def test_looks_at_the_cache_are_counted(client: httpx.AsyncClient) -> None:
    async def counts() -> list[float]:
        lines = (await client.get("/metrics")).text.splitlines()
        prefix = 'cache_requests_total{cache="items",outcome="%s"} '
        found = [
            [float(line.split()[-1]) for line in lines if line.startswith(prefix % outcome)]
            for outcome in ("hit", "miss")
        ]
        return [values[0] if values else 0 for values in found]

    path = (await _create(client)).headers["Location"]
    hits, misses = await counts()
    for _ in range(3):
        await client.get(path)
    assert await counts() == [hits + 2, misses + 1]


@pytest.mark.parametrize("content", ["not JSON", "[]", '{"id": 1}'])
async def test_what_another_version_cached_is_no_hit(
    client: httpx.AsyncClient, services: dict[str, str], content: str
) -> None:
    created = await _create(client)
    redis = Redis.from_url(services["REDIS_URL"])
    await redis.set(f"{SLUG}:items:{created.json()['id']}", content, ex=60)
    await redis.aclose()
    assert (await client.get(created.headers["Location"])).json() == created.json()


async def test_without_redis_everything_works(environ: dict[str, str]) -> None:
    settings = make_settings(**environ | {"REDIS_URL": "redis://127.0.0.1:1/0"})
    async with serving(create_app(settings)) as client:
        path = (await _create(client)).headers["Location"]
        assert (await client.get(path)).status_code == 200
        assert (await client.delete(path)).status_code == 204


async def test_what_does_not_exist(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{ITEMS}/{uuid4()}")
    assert (response.status_code, response.json()) == (404, {"detail": "There is no such item"})
