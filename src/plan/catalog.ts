/** What there is to choose from, and the step from raw answers to a plan. */
import type { AnyComponent, PresetDefinition } from '../component/define.ts';
import { usageError } from '../errors.ts';
import type { TemplateStore } from '../render/template-store.ts';
import { resolveAnswers, type RawAnswers, type Resolution } from './answers.ts';
import { nearest } from './nearest.ts';
import { planRun, WHOLE, type Plan, type Scope } from './plan-run.ts';
import { questionsOf, type Question } from './questions.ts';
import { underStandards, type Standards } from './standards.ts';

export interface Catalog {
  readonly components: readonly AnyComponent[];
  readonly presets: readonly PresetDefinition[];
  readonly questions: readonly Question[];
  readonly templates: TemplateStore;
  /** What the packs of a team say of answers; absent without packs. */
  readonly standards?: Standards;
}

/** @param components in any order; the catalog has them sorted by id */
export function catalogOf(
  components: readonly AnyComponent[],
  presets: readonly PresetDefinition[],
  templates: TemplateStore,
): Catalog {
  const sorted = [...components].sort((a, b) => (a.id < b.id ? -1 : 1));
  return { components: sorted, presets, questions: questionsOf(sorted), templates };
}

/** @throws BulwarkError (code 2) with the nearest name when there is no such preset */
export function presetNamed(catalog: Catalog, name: string): PresetDefinition {
  const found = catalog.presets.find(({ id }) => id === name);
  if (found) return found;
  const names = catalog.presets.map(({ id }) => id);
  const suggestion = nearest(name, names);
  throw usageError([
    {
      id: 'unknown-preset',
      message: `there is no preset "${name}"`,
      where: `--preset ${name}`,
      hint: suggestion === undefined ? `use one of ${names.join(', ')}` : `did you mean ${suggestion}?`,
    },
  ]);
}

/** Resolves raw answers; those of the preset are put beneath what the user gave. */
export function resolveRun(catalog: Catalog, raw: RawAnswers, preset: string | null): Resolution {
  const presetAnswers = preset === null ? {} : presetNamed(catalog, preset).answers;
  const given = { ...raw, preset: new Map(Object.entries(presetAnswers)) };
  const { questions, components, standards } = catalog;
  if (!standards) return resolveAnswers(questions, components, given);
  const held = underStandards(questions, given, standards);
  const resolution = resolveAnswers(questions, components, held.raw, standards.required);
  return {
    ...resolution,
    issues: [...held.issues, ...resolution.issues],
    notices: [...held.notices, ...resolution.notices],
  };
}

/** Plans a resolved run; loads the templates of the components in it. */
export async function planResolved(
  catalog: Catalog,
  { answers, components }: Resolution,
  scope: Scope = WHOLE,
): Promise<Plan> {
  const loaded = await Promise.all(
    (scope.manages === 'components' ? catalog.components : components).map(
      async ({ id }) => [id, await catalog.templates(id)] as const,
    ),
  );
  return planRun({
    answers,
    components,
    available: catalog.components,
    templates: new Map(loaded),
    scope,
  });
}
