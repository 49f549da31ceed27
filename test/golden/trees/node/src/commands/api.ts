/** Serves the API until it is told to stop. */
import { createApp, isProbe } from '../api/app.ts';
import { leaveOnSignal } from '../api/draining.ts';
import { createResources } from '../api/resources.ts';
import { createLogger } from '../logger.ts';
import { loadServiceSettings } from '../settings/settings.ts';
import { startOrExplain } from './starting.ts';

await startOrExplain(async () => {
  const settings = loadServiceSettings(process.env);
  const logger = createLogger(settings.logLevel);
  const tracing = settings.otelEnabled
    ? (await import('../infrastructure/observability/tracing.ts')).startTracing(settings, isProbe)
    : undefined;
  const resources = createResources(settings, logger);
  const draining = leaveOnSignal(settings, logger, async () => {
    await app.close();
    await resources.close();
    await tracing?.close();
  });
  const app = await createApp(settings, logger, resources, draining, tracing?.plugin);
  await app.listen({ host: settings.host, port: settings.port });
});
