/**
 * bulwark as a plop pack: `await plop.load('create-bulwark')` in anyone's plopfile, or plop's own command on this file. The
 * plan of a run is plop's list of actions. The program itself is loaded when a generator runs.
 */
import type { NodePlopAPI } from 'node-plop';
import { generators } from 'bulwark:generators';
import { ACTIONS, actionsOf, type PlanAction, type RunData } from './plop/plan-actions.ts';

/** Registers our action types, a generator for each component that can be added, `create` and `update`. */
export default function bulwarkPack(plop: NodePlopAPI): void {
  for (const type of Object.values(ACTIONS)) {
    plop.setActionType(type, async (data, action) => {
      const { performInPlop } = await loadForPlop();
      return performInPlop(data as unknown as RunData, action as unknown as PlanAction);
    });
  }
  const register = (name: string, description: string, words: readonly string[]): void => {
    plop.setGenerator(name, {
      description,
      // Plop takes a function for prompts, its types do not say so.
      prompts: async () => {
        const { prepareInPlop } = await loadForPlop();
        return prepareInPlop(words, plop);
      },
      actions: (data) => actionsOf(data as unknown as RunData),
    });
  };
  register('create', 'render a new, production-ready repository', ['create']);
  register('update', 'bring the repository up to the present templates, with all edits kept', ['update']);
  for (const { id, description } of generators) register(id, description, ['add', id]);
}

const loadForPlop = async () => (await import('./program.ts')).loadForPlop();
