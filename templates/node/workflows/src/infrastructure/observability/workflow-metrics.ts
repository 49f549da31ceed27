/** The metrics of the worker; the others do not import them, for there they would stand at nought. */
import { Counter, Gauge, Histogram } from 'prom-client';
import { registry } from './metrics.ts';

export const workflowRuns = new Counter({
  name: 'workflow_runs_total',
  help: 'Runs that ended, by how',
  labelNames: ['status'],
  registers: [registry],
});

// So that the first failure is seen as an increase.
for (const status of ['succeeded', 'failed']) workflowRuns.inc({ status }, 0);

export const workflowDuration = new Histogram({
  name: 'workflow_run_duration_seconds',
  help: 'Time from the first step of a run to its end',
  buckets: [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 900],
  registers: [registry],
});

export const workflowQueueDepth = new Gauge({
  name: 'workflow_queue_depth',
  help: 'Runs that wait for a worker; each worker tells the same number',
  registers: [registry],
});
