/** The checks of the services that are depended on. */
import { randomUUID } from 'node:crypto';
import { SLUG } from '../../project.ts';
import type { RedisClient } from '../cache/redis.ts';
import type { Database } from '../persistence/database.ts';
import type { HealthCheck } from './system-health.ts';

/** From this share of a pool or a memory limit on, the next peak is likely to hit the end. */
const NEARLY_FULL = 0.9;

/** PostgreSQL: a query, and how much of the pool is in use. */
export const databaseCheck = (database: Database): HealthCheck => ({
  name: 'database',
  critical: true,
  run: async () => {
    // Read first: the check's own connection does not count.
    const { inUse, capacity } = database;
    await database.client.$queryRaw`SELECT 1`;
    return {
      status: inUse >= NEARLY_FULL * capacity ? 'DEGRADED' : 'HEALTHY',
      figures: { pool_in_use: inUse, pool_capacity: capacity },
    };
  },
});

/** Redis: a value written, read and deleted, and how much of its memory is in use. */
export const redisCheck = (redis: RedisClient): HealthCheck => ({
  name: 'redis',
  critical: false,
  run: async () => {
    const key = `${SLUG}:health:${randomUUID()}`;
    const value = randomUUID();
    const [, read, deleted, information] = await Promise.all([
      redis.set(key, value, { expiration: { type: 'EX', value: 60 } }),
      redis.get(key),
      redis.del(key),
      redis.info('memory'),
    ]);
    if (read !== value || deleted !== 1)
      throw new Error('the value written was not the one read or deleted');
    const memory = new Map(information.split('\r\n').map((line) => pair(line)));
    const used = Number(memory.get('used_memory') ?? 0);
    const limit = Number(memory.get('maxmemory') ?? 0);
    const policy = memory.get('maxmemory_policy') ?? 'unknown';
    // A cache that evicts is full in everyday life; only one that refuses to write is in need.
    const refuses = policy === 'noeviction' && limit > 0 && used >= limit * NEARLY_FULL;
    return {
      status: refuses ? 'DEGRADED' : 'HEALTHY',
      figures: { used_memory_bytes: used, max_memory_bytes: limit, eviction_policy: policy },
    };
  },
});

function pair(line: string): readonly [string, string] {
  const colon = line.indexOf(':');
  return [line.slice(0, colon), line.slice(colon + 1)];
}
