import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import { API_PREFIX } from '../../../src/project.ts';
import { logInAs } from '../../support/accounts.ts';
import { METRICS_TOKEN } from '../../support/settings.ts';
import { startApplication, type Application } from '../../support/application.ts';

const ITEMS = `${API_PREFIX}/items`;

interface Item {
  readonly id: string;
  readonly name: string;
}

let application: Application;
let headers: Record<string, string>;

beforeAll(async () => {
  application = await startApplication();
  headers = await logInAs(application, 'admin');
});
afterAll(() => application.close());
beforeEach(() => application.resources.database.client.item.deleteMany());

const request = (method: 'GET' | 'POST' | 'DELETE', url: string, payload?: object) =>
  application.app.inject({ method, url, headers, ...(payload && { payload }) });
const create = async (name: string): Promise<Item> =>
  (await request('POST', ITEMS, { name })).json<Item>();

async function cacheHits(): Promise<number> {
  const { body } = await application.app.inject({
    url: '/api/metrics',
    headers: { authorization: `Bearer ${METRICS_TOKEN}` },
  });
  return Number(/cache_requests_total\{cache="items",outcome="hit"\} (\d+)/.exec(body)?.[1] ?? 0);
}

test('an item is created, found and deleted', async () => {
  const created = await request('POST', ITEMS, { name: 'lamp', description: 'bright' });
  expect(created.statusCode).toBe(201);
  const item = created.json<Item>();
  expect(item).toMatchObject({ name: 'lamp', description: 'bright' });
  expect(created.headers.location).toBe(`${ITEMS}/${item.id}`);
  expect((await request('GET', `${ITEMS}/${item.id}`)).json()).toEqual(item);
  expect((await request('DELETE', `${ITEMS}/${item.id}`)).statusCode).toBe(204);
  expect((await request('GET', `${ITEMS}/${item.id}`)).statusCode).toBe(404);
  expect((await request('DELETE', `${ITEMS}/${item.id}`)).statusCode).toBe(404);
});

test('the second look comes from the cache, and is the same', async () => {
  const item = await create('lamp');
  const [first, before] = [await request('GET', `${ITEMS}/${item.id}`), await cacheHits()];
  const second = await request('GET', `${ITEMS}/${item.id}`);
  expect(second.json()).toEqual(first.json());
  expect(await cacheHits()).toBe(before + 1);
});

test('a list is walked page by page, newest first, without a gap', async () => {
  for (const [second, name] of ['a', 'b', 'c', 'd', 'e'].entries()) {
    const { id } = await create(name);
    // By themselves two may be of the same millisecond.
    await application.resources.database.client.item.update({
      where: { id },
      data: { createdAt: new Date(second * 1000) },
    });
  }
  const seen: string[] = [];
  for (let cursor: string | null = ''; cursor !== null;) {
    const answer = await request('GET', `${ITEMS}?limit=2${cursor && `&cursor=${cursor}`}`);
    const page = answer.json<{ items: Item[]; next_cursor: string | null }>();
    seen.push(...page.items.map(({ name }) => name));
    cursor = page.next_cursor;
  }
  expect(seen).toEqual(['e', 'd', 'c', 'b', 'a']);
});

test.each([
  ['POST', ITEMS, {}],
  ['POST', ITEMS, { name: '  ' }],
  ['POST', ITEMS, { name: 'a', colour: 'red' }],
  ['POST', ITEMS, { name: 'x'.repeat(201) }],
  ['GET', `${ITEMS}?limit=0`, undefined],
  ['GET', `${ITEMS}?cursor=nonsense`, undefined],
  ['GET', `${ITEMS}/7`, undefined],
] as const)('%s %s with %j is 422', async (method, url, payload) => {
  expect((await request(method, url, payload)).statusCode).toBe(422);
});

test('an item that does not exist is 404', async () => {
  expect((await request('GET', `${ITEMS}/${randomUUID()}`)).statusCode).toBe(404);
});

test('without Redis items are served all the same', async () => {
  const without = await startApplication({ REDIS_URL: 'redis://127.0.0.1:9/0' });
  try {
    const item = await create('lamp');
    const answer = await without.app.inject({ url: `${ITEMS}/${item.id}`, headers });
    expect(answer.statusCode).toBe(200);
  } finally {
    await without.close();
  }
});

test('another website may ask only if it is named', async () => {
  const open = await startApplication({ CORS_ORIGINS: 'https://app.example' });
  try {
    const allowed = async (origin: string): Promise<unknown> => {
      const answer = await open.app.inject({
        method: 'OPTIONS',
        url: ITEMS,
        headers: { origin, 'access-control-request-method': 'POST' },
      });
      return answer.headers['access-control-allow-origin'];
    };
    expect(await allowed('https://app.example')).toBe('https://app.example');
    expect(await allowed('https://evil.example')).toBeUndefined();
  } finally {
    await open.close();
  }
});
