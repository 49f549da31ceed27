"""Builds what the routes of accounts need; part of the application's resources."""

from datetime import timedelta

from redis.asyncio import Redis

from core.domain.auth.administration import Administration
from core.domain.auth.clock import system_clock
from core.domain.auth.entities import LockPolicy
from core.domain.auth.registration import Registration
from core.domain.auth.sessions import SessionPolicy, Sessions
from core.project import SLUG
from core.settings import Settings
from infrastructure.cache.rate_limiter import RedisRateLimiter
from infrastructure.persistence.auth_repository import PostgresAuthStore
from infrastructure.persistence.database import Database
from infrastructure.security.access_tokens import JwtAccessTokens
from infrastructure.security.passwords import BcryptPasswordHasher


class Accounts:
    """The use cases of accounts, over PostgreSQL, Redis and the real clock."""

    def __init__(self, settings: Settings, database: Database, redis: Redis) -> None:
        store = PostgresAuthStore(database.sessions)
        self._hasher = BcryptPasswordHasher(settings.bcrypt_cost, settings.bcrypt_threads)
        self.access_tokens = JwtAccessTokens(
            settings.jwt_secret_key.get_secret_value(),
            issuer=settings.public_url,
            audience=SLUG,
            lifetime=timedelta(minutes=settings.access_token_minutes),
        )
        policy = SessionPolicy(
            LockPolicy(settings.lock_after_failures, timedelta(minutes=settings.lock_minutes)),
            timedelta(days=settings.session_days),
        )
        self.registration = Registration(store, self._hasher, system_clock)
        self.sessions = Sessions(store, self._hasher, self.access_tokens, policy, system_clock)
        self.administration = Administration(store, system_clock)
        self.limiter = RedisRateLimiter(redis)

    async def close(self) -> None:
        """Let what is under way come to its end."""
        await self._hasher.close()
