import { afterAll, beforeAll, expect, inject, test } from 'vitest';
import {
  closeRedis,
  connectRedis,
  type RedisClient,
} from '../../src/infrastructure/cache/redis.ts';
import {
  listenToRuns,
  RedisRunEvents,
  type RunEvent,
} from '../../src/infrastructure/workflows/redis-run-events.ts';
import { SLUG } from '../../src/project.ts';
import { eventually } from '../support/eventually.ts';
import { readableLog } from '../support/log.ts';
import { leasedRun } from '../support/runs.ts';
import { settingsWith } from '../support/settings.ts';

const ID = '55555555-5555-4555-8555-555555555555';

const log = readableLog();
const heard: RunEvent[] = [];
let [speaker, listener]: RedisClient[] = [];

beforeAll(async () => {
  const settings = settingsWith({ REDIS_URL: inject('redisUrl') });
  speaker = connectRedis(settings, log.logger);
  listener = connectRedis(settings, log.logger);
  listenToRuns(listener, log.logger, (event) => heard.push(event));
  await eventually(async () => {
    const answer = await speaker?.sendCommand(['PUBSUB', 'NUMSUB', `${SLUG}:runs`]).catch(() => []);
    return Number((answer as unknown[])[1] ?? 0) > 0 || undefined;
  });
});
afterAll(() => {
  for (const client of [speaker, listener]) if (client) closeRedis(client);
});

const events = (): RedisRunEvents => {
  if (!speaker) throw new Error('There is no connection');
  return new RedisRunEvents(speaker, log.logger);
};

test('what is told is heard, without what went in', async () => {
  await events().changed(leasedRun({ id: ID, input: { secret: 'hunter2' } }));
  const event = await eventually(() =>
    heard.find((one) => one.kind === 'progress' && one.progress.id === ID),
  );
  expect(event).toMatchObject({ progress: { createdAt: new Date(0), endedAt: null } });
  expect(JSON.stringify(heard)).not.toContain('hunter2');
});

test('what another version tells is passed over', async () => {
  for (const text of ['{', '{"kind": "newer"}']) await speaker?.publish(`${SLUG}:runs`, text);
  await events().notice({ key: 'key', runId: ID, ownerId: null, text: 'after it' });
  await eventually(() => heard.find((one) => one.kind === 'notice' && one.notice.runId === ID));
  const warnings = log.lines.filter(({ message }) => String(message).includes('not understood'));
  expect(warnings).toHaveLength(2);
});
