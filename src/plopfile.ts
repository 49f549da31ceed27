/**
 * bulwark as a plop pack: `await plop.load('create-bulwark')` in anyone's plopfile, or plop's own command on this file.
 * The plan of a run is plop's list of actions.
 */
import type { NodePlopAPI } from 'node-plop';
import { commitStep, judgeStep, reconcileStep, renderStep, type RunState } from './run.ts';

/** Prefixed, for plop lets a built-in type of the same name win. */
const ACTIONS = {
  render: 'bulwark-render',
  reconcile: 'bulwark-reconcile',
  judge: 'bulwark-judge',
  commit: 'bulwark-commit',
} as const;

/** Where a run keeps what plop would lose: plop flattens an error that is thrown in an action to its message. */
const failures = new WeakMap<RunState, unknown>();

export interface PackOptions {
  /** Looks at the change set once more before it is written; what it throws ends the run. */
  readonly beforeCommit?: (state: RunState) => Promise<void>;
}

/** Registers our action types and the generator `create`. */
export default function bulwarkPack(plop: NodePlopAPI, { beforeCommit }: PackOptions = {}): void {
  const step = (name: string, run: (state: RunState, action: PlanAction) => unknown): void => {
    plop.setActionType(name, async (data, action) => {
      const { run: state } = data as RunData;
      try {
        await run(state, action as unknown as PlanAction);
        return (action as unknown as PlanAction).label;
      } catch (error) {
        failures.set(state, error);
        throw error;
      }
    });
  };
  step(ACTIONS.render, (state, { index }) => {
    const rendering = state.request.plan.renderings[index];
    if (rendering) renderStep(state, rendering);
  });
  step(ACTIONS.reconcile, (state) => reconcileStep(state));
  step(ACTIONS.judge, (state) => judgeStep(state));
  step(ACTIONS.commit, async (state) => {
    await beforeCommit?.(state);
    await commitStep(state);
  });

  plop.setGenerator('create', {
    description: 'render a new, production-ready repository',
    // Plop takes a function for prompts, its types do not say so.
    prompts: async () => {
      const { askForRun } = await import('./cli/ask-in-plop.ts');
      return { run: await askForRun(plop.getDestBasePath()) } satisfies RunData;
    },
    actions: (data) => actionsOf((data as unknown as RunData).run),
  });
}

interface RunData {
  readonly run: RunState;
}

interface PlanAction {
  readonly type: string;
  readonly label: string;
  /** Which rendering of the plan; only for `bulwark-render`. */
  readonly index: number;
}

function actionsOf({ request }: RunState): PlanAction[] {
  const steps = [ACTIONS.reconcile, ACTIONS.judge, ACTIONS.commit];
  return [
    ...request.plan.renderings.map(({ path }, index) => ({ type: ACTIONS.render, label: path, index })),
    ...steps.map((type) => ({ type, label: type.slice('bulwark-'.length), index: 0 })),
  ];
}

/**
 * Carries a prepared run out through plop.
 * @throws what the failing step threw
 */
export async function carryOut(plop: NodePlopAPI, state: RunState): Promise<void> {
  const { failures: failed } = await plop.getGenerator('create').runActions({ run: state });
  if (failures.has(state)) throw failures.get(state);
  const [first] = failed;
  if (first) throw new Error(`plop could not run the action ${first.type}: ${first.error}`);
}
