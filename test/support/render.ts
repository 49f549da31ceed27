/** Renders the real catalog in memory, as `create` would. */
import { components, presets } from 'bulwark:components';
import { templates } from 'bulwark:templates';
import type { FieldValue } from '../../src/component/fields.ts';
import type { RawAnswers, Resolution } from '../../src/plan/answers.ts';
import { catalogOf, planResolved, resolveRun, type Catalog } from '../../src/plan/catalog.ts';
import type { Plan } from '../../src/plan/plan-run.ts';
import { renderPlan } from '../../src/render/render-plan.ts';
import type { VirtualTree } from '../../src/tree/virtual-tree.ts';

export const catalog = catalogOf(components, presets, templates);

export interface Rendered {
  readonly resolution: Resolution;
  readonly plan: Plan;
  readonly tree: VirtualTree;
}

/**
 * What would be rendered; takes a fraction of the time that rendering does.
 * @param answers by key, as flags
 * @throws with all issues in its message when the answers or the plan have any
 */
export async function planFor(
  answers: Readonly<Record<string, FieldValue>>,
  preset: string | null = null,
  of: Catalog = catalog,
): Promise<Omit<Rendered, 'tree'>> {
  const raw: RawAnswers = { flag: new Map(Object.entries(answers)) };
  const resolution = resolveRun(of, raw, preset);
  if (resolution.issues.length > 0) throw new Error(JSON.stringify(resolution.issues, null, 2));
  const plan = await planResolved(of, resolution);
  if (plan.issues.length > 0) throw new Error(JSON.stringify(plan.issues, null, 2));
  return { resolution, plan };
}

/** The same, rendered. */
export async function render(
  answers: Readonly<Record<string, FieldValue>>,
  preset: string | null = null,
  of: Catalog = catalog,
): Promise<Rendered> {
  const planned = await planFor(answers, preset, of);
  return { ...planned, tree: renderPlan(planned.plan) };
}

/** Text of a rendered file; throws when it is not there. */
export function textOf({ tree }: Rendered, path: string): string {
  const file = [...tree.values()].find((candidate) => candidate.path === path);
  if (!file) throw new Error(`${path} was not rendered; there are ${[...tree.keys()].join(', ')}`);
  return file.content.toString('utf8');
}
