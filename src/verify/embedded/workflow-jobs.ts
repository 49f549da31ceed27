/** The jobs and steps of a workflow, or the steps of a composite action, with their places. */
import { isRecord, listOf, recordOf, scalarText, type PlainRecord } from './plain-data.ts';
import type { Path } from './yaml-source.ts';

export interface Step {
  readonly path: Path;
  readonly data: PlainRecord;
  readonly uses: string | undefined;
  readonly run: string | undefined;
}

export interface Job {
  readonly id: string;
  readonly path: Path;
  readonly data: PlainRecord;
  readonly steps: readonly Step[];
  /** A reusable workflow that the job calls instead of steps. */
  readonly uses: string | undefined;
  readonly needs: readonly string[];
}

export const isWorkflow = (path: string): boolean => /^\.github\/workflows\/[^/]+\.ya?ml$/.test(path);

export const isAction = (path: string): boolean =>
  /(?:^|\/)action\.ya?ml$/.test(path) && path.startsWith('.github/');

const stepsOf = (steps: unknown, path: Path): readonly Step[] =>
  listOf(steps).map((step, index) => {
    const data = recordOf(step);
    return {
      path: [...path, index],
      data,
      uses: scalarText(data.uses),
      run: typeof data.run === 'string' ? data.run : undefined,
    };
  });

export const jobsOf = (workflow: PlainRecord): readonly Job[] =>
  Object.entries(recordOf(workflow.jobs)).map(([id, job]) => {
    const data = recordOf(job);
    const needs = data.needs;
    return {
      id,
      path: ['jobs', id],
      data,
      steps: stepsOf(data.steps, ['jobs', id, 'steps']),
      uses: scalarText(data.uses),
      needs: (Array.isArray(needs) ? (needs as unknown[]) : [needs])
        .map(scalarText)
        .filter((one) => one !== undefined),
    };
  });

export const actionSteps = (action: PlainRecord): readonly Step[] =>
  stepsOf(recordOf(action.runs).steps, ['runs', 'steps']);

/** The names of the events that start a workflow. */
export function eventsOf(workflow: PlainRecord): readonly string[] {
  // YAML 1.1 reads the key `on` as true; the parser here does not.
  const on = workflow.on;
  if (isRecord(on)) return Object.keys(on);
  return (Array.isArray(on) ? (on as unknown[]) : [on])
    .map(scalarText)
    .filter((event) => event !== undefined);
}
