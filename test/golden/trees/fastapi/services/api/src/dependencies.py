"""What routes ask for."""

import hmac
from typing import Annotated, cast

from fastapi import Depends, HTTPException, Request, status
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from pydantic import SecretStr

from core.domain.items.service import ItemService
from core.settings import Settings
from services.api.src.draining import Draining
from services.api.src.resources import Resources


async def _settings(request: Request) -> Settings:
    return cast(Settings, request.app.state.settings)


async def _resources(request: Request) -> Resources:
    return cast(Resources, request.app.state.resources)


async def _draining(request: Request) -> Draining:
    return cast(Draining, request.app.state.draining)


SettingsDependency = Annotated[Settings, Depends(_settings)]
ResourcesDependency = Annotated[Resources, Depends(_resources)]
DrainingDependency = Annotated[Draining, Depends(_draining)]


async def _items(resources: ResourcesDependency) -> ItemService:
    return resources.items


ItemsDependency = Annotated[ItemService, Depends(_items)]


BearerToken = Annotated[HTTPAuthorizationCredentials | None, Depends(HTTPBearer(auto_error=False))]


async def require_system_health_token(bearer: BearerToken, settings: SettingsDependency) -> None:
    """Let in who knows SYSTEM_HEALTH_TOKEN."""
    _require(settings.system_health_token, bearer)


async def require_metrics_token(bearer: BearerToken, settings: SettingsDependency) -> None:
    """Let in who knows METRICS_TOKEN; all when there is none."""
    if settings.metrics_token is not None:
        _require(settings.metrics_token, bearer)


def _require(expected: SecretStr, bearer: HTTPAuthorizationCredentials | None) -> None:
    given = bearer.credentials if bearer else ""
    # Takes the same time wherever the two differ: the time tells nothing about the token.
    if not hmac.compare_digest(given.encode(), expected.get_secret_value().encode()):
        raise HTTPException(
            status.HTTP_401_UNAUTHORIZED,
            "A valid bearer token is needed",
            headers={"WWW-Authenticate": "Bearer"},
        )
