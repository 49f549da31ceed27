/** Counts and logs what becomes of runs. */
import type { Logger } from 'pino';
import type { RunObserver } from '../domain/workflows/runner.ts';
import {
  workflowDuration,
  workflowRuns,
} from '../infrastructure/observability/workflow-metrics.ts';

export const observeRuns = (logger: Logger): RunObserver => ({
  ended: ({ id, workflow, status, startedAt, endedAt }) => {
    const seconds =
      startedAt && endedAt ? (endedAt.getTime() - startedAt.getTime()) / 1000 : undefined;
    workflowRuns.inc({ status });
    if (seconds !== undefined) workflowDuration.observe(seconds);
    logger.info({ run: id, workflow, status, duration_s: seconds }, 'A run ended');
  },
  stepFailed: ({ id, workflow, attempt }, step, error) => {
    logger.warn({ run: id, workflow, step, attempt, error }, 'A step failed');
  },
});
