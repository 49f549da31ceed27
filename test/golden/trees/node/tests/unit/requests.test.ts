import { fastify, type FastifyInstance } from 'fastify';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { z } from 'zod';
import { observeAccess, requestIdOf } from '../../src/api/access.ts';
import { requireToken } from '../../src/api/bearer.ts';
import { errorHandler, HttpProblem, notFound, read, text, words } from '../../src/api/problems.ts';
import { metricsRoutes } from '../../src/api/routes/metrics.ts';
import { readableLog, type Log } from '../support/log.ts';

class LateError extends Error {}

const TOKEN = 'a-token-of-32-characters-or-more';
const body = z.strictObject({ name: words(5), note: text(3).default('') });

let app: FastifyInstance;
let log: Log;
const draining = { active: false };

beforeEach(() => {
  log = readableLog();
  draining.active = false;
  app = fastify({ genReqId: requestIdOf, bodyLimit: 100 });
  observeAccess(app, draining, (path) => path === '/probe');
  app.addHook('onRequest', async (request) => {
    request.log = log.logger;
    return Promise.resolve();
  });
  app.setErrorHandler(
    errorHandler((error) =>
      error instanceof LateError ? new HttpProblem(409, 'late') : undefined,
    ),
  );
  app.setNotFoundHandler(notFound);
  metricsRoutes(app, TOKEN, () => undefined);
  app.get('/probe', () => 'yes');
  app.get('/closed', { onRequest: requireToken(TOKEN) }, () => 'in');
  app.post('/named', (request) => read(body, request.body, 'body'));
  app.get('/broken/:what', (request) => {
    throw (request.params as { what: string }).what === 'known'
      ? new LateError('inner words')
      : new Error('inner words');
  });
});
afterEach(() => app.close());

const named = (payload: string) =>
  app.inject({
    method: 'POST',
    url: '/named',
    payload,
    headers: { 'content-type': 'application/json' },
  });

test('every answer has the security headers and an id', async () => {
  for (const url of ['/probe', '/nowhere', '/broken/other']) {
    const { headers } = await app.inject(url);
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'x-frame-options': 'DENY',
      'cache-control': 'no-store',
    });
    expect(headers['strict-transport-security']).toContain('max-age=31536000');
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-request-id']).toMatch(/^[0-9a-f]{32}$/);
  }
});

test("a client's id is taken if it is harmless", async () => {
  const asked = async (id: string): Promise<unknown> =>
    (await app.inject({ url: '/probe', headers: { 'x-request-id': id } })).headers['x-request-id'];
  expect(await asked('job-7.a')).toBe('job-7.a');
  expect(await asked('<b>')).not.toBe('<b>');
  expect(await asked('x'.repeat(65))).toHaveLength(32);
});

test('what is not as the API takes it is 422, with each fault and without the input', async () => {
  const answer = await named('{"name": " ", "note": "hunter2", "more": 1}');
  expect(answer.statusCode).toBe(422);
  const { detail } = answer.json<{ detail: { loc: string[] }[] }>();
  expect(detail.map(({ loc }) => loc.join('.')).sort()).toEqual(['body', 'body.name', 'body.note']);
  expect(answer.body).not.toContain('hunter2');
});

test('spaces around a name do not count', async () => {
  expect((await named('{"name": " abc "}')).json()).toEqual({ name: 'abc', note: '' });
});

test('NUL is refused, which PostgreSQL cannot hold', async () => {
  expect((await named(JSON.stringify({ name: 'a', note: '\0' }))).statusCode).toBe(422);
});

test('broken JSON is 400, and a body that is too large is 413', async () => {
  expect((await named('{')).statusCode).toBe(400);
  const large = await named(JSON.stringify({ name: 'x'.repeat(200) }));
  expect(large.statusCode).toBe(413);
  expect(large.json()).toHaveProperty('detail');
});

test('a fault of ours tells its id and nothing else', async () => {
  const answer = await app.inject('/broken/other');
  expect(answer.statusCode).toBe(500);
  expect(answer.json()).toEqual({
    detail: 'Internal server error',
    request_id: answer.headers['x-request-id'],
  });
  expect(JSON.stringify(log.lines)).toContain('inner words');
});

test('an error of another module is answered as it says', async () => {
  const answer = await app.inject('/broken/known');
  expect(answer.statusCode).toBe(409);
  expect(answer.json()).toEqual({ detail: 'late' });
});

test('an unknown path is 404', async () => {
  const answer = await app.inject('/nowhere');
  expect(answer.statusCode).toBe(404);
  expect(answer.json()).toEqual({ detail: 'Not found' });
});

test.each([
  [undefined, 401],
  ['Bearer wrong', 401],
  [`Basic ${TOKEN}`, 401],
  [`Bearer ${TOKEN}`, 200],
])('with %s a closed route answers %i', async (authorization, status) => {
  const answer = await app.inject({
    url: '/closed',
    headers: { ...(authorization && { authorization }) },
  });
  expect(answer.statusCode).toBe(status);
});

test('requests are counted by route template and logged without their query', async () => {
  await app.inject('/broken/7?password=hunter2');
  const metrics = await app.inject({
    url: '/api/metrics',
    headers: { authorization: `Bearer ${TOKEN}` },
  });
  expect(metrics.body).toMatch(
    /http_requests_total\{method="GET",route="\/broken\/:what",status="500"\} \d/,
  );
  const line = log.lines.find(({ message }) => message === 'request');
  expect(line).toMatchObject({ path: '/broken/7', route: '/broken/:what', status: 500 });
  expect(JSON.stringify(log.lines)).not.toContain('hunter2');
});

test('probes are logged for who debugs', async () => {
  await app.inject('/probe');
  expect(log.lines.find(({ path }) => path === '/probe')).toMatchObject({ level: 'DEBUG' });
});

test("the caller's trace leads to the lines", async () => {
  const traceId = '0af7651916cd43dd8448eb211c80319c';
  await app.inject({
    url: '/broken/1',
    headers: { traceparent: `00-${traceId}-b7ad6b7169203331-01` },
  });
  expect(log.lines.find(({ message }) => message === 'request')).toMatchObject({
    trace_id: traceId,
  });
});

test('while it leaves, each connection is closed after its answer', async () => {
  expect((await app.inject('/probe')).headers.connection).not.toBe('close');
  draining.active = true;
  expect((await app.inject('/probe')).headers.connection).toBe('close');
});
