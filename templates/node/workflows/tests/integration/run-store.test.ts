import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { LeaseLost, type LeasedRun } from '../../src/domain/workflows/run.ts';
import { Database } from '../../src/infrastructure/persistence/database.ts';
import { PostgresRunStore } from '../../src/infrastructure/persistence/run-store.ts';
import { readableLog } from '../support/log.ts';
import { createOwnDatabase, type OwnDatabase } from '../support/own-database.ts';
import { settingsWith } from '../support/settings.ts';

const ANNA = { id: '33333333-3333-4333-8333-333333333333', seesAll: false };
const ALL = { id: null, seesAll: true };

let own: OwnDatabase;
let database: Database;
let store: PostgresRunStore;

beforeAll(async () => {
  own = await createOwnDatabase('run_store');
  database = new Database(settingsWith({ DATABASE_URL: own.url }), readableLog('ERROR').logger);
  store = new PostgresRunStore(database);
});
afterAll(async () => {
  await database.close();
  await own.drop();
});
beforeEach(async () => {
  await database.client.workflowRun.deleteMany();
  await database.client.item.deleteMany();
});

async function taken(seconds = 30): Promise<LeasedRun> {
  const run = await store.take(seconds);
  if (!run) throw new Error('There was nothing to take');
  return run;
}

test('a run is taken once, however many ask at a time', async () => {
  for (const name of ['a', 'b', 'c']) await store.add(name, {}, null);
  const runs = await Promise.all(Array.from({ length: 8 }, () => store.take(30)));
  const names = runs.flatMap((run) => run?.workflow ?? []);
  expect(names.sort()).toEqual(['a', 'b', 'c']);
  expect(await store.depth()).toBe(0);
});

test('the one that is due for the longest time comes first, and none before its time', async () => {
  await store.add('first', { number: 1 }, null);
  await store.add('second', {}, null);
  const first = await taken();
  expect(first).toMatchObject({ workflow: 'first', input: { number: 1 }, attempt: 1, step: 0 });
  await store.retryAfter(first, 0.2);
  expect((await taken()).workflow).toBe('second');
  expect(await store.take(30)).toBeUndefined();
  expect(await store.depth()).toBe(1);
  await sleep(250);
  expect(await taken()).toMatchObject({ workflow: 'first', attempt: 2 });
});

test('after the lease another one has it, and whoever had it cannot change it any more', async () => {
  await store.add('a', {}, null);
  const before = await taken(0.1);
  await store.renew(before, 0.3);
  await sleep(150);
  expect(await store.take(30)).toBeUndefined();
  await sleep(200);
  const after = await taken();
  expect(after).toMatchObject({ id: before.id, attempt: 2 });
  const save = ({ items }: { items: { add: (name: string, more: string) => Promise<unknown> } }) =>
    items.add('lamp', '').then(() => undefined);
  await expect(store.renew(before, 30)).rejects.toThrow(LeaseLost);
  await expect(store.stepDone(before, { state: {}, save, last: true })).rejects.toThrow(LeaseLost);
  await expect(store.failed(before, 'late')).rejects.toThrow(LeaseLost);
  expect(await database.client.item.count()).toBe(0);
  expect((await store.get(after.id))?.status).toBe('running');
});

test('what a step saves and that it is done happen together, or not at all', async () => {
  await store.add('a', {}, null);
  const run = await taken();
  const save = async ({
    items,
  }: {
    items: { add: (name: string, more: string) => Promise<unknown> };
  }): Promise<void> => {
    await items.add('lamp', '');
  };
  const failing = async (stores: Parameters<typeof save>[0]): Promise<void> => {
    await save(stores);
    throw new Error('in the middle');
  };
  const done = { state: { count: 1 }, last: false };
  await expect(store.stepDone(run, { ...done, save: failing })).rejects.toThrow('in the middle');
  expect(await database.client.item.count()).toBe(0);
  expect(await store.get(run.id)).toMatchObject({ step: 0, state: {} });
  const next = await store.stepDone(run, { ...done, save });
  expect(next).toMatchObject({ step: 1, attempt: 1, state: { count: 1 }, status: 'running' });
  expect(await database.client.item.count()).toBe(1);
  const last = await store.stepDone(next, { state: {}, last: true });
  expect(last.status).toBe('succeeded');
  expect(Number(last.endedAt)).toBeGreaterThanOrEqual(Number(last.startedAt));
});

test('a run that is given back is due at once, as if it had not been begun', async () => {
  await store.add('a', {}, null);
  await store.giveBack(await taken());
  expect((await taken()).attempt).toBe(1);
});

test('lists hold what one may see, newest first', async () => {
  for (const [second, name] of ['a', 'b', 'c', 'other'].entries()) {
    await store.add(name, {}, name === 'other' ? null : ANNA.id);
    // By themselves two may be of the same millisecond.
    await database.client.workflowRun.updateMany({
      where: { workflow: name },
      data: { createdAt: new Date(second * 1000) },
    });
  }
  const names = async (...args: Parameters<PostgresRunStore['listAfter']>): Promise<string[]> =>
    (await store.listAfter(...args)).map(({ workflow }) => workflow);
  expect(await names(ANNA, undefined, 2)).toEqual(['c', 'b']);
  const [last] = (await store.listAfter(ANNA, undefined, 2)).slice(-1);
  expect(await names(ANNA, last, 2)).toEqual(['a']);
  expect(await names(ALL, undefined, 10)).toEqual(['other', 'c', 'b', 'a']);
  expect(await names({ id: null, seesAll: false }, undefined, 10)).toEqual([]);
});

test('runs that ended long ago are deleted, and no others', async () => {
  for (const name of ['old', 'new']) {
    await store.add(name, {}, null);
    await store.failed(await taken(), 'broken');
  }
  await store.add('waiting', {}, null);
  const { count } = await database.client.workflowRun.updateMany({
    where: { workflow: { in: ['old', 'waiting'] } },
    data: { createdAt: new Date(0) },
  });
  expect(count).toBe(2);
  await database.client.workflowRun.updateMany({
    where: { workflow: 'old' },
    data: { endedAt: new Date(Date.now() - 8 * 86_400_000) },
  });
  expect(await store.deleteEnded(7)).toBe(1);
  expect(
    (await store.listAfter(ALL, undefined, 10)).map(({ workflow }) => workflow).sort(),
  ).toEqual(['new', 'waiting']);
});
