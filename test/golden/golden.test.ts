/**
 * The rendered repositories of a few answer sets, kept as files, so that a change of the output is seen in review.
 * `npm run golden` writes them anew.
 */
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FieldValue } from '../../src/component/fields.ts';
import { render } from '../support/render.ts';

const SAMPLES: readonly { name: string; preset: string | null; answers: Record<string, FieldValue> }[] = [
  { name: 'fastapi', preset: null, answers: { name: 'My Service' } },
  { name: 'fastapi-platform', preset: 'fastapi-platform', answers: { name: 'My Service' } },
  { name: 'minimal', preset: 'minimal', answers: { name: 'OrderDesk 2', owner: 'acme' } },
];

const trees = join(import.meta.dirname, 'trees');

describe.each(SAMPLES)('golden tree $name', ({ name, preset, answers }) => {
  it('is what is rendered', async () => {
    const { tree } = await render(answers, preset);
    const folder = join(trees, name);
    if (process.env.BULWARK_GOLDEN === 'write') {
      rmSync(folder, { recursive: true, force: true });
      for (const file of tree.values()) {
        mkdirSync(dirname(join(folder, file.path)), { recursive: true });
        writeFileSync(join(folder, file.path), file.content, { mode: file.executable ? 0o755 : 0o644 });
      }
    }
    const kept = filesBelow(folder);
    expect(kept).toEqual([...tree.keys()]);
    for (const file of tree.values()) {
      expect(readFileSync(join(folder, file.path), 'utf8'), file.path).toBe(file.content.toString('utf8'));
      expect((statSync(join(folder, file.path)).mode & 0o100) !== 0, `${file.path}: executable`).toBe(
        file.executable,
      );
    }
  });
});

function filesBelow(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1))
    .sort((a, b) => (a < b ? -1 : 1));
}
