/** Metrics in the text format of Prometheus. */
import type { FastifyInstance } from 'fastify';
import { registry } from '../../infrastructure/observability/metrics.ts';
import { requireToken } from '../bearer.ts';

export const METRICS_PATH = '/api/metrics';

/**
 * @param token what one has to show; without it the route is open
 * @param measure brings those up to date that are read and not counted; it is waited for
 */
export function metricsRoutes(
  app: FastifyInstance,
  token: string | undefined,
  measure: () => unknown,
): void {
  app.get(
    METRICS_PATH,
    token === undefined ? {} : { onRequest: requireToken(token) },
    async (_request, reply) => {
      await measure();
      return reply.type(registry.contentType).send(await registry.metrics());
    },
  );
}
