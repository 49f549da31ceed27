/**
 * The Dockerfile of each sample of the stack `none`, with what keeps files from its build: a change is seen in review.
 * `npm run golden` writes them anew.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import type { FieldValue } from '../../src/component/fields.ts';
import none from '../../generators/none.ts';
import { render, textOf } from '../support/render.ts';

const FOLDER = join(import.meta.dirname, 'dockerfiles');
const SAMPLES = Object.entries(none.samples);
/** Apart from these endings nothing of the names is Docker's, so that no tool takes the files for ours. */
const FILES = { Dockerfile: 'dockerfile.txt', '.dockerignore': 'dockerignore.txt' } as const;

beforeAll(() => {
  if (process.env.BULWARK_GOLDEN !== 'write') return;
  rmSync(FOLDER, { recursive: true, force: true });
  mkdirSync(FOLDER);
});

test.each(SAMPLES)('the image of %s is what is rendered', async (name, sample) => {
  const own = Object.entries(sample).map(([field, value]): [string, FieldValue] => [
    `none.${field}`,
    value ?? '',
  ]);
  const rendered = await render({
    stack: 'none',
    name: 'Order Desk',
    containers: ['docker'],
    ...Object.fromEntries(own),
  });
  for (const [path, ending] of Object.entries(FILES)) {
    const kept = join(FOLDER, `${name}.${ending}`);
    if (process.env.BULWARK_GOLDEN === 'write') writeFileSync(kept, textOf(rendered, path));
    expect(textOf(rendered, path), `${name}: ${path}`).toBe(
      existsSync(kept) ? readFileSync(kept, 'utf8') : '',
    );
  }
});

test('no image is kept of a sample that is gone', () => {
  const names = SAMPLES.flatMap(([name]) => Object.values(FILES).map((ending) => `${name}.${ending}`));
  expect(readdirSync(FOLDER).sort()).toEqual(names.sort());
});
