/** What the processes beside the API answer over HTTP, under the same paths: their health and their metrics. */
import fastify, { LogController, type FastifyBaseLogger, type FastifyInstance } from 'fastify';
import type { Logger } from 'pino';
import type { HealthAggregator } from '../infrastructure/health/system-health.ts';
import type { Settings } from '../settings/settings.ts';
import { observeAccess, requestIdOf } from './access.ts';
import { isProbe } from './app.ts';
import type { Draining } from './draining.ts';
import { errorHandler, notFound } from './problems.ts';
import { healthRoutes } from './routes/health.ts';
import { metricsRoutes } from './routes/metrics.ts';

export interface Beside {
  readonly settings: Pick<Settings, 'systemHealthToken' | 'metricsToken'>;
  readonly logger: Logger;
  readonly health: HealthAggregator;
  readonly draining: Draining;
  /** Whether it does its work; without it, that it answers is enough. */
  readonly isAlive?: () => boolean;
  /** Brings the metrics up to date that are read and not counted. */
  readonly measure: () => unknown;
}

export function createBeside(beside: Beside): FastifyInstance {
  const { settings, logger, health, draining, isAlive, measure } = beside;
  const loggerInstance: FastifyBaseLogger = logger;
  const app = fastify({
    loggerInstance,
    childLoggerFactory: (parent) => parent,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    // Nothing here takes a body.
    bodyLimit: 1024,
    forceCloseConnections: 'idle',
    requestTimeout: 30_000,
    return503OnClosing: false,
  });
  observeAccess(app, draining, isProbe);
  app.setErrorHandler(errorHandler(() => undefined));
  app.setNotFoundHandler(notFound);
  healthRoutes(app, {
    health,
    draining,
    systemHealthToken: settings.systemHealthToken,
    ...(isAlive && { isAlive }),
  });
  metricsRoutes(app, settings.metricsToken, measure);
  return app;
}
