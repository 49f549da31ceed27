"""The service as a process: workers, metrics, draining, traces."""

import http.client
import os
import signal
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from uuid import uuid4

import httpx
import pytest

from core.project import API_PREFIX
from services.api.src import healthcheck
from tests.support.collector import collecting
from tests.support.process import Service, started

LIVE = f"{API_PREFIX}/health/live"
READY = f"{API_PREFIX}/health/ready"
ITEMS = f"{API_PREFIX}/items"


def test_the_metrics_of_four_workers_add_up(tmp_path: Path, environ: dict[str, str]) -> None:
    directory = tmp_path / "metrics"
    variables = environ | {"PROMETHEUS_MULTIPROC_DIR": str(directory)}
    with started(tmp_path / "log", variables, workers=4) as service:
        with ThreadPoolExecutor(8) as pool:
            # Each on a connection of its own, so that all workers get some.
            codes = list(pool.map(lambda _: _get_missing_item(service), range(100)))
        text = httpx.get(f"{service.url}/metrics").text
        processes = {line["process"] for line in service.log("access")}
    assert codes == [404] * 100
    count = f'http_requests_total{{method="GET",route="{ITEMS}/{{item_id}}",status="404"}} 100.0'
    assert count in text.splitlines()
    assert "db_pool_size 40.0" in text.splitlines()
    assert len(processes) > 1


def _get_missing_item(service: Service) -> int:
    return httpx.get(f"{service.url}{ITEMS}/{uuid4()}").status_code


def test_a_worker_that_dies_is_replaced(tmp_path: Path, environ: dict[str, str]) -> None:
    with started(tmp_path / "log", environ, workers=2) as service:
        pid = service.log("uvicorn.error")[-1]["process"]
        assert pid != service.process.pid
        os.kill(pid, signal.SIGKILL)
        service.wait_until_live(workers=3)
        # The gauges of the dead one are not in the sum any more.
        assert "db_pool_size 20.0" in httpx.get(f"{service.url}/metrics").text.splitlines()


@pytest.mark.parametrize("workers", [1, 4])
def test_sigterm_loses_no_request(tmp_path: Path, environ: dict[str, str], workers: int) -> None:
    variables = environ | {"DRAIN_DELAY_SECONDS": "2"}
    with started(tmp_path / "log", variables, workers=workers) as service:
        balanced = _Balanced(service)
        slow = _SlowRequest(service)
        with ThreadPoolExecutor(8) as pool:
            clients = [pool.submit(balanced.send_requests) for _ in range(4)]
            clients += [pool.submit(_send_until_refused, service) for _ in range(3)]
            time.sleep(0.5)
            service.process.send_signal(signal.SIGTERM)
            balanced.leave_when_not_ready()
            codes = [code for client in clients for code in client.result()]
        assert codes
        assert set(codes) == {200}
        assert balanced.closing.is_set()
        assert slow.finish() == 201
        assert service.process.wait(30) == 0


class _Balanced:
    """Clients behind a load balancer, which takes the service out once it is not ready."""

    def __init__(self, service: Service) -> None:
        self._service = service
        self._out = threading.Event()
        self.closing = threading.Event()

    def send_requests(self) -> list[int]:
        """Send requests as fast as they are answered, over connections that are kept."""
        codes = []
        with httpx.Client(base_url=self._service.url) as client:
            while not self._out.is_set():
                response = client.get(f"{ITEMS}?limit=1")
                codes.append(response.status_code)
                if response.headers.get("Connection") == "close":
                    self.closing.set()
        return codes

    def leave_when_not_ready(self) -> None:
        """Wait for the first 503, then for a while that the balancer takes to notice."""
        while httpx.get(f"{self._service.url}{READY}").status_code == 200:
            time.sleep(0.02)
        time.sleep(0.3)
        self._out.set()


class _SlowRequest:
    """A request whose second half comes when the service is already on its way out."""

    def __init__(self, service: Service) -> None:
        self._body = b'{"name": "slow"}'
        self._connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
        self._connection.putrequest("POST", ITEMS)
        self._connection.putheader("Content-Type", "application/json")
        self._connection.putheader("Content-Length", str(len(self._body)))
        self._connection.endheaders(self._body[:5])

    def finish(self) -> int:
        """Send the second half, and return the status."""
        self._connection.send(self._body[5:])
        return self._connection.getresponse().status


def _send_until_refused(service: Service) -> list[int]:
    """Send each request over a new connection, until none is made any more."""
    codes = []
    while True:
        connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=30)
        try:
            connection.request("GET", f"{ITEMS}?limit=1")
            codes.append(connection.getresponse().status)
        except ConnectionRefusedError:
            return codes
        finally:
            connection.close()


def test_a_request_that_does_not_end_is_cut(tmp_path: Path, environ: dict[str, str]) -> None:
    variables = environ | {"SHUTDOWN_TIMEOUT_SECONDS": "1"}
    with started(tmp_path / "log", variables) as service:
        slow = _SlowRequest(service)
        httpx.get(f"{service.url}{LIVE}")
        assert service.stop() == 0
        # The answer is the server's own, as the application was cut off.
        assert slow.finish() == 500


def test_the_containers_health_check(
    tmp_path: Path, environ: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    with started(tmp_path / "log", environ) as service:
        monkeypatch.setenv("PORT", str(service.port))
        assert healthcheck.main() == 0


def test_traces_reach_the_collector_and_their_ids_the_log(
    tmp_path: Path, environ: dict[str, str]
) -> None:
    with collecting() as (url, spans):
        variables = environ | {"OTEL_ENABLED": "true", "OTEL_EXPORTER_OTLP_ENDPOINT": url}
        with started(tmp_path / "log", variables) as service:
            location = httpx.post(f"{service.url}{ITEMS}", json={"name": "a"}).headers["Location"]
            httpx.get(f"{service.url}{location}")
            service.stop()
            traces = {line["method"]: line["trace_id"] for line in service.log("access")}
    names: dict[str, set[str]] = {}
    for trace_id, name in spans:
        names.setdefault(trace_id, set()).add(name)
    post, get = names[traces["POST"]], names[traces["GET"]]
    assert f"POST {ITEMS}" in post
    assert any(name.startswith("INSERT") for name in post)
    assert {f"GET {ITEMS}/{{item_id}}", "GET", "SET"} <= get
    assert not any("health" in name for trace in names.values() for name in trace)
