/** The plan of a run as plop's list of actions. Loads nothing: a plopfile that has our pack must open quickly. */
import type { RunState } from '../run.ts';

/** Prefixed, for plop lets a built-in type of the same name win. */
export const ACTIONS = {
  render: 'bulwark-render',
  reconcile: 'bulwark-reconcile',
  judge: 'bulwark-judge',
  commit: 'bulwark-commit',
  tell: 'bulwark-tell',
} as const;
export type ActionType = (typeof ACTIONS)[keyof typeof ACTIONS];

/** A run with what belongs to it, as plop hands it from the prompts to the actions. */
export interface RunData {
  readonly run: RunState;
  /** Looks at the change set once more before it is written; what it throws ends the run. */
  readonly beforeCommit?: (state: RunState) => Promise<void>;
  /** What is to be said at the end; absent: somebody else says it. */
  readonly tell?: () => Promise<string>;
}

export interface PlanAction {
  readonly type: ActionType;
  /** What plop says once it is done. */
  readonly label: string;
  /** Which rendering of the plan; only for `bulwark-render`. */
  readonly index: number;
}

/** One action for each file that is rendered, and one for each step that follows. */
export function actionsOf({ run, tell }: RunData): PlanAction[] {
  const steps = [ACTIONS.reconcile, ACTIONS.judge, ACTIONS.commit, ...(tell ? [ACTIONS.tell] : [])];
  return [
    ...run.request.plan.renderings.map(({ path }, index) => ({ type: ACTIONS.render, label: path, index })),
    ...steps.map((type) => ({ type, label: type.slice('bulwark-'.length), index: 0 })),
  ];
}
