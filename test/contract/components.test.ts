/** What every component must keep to, by discovery: nobody has to remember to add a test. */
import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { describe, expect, it } from 'vitest';
import { root } from '../../discovery.config.mjs';
import type { AnyComponent } from '../../src/component/define.ts';
import type { FieldValue } from '../../src/component/fields.ts';
import { environmentNameOf, flagOf } from '../../src/plan/questions.ts';
import { OPTIONS } from '../../src/cli/options.ts';
import { FRAGMENTS } from '../../src/render/template-store.ts';
import { neededBy, settingsFor, type Row } from '../support/pairwise.ts';
import { catalog, render } from '../support/render.ts';

const filesOf = (folder: string): string[] =>
  readdirSync(`${root}${folder}`, { withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map(({ name }) => basename(name, '.ts'))
    .sort();

/** The stacks that a component can be rendered with. */
const stacksFor = (component: AnyComponent): AnyComponent[] =>
  catalog.components.filter(({ id, category }) =>
    component.category === 'stack'
      ? id === component.id
      : category === 'stack' && (component.stacks === undefined || component.stacks.includes(id)),
  );

/** Everything that can be chosen with a stack, and a component's sample. */
function answersFor(
  component: AnyComponent,
  stack: AnyComponent,
  sample: Partial<Record<string, FieldValue>>,
): Row {
  const everything: Record<string, FieldValue> = { stack: stack.id };
  for (const { key, category } of catalog.questions) {
    if (category === undefined || category === 'stack') continue;
    const usable = new Set(settingsFor(catalog.components, stack).map((setting) => setting.key));
    everything[key] = catalog.components
      .filter(({ id }) => (stack.requires ?? []).includes(id) || usable.has(id))
      .filter((member) => member.category === category)
      .map(({ id }) => id);
  }
  const fields = Object.entries(sample).map(
    ([name, value]) => [`${component.id}.${name}`, value ?? ''] as const,
  );
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

/** The same answers with each option of each choice: a licence or a place for the coverage picks templates too. */
const choicesOfOthers = (answers: Record<string, FieldValue>): Record<string, FieldValue>[] =>
  catalog.questions
    .filter(({ key, field }) => field.kind === 'choice' && key !== 'stack' && !(key in answers))
    .flatMap(({ key, field }) =>
      field.kind === 'choice' && isAsked(key, answers)
        ? field.options.map((option) => ({ ...answers, [key]: option }))
        : [],
    );

/** Whether a question belongs to the project or to a component that is chosen. */
const isAsked = (key: string, answers: Record<string, FieldValue>): boolean => {
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

    it('uses every template that it has', async () => {
      const unused = new Set((await catalog.templates(component.id)).map(({ source }) => source));
      for (const stack of stacksFor(component)) {
        for (const [, sample] of samples) {
          const full = answersFor(component, stack, sample);
          const none = Object.fromEntries(
            Object.entries(full).map(([key, value]) => [
              key,
              Array.isArray(value)
                ? value.filter(
                    (id) =>
                      id === component.id ||
                      [stack, component].some((one) =>
                        neededBy(one, catalog.components).includes(String(id)),
                      ),
                  )
                : value,
            ]),
          );
          for (const answers of [full, none, ...choicesOfOthers(full)]) {
            const { plan } = await render(answers);
            for (const { template } of plan.renderings) unused.delete(template.source);
            for (const { contributions } of plan.sharedFiles) {
              for (const { template } of contributions) unused.delete(template.source);
            }
          }
        }
      }
      expect([...unused]).toEqual([]);
    });

    it('keeps to the budget of logic in its templates', async () => {
      for (const { source, layer } of await catalog.templates(component.id)) {
        if (!source.endsWith('.hbs')) continue;
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
