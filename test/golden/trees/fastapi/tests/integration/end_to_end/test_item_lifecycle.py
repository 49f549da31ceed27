"""An item's life through API, cache and database: undisturbed, disturbed, and beside others."""

import asyncio

import httpx
from redis.asyncio import Redis
from sqlalchemy import text

from core.project import API_PREFIX, SLUG
from core.settings import Settings
from infrastructure.persistence.database import Database
from services.api.src.main import create_app
from tests.support.client import serving
from tests.support.proxy import HangingProxy
from tests.support.settings import make_settings

ITEMS = f"{API_PREFIX}/items"


async def _rows(settings: Settings, item_id: str) -> int:
    database = Database.create(settings)
    async with database.engine.connect() as connection:
        statement = text("SELECT count(*) FROM items WHERE id = CAST(:id AS uuid)")
        count: int = (await connection.execute(statement, {"id": item_id})).scalar_one()
    await database.close()
    return count


async def _is_cached(settings: Settings, item_id: str) -> bool:
    redis = Redis.from_url(settings.redis_url.get_secret_value())
    found = await redis.exists(f"{SLUG}:items:{item_id}")
    await redis.aclose()
    return bool(found)


async def test_an_item_lives_in_the_database_and_is_remembered_by_the_cache(
    client: httpx.AsyncClient, settings: Settings
) -> None:
    item = (await client.post(ITEMS, json={"name": "a"})).json()
    assert await _rows(settings, item["id"]) == 1
    assert not await _is_cached(settings, item["id"])
    assert (await client.get(f"{ITEMS}/{item['id']}")).json() == item
    assert await _is_cached(settings, item["id"])
    assert (await client.delete(f"{ITEMS}/{item['id']}")).status_code == 204
    assert await _rows(settings, item["id"]) == 0
    assert not await _is_cached(settings, item["id"])


async def test_the_database_goes_away_and_comes_back(environ: dict[str, str]) -> None:
    async with HangingProxy(environ["DATABASE_URL"]).running() as proxy:
        settings = make_settings(**environ | {"DATABASE_URL": proxy.url})
        async with serving(create_app(settings)) as client:
            path = (await client.post(ITEMS, json={"name": "before"})).headers["Location"]
            assert (await client.get(path)).status_code == 200
            proxy.cut()
            failed = await client.post(ITEMS, json={"name": "lost"})
            assert failed.status_code == 500
            assert failed.json()["request_id"] == failed.headers["X-Request-ID"]
            assert (await client.get(f"{API_PREFIX}/health/ready")).status_code == 503
            # What the cache remembers is found meanwhile.
            assert (await client.get(path)).status_code == 200
            proxy.flow()
            assert (await client.post(ITEMS, json={"name": "after"})).status_code == 201
            assert (await client.get(f"{API_PREFIX}/health/ready")).status_code == 200
            names = [item["name"] for item in (await client.get(ITEMS)).json()["items"]]
            assert names[:2] == ["after", "before"]


async def test_the_cache_goes_away_and_comes_back(environ: dict[str, str]) -> None:
    async with HangingProxy(environ["REDIS_URL"]).running() as proxy:
        settings = make_settings(**environ | {"REDIS_URL": proxy.url})
        async with serving(create_app(settings)) as client:
            item = (await client.post(ITEMS, json={"name": "a"})).json()
            path = f"{ITEMS}/{item['id']}"
            proxy.cut()
            assert (await client.get(path)).status_code == 200
            proxy.flow()
            assert (await client.get(path)).status_code == 200
            assert await _is_cached(settings, item["id"])


async def test_many_lives_at_the_same_time_do_not_disturb_each_other(
    client: httpx.AsyncClient,
) -> None:
    async def live(number: int) -> str:
        created = await client.post(ITEMS, json={"name": f"concurrent {number}"})
        path = created.headers["Location"]
        for _ in range(2):
            assert (await client.get(path)).json() == created.json()
        if number % 2:
            assert (await client.delete(path)).status_code == 204
            assert (await client.get(path)).status_code == 404
        return str(created.json()["id"])

    ids = await asyncio.gather(*(live(number) for number in range(30)))
    assert len(set(ids)) == 30
    page = (await client.get(ITEMS, params={"limit": "100"})).json()["items"]
    names = sorted(item["name"] for item in page if item["id"] in ids)
    assert names == sorted(f"concurrent {number}" for number in range(0, 30, 2))
