/** What a workflow is: named steps, one after another, each of which may be done again. */
import type { z } from 'zod';
import type { JsonObject, Save } from './run.ts';

export interface StepContext {
  readonly runId: string;
  readonly ownerId: string | null;
  /** The same each time that this step of this run is done: whoever gets it twice can tell. */
  readonly key: string;
  readonly input: JsonObject;
  /** What the step before left. */
  readonly state: JsonObject;
  /** Aborted when the time of the step is over, or the run is another worker's. */
  readonly signal: AbortSignal;
}

export interface StepOutcome {
  /** What the next step gets. */
  readonly state: JsonObject;
  /** Changes of the database: they are made once, in the transaction that notes the step as done. */
  readonly save?: Save;
}

/**
 * A worker may end in the middle of a step, and then another one begins it anew. So what a step changes in the
 * database belongs in `save`, and what it does elsewhere carries the key.
 */
export interface Step {
  readonly name: string;
  readonly run: (context: StepContext) => Promise<StepOutcome>;
}

export interface Workflow {
  readonly name: string;
  readonly does: string;
  readonly input: z.ZodType<JsonObject>;
  readonly steps: readonly Step[];
}

export type Workflows = ReadonlyMap<string, Workflow>;

/** The input is at fault: trying again would change nothing. Its words are for who started the run. */
export class StepRefused extends Error {}
