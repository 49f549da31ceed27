"""What every answer has, and what no request may do."""

import logging
from collections.abc import AsyncIterator

import httpx
import pytest
from fastapi import FastAPI
from starlette.responses import StreamingResponse

from core import request_context
from core.project import API_PREFIX

LIVE = f"{API_PREFIX}/health/live"
ITEMS = f"{API_PREFIX}/items"


def _add_failing_routes(app: FastAPI) -> None:
    async def fail() -> None:
        raise RuntimeError("a secret of ours")

    async def fail_late() -> StreamingResponse:
        async def parts() -> AsyncIterator[bytes]:
            yield b"begun"
            raise RuntimeError("too late")

        return StreamingResponse(parts())

    app.add_api_route("/fail", fail)
    app.add_api_route("/fail-late", fail_late)


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", LIVE, 200),
        ("GET", "/nowhere", 404),
        ("PUT", LIVE, 405),
        ("POST", ITEMS, 422),
        ("GET", f"{API_PREFIX}/health/system", 401),
        ("GET", "/fail", 500),
    ],
)
async def test_headers_are_on_every_answer(
    app: FastAPI, client: httpx.AsyncClient, method: str, path: str, status: int
) -> None:
    _add_failing_routes(app)
    response = await client.request(method, path, headers={"Origin": "https://app.test"})
    assert response.status_code == status
    assert response.headers["X-Content-Type-Options"] == "nosniff"
    assert response.headers["X-Frame-Options"] == "DENY"
    assert response.headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert response.headers["Strict-Transport-Security"].startswith("max-age=")
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Access-Control-Allow-Origin"] == "https://app.test"
    assert response.headers["X-Request-ID"]


async def test_cors_is_for_the_origins_of_the_settings(client: httpx.AsyncClient) -> None:
    preflight = {"Origin": "https://app.test", "Access-Control-Request-Method": "POST"}
    assert (await client.options(ITEMS, headers=preflight)).status_code == 200
    preflight["Origin"] = "https://other.test"
    response = await client.options(ITEMS, headers=preflight)
    assert response.status_code == 400
    assert "Access-Control-Allow-Origin" not in response.headers


async def test_a_safe_request_id_is_kept(client: httpx.AsyncClient) -> None:
    response = await client.get(LIVE, headers={"X-Request-ID": "Abc-1.2_3"})
    assert response.headers["X-Request-ID"] == "Abc-1.2_3"


@pytest.mark.parametrize("given", ["", "a b", "a" * 65, "a;b", '{"x":1}'])
async def test_an_unsafe_request_id_is_replaced(client: httpx.AsyncClient, given: str) -> None:
    response = await client.get(LIVE, headers={"X-Request-ID": given})
    assert len(response.headers["X-Request-ID"]) == 32
    assert response.headers["X-Request-ID"] != given


async def test_a_fault_of_ours_tells_only_its_id(
    app: FastAPI, client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    _add_failing_routes(app)
    response = await client.get("/fail", headers={"X-Request-ID": "my-id"})
    assert response.json() == {"detail": "Internal server error", "request_id": "my-id"}
    assert "a secret of ours" in caplog.text


async def test_a_fault_in_the_middle_of_an_answer_cuts_it(
    app: FastAPI, client: httpx.AsyncClient
) -> None:
    _add_failing_routes(app)
    with pytest.raises(RuntimeError, match="too late"):
        await client.get("/fail-late")


async def test_the_access_log_has_the_template_and_no_query(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "access")
    await client.get(f"{ITEMS}/not-an-id?token=secret")
    [record] = [vars(record) for record in caplog.records if record.name == "access"]
    assert record["route"] == f"{ITEMS}/{{item_id}}"
    assert record["path"] == f"{ITEMS}/not-an-id"
    assert record["status"] == 422
    assert record["duration_ms"] > 0
    assert "secret" not in str(record)


@pytest.mark.parametrize(
    ("traceparent", "expected"),
    [
        (
            "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
            "0af7651916cd43dd8448eb211c80319c",
        ),
        ("00-00000000000000000000000000000000-b7ad6b7169203331-01", None),
        ("nonsense", None),
    ],
)
async def test_without_tracing_the_callers_trace_is_logged(
    client: httpx.AsyncClient,
    monkeypatch: pytest.MonkeyPatch,
    traceparent: str,
    expected: str | None,
) -> None:
    seen = []

    class Handler(logging.Handler):
        """Looks at the context in which lines are written."""

        def emit(self, record: logging.LogRecord) -> None:
            """Keep the trace's id."""
            seen.append(request_context.trace_id.get())

    access = logging.getLogger("access")
    monkeypatch.setattr(access, "handlers", [Handler()])
    monkeypatch.setattr(access, "level", logging.INFO)
    await client.get("/nowhere", headers={"traceparent": traceparent})
    assert seen == [expected]


async def test_probes_are_quiet(
    client: httpx.AsyncClient, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "access")
    await client.get(LIVE)
    assert not [record for record in caplog.records if record.name == "access"]


async def test_a_body_that_says_it_is_too_large(client: httpx.AsyncClient) -> None:
    response = await client.post(ITEMS, json={"name": "x" * 1000})
    assert response.status_code == 413
    assert response.headers["X-Frame-Options"] == "DENY"


async def test_a_body_that_turns_out_too_large(client: httpx.AsyncClient) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"name": "'
        for _ in range(20):
            yield b"x" * 100
        yield b'"}'

    response = await client.post(ITEMS, content=chunks())
    assert response.status_code == 413


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[]",
        b"{}",
        b'{"name": ""}',
        b'{"name": "   "}',
        b'{"name": 1}',
        b'{"name": "a\\u0000b"}',
        b'{"name": "\\ud800"}',
        b'{"name": "a", "other": 1}',
        b'{"name": "' + b"x" * 201 + b'"}',
        b'{"name": NaN}',
    ],
)
async def test_what_is_not_an_item_is_refused(client: httpx.AsyncClient, body: bytes) -> None:
    response = await client.post(ITEMS, content=body, headers={"Content-Type": "application/json"})
    assert response.status_code == 422
    assert {key for fault in response.json()["detail"] for key in fault} == {"type", "loc", "msg"}


@pytest.mark.parametrize(
    "query",
    [
        "limit=0",
        "limit=101",
        "limit=x",
        "cursor=",
        "cursor=x",
        "cursor=YQ==",
        "cursor=%C3%A4",
        # 0001-01-01T00:00:00+23:00, which in UTC is before the first year
        "cursor="
        "MDAwMS0wMS0wMVQwMDowMDowMCsyMzowMCAwMDAwMDAwMC0wMDAwLTAwMDAtMDAwMC0wMDAwMDAwMDAwMDA=",
    ],
)
async def test_what_is_no_page_is_refused(client: httpx.AsyncClient, query: str) -> None:
    response = await client.get(f"{ITEMS}?{query}")
    assert response.status_code == 422
