/** Carries out workflows until it is told to stop. */
import { createBeside } from '../api/beside.ts';
import { isProbe } from '../api/app.ts';
import { leaveOnSignal } from '../api/draining.ts';
import { createResources } from '../api/resources.ts';
import { Runner } from '../domain/workflows/runner.ts';
import { workflowQueueDepth } from '../infrastructure/observability/workflow-metrics.ts';
import { createLogger } from '../logger.ts';
import { loadServiceSettings } from '../settings/settings.ts';
import { observeRuns } from '../worker/observer.ts';
import { Worker } from '../worker/worker.ts';
import { startOrExplain } from './starting.ts';

await startOrExplain(async () => {
  const settings = loadServiceSettings(process.env);
  const logger = createLogger(settings.logLevel);
  const tracing = settings.otelEnabled
    ? (await import('../infrastructure/observability/tracing.ts')).startTracing(settings, isProbe)
    : undefined;
  const resources = createResources(settings, logger);
  const { database, health } = resources;
  const { definitions, store, events } = resources.workflows;
  const policy = {
    attempts: settings.workflowAttempts,
    retrySeconds: settings.workflowRetrySeconds,
    stepSeconds: settings.workflowStepSeconds,
  };
  const runner = new Runner(definitions, store, events, observeRuns(logger), policy);
  const worker = new Worker(store, runner, settings, logger);
  // Nobody sends requests here that would have to be led elsewhere first.
  const leaving = { ...settings, drainDelaySeconds: 0 };
  const draining = leaveOnSignal(leaving, logger, async () => {
    await worker.stop();
    await app.close();
    await resources.close();
    await tracing?.close();
  });
  const app = createBeside({
    settings,
    logger,
    health,
    draining,
    isAlive: () => worker.isAlive(),
    measure: async () => {
      database.measure();
      // Without the database nobody knows.
      workflowQueueDepth.set(await store.depth().catch(() => Number.NaN));
    },
  });
  worker.start();
  await app.listen({ host: settings.host, port: settings.workerMetricsPort });
});
