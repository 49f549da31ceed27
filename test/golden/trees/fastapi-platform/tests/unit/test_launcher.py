"""The launcher and the commands beside it: what they refuse, and how they say it."""

from pathlib import Path

import pytest

from services.api.src import __main__ as launcher
from tests.support.process import run_python


def test_wrong_settings_end_it_with_a_word_for_each_fault() -> None:
    result = run_python("-m", "services.api.src", DATABASE_URL="", SYSTEM_HEALTH_TOKEN="short")
    assert result.returncode == 1
    assert "DATABASE_URL: is missing" in result.stderr
    assert "SYSTEM_HEALTH_TOKEN: has 5 characters" in result.stderr
    assert "Traceback" not in result.stderr


def test_settings_can_be_judged_without_a_start() -> None:
    assert run_python("-m", "services.api.src", "--check-settings").returncode == 0


@pytest.mark.parametrize("module", ["services.api.src", "database.migrate"])
def test_help(module: str) -> None:
    result = run_python("-m", module, "--help")
    assert result.returncode == 0
    assert f"python -m {module}" in result.stdout


def test_the_metrics_of_an_earlier_run_are_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    directory = tmp_path / "metrics"
    directory.mkdir()
    (directory / "counter_1.db").write_bytes(b"old")
    (directory / "other").write_bytes(b"not ours")
    monkeypatch.setenv("PROMETHEUS_MULTIPROC_DIR", str(directory))
    with launcher.metrics_directory():
        assert [file.name for file in directory.iterdir()] == ["other"]


def test_tracing_is_not_loaded_when_it_is_off() -> None:
    code = (
        "import sys; from services.api.src.main import create_app; create_app();"
        "sys.exit(any(name.startswith('opentelemetry.sdk.trace') for name in sys.modules))"
    )
    assert run_python("-c", code).returncode == 0
