/** Remembers items in Redis; a Redis that is away costs time, never an answer. */
import type { Logger } from 'pino';
import { z } from 'zod';
import type { Item, ItemCache } from '../../domain/items/item.ts';
import { SLUG } from '../../project.ts';
import { cacheRequests } from '../observability/metrics.ts';
import type { RedisClient } from './redis.ts';

const cachedItem = z.object({
  id: z.uuid(),
  name: z.string(),
  description: z.string(),
  createdAt: z.coerce.date(),
});

const keyOf = (id: string): string => `${SLUG}:items:${id}`;

export class RedisItemCache implements ItemCache {
  readonly #redis: RedisClient;
  readonly #ttlSeconds: number;
  readonly #logger: Logger;

  constructor(redis: RedisClient, ttlSeconds: number, logger: Logger) {
    this.#redis = redis;
    this.#ttlSeconds = ttlSeconds;
    this.#logger = logger;
  }

  /** Counts whether it was there. */
  async get(id: string): Promise<Item | undefined> {
    let text: string | null;
    try {
      text = await this.#redis.get(keyOf(id));
    } catch (error) {
      cacheRequests.inc({ cache: 'items', outcome: 'error' });
      this.#warn('get', error);
      return undefined;
    }
    const item = text === null ? undefined : fromJson(text);
    cacheRequests.inc({ cache: 'items', outcome: item ? 'hit' : 'miss' });
    return item;
  }

  async put(item: Item): Promise<void> {
    await this.#redis
      .set(keyOf(item.id), JSON.stringify(item), {
        expiration: { type: 'EX', value: this.#ttlSeconds },
      })
      .catch((error: unknown) => {
        this.#warn('put', error);
      });
  }

  async forget(id: string): Promise<void> {
    await this.#redis.del(keyOf(id)).catch((error: unknown) => {
      this.#warn('forget', error);
    });
  }

  #warn(action: string, error: unknown): void {
    this.#logger.warn({ action, error }, 'The cache of items failed');
  }
}

/** Another version of the service may have written it, as happens during a roll-out. */
function fromJson(text: string): Item | undefined {
  try {
    return cachedItem.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
