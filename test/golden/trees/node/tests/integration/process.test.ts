import { expect, test } from 'vitest';
import { LIVE_PATH, READY_PATH } from '../../src/api/routes/health.ts';
import { eventually } from '../support/eventually.ts';
import { freePort, startProgram } from '../support/program.ts';

const answers = async (url: string): Promise<Response | undefined> =>
  fetch(url).then(
    (answer) => (answer.ok ? answer : undefined),
    () => undefined,
  );

test('the API starts, serves, and ends in good order', async () => {
  const port = await freePort();
  const api = startProgram('api', {
    PORT: String(port),
    LOG_LEVEL: 'INFO',
    DRAIN_DELAY_SECONDS: '1',
  });
  const url = `http://127.0.0.1:${port}`;
  await eventually(() => answers(`${url}${READY_PATH}`));
  const health = startProgram('healthcheck', { PORT: String(port) });
  expect(await health.ended).toBe(0);
  for (const [what, told] of [
    ['system', '"HEALTHY"'],
    ['metrics', 'http_requests_total'],
  ] as const) {
    const asking = startProgram('ask', { PORT: String(port) }, [what]);
    expect(await asking.ended).toBe(0);
    expect(asking.output()).toContain(told);
  }
  api.signal('SIGTERM');
  const draining = await eventually(async () => {
    const answer = await fetch(`${url}${READY_PATH}`);
    return answer.status === 503 ? answer : undefined;
  });
  expect(draining.headers.get('connection')).toBe('close');
  expect((await answers(`${url}${LIVE_PATH}`))?.status).toBe(200);
  expect(await api.ended).toBe(0);
  expect(api.output()).toContain('"message":"Stopped"');
});

test('settings that are not valid end it at once, each with its fault', async () => {
  const api = startProgram('api', { SYSTEM_HEALTH_TOKEN: 'short', PORT: 'none' });
  expect(await api.ended).toBe(2);
  expect(api.output()).toContain('SYSTEM_HEALTH_TOKEN: has fewer than 32 characters');
  expect(api.output()).toContain('PORT: is not a whole number');
});

test('nobody is healthy where nobody listens', async () => {
  const nowhere = { PORT: String(await freePort()) };
  expect(await startProgram('healthcheck', nowhere).ended).toBe(1);
  expect(await startProgram('ask', nowhere, ['ready']).ended).toBe(1);
  expect(await startProgram('ask', nowhere, ['everything']).ended).toBe(2);
});

test('migrations that are applied are waited for without delay', async () => {
  const waiting = startProgram('migrate', {}, ['--wait', '--timeout', '10']);
  expect(await waiting.ended).toBe(0);
  expect(waiting.output()).toContain('No migration is left');
});

test('a database that is away is not waited for longer than said', async () => {
  const nowhere = { DATABASE_URL: 'postgresql://app@127.0.0.1:9/app' };
  const waiting = startProgram('migrate', nowhere, ['--wait', '--timeout', '0']);
  expect(await waiting.ended).toBe(1);
});
