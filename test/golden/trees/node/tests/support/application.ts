/** The application with real services, without a port: requests are handed to it directly. */
import type { FastifyInstance } from 'fastify';
import { inject } from 'vitest';
import { createApp } from '../../src/api/app.ts';
import { createResources, type Resources } from '../../src/api/resources.ts';
import type { Settings } from '../../src/settings/settings.ts';
import { eventually } from './eventually.ts';
import { readableLog, type Log } from './log.ts';
import { settingsWith } from './settings.ts';

export interface Application {
  readonly app: FastifyInstance;
  readonly resources: Resources;
  readonly settings: Settings;
  readonly log: Log;
  readonly close: () => Promise<void>;
}

/** @param changes settings that differ from those of the other tests */
export async function startApplication(
  changes: Readonly<Record<string, string>> = {},
  draining = { active: false },
): Promise<Application> {
  const settings = settingsWith({
    DATABASE_URL: inject('databaseUrl'),
    REDIS_URL: inject('redisUrl'),
    ...changes,
  });
  const log = readableLog();
  const resources = createResources(settings, log.logger);
  const app = await createApp(settings, log.logger, resources, draining);
  // A test that names another Redis is about one that is away.
  if (!('REDIS_URL' in changes)) await eventually(() => resources.redis.isReady || undefined);
  const close = async (): Promise<void> => {
    await app.close();
    await resources.close();
  };
  return { app, resources, settings, log, close };
}
