/** The connection to Redis. */
import type { Logger } from 'pino';
import { createClient } from 'redis';
import type { Settings } from '../../settings/settings.ts';

export type RedisConfiguration = Pick<Settings, 'redisUrl' | 'redisTimeoutSeconds'>;
export type RedisClient = ReturnType<typeof build>;

const build = ({ redisUrl, redisTimeoutSeconds }: RedisConfiguration) =>
  createClient({
    url: redisUrl,
    // A command while the connection is away fails at once: nothing is to wait for a cache.
    disableOfflineQueue: true,
    commandOptions: { timeout: redisTimeoutSeconds * 1000 },
    socket: {
      connectTimeout: redisTimeoutSeconds * 1000,
      reconnectStrategy: (attempt) => Math.min(50 * 2 ** attempt, 2000),
    },
  });

/** Connects in the background, and again whenever the connection breaks. */
export function connectRedis(settings: RedisConfiguration, logger: Logger): RedisClient {
  const client = build(settings);
  // Of a storm of attempts one line is enough.
  let told = false;
  client.on('error', (error: unknown) => {
    if (!told) logger.warn({ error }, 'Redis does not answer');
    told = true;
  });
  client.on('ready', () => {
    told = false;
  });
  client.connect().catch(() => undefined);
  return client;
}

/** Ends without waiting for answers that may never come. */
export const closeRedis = (client: RedisClient): void => {
  client.destroy();
};
