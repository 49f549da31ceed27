/** Gives each request its ids and its security headers, and counts and logs its answer. */
import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { httpDuration, httpRequests } from '../infrastructure/observability/metrics.ts';
import { requestContext } from '../request-context.ts';
import type { Draining } from './draining.ts';

/** What a client may choose ends up in logs and headers: letters, digits and a few marks only. */
const REQUEST_ID = /^[A-Za-z0-9._-]{1,64}$/;
/** https://www.w3.org/TR/trace-context/#traceparent-header */
const TRACEPARENT = /^[0-9a-f]{2}-([0-9a-f]{32})-[0-9a-f]{16}-[0-9a-f]{2}$/;
const METHODS = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);
/** What nginx logs when the client left before the answer. */
const NO_ANSWER = 499;

const SECURITY_HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-opener-policy': 'same-origin',
  'permissions-policy': 'camera=(), geolocation=(), microphone=()',
  'referrer-policy': 'no-referrer',
  'strict-transport-security': 'max-age=31536000; includeSubDomains',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
} as const;

/** The id that the client gave, or a new one. */
export function requestIdOf({ headers }: IncomingMessage): string {
  const given = headers['x-request-id'];
  return typeof given === 'string' && REQUEST_ID.test(given)
    ? given
    : randomUUID().replaceAll('-', '');
}

function callersTraceId({ headers }: FastifyRequest): string | undefined {
  const given = headers.traceparent;
  return typeof given === 'string' ? TRACEPARENT.exec(given)?.[1] : undefined;
}

/** @param isProbe asked every few seconds by machines: logged only for who debugs */
export function observeAccess(
  app: FastifyInstance,
  draining: Draining,
  isProbe: (path: string) => boolean,
): void {
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers({ ...SECURITY_HEADERS, 'x-request-id': request.id });
    const context = { requestId: request.id, callersTraceId: callersTraceId(request) };
    requestContext.run(context, done);
  });
  app.addHook('onSend', async (_request, reply) => {
    // So that no connection is cut off idle.
    if (draining.active) reply.header('connection', 'close');
  });
  const observe = (request: FastifyRequest, status: number, milliseconds: number): void => {
    // The template, never the path: ids in it would make a new series for every item.
    const route = request.is404 ? 'unmatched' : (request.routeOptions.url ?? 'unmatched');
    const method = METHODS.has(request.method) ? request.method : 'OTHER';
    httpRequests.inc({ method, route, status });
    httpDuration.observe({ method, route }, milliseconds / 1000);
    // Without the query, in which people put what should not be in a log.
    const path = request.url.split('?', 1)[0] ?? '';
    const level = isProbe(path) && status < 400 ? 'debug' : 'info';
    request.log[level](
      {
        method: request.method,
        path,
        route,
        status,
        duration_ms: Math.round(milliseconds * 100) / 100,
        client: request.ip,
      },
      'request',
    );
  };
  const left = new WeakSet<FastifyRequest>();
  app.addHook('onRequestAbort', async (request) => {
    left.add(request);
    return Promise.resolve();
  });
  app.addHook('onResponse', async (request, reply) => {
    observe(request, left.has(request) ? NO_ANSWER : reply.statusCode, reply.elapsedTime);
    return Promise.resolve();
  });
}
