/** A run as clients get it, over HTTP and over a WebSocket alike. */
import type { Progress } from '../domain/workflows/run.ts';
import type { Workflows } from '../domain/workflows/workflow.ts';

export function runOut(run: Progress, workflows: Workflows) {
  const steps = workflows.get(run.workflow)?.steps ?? [];
  return {
    id: run.id,
    workflow: run.workflow,
    status: run.status,
    /** The step that is next, or under way. */
    step: steps[run.step]?.name ?? null,
    steps_done: run.step,
    steps: steps.length,
    attempt: run.attempt,
    error: run.error,
    created_at: run.createdAt,
    started_at: run.startedAt,
    ended_at: run.endedAt,
  };
}
