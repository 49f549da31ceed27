import { expect, test } from 'vitest';
import {
  HealthAggregator,
  type Finding,
  type HealthCheck,
} from '../../src/infrastructure/health/system-health.ts';
import { readableLog } from '../support/log.ts';

const check = (name: string, critical: boolean, run: () => Promise<Finding>): HealthCheck => ({
  name,
  critical,
  run,
});
const fine = (): Promise<Finding> => Promise.resolve({ status: 'HEALTHY', figures: { load: 1 } });
const slow = (): Promise<Finding> => Promise.resolve({ status: 'DEGRADED', figures: {} });
const broken = (): Promise<Finding> => Promise.reject(new TypeError('secret words'));
const hanging = (): Promise<Finding> => new Promise(() => undefined);

const aggregator = (...checks: readonly HealthCheck[]): HealthAggregator =>
  new HealthAggregator(checks, 0.1, readableLog('ERROR').logger);

test.each([
  [fine, fine, 'HEALTHY', true],
  [fine, slow, 'DEGRADED', true],
  [fine, broken, 'DEGRADED', true],
  [slow, fine, 'DEGRADED', true],
  [broken, fine, 'UNHEALTHY', false],
  [hanging, fine, 'UNHEALTHY', false],
] as const)('%o and %o make %s', async (critical, other, status, ready) => {
  const health = aggregator(check('database', true, critical), check('cache', false, other));
  expect((await health.system()).status).toBe(status);
  expect(await health.isReady()).toBe(ready);
});

test('a check that hangs is not waited for', async () => {
  const start = Date.now();
  const { services } = await aggregator(check('cache', false, hanging)).system();
  expect(Date.now() - start).toBeLessThan(1000);
  expect(services.cache).toMatchObject({ status: 'UNHEALTHY', error: 'no answer within 0.1 s' });
});

test('a fault is told by its kind, and not by its words', async () => {
  const { services } = await aggregator(check('cache', false, broken)).system();
  expect(services.cache).toMatchObject({ error: 'TypeError', figures: {} });
});
