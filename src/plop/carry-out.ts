/** Carries the actions of a plan out, whoever runs plop: our own command line, or somebody's plopfile. */
import type { NodePlopAPI } from 'node-plop';
import { commitStep, judgeStep, reconcileStep, renderStep, type RunState } from '../run.ts';
import { ACTIONS, actionsOf, type PlanAction, type RunData } from './plan-actions.ts';

/** Where a run keeps what plop would lose: plop flattens an error that is thrown in an action to its message. */
const failures = new WeakMap<RunState, unknown>();

/**
 * Does one action.
 * @returns what plop says of it
 * @throws what the step throws
 */
export async function perform(data: RunData, { type, label, index }: PlanAction): Promise<string> {
  const { run, beforeCommit, tell } = data;
  try {
    switch (type) {
      case ACTIONS.render: {
        const rendering = run.request.plan.renderings[index];
        if (rendering) renderStep(run, rendering);
        return label;
      }
      case ACTIONS.reconcile:
        await reconcileStep(run);
        return label;
      case ACTIONS.judge:
        await judgeStep(run);
        return label;
      case ACTIONS.commit:
        await beforeCommit?.(run);
        await commitStep(run);
        return label;
      case ACTIONS.tell:
        return (await tell?.()) ?? label;
    }
  } catch (error) {
    failures.set(run, error);
    throw error;
  }
}

/** Makes a prepared run a generator of a plop of ours, under the name of its command. */
export function registerRun(plop: NodePlopAPI, data: RunData): void {
  for (const type of Object.values(ACTIONS)) {
    plop.setActionType(type, (given, action) => perform(given as RunData, action as unknown as PlanAction));
  }
  plop.setGenerator(data.run.request.command, {
    description: `bulwark ${data.run.request.command}`,
    prompts: [],
    actions: () => actionsOf(data),
  });
}

/**
 * Carries a run out that was registered.
 * @throws what the failing step threw
 */
export async function carryOut(plop: NodePlopAPI, data: RunData): Promise<void> {
  const { run } = data;
  const { failures: failed } = await plop.getGenerator(run.request.command).runActions(data);
  if (failures.has(run)) throw failures.get(run);
  const [first] = failed;
  if (first) throw new Error(`plop could not run the action ${first.type}: ${first.error}`);
}
