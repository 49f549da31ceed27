"""Answers for the connections to Redis."""

from redis.asyncio import Redis
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff

from core.project import SLUG
from core.settings import Settings


def create_redis(settings: Settings) -> Redis:
    """Build the client; nothing connects before the first use."""
    timeout = settings.redis_timeout_seconds
    return Redis.from_url(
        settings.redis_url.get_secret_value(),
        client_name=SLUG,
        decode_responses=True,
        socket_connect_timeout=timeout,
        socket_timeout=timeout,
        # One retry mends a connection that the server closed while idle. The ten of the default
        # would hold a request for seconds when Redis is away, and a cache must not do that.
        retry=Retry(NoBackoff(), 1),
    )
