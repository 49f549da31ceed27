"""What routes ask for concerning users: who it is, what they may do, how often they ask."""

import ipaddress
from collections.abc import Awaitable, Callable
from typing import Annotated

from fastapi import Depends, HTTPException, Request, status

from core.domain.auth.entities import Client, Role, fingerprint
from core.domain.auth.errors import InvalidAccessError, NotAllowedError
from core.domain.auth.sessions import Principal
from core.settings import Settings
from infrastructure.cache.rate_limiter import Limit
from infrastructure.observability.auth_metrics import RATE_LIMITED
from services.api.src.accounts import Accounts
from services.api.src.dependencies import BearerToken, ResourcesDependency, SettingsDependency

_MAX_USER_AGENT = 400


async def _accounts(resources: ResourcesDependency) -> Accounts:
    return resources.accounts


AccountsDependency = Annotated[Accounts, Depends(_accounts)]


async def _client(request: Request) -> Client:
    # Behind a proxy that is trusted (FORWARDED_ALLOW_IPS) it is the proxy's client.
    host = request.client.host if request.client else ""
    try:
        address = str(ipaddress.ip_address(host))
    except ValueError:
        address = None
    return Client(address, request.headers.get("user-agent", "")[:_MAX_USER_AGENT])


ClientDependency = Annotated[Client, Depends(_client)]


async def authenticate(bearer: BearerToken, accounts: AccountsDependency) -> Principal:
    """Tell whose request it is; without a good access token there is no answer but 401."""
    if bearer is None:
        raise InvalidAccessError
    return await accounts.sessions.authenticate(bearer.credentials)


CurrentUser = Annotated[Principal, Depends(authenticate)]


def require_role(*roles: Role) -> Callable[[Principal], Awaitable[None]]:
    """Return a dependency that lets in users who have one of the roles."""

    async def require(principal: CurrentUser) -> None:
        if principal.user.role not in roles:
            raise NotAllowedError

    return require


# For the `dependencies` of routes that do not ask who it is.
FOR_USERS = (Depends(authenticate),)
FOR_ADMINS = (Depends(require_role(Role.ADMIN)),)


class Limits:
    """The limits of a request: one for where it comes from, one for the account it is about."""

    def __init__(self, accounts: Accounts, settings: Settings, client: Client) -> None:
        self._limiter = accounts.limiter
        self._settings = settings
        self._client = client

    async def check(self, action: str, account: str | None) -> None:
        """Count the request; one too many is answered with the time to wait."""
        settings = self._settings
        await self._count(action, "client", _network(self._client), settings.auth_limit_per_client)
        if account is not None:
            await self._count(
                action, "account", fingerprint(account), settings.auth_limit_per_account
            )

    async def _count(self, action: str, name: str, key: str, times: int) -> None:
        limit = Limit(times, self._settings.auth_limit_seconds)
        seconds = await self._limiter.seconds_to_wait(f"{action}:{name}:{key}", limit)
        if seconds:
            RATE_LIMITED.labels(action, name).inc()
            raise HTTPException(
                status.HTTP_429_TOO_MANY_REQUESTS,
                "Too many requests; try again later",
                headers={"Retry-After": str(seconds)},
            )


async def _limits(
    accounts: AccountsDependency, settings: SettingsDependency, client: ClientDependency
) -> Limits:
    return Limits(accounts, settings, client)


LimitsDependency = Annotated[Limits, Depends(_limits)]


def _network(client: Client) -> str:
    if client.ip_address is None:
        return "unknown"
    address = ipaddress.ip_address(client.ip_address)
    # Whoever has one address of IPv6 has the 2^64 of the network.
    prefix = 64 if address.version == 6 else 32
    return str(ipaddress.ip_network((address, prefix), strict=False).network_address)
