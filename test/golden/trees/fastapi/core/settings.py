"""Answers for the settings: read from the environment, judged at start, frozen from then on."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    model_validator,
)

from core.project import SLUG

MIN_SECRET_LENGTH = 32


class SettingsError(Exception):
    """Every fault of the settings at once, each naming its variable and the way to mend it."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("\n".join(["The settings are not valid:", *(f"  {f}" for f in faults)]))


def _secret(value: SecretStr) -> SecretStr:
    length = len(value.get_secret_value())
    if length < MIN_SECRET_LENGTH:
        raise ValueError(f"has {length} characters, fewer than {MIN_SECRET_LENGTH}")
    return value


def _url(*schemes: str) -> Callable[[SecretStr], SecretStr]:
    def check(value: SecretStr) -> SecretStr:
        try:
            parts = urlsplit(value.get_secret_value())
            host, _ = parts.hostname, parts.port  # reading the port is what checks it
        except ValueError:
            raise ValueError("is not a URL") from None
        if parts.scheme not in schemes:
            raise ValueError(f"does not begin with {' or '.join(f'{s}://' for s in schemes)}")
        if not host:
            raise ValueError("names no host")
        return value

    return check


def _split(value: object) -> object:
    if isinstance(value, str):
        return tuple(part.strip() for part in value.split(",") if part.strip())
    return value


Secret = Annotated[SecretStr, AfterValidator(_secret)]
CommaSeparated = Annotated[tuple[str, ...], BeforeValidator(_split)]


class DatabaseSettings(BaseModel):
    """What the migrations need, and nothing more."""

    model_config = ConfigDict(frozen=True, extra="forbid", hide_input_in_errors=True)

    database_url: Annotated[SecretStr, AfterValidator(_url("postgresql", "postgres"))] = Field(
        description="postgresql://USER:PASSWORD@HOST:5432/NAME"
    )


class Settings(DatabaseSettings):
    """What the service needs; a field's name in upper case is its variable."""

    environment: Literal["development", "staging", "production"] = Field(
        "production", description="development, staging or production"
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        "INFO", description="DEBUG, INFO, WARNING or ERROR"
    )

    host: str = Field("127.0.0.1", description="the address to listen on")
    port: int = Field(8000, ge=1, le=65535, description="a port, 1 to 65535")
    web_concurrency: int = Field(1, ge=1, le=64, description="the number of workers, 1 to 64")
    forwarded_allow_ips: str = Field(
        "127.0.0.1", description="addresses of the proxies whose X-Forwarded-* headers count"
    )
    max_body_bytes: int = Field(1_048_576, ge=1, description="the largest request body")
    cors_origins: CommaSeparated = Field(
        (), description="origins such as https://app.example.org, separated by commas"
    )
    drain_delay_seconds: float = Field(
        5, ge=0, le=300, description="seconds between SIGTERM and the end of listening, 0 to 300"
    )
    shutdown_timeout_seconds: int = Field(
        20, ge=1, le=300, description="seconds that requests in flight get to finish, 1 to 300"
    )

    database_pool_size: int = Field(5, ge=1, le=100, description="connections kept per worker")
    database_max_overflow: int = Field(5, ge=0, le=100, description="more of them under load")
    database_timeout_seconds: float = Field(
        10, gt=0, le=300, description="seconds that a connection or a statement may take"
    )

    redis_url: Annotated[SecretStr, AfterValidator(_url("redis", "rediss"))] = Field(
        description="redis://:PASSWORD@HOST:6379/0"
    )
    redis_timeout_seconds: float = Field(
        1, gt=0, le=60, description="seconds that a command may take"
    )
    cache_ttl_seconds: int = Field(60, ge=1, description="seconds that an entry lives")

    health_timeout_seconds: float = Field(
        2, gt=0, le=60, description="seconds that each health check may take"
    )
    system_health_token: Secret = Field(
        description="32 characters or more; `openssl rand -hex 32` makes one"
    )
    metrics_token: Secret | None = Field(
        None, description="32 characters or more, unlike every other secret"
    )

    otel_enabled: bool = Field(False, description="true or false")
    otel_service_name: str = Field(SLUG, description="the service's name in traces")

    @model_validator(mode="after")
    def _secrets_differ(self) -> Self:
        if self.metrics_token == self.system_health_token:
            raise ValueError(
                "METRICS_TOKEN and SYSTEM_HEALTH_TOKEN are the same; give each its own"
            )
        return self


def load_settings[Model: BaseModel](model: type[Model], environ: Mapping[str, str]) -> Model:
    """Read the model's variables, each as NAME or from the file that NAME_FILE points to."""
    values: dict[str, str] = {}
    faults: dict[str, str] = {}
    for field in model.model_fields:
        try:
            value = _read(field.upper(), environ)
        except ValueError as error:
            faults[field] = str(error)
            continue
        if value:
            values[field] = value
    try:
        settings = model.model_validate(values)
    except ValidationError as error:
        # What could not be read is not missing as well.
        faults = _explain(model, error) | faults
    if faults:
        raise SettingsError(list(faults.values()))
    return settings


def _read(name: str, environ: Mapping[str, str]) -> str:
    value, path = environ.get(name, ""), environ.get(f"{name}_FILE", "")
    if value and path:
        raise ValueError(f"{name}: {name}_FILE is set too; keep one of them")
    if not path:
        return value
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not UTF-8"
        raise ValueError(f"{name}_FILE: cannot read {path}: {reason}") from None


def _explain(model: type[BaseModel], error: ValidationError) -> dict[str, str]:
    faults = {}
    for fault in error.errors(include_url=False, include_input=False):
        message = fault["msg"].removeprefix("Value error, ")
        field = str(fault["loc"][0]) if fault["loc"] else ""
        if field:
            name, expected = field.upper(), model.model_fields[field].description
            if fault["type"] == "missing":
                message = f"is missing (as {name} or {name}_FILE)"
            message = f"{name}: {message}. Expected: {expected}"
        faults[field] = message
    return faults
