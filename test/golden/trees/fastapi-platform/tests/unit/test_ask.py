"""What operators ask the API of a container: with its tokens, and with an exit code that tells."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from services.api.src import ask
from tests.support.settings import ENVIRON, METRICS_TOKEN, SYSTEM_HEALTH_TOKEN


class _Api(BaseHTTPRequestHandler):
    def _answer(self) -> None:
        """Tell the path and the token that were given; system health is not well."""
        self.send_response_only(503 if self.path.endswith("/system") else 200)
        self.end_headers()
        self.wfile.write(f"{self.path} {self.headers['Authorization']}".encode())

    do_GET = _answer  # noqa: N815  # the library's name


@pytest.fixture(name="port")
def port_fixture() -> Iterator[int]:
    """Serve on a free port."""
    with HTTPServer(("127.0.0.1", 0), _Api) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server.server_port
        server.shutdown()
        thread.join()


@pytest.fixture(name="_environment", autouse=True)
def environment_fixture(monkeypatch: pytest.MonkeyPatch) -> None:
    """Give the settings of the tests."""
    for name, value in (ENVIRON | {"METRICS_TOKEN": METRICS_TOKEN, "PORT": "1"}).items():
        monkeypatch.setenv(name, value)


@pytest.mark.parametrize(
    ("what", "path", "token", "code"),
    [
        ("ready", "/health/ready", SYSTEM_HEALTH_TOKEN, 0),
        ("system", "/health/system", SYSTEM_HEALTH_TOKEN, 1),
        ("metrics", "/metrics", METRICS_TOKEN, 0),
    ],
)
def test_asks_with_the_token_and_prints_the_answer(
    *,
    what: str,
    path: str,
    token: str,
    code: int,
    port: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("PORT", str(port))
    assert ask.main([what]) == code
    printed = capsys.readouterr().out
    assert printed.split()[0].endswith(path)
    assert printed.endswith(f"Bearer {token}\n")


def test_an_open_route_is_asked_without_a_token(
    port: int, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("PORT", str(port))
    monkeypatch.delenv("METRICS_TOKEN")
    assert ask.main(["metrics"]) == 0
    assert capsys.readouterr().out == "/metrics None\n"


def test_says_that_nobody_answers(capsys: pytest.CaptureFixture[str]) -> None:
    assert ask.main(["ready"]) == 1
    assert "does not answer" in capsys.readouterr().err


def test_says_which_setting_is_wrong(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("SYSTEM_HEALTH_TOKEN")
    assert ask.main(["system"]) == 1
    assert "SYSTEM_HEALTH_TOKEN: is missing" in capsys.readouterr().err
