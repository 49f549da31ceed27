/** The tokens that machines show: one for the metrics, one for the state of the system. */
import { createHash, timingSafeEqual } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { FastifyRequest } from 'fastify';
import { HttpProblem } from './problems.ts';

/** What stands after `Bearer` in the header of that name. */
export function bearerOf({ headers }: Pick<IncomingMessage, 'headers'>): string | undefined {
  return /^Bearer +([A-Za-z0-9\-._~+/]+=*) *$/i.exec(headers.authorization ?? '')?.[1];
}

const digest = (value: string): Buffer => createHash('sha256').update(value).digest();

/**
 * A hook that lets in who shows the token; the time that it takes tells nothing of how wrong one is.
 * @throws HttpProblem 401
 */
export const requireToken = (token: string) => {
  const expected = digest(token);
  return async (request: FastifyRequest): Promise<void> => {
    if (!timingSafeEqual(digest(bearerOf(request) ?? ''), expected))
      throw new HttpProblem(401, 'A valid token is needed', { 'www-authenticate': 'Bearer' });
    return Promise.resolve();
  };
};
