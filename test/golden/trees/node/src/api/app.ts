/** Builds the application: hooks, error format, routes. */
import cors from '@fastify/cors';
import fastify, {
  LogController,
  type FastifyBaseLogger,
  type FastifyInstance,
  type FastifyPluginCallback,
} from 'fastify';
import type { Logger } from 'pino';
import type { Settings } from '../settings/settings.ts';
import { observeAccess, requestIdOf } from './access.ts';
import { explainAuthError } from './auth-errors.ts';
import { forAdmins, forUsers } from './auth-guards.ts';
import type { Draining } from './draining.ts';
import { errorHandler, notFound } from './problems.ts';
import type { Resources } from './resources.ts';
import { authRoutes } from './routes/auth.ts';
import { LIVE_PATH, READY_PATH, healthRoutes } from './routes/health.ts';
import { itemRoutes } from './routes/items.ts';
import { METRICS_PATH, metricsRoutes } from './routes/metrics.ts';
import { userRoutes } from './routes/users.ts';

/** What machines ask for every few seconds. */
export const isProbe = (path: string): boolean =>
  path === LIVE_PATH || path === READY_PATH || path === METRICS_PATH;

/** `*` stands for every proxy. */
const trustedProxies = (addresses: readonly string[]): boolean | string[] =>
  addresses.includes('*') ? true : [...addresses];

/** @param tracing registered before everything else, where requests are traced */
export async function createApp(
  settings: Settings,
  logger: Logger,
  resources: Resources,
  draining: Draining,
  tracing?: FastifyPluginCallback,
): Promise<FastifyInstance> {
  // Named by the type that plugins know.
  const loggerInstance: FastifyBaseLogger = logger;
  const app = fastify({
    loggerInstance,
    // Each line has the request's id by its context already.
    childLoggerFactory: (parent) => parent,
    logController: new LogController({ disableRequestLogging: true }),
    genReqId: requestIdOf,
    bodyLimit: settings.maxBodyBytes,
    trustProxy: trustedProxies(settings.forwardedAllowIps),
    // Connections that are idle end with the listening, those with a request after its answer.
    forceCloseConnections: 'idle',
    // A load balancer is to close a connection first, and to know it: most keep theirs for a minute.
    keepAliveTimeout: 75_000,
    requestTimeout: 30_000,
    return503OnClosing: false,
  });
  if (tracing) await app.register(tracing);
  observeAccess(app, draining, isProbe);
  app.setErrorHandler(errorHandler(explainAuthError));
  app.setNotFoundHandler(notFound);
  if (settings.corsOrigins.length > 0)
    await app.register(cors, {
      origin: [...settings.corsOrigins],
      methods: ['GET', 'POST', 'PATCH', 'DELETE'],
      allowedHeaders: ['Authorization', 'Content-Type', 'X-Request-ID'],
      exposedHeaders: ['Retry-After', 'X-Request-ID'],
    });
  healthRoutes(app, { ...settings, health: resources.health, draining });
  metricsRoutes(app, settings.metricsToken, () => {
    resources.database.measure();
  });
  const guards = {
    forUsers: forUsers(resources.accounts.sessions),
    forAdmins: forAdmins(resources.accounts.sessions),
  };
  authRoutes(app, resources.accounts, guards, settings);
  userRoutes(app, resources.accounts, guards);
  itemRoutes(app, resources.items, guards);
  return app;
}
