"""The worker without services: its heart beats while all of it moves on."""

import os
import time
from pathlib import Path

import pytest

from services.worker.src import healthcheck, heartbeat
from services.worker.src.heartbeat import Heartbeat


@pytest.fixture(name="file")
def file_fixture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give the heartbeat a file of the test's own."""
    file = tmp_path / "heartbeat"
    monkeypatch.setattr(healthcheck, "HEARTBEAT", file)
    monkeypatch.setattr(heartbeat, "HEARTBEAT", file)
    return file


def test_it_is_healthy_while_its_heart_beats(file: Path) -> None:
    assert healthcheck.main() == 1
    Heartbeat(["relay", "consumer"]).beat()
    assert healthcheck.main() == 0
    a_while_ago = time.time() - 20
    os.utime(file, (a_while_ago, a_while_ago))
    assert healthcheck.main() == 1


def test_its_heart_stands_still_when_a_part_does(
    file: Path, caplog: pytest.LogCaptureFixture
) -> None:
    heart = Heartbeat(["relay", "consumer"], silence=0.1)
    time.sleep(0.15)
    heart.of("relay")()
    heart.beat()
    assert not file.exists()
    assert "The worker hangs" in caplog.text
    heart.of("consumer")()
    heart.beat()
    assert file.exists()
