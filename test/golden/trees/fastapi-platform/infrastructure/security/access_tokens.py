"""Signs and reads access tokens: JSON Web Tokens that live for minutes."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import jwt

from core.domain.auth.entities import Role
from core.domain.auth.repositories import AccessClaims

# One, named here and never taken from the token.
_ALGORITHM = "HS256"
# The clocks of two replicas are never quite the same.
_LEEWAY_SECONDS = 10
_CLAIMS = ["iss", "aud", "sub", "sid", "role", "iat", "exp", "jti"]


class JwtAccessTokens:
    """The AccessTokens of the service."""

    def __init__(self, key: str, issuer: str, audience: str, lifetime: timedelta) -> None:
        self._key = key
        self._issuer = issuer
        self._audience = audience
        self._lifetime = lifetime
        self.lifetime_seconds = int(lifetime.total_seconds())

    def issue(self, claims: AccessClaims, now: datetime) -> str:
        """Sign a token."""
        payload: dict[str, Any] = {
            "iss": self._issuer,
            "aud": self._audience,
            "sub": str(claims.user_id),
            "sid": str(claims.session_id),
            "role": claims.role.value,
            "iat": now,
            "exp": now + self._lifetime,
            "jti": str(uuid4()),
        }
        return jwt.encode(payload, self._key, _ALGORITHM)

    def read(self, token: str) -> AccessClaims | None:
        """Return what a token says; None when it is not ours, or not any more."""
        try:
            payload = jwt.decode(
                token,
                self._key,
                algorithms=[_ALGORITHM],
                issuer=self._issuer,
                audience=self._audience,
                leeway=_LEEWAY_SECONDS,
                options={"require": _CLAIMS},
            )
            return AccessClaims(UUID(payload["sub"]), UUID(payload["sid"]), Role(payload["role"]))
        except (jwt.InvalidTokenError, ValueError):
            return None
