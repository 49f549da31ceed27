/** Rendered repositories on the disk, as a user has them after `create` and after `git clone`. */
import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { FieldValue } from '../../src/component/fields.ts';
import type { Catalog } from '../../src/plan/catalog.ts';
import { run } from './keep.ts';
import { render } from './render.ts';

/** Renders into a folder that nobody has yet. */
export async function renderedFolder(
  answers: Readonly<Record<string, FieldValue>>,
  preset: string | null = null,
  of?: Catalog,
): Promise<string> {
  const { tree } = await render(answers, preset, of);
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-rendered-'));
  for (const file of tree.values()) {
    mkdirSync(dirname(join(folder, file.path)), { recursive: true });
    writeFileSync(join(folder, file.path), file.content, { mode: file.executable ? 0o755 : 0o644 });
  }
  return folder;
}

/** Commits all that a folder has, and clones it beside it: what .gitignore hides does not come along. */
export async function cloneOf(folder: string): Promise<string> {
  const clone = `${folder}-clone`;
  const author = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
  await run(['git', 'init', '--quiet', '--initial-branch=main', folder]);
  await run(['git', '-C', folder, 'add', '--all']);
  await run(['git', ...author, '-C', folder, 'commit', '--quiet', '--no-verify', '--message=Rendered']);
  await run(['git', 'clone', '--quiet', folder, clone]);
  return clone;
}

/** The fenced `sh` blocks of README.md. */
export const readmeBlocksOf = (folder: string): readonly string[] =>
  [...readFileSync(join(folder, 'README.md'), 'utf8').matchAll(/^```sh\n(.*?)\n```$/gms)].map(
    ([, block = '']) => block,
  );
