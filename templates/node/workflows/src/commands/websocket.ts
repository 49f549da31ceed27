/** Serves WebSockets until it is told to stop. */
import { isProbe } from '../api/app.ts';
import { createBeside } from '../api/beside.ts';
import { leaveOnSignal } from '../api/draining.ts';
import { createResources } from '../api/resources.ts';
import { viewersOf } from '../api/viewers.ts';
import { closeRedis, connectRedis } from '../infrastructure/cache/redis.ts';
import { listenToRuns } from '../infrastructure/workflows/redis-run-events.ts';
import { createLogger } from '../logger.ts';
import { loadServiceSettings } from '../settings/settings.ts';
import { Connections } from '../websocket/connections.ts';
import { acceptUpgrades } from '../websocket/upgrades.ts';
import { startOrExplain } from './starting.ts';

await startOrExplain(async () => {
  const settings = loadServiceSettings(process.env);
  const logger = createLogger(settings.logLevel);
  const tracing = settings.otelEnabled
    ? (await import('../infrastructure/observability/tracing.ts')).startTracing(settings, isProbe)
    : undefined;
  const resources = createResources(settings, logger);
  const subscriber = connectRedis(settings, logger);
  const connections = new Connections(resources.workflows, settings, logger);
  listenToRuns(subscriber, logger, (event) => {
    connections.publish(event);
  });
  const draining = leaveOnSignal(settings, logger, async () => {
    await connections.close();
    await app.close();
    closeRedis(subscriber);
    await resources.close();
    await tracing?.close();
  });
  const app = createBeside({
    settings,
    logger,
    health: resources.health,
    draining,
    measure: () => {
      resources.database.measure();
    },
  });
  acceptUpgrades(app.server, connections, viewersOf(resources).byToken, settings, logger);
  await app.listen({ host: settings.host, port: settings.websocketPort });
});
