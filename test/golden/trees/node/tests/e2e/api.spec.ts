import { expect, test } from '@playwright/test';
import { API_PREFIX } from '../../src/project.ts';
import { registered } from './registered.ts';

test('it is ready, and says nothing to who may not know', async ({ request }) => {
  expect((await request.get(`${API_PREFIX}/health/ready`)).status()).toBe(200);
  expect((await request.get(`${API_PREFIX}/health/system`)).status()).toBe(401);
  expect((await request.get('/api/metrics')).status()).toBe(401);
});

test('an item that one creates is found, by those who are logged in', async ({ page, request }) => {
  const { headers } = await registered(page, request);
  const data = { name: 'lamp', description: 'bright' };
  const created = await request.post(`${API_PREFIX}/items`, { data, headers });
  expect(created.status()).toBe(201);
  const url = created.headers().location ?? '';
  expect(await (await request.get(url, { headers })).json()).toMatchObject(data);
  expect((await request.get(url)).status()).toBe(401);
  expect((await request.delete(url, { headers })).status()).toBe(403);
});
