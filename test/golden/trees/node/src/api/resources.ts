/** What lives as long as the application: connections, and what is built on them. */
import type { Logger } from 'pino';
import { ItemService } from '../domain/items/item-service.ts';
import { RedisItemCache } from '../infrastructure/cache/item-cache.ts';
import { closeRedis, connectRedis, type RedisClient } from '../infrastructure/cache/redis.ts';
import { databaseCheck, redisCheck } from '../infrastructure/health/checks.ts';
import { HealthAggregator } from '../infrastructure/health/system-health.ts';
import { Database } from '../infrastructure/persistence/database.ts';
import { PostgresItemRepository } from '../infrastructure/persistence/item-repository.ts';
import type { Settings } from '../settings/settings.ts';
import { createAccounts, type Accounts } from './accounts.ts';

export interface Resources {
  readonly database: Database;
  readonly redis: RedisClient;
  readonly items: ItemService;
  readonly accounts: Accounts;
  readonly health: HealthAggregator;
  readonly close: () => Promise<void>;
}

/** Built once per process; nothing waits for a connection before the first use. */
export function createResources(settings: Settings, logger: Logger): Resources {
  const database = new Database(settings, logger);
  const redis = connectRedis(settings, logger);
  const accounts = createAccounts(settings, logger, database, redis);
  return {
    database,
    redis,
    accounts,
    items: new ItemService(
      new PostgresItemRepository(database.client),
      new RedisItemCache(redis, settings.cacheTtlSeconds, logger),
    ),
    health: new HealthAggregator(
      [databaseCheck(database), redisCheck(redis)],
      settings.healthTimeoutSeconds,
      logger,
    ),
    close: async () => {
      // Before the connections, which what is under way needs still.
      await accounts.close();
      closeRedis(redis);
      await database.close();
    },
  };
}
