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
    StringConstraints,
    ValidationError,
    model_validator,
)

from core.project import SLUG

MIN_SECRET_LENGTH = 32
MIN_PRODUCTION_BCRYPT_COST = 10
_ADDRESS = r"^[^@\s<>]{1,64}@[^@\s<>]{1,253}$"


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


def _web_address(value: str) -> str:
    _url("http", "https")(SecretStr(value))
    return value.rstrip("/")


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

    rabbitmq_url: Annotated[SecretStr, AfterValidator(_url("amqp", "amqps"))] = Field(
        description="amqp://USER:PASSWORD@HOST:5672/"
    )
    rabbitmq_timeout_seconds: float = Field(
        5, gt=0, le=60, description="seconds that connecting or publishing may take"
    )
    rabbitmq_prefix: str = Field(
        SLUG, pattern=r"^[A-Za-z0-9._-]{1,100}$", description="letters, digits, dots and dashes"
    )

    outbox_poll_seconds: float = Field(
        0.5, gt=0, le=60, description="seconds between two looks at the outbox"
    )
    event_retention_days: int = Field(
        14, ge=1, le=3650, description="days that sent and handled events are remembered"
    )
    worker_concurrency: int = Field(
        5, ge=1, le=100, description="events that one worker handles at the same time"
    )
    worker_max_attempts: int = Field(
        6, ge=1, le=20, description="tries before an event is put aside"
    )
    worker_retry_seconds: float = Field(
        5, gt=0, le=3600, description="seconds until the second try; then twice as long each time"
    )
    worker_metrics_port: int | None = Field(
        None, ge=1, le=65535, description="a port, 1 to 65535; empty for no metrics"
    )

    jwt_secret_key: Secret = Field(
        description="32 characters or more, unlike every other secret; signs access tokens"
    )
    public_url: Annotated[str, AfterValidator(_web_address)] = Field(
        description="where clients reach the service, such as https://app.example.org"
    )
    access_token_minutes: int = Field(15, ge=1, le=60, description="minutes, 1 to 60")
    session_days: int = Field(30, ge=1, le=365, description="days until one has to log in again")
    bcrypt_cost: int = Field(12, ge=4, le=16, description="4 to 16; in production 10 or more")
    bcrypt_threads: int = Field(
        2, ge=1, le=64, description="passwords that a worker hashes at a time, 1 to 64"
    )
    lock_after_failures: int = Field(5, ge=1, le=100, description="wrong passwords in a row")
    lock_minutes: int = Field(30, ge=1, le=1440, description="minutes that an account is locked")
    verification_hours: int = Field(24, ge=1, le=168, description="hours that a link is valid")
    auth_limit_per_client: int = Field(10, ge=1, description="requests that an address may send")
    auth_limit_per_account: int = Field(10, ge=1, description="requests on one account")
    auth_limit_seconds: int = Field(60, ge=1, le=3600, description="seconds that limits count over")
    smtp_url: Annotated[SecretStr, AfterValidator(_url("smtp", "smtps"))] = Field(
        description="smtp://USER:PASSWORD@HOST:587"
    )
    smtp_timeout_seconds: float = Field(
        10, gt=0, le=60, description="seconds that the mail server may take"
    )
    mail_from: Annotated[str, StringConstraints(pattern=_ADDRESS)] = Field(
        description="the address that mails are from, such as no-reply@example.org"
    )

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
        names: dict[SecretStr, str] = {}
        for name in ("system_health_token", "metrics_token", "jwt_secret_key"):
            secret = getattr(self, name)
            other = names.setdefault(secret, name) if secret is not None else name
            if other != name:
                raise ValueError(
                    f"{name.upper()} and {other.upper()} are the same; give each its own"
                )
        return self

    @model_validator(mode="after")
    def _production_is_strict(self) -> Self:
        if self.environment == "production":
            if self.bcrypt_cost < MIN_PRODUCTION_BCRYPT_COST:
                raise ValueError(
                    f"BCRYPT_COST: is below {MIN_PRODUCTION_BCRYPT_COST}, too little for production"
                )
            if not self.public_url.startswith("https://"):
                raise ValueError("PUBLIC_URL: does not begin with https://, which production needs")
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
