/** What every component must keep to, by discovery: nobody has to remember to add a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../discovery.config.mjs';
import type { AnyComponent, ComponentId } from '../../src/component/define.ts';
import type { Field, FieldValue } from '../../src/component/fields.ts';
import { environmentNameOf, flagOf } from '../../src/plan/questions.ts';
import { OPTIONS } from '../../src/cli/options.ts';
import { FRAGMENTS } from '../../src/render/template-store.ts';
import { neededBy, refusersOf, settingsFor, type Row } from '../support/pairwise.ts';
import { catalogWith, WEBSOCKET } from '../support/listening.ts';
import { catalog, planFor, render } from '../support/render.ts';

const listening = catalogWith(WEBSOCKET);
/** Targets that are not for an application with more than one port. */
const REFUSES_LISTENERS = new Set(['cloud-run', 'container-instances']);

const filesOf = (folder: string): string[] =>
  readdirSync(`${root}${folder}`, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => basename(name, '.ts'))
    .sort();

/** Nobody reads the conditions of these: whether they are right, test/contract/node-lock.test.ts looks at in what they render. */
const WRITTEN_BY_A_SCRIPT: ReadonlySet<string> = new Set(['templates/node/base/package-lock.json.hbs']);

/** The stacks that a component can be rendered with. */
const stacksFor = (component: AnyComponent): AnyComponent[] =>
  catalog.components.filter(({ id, category }) =>
    component.category === 'stack'
      ? id === component.id
      : category === 'stack' && (component.stacks === undefined || component.stacks.includes(id)),
  );

/** Everything that can be chosen with a stack and a component's sample, and the sample. */
function answersFor(
  component: AnyComponent,
  stack: AnyComponent,
  sample: Partial<Record<string, FieldValue>>,
): Row {
  const fields = Object.entries(sample).map(
    ([name, value]) => [`${component.id}.${name}`, value ?? ''] as const,
  );
  const refusing = new Set(fields.flatMap(([key, value]) => refusersOf(key, value)));
  const usable = new Set(settingsFor(catalog.components, stack).map((setting) => setting.key));
  const everything: Record<string, FieldValue> = { stack: stack.id };
  for (const { key, category } of catalog.questions) {
    if (category === undefined || category === 'stack') continue;
    everything[key] = catalog.components
      .filter(({ id }) => (stack.requires ?? []).includes(id) || usable.has(id))
      .filter((member) => member.category === category && !refusing.has(member.id))
      .map(({ id }) => id);
  }
  return { ...everything, ...Object.fromEntries(fields) };
}

describe('the catalog', () => {
  it('has a component for each file in generators/, by its name, and no folder of templates without one', () => {
    expect(catalog.components.map(({ id }) => id)).toEqual(filesOf('generators'));
    const folders = readdirSync(`${root}templates`);
    expect(folders.filter((name) => !catalog.components.some(({ id }) => id === name))).toEqual([]);
  });

  it('has a preset for each file in generators/presets/', () => {
    expect(catalog.presets.map(({ id }) => id).sort()).toEqual(filesOf('generators/presets'));
  });

  it('gives every question a flag and a variable of its own, apart from the options', () => {
    const flags = catalog.questions.map(({ key }) => flagOf(key).slice(2));
    expect(new Set(flags).size).toBe(flags.length);
    expect(flags.filter((flag) => OPTIONS.some(({ name }) => name === flag))).toEqual([]);
    const names = catalog.questions.map(({ key }) => environmentNameOf(key));
    expect(new Set(names).size).toBe(names.length);
  });

  it('tells of every question in one plain sentence', () => {
    for (const { key, field } of catalog.questions) expect(field.help, key).toMatch(/^[A-Z].*\.$/s);
  });
});

/** The same answers with each option of each choice: a licence, or whether there are workflows, picks templates too. */
const choicesOfOthers = (all: readonly Row[]): readonly Row[] =>
  catalog.questions
    .filter(({ key }) => key !== 'stack')
    .flatMap(({ key, field }) =>
      optionsOf(field).flatMap((option) =>
        all
          .filter((answers) => !(key in answers) && isAsked(key, answers))
          .filter((answers) => field.when?.test({ get: (other) => answers[other] }) !== false)
          .map((answers) => ({ ...withoutAll(refusersOf(key, option), answers), [key]: option })),
      ),
    )
    // Those of the stacks first, for they change the application.
    .toSorted((a, b) => Number(isOfStack(b)) - Number(isOfStack(a)));

/** Whether the last of the answers is one of the stack's own. */
const isOfStack = (answers: Row): boolean =>
  Object.keys(answers)
    .at(-1)
    ?.startsWith(`${String(answers.stack)}.`) ?? false;

const optionsOf = (field: Field): readonly FieldValue[] =>
  field.kind === 'choice' ? field.options : field.kind === 'boolean' ? [true, false] : [];

/** The answers without components that refuse something. */
const withoutAll = (ids: readonly ComponentId[], answers: Row): Row =>
  Object.fromEntries(
    Object.entries(answers).map(([key, value]) => [
      key,
      Array.isArray(value) ? value.filter((id) => !ids.includes(String(id))) : value,
    ]),
  );

/** Whether a question belongs to the project or to a component that is chosen. */
const isAsked = (key: string, answers: Row): boolean => {
  const [owner = '', field] = key.split('.');
  return field === undefined || Object.values(answers).flat().includes(owner);
};

describe.each(catalog.components.map((component) => [component.id, component] as const))(
  '%s',
  (_, component) => {
    const samples = Object.entries(component.samples) as [string, Partial<Record<string, FieldValue>>][];

    it('requires and names only components that exist', () => {
      const ids = catalog.components.map(({ id }) => id);
      for (const id of [...(component.requires ?? []), ...(component.stacks ?? [])])
        expect(ids).toContain(id);
    });

    it.each(samples)('renders its sample %s, also next to everything else', async (_name, sample) => {
      for (const stack of stacksFor(component)) {
        const { tree } = await render(answersFor(component, stack, sample));
        expect(tree.size).toBeGreaterThan(0);
      }
    });

    it('uses every template that it has', { timeout: 120_000 }, async () => {
      const unused = new Set((await catalog.templates(component.id)).map(({ source }) => source));
      const usedBy = async (answers: Row, of = catalog): Promise<void> => {
        const { plan } = await planFor(answers, null, of);
        for (const { template } of plan.renderings) unused.delete(template.source);
        for (const { contributions } of plan.sharedFiles) {
          for (const { template } of contributions) unused.delete(template.source);
        }
      };
      const full = stacksFor(component).flatMap((stack) =>
        samples.map(([, sample]) => ({ stack, answers: answersFor(component, stack, sample) })),
      );
      for (const { stack, answers } of full) {
        const needed = [stack, component].flatMap((one) => [one.id, ...neededBy(one, catalog.components)]);
        const none = Object.fromEntries(
          Object.entries(answers).map(([key, value]) => [
            key,
            Array.isArray(value) ? value.filter((id) => needed.includes(String(id))) : value,
          ]),
        );
        await usedBy(answers);
        await usedBy(none);
        if (!REFUSES_LISTENERS.has(component.id)) await usedBy(none, listening);
        if (unused.size === 0) return;
      }
      // A plan for each of a hundred options takes seconds: only for what is left, of the stacks in turn.
      for (const answers of choicesOfOthers(full.map(({ answers }) => answers))) {
        if (unused.size === 0) return;
        await usedBy(answers);
      }
      expect([...unused]).toEqual([]);
    });

    it('keeps to the budget of logic in its templates', async () => {
      for (const { source, layer } of await catalog.templates(component.id)) {
        if (!source.endsWith('.hbs') || WRITTEN_BY_A_SCRIPT.has(source)) continue;
        const text = readFileSync(`${root}${source}`, 'utf8');
        const blocks = text.match(/\{\{#(?:if|unless|each)/g) ?? [];
        expect(
          blocks.length,
          `${source}: ${layer === FRAGMENTS ? 'fragment' : 'template'}`,
        ).toBeLessThanOrEqual(8);
        expect(text, `${source}: nested conditions`).not.toMatch(
          /\{\{#if[^}]*\}\}(?:(?!\{\{\/if)[^])*\{\{#if/,
        );
      }
    });
  },
);
