"""Settings: what is accepted, and what the refusal says."""

from pathlib import Path

import pytest

from core.settings import DatabaseSettings, Settings, SettingsError, load_settings
from tests.support.settings import ENVIRON, METRICS_TOKEN, SYSTEM_HEALTH_TOKEN, make_settings


def test_defaults_are_those_of_production() -> None:
    environ = {name: value for name, value in ENVIRON.items() if name != "ENVIRONMENT"}
    settings = load_settings(Settings, environ)
    assert settings.environment == "production"
    assert settings.cors_origins == ()
    assert not settings.otel_enabled


def test_lists_are_separated_by_commas() -> None:
    settings = make_settings(CORS_ORIGINS="https://a.test, https://b.test,")
    assert settings.cors_origins == ("https://a.test", "https://b.test")


@pytest.mark.parametrize(
    "name",
    [
        "DATABASE_URL",
        "REDIS_URL",
        "SYSTEM_HEALTH_TOKEN",
    ],
)
@pytest.mark.parametrize("value", [None, ""])
def test_required_variables(name: str, value: str | None) -> None:
    environ = {k: v for k, v in (ENVIRON | {name: value}).items() if v is not None}
    with pytest.raises(SettingsError, match=f"{name}: is missing .as {name} or {name}_FILE."):
        load_settings(Settings, environ)


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("SYSTEM_HEALTH_TOKEN", "x" * 31, "has 31 characters, fewer than 32"),
        ("METRICS_TOKEN", SYSTEM_HEALTH_TOKEN, "are the same"),
        ("DATABASE_URL", "mysql://host/name", "does not begin with postgresql://"),
        ("DATABASE_URL", "postgresql:///name", "names no host"),
        ("REDIS_URL", "redis://host:port", "is not a URL"),
        ("PORT", "65536", "Expected: a port, 1 to 65535"),
        ("ENVIRONMENT", "prod", "Expected: development, staging or production"),
        ("OTEL_ENABLED", "perhaps", "Expected: true or false"),
    ],
)
def test_wrong_values_are_named_and_not_shown(name: str, value: str, message: str) -> None:
    with pytest.raises(SettingsError) as error:
        make_settings(**{name: value})
    assert name in str(error.value)
    assert message in str(error.value)
    if "TOKEN" in name:
        assert value not in str(error.value)


def test_all_faults_are_told_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        make_settings(PORT="none", REDIS_URL="", METRICS_TOKEN_FILE="/nowhere/token")
    text = str(error.value)
    assert "PORT: " in text
    assert "REDIS_URL: " in text
    assert "METRICS_TOKEN_FILE: cannot read /nowhere/token: No such file" in text


def test_a_file_may_hold_the_value(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_text(METRICS_TOKEN + "\n")
    settings = make_settings(METRICS_TOKEN_FILE=str(file))
    assert settings.metrics_token
    assert settings.metrics_token.get_secret_value() == METRICS_TOKEN


def test_a_file_that_is_no_text(tmp_path: Path) -> None:
    file = tmp_path / "token"
    file.write_bytes(b"\xff" * 40)
    with pytest.raises(SettingsError, match=r"METRICS_TOKEN_FILE: cannot read .*: not UTF-8"):
        make_settings(METRICS_TOKEN_FILE=str(file))


def test_a_value_and_a_file_are_too_much() -> None:
    with pytest.raises(SettingsError, match="REDIS_URL: REDIS_URL_FILE is set too"):
        make_settings(REDIS_URL_FILE="/run/secrets/redis")


def test_secrets_do_not_show() -> None:
    settings = make_settings()
    assert SYSTEM_HEALTH_TOKEN not in repr(settings)
    assert "nothing@" not in repr(settings)


def test_migrations_need_the_database_only() -> None:
    settings = load_settings(DatabaseSettings, {"DATABASE_URL": "postgres://host/name"})
    assert settings.database_url.get_secret_value() == "postgres://host/name"
