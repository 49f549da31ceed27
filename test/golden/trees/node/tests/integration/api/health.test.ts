import { afterAll, beforeAll, expect, test } from 'vitest';
import { API_PREFIX } from '../../../src/project.ts';
import { startApplication, type Application } from '../../support/application.ts';
import { eventually } from '../../support/eventually.ts';
import { METRICS_TOKEN, SYSTEM_HEALTH_TOKEN } from '../../support/settings.ts';

const NOWHERE = '127.0.0.1:9';

let application: Application;
const draining = { active: false };
beforeAll(async () => {
  application = await startApplication({}, draining);
});
afterAll(() => application.close());

const get = ({ app }: Application, path: string, token?: string) =>
  app.inject({
    url: `${API_PREFIX}/health/${path}`,
    headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
  });

test('it lives and is ready', async () => {
  expect((await get(application, 'live')).json()).toEqual({ status: 'alive' });
  expect((await get(application, 'ready')).json()).toEqual({ status: 'ready' });
});

test('it is not ready while it leaves, and lives', async () => {
  draining.active = true;
  const answer = await get(application, 'ready');
  expect([answer.statusCode, answer.json()]).toEqual([503, { status: 'draining' }]);
  expect((await get(application, 'live')).statusCode).toBe(200);
  draining.active = false;
});

test('the state of the system is for who holds the token', async () => {
  expect((await get(application, 'system')).statusCode).toBe(401);
  expect((await get(application, 'system', METRICS_TOKEN)).statusCode).toBe(401);
  const healthy = async () => {
    const answer = await get(application, 'system', SYSTEM_HEALTH_TOKEN);
    const state = answer.json<{ status: string; services: Record<string, object> }>();
    return state.status === 'HEALTHY' ? state : undefined;
  };
  const { services } = await eventually(healthy);
  expect(services.database).toMatchObject({ status: 'HEALTHY', figures: { pool_capacity: 10 } });
  expect(services.redis).toMatchObject({ status: 'HEALTHY', error: null });
});

test('the metrics are for who holds their token, and tell of the pool', async () => {
  const metrics = (token: string) =>
    application.app.inject({ url: '/api/metrics', headers: { authorization: `Bearer ${token}` } });
  expect((await metrics(SYSTEM_HEALTH_TOKEN)).statusCode).toBe(401);
  const { body } = await metrics(METRICS_TOKEN);
  expect(body).toMatch(/^db_pool_size 10$/m);
  expect(body).toMatch(/^db_pool_in_use \d+$/m);
  expect(body).toMatch(/^process_resident_memory_bytes \d+$/m);
});

test.each([
  ['REDIS_URL', `redis://${NOWHERE}/0`, 'redis', 200, 'DEGRADED', 200],
  ['DATABASE_URL', `postgresql://app@${NOWHERE}/app`, 'database', 503, 'UNHEALTHY', 503],
] as const)('without %s', async (variable, url, name, status, system, ready) => {
  const without = await startApplication({ [variable]: url });
  try {
    const answer = await get(without, 'system', SYSTEM_HEALTH_TOKEN);
    expect(answer.statusCode).toBe(status);
    expect(answer.json()).toMatchObject({
      status: system,
      services: { [name]: { status: 'UNHEALTHY' } },
    });
    expect(answer.body).not.toContain(NOWHERE);
    expect((await get(without, 'ready')).statusCode).toBe(ready);
    expect((await get(without, 'live')).statusCode).toBe(200);
  } finally {
    await without.close();
  }
});
