/** Health: live and ready for the orchestrator, system for who holds the token. */
import type { FastifyInstance } from 'fastify';
import type { HealthAggregator } from '../../infrastructure/health/system-health.ts';
import { API_PREFIX } from '../../project.ts';
import { requireToken } from '../bearer.ts';
import type { Draining } from '../draining.ts';

export const LIVE_PATH = `${API_PREFIX}/health/live`;
export const READY_PATH = `${API_PREFIX}/health/ready`;

export interface HealthRoutes {
  readonly health: Pick<HealthAggregator, 'system' | 'isReady'>;
  readonly draining: Draining;
  readonly systemHealthToken: string;
}

export function healthRoutes(
  app: FastifyInstance,
  { health, draining, systemHealthToken }: HealthRoutes,
): void {
  // Touches nothing, for a restart would mend nothing else.
  app.get(LIVE_PATH, () => ({ status: 'alive' }));

  app.get(READY_PATH, async (_request, reply) => {
    if (draining.active) return reply.code(503).send({ status: 'draining' });
    if (!(await health.isReady())) return reply.code(503).send({ status: 'unavailable' });
    return { status: 'ready' };
  });

  app.get(
    `${API_PREFIX}/health/system`,
    { onRequest: requireToken(systemHealthToken) },
    async (_request, reply) => {
      const state = await health.system();
      return reply.code(state.status === 'UNHEALTHY' ? 503 : 200).send(state);
    },
  );
}
