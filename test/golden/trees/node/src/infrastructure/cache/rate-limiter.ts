/** Limits how often something is done, for all processes together, by a script in Redis. */
import { randomUUID } from 'node:crypto';
import type { Logger } from 'pino';
import { SLUG } from '../../project.ts';
import { rateLimitErrors } from '../observability/auth-metrics.ts';
import type { RedisClient } from './redis.ts';

/**
 * A list of the times within the window: exact, where counters of whole minutes would let twice as many pass around the
 * turn of a minute. A script runs alone, so that nobody counts in between. The clock is that of Redis: those of the
 * replicas may differ.
 */
const SCRIPT = `
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
`;

/** How many times within how many seconds. */
export interface Limit {
  readonly times: number;
  readonly seconds: number;
}

/**
 * Counts by key. When Redis is away, everything passes: an attacker who could bring Redis down must not be able to keep
 * everybody out, and guessing is still bounded by the lock of the account, which is in the database, and by the number
 * of passwords hashed at a time. The metric tells of it.
 */
export class RateLimiter {
  readonly #redis: RedisClient;
  readonly #logger: Logger;

  constructor(redis: RedisClient, logger: Logger) {
    this.#redis = redis;
    this.#logger = logger;
  }

  /** Counts one more and returns 0, or counts nothing and returns when it will be possible. */
  async secondsToWait(key: string, { times, seconds }: Limit): Promise<number> {
    try {
      const milliseconds = await this.#redis.eval(SCRIPT, {
        keys: [`${SLUG}:limit:${key}`],
        arguments: [String(times), String(seconds * 1000), randomUUID()],
      });
      return Math.ceil(Number(milliseconds) / 1000);
    } catch (error) {
      rateLimitErrors.inc();
      this.#logger.warn({ error }, 'The limit could not be asked for');
      return 0;
    }
  }
}
