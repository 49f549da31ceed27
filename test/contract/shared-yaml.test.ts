/** The YAML that is put together line by line from the components' fragments is what the YAML library makes of them. */
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { renderTemplate } from '../../src/render/engine.ts';
import type { OwnedContribution, SharedFile } from '../../src/plan/plan-run.ts';
import type { Fragment } from '../../src/shared-files/fragment.ts';
import { ASSEMBLERS } from '../../src/shared-files/assemble.ts';
import { mergeYaml } from '../../src/shared-files/yaml-merge.ts';
import { catalog, render } from '../support/render.ts';
import { mergeYamlByLibrary } from '../support/yaml-merge-reference.ts';

const stacks = catalog.components.filter(({ category }) => category === 'stack').map(({ id }) => id);
const sets = catalog.questions.filter(
  ({ category, field }) => category !== undefined && field.kind === 'set',
);

/** Every component that the stack allows, so that every fragment takes part. */
function everything(stack: string): Record<string, string | string[]> {
  const allowed = (id: string) =>
    catalog.components.some(
      (component) => component.id === id && (component.stacks?.includes(stack) ?? true),
    );
  const chosen = sets.map(({ key, field }) => [
    key,
    field.kind === 'set' ? field.options.filter(allowed) : [],
  ]);
  return { stack, ...(Object.fromEntries(chosen) as Record<string, string[]>) };
}

function rendered({ component, template, views }: OwnedContribution): Fragment {
  const { body, source } = template;
  const text = typeof body === 'function' ? renderTemplate(body, views, source) : body.toString('utf8');
  return { component, source, text };
}

const isYaml = ({ opening }: SharedFile): boolean => ASSEMBLERS[opening.kind] === mergeYaml;

describe('shared YAML files', () => {
  it.each(stacks.flatMap((stack) => [{ stack }, everything(stack)]))('%j', async (answers) => {
    const { plan } = await render(answers);
    const files = plan.sharedFiles.filter(isYaml).filter(({ contributions }) => contributions.length > 0);
    expect(files.length).toBeGreaterThan(0);
    for (const { path, contributions } of files) {
      const fragments = contributions.map(rendered);
      const [ours, theirs] = [mergeYaml(fragments), mergeYamlByLibrary(fragments)];
      const quietly = { merge: true, logLevel: 'silent' } as const;
      expect(parse(ours, quietly), path).toEqual(parse(theirs, quietly));
      // Tags are no part of the parsed values.
      expect(tagsOf(ours), path).toEqual(tagsOf(theirs));
    }
  });
});

const tagsOf = (text: string): readonly string[] => text.match(/\S+: !(?:reset|override)/g) ?? [];
