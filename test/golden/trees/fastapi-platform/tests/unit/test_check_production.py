"""The checklist's script: a system that is as it should be is good, and each fault is found."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import ClassVar

import pytest

import check_production
import generate_env

GOOD_HEADERS = {
    "Content-Security-Policy": "default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Server": "proxy",
}


class _Site(BaseHTTPRequestHandler):
    """Answers as a test wants it to."""

    headers_to_send: ClassVar[dict[str, str]] = {}
    statuses: ClassVar[dict[str, int]] = {}

    def _answer(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response_only(self.statuses.get(self.path, 404))
        for name, value in self.headers_to_send.items():
            self.send_header(name, value)
        self.end_headers()

    do_GET = do_POST = do_OPTIONS = _answer  # noqa: N815  # the library's names


class _Server(HTTPServer):
    """A site and its URL."""

    @property
    def url(self) -> str:
        """Where it answers."""
        return f"http://127.0.0.1:{self.server_port}"


@pytest.fixture(name="site")
def site_fixture(monkeypatch: pytest.MonkeyPatch) -> Iterator[_Server]:
    """Serve a system without a fault."""
    statuses = dict.fromkeys(check_production.PRIVATE, 401) | {check_production.READY: 200}
    statuses |= {check_production.LOGIN: 401, check_production.LIMITED: 429}
    monkeypatch.setattr(_Site, "headers_to_send", GOOD_HEADERS | {"Retry-After": "60"})
    monkeypatch.setattr(_Site, "statuses", statuses)
    monkeypatch.setattr(check_production, "CLOSED_PORTS", [1])
    with _Server(("127.0.0.1", 0), _Site) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _states(output: str) -> dict[str, str]:
    return {line.split()[0]: line.split()[1] for line in output.splitlines() if line[0] != " "}


def test_a_good_system_has_no_fault_but_that_a_test_has_no_certificate(
    site: _Server, capsys: pytest.CaptureFixture[str]
) -> None:
    assert check_production.main([site.url, "--http-port", "1"]) == 1
    states = _states(capsys.readouterr().out)
    assert list(states) == list(check_production.CHECKS)
    assert {name for name, state in states.items() if state == "fault"} == {"https"}
    assert {name for name, state in states.items() if state == "skipped"} == {"secrets"}


@pytest.mark.parametrize(
    ("check", "headers", "statuses"),
    [
        ("ready", {}, {check_production.READY: 503}),
        ("cors", {"Access-Control-Allow-Origin": "*"}, {}),
        ("cors", {"Access-Control-Allow-Origin": check_production.STRANGER}, {}),
        ("headers", {"X-Frame-Options": ""}, {}),
        ("headers", {"Server": "proxy/1.2"}, {}),
        ("private", {}, {check_production.PRIVATE[0]: 200}),
        ("cookies", {"Set-Cookie": "id=1; Path=/; HttpOnly; SameSite=Lax"}, {}),
        ("accounts", {}, {check_production.LOGIN: 200}),
        ("limits", {}, {check_production.LIMITED: 401}),
        ("limits", {"Retry-After": ""}, {}),
    ],
)
def test_each_fault_is_found(
    check: str, headers: dict[str, str], statuses: dict[str, int], site: _Server
) -> None:
    assert check_production.main([site.url, "--only", check]) == 0
    _Site.headers_to_send |= headers
    _Site.statuses |= statuses
    assert check_production.main([site.url, "--only", check]) == 1


def test_a_port_that_answers_is_found(site: _Server, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_production, "CLOSED_PORTS", [site.server_port])
    assert check_production.main(["http://127.0.0.1:1", "--only", "firewall"]) == 1


def test_nobody_there_is_a_fault(capsys: pytest.CaptureFixture[str]) -> None:
    assert check_production.main(["https://127.0.0.1:1", "--only", "https"]) == 1
    assert "does not answer as it should" in capsys.readouterr().out


def test_a_limit_that_is_reached_keeps_it_from_telling(
    site: _Server, capsys: pytest.CaptureFixture[str]
) -> None:
    _Site.statuses[check_production.LOGIN] = 429
    assert check_production.main([site.url, "--only", "accounts"]) == 0
    assert _states(capsys.readouterr().out) == {"accounts": "skipped"}


def test_secrets_are_judged_as_for_production(site: _Server, tmp_path: Path) -> None:
    env = tmp_path / ".env"
    assert generate_env.main(["--output", str(env)]) == 0
    arguments = [site.url, "--only", "secrets", "--env-file", str(env)]
    # What is generated is for development: its services are on this machine.
    assert check_production.main(arguments) == 1
    text = env.read_text("utf-8").replace("localhost", "services.internal")
    env.write_text(text, "utf-8")
    assert check_production.main(arguments) == 0
    assert check_production.main([*arguments[:-1], str(tmp_path / "none")]) == 1


def test_what_is_no_url_is_refused() -> None:
    with pytest.raises(SystemExit) as error:
        check_production.main(["my-service.example.com"])
    assert error.value.code == 2
