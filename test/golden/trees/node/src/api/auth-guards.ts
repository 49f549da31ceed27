/** What routes ask for concerning users: who it is, what they may do, how often they ask. */
import { isIP } from 'node:net';
import type { FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import { AuthError } from '../domain/auth/errors.ts';
import { fingerprint, type Client } from '../domain/auth/ports.ts';
import type { Principal, Sessions } from '../domain/auth/sessions.ts';
import type { RateLimiter } from '../infrastructure/cache/rate-limiter.ts';
import { rateLimited } from '../infrastructure/observability/auth-metrics.ts';
import type { Settings } from '../settings/settings.ts';
import { bearerOf } from './bearer.ts';
import { HttpProblem } from './problems.ts';

const MAX_USER_AGENT = 400;

/** Behind a proxy that is trusted (FORWARDED_ALLOW_IPS) it is the proxy's client. */
export function clientOf(request: FastifyRequest): Client {
  const userAgent = (request.headers['user-agent'] ?? '').slice(0, MAX_USER_AGENT);
  return { ipAddress: isIP(request.ip) === 0 ? null : request.ip, userAgent };
}

/** Who makes a request, by the hooks below. */
const principals = new WeakMap<FastifyRequest, Principal>();

/**
 * Who makes a request of a route that has one of the hooks.
 * @throws AuthError where the route has none
 */
export function principalOf(request: FastifyRequest): Principal {
  const principal = principals.get(request);
  if (!principal) throw new AuthError('invalid-access');
  return principal;
}

async function authenticate(sessions: Sessions, request: FastifyRequest): Promise<Principal> {
  const token = bearerOf(request);
  if (token === undefined) throw new AuthError('invalid-access');
  const principal = await sessions.authenticate(token);
  principals.set(request, principal);
  return principal;
}

/** Without a good access token there is no answer but 401. */
export const forUsers =
  (sessions: Sessions): onRequestAsyncHookHandler =>
  async (request) => {
    await authenticate(sessions, request);
  };

export const forAdmins =
  (sessions: Sessions): onRequestAsyncHookHandler =>
  async (request) => {
    const { user } = await authenticate(sessions, request);
    if (user.role !== 'admin') throw new AuthError('not-allowed');
  };

type LimitSettings = Pick<
  Settings,
  'authLimitPerClient' | 'authLimitPerAccount' | 'authLimitSeconds'
>;

/**
 * Counts a request twice: for where it comes from, and for the account it is about.
 * @throws HttpProblem 429 with the time to wait, for one too many
 */
export const limits =
  (limiter: RateLimiter, settings: LimitSettings) =>
  async (request: FastifyRequest, action: string, account?: string): Promise<void> => {
    const count = async (limit: string, key: string, times: number): Promise<void> => {
      const seconds = await limiter.secondsToWait(`${action}:${limit}:${key}`, {
        times,
        seconds: settings.authLimitSeconds,
      });
      if (seconds === 0) return;
      rateLimited.inc({ action, limit });
      const headers = { 'retry-after': String(seconds) };
      throw new HttpProblem(429, 'Too many requests; try again later', headers);
    };
    await count('client', networkOf(request.ip), settings.authLimitPerClient);
    if (account !== undefined)
      await count('account', fingerprint(account), settings.authLimitPerAccount);
  };

/** Whoever has one address of IPv6 has the 2^64 of the network: its first four groups. */
export function networkOf(address: string): string {
  if (isIP(address) !== 6) return isIP(address) === 4 ? address : 'unknown';
  const plain = address.split('%', 1)[0] ?? '';
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(plain)?.[1];
  if (mapped !== undefined) return mapped;
  // The URL parser writes an address in its one shortest form.
  const [head = '', tail = ''] = new URL(`http://[${plain}]`).hostname.slice(1, -1).split('::');
  const before = head.split(':').filter((group) => group !== '');
  const after = tail.split(':').filter((group) => group !== '');
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return `${[...before, ...zeros, ...after].slice(0, 4).join(':')}::/64`;
}
