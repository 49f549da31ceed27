/** T13: whatever a person types into a free-text question lands in every file as that text, or is refused and said so. */
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../src/component/fields.ts';
import { parseValue } from '../../src/plan/parse-value.ts';
import { BulwarkError } from '../../src/errors.ts';
import { runEmbedded } from '../../src/verify/run-embedded.ts';
import { NASTY, NASTY_NAMES } from '../support/nasty-strings.ts';
import {
  buildkit,
  canBuildDockerfileReader,
  commonmark,
  pythonLiteral,
  pythonWith,
} from '../support/read-back.ts';
import { toolsAreRequired } from '../support/tool-groups.ts';
import { meantWith, neededBy } from '../support/pairwise.ts';
import { catalog, render, textOf, type Rendered } from '../support/render.ts';

const STACKS = catalog.components.filter(({ category }) => category === 'stack').map(({ id }) => id);
const textQuestions = catalog.questions.filter(({ field }) => field.kind === 'text');

/** What is chosen beside the answer: the component that it belongs to, unless that is the stack itself, and what that needs. */
function choicesFor(key: string, stack: string): Record<string, FieldValue> {
  const owner = catalog.components.find(
    ({ id, category }) => key.startsWith(`${id}.`) && category !== 'stack',
  );
  const chosen = owner ? [owner.id, ...neededBy(owner, catalog.components)] : [];
  const required = catalog.components.find(({ id }) => id === stack)?.requires ?? [];
  const categories = new Set(
    catalog.components.filter(({ id }) => chosen.includes(id)).map(({ category }) => category),
  );
  return {
    stack,
    data: stack === 'none' ? [] : ['postgres', 'redis'],
    ...Object.fromEntries(
      [...categories].map((category) => [
        category,
        catalog.components
          .filter((one) => one.category === category && [...chosen, ...required].includes(one.id))
          .map(({ id }) => id),
      ]),
    ),
    ...Object.fromEntries(meantWith(key)),
  };
}

/** Renders with one answer; undefined where the answer was refused with a clear error. */
async function renderWith(key: string, value: string, stack: string): Promise<Rendered | undefined> {
  try {
    return await render({ ...choicesFor(key, stack), [key]: value });
  } catch (error) {
    if (!(error instanceof BulwarkError)) throw error;
    expect(error.issues[0]).toMatchObject({ id: 'cannot-quote', hint: expect.stringMatching(/./) as string });
    return undefined;
  }
}

/**
 * Files that are the same whatever the answer is need no second look; a stack of compose files is judged whole, and a
 * Dockerfile with what keeps files from its build.
 */
async function judgedFiles({ tree }: Rendered, key: string, stack: string): Promise<Rendered['tree']> {
  const usual = (await render(choicesFor(key, stack))).tree;
  return new Map(
    [...tree].filter(
      ([path, { content }]) =>
        path.includes('compose') ||
        path === '.dockerignore' ||
        usual.get(path)?.content.equals(content) !== true,
    ),
  );
}

/** A question of the project or of a component is asked with every stack; one of a stack with that one. */
const isAskedOf = (stack: string, key: string): boolean =>
  key.startsWith(`${stack}.`) || !STACKS.some((other) => key.startsWith(`${other}.`));

/** The rules that a text must not be able to break: everything parses and nothing was added. */
const STRUCTURE = ['syntax', 'compose', 'workflows', 'dockerfile'];

describe.each(textQuestions.map(({ key, field }) => [key, field] as const))('T13 %s', (key, field) => {
  const applicable = STACKS.filter((stack) => isAskedOf(stack, key));

  it.each(NASTY_NAMES)('%s', async (name) => {
    const text = NASTY[name];
    const parsed = parseValue(field, text);
    if ('fault' in parsed) {
      expect(parsed.fault).toMatch(/./);
      expect(parsed.hint).toMatch(/./);
      return;
    }
    for (const stack of applicable) {
      const rendered = await renderWith(key, text, stack);
      if (!rendered) continue;
      const results = await runEmbedded(await judgedFiles(rendered, key, stack));
      const broken = results.filter(
        ({ check, outcome }) => STRUCTURE.includes(check) && outcome !== 'passed' && outcome !== 'skipped',
      );
      expect(broken).toEqual([]);
    }
  });
});

describe('T13 texts that are taken', () => {
  const taken = (key: string): string[] => {
    const field = catalog.questions.find((question) => question.key === key)?.field;
    if (!field) throw new Error(`no question ${key}`);
    return NASTY_NAMES.map((name) => NASTY[name]).filter((text) => 'value' in parseValue(field, text));
  };
  const allRendered = async (key: string, stack: string): Promise<[string, Rendered][]> => {
    const rendered = await Promise.all(
      taken(key).map(async (text) => [text, await renderWith(key, text, stack)] as const),
    );
    return rendered.filter((pair): pair is [string, Rendered] => pair[1] !== undefined);
  };

  it('are most of them, for a description', () => {
    expect(taken('description').length).toBeGreaterThan(NASTY_NAMES.length / 2);
  });

  it('stand in the README as that text', async () => {
    const rendered = await allRendered('description', 'fastapi');
    const literals = rendered.map(([, output]) => textOf(output, 'README.md').split('\n')[2] ?? '');
    const read = await commonmark((literal) => literal, ['paragraph'])(literals);
    // Markdown folds white space at the ends of a paragraph and between words.
    expect(read).toEqual(rendered.map(([text]) => text));
  });

  it.skipIf(pythonWith('ast') === undefined && !toolsAreRequired())(
    'stand in the Python source as that text',
    async () => {
      const rendered = await allRendered('name', 'fastapi');
      const literals = rendered.map(
        ([, output]) => /^DISPLAY_NAME = (.*)$/m.exec(textOf(output, 'core/project.py'))?.[1] ?? '',
      );
      expect(await pythonLiteral(literals)).toEqual(rendered.map(([text]) => text));
    },
  );

  it.skipIf(!canBuildDockerfileReader() && !toolsAreRequired())(
    "stand in the image's labels as that text, read by BuildKit's parser",
    async () => {
      const rendered = await allRendered('description', 'fastapi');
      const literals = rendered.map(
        ([, output]) => /image\.description=(.*?)(?: \\)?$/m.exec(textOf(output, 'Dockerfile'))?.[1] ?? '',
      );
      expect(await buildkit(literals)).toEqual(rendered.map(([text]) => text));
    },
  );
});
