"""Limits how often something is done, for all processes together, by a script in Redis."""

import logging
from dataclasses import dataclass
from math import ceil
from uuid import uuid4

from redis.asyncio import Redis
from redis.exceptions import RedisError

from core.project import SLUG
from infrastructure.observability.auth_metrics import RATE_LIMIT_ERRORS

logger = logging.getLogger(__name__)

# A list of the times within the window: exact, where counters of whole minutes would let twice as
# many pass around the turn of a minute. A script runs alone, so that nobody counts in between.
# The clock is that of Redis: those of the replicas may differ.
_SCRIPT = """
local time = redis.call('TIME')
local now = time[1] * 1000 + math.floor(time[2] / 1000)
local limit, window = tonumber(ARGV[1]), tonumber(ARGV[2])
redis.call('ZREMRANGEBYSCORE', KEYS[1], 0, now - window)
if redis.call('ZCARD', KEYS[1]) < limit then
    redis.call('ZADD', KEYS[1], now, ARGV[3])
    redis.call('PEXPIRE', KEYS[1], window)
    return 0
end
return redis.call('ZRANGE', KEYS[1], 0, 0, 'WITHSCORES')[2] + window - now
"""


@dataclass(frozen=True, slots=True)
class Limit:
    """How many times within how many seconds."""

    times: int
    seconds: int


class RedisRateLimiter:
    """Counts by key.

    When Redis is away, everything passes: an attacker who could bring Redis down must not be able
    to keep everybody out, and guessing is still bounded by the lock of the account, which is in
    the database, and by the number of passwords hashed at a time. The metric tells of it.
    """

    def __init__(self, redis: Redis) -> None:
        self._script = redis.register_script(_SCRIPT)

    async def seconds_to_wait(self, key: str, limit: Limit) -> int:
        """Count one more and return 0, or count nothing and return when it will be possible."""
        try:
            milliseconds = await self._script(
                keys=[f"{SLUG}:limit:{key}"],
                args=[str(limit.times), str(limit.seconds * 1000), uuid4().hex],
            )
        except (RedisError, OSError) as error:
            RATE_LIMIT_ERRORS.inc()
            logger.warning("The limit could not be asked for", extra={"error": repr(error)})
            return 0
        return ceil(int(milliseconds) / 1000)
