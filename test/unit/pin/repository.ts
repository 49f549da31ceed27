/** A repository in a folder of a test, and bulwark run in it as a person runs it. */
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { main } from '../../../src/cli/main.ts';
import { BASELINE_PATH, serializeBaseline } from '../../../src/repo/baseline.ts';
import { LOCK_PATH, lockOf, serializeLock } from '../../../src/repo/lockfile.ts';
import { serializeSettings, SETTINGS_PATH } from '../../../src/repo/settings-file.ts';
import { treeOf } from '../repo/trees.ts';

export interface End {
  readonly code: number;
  readonly out: string;
  readonly said: string;
}

export type Texts = Readonly<Record<string, string>>;

export const compose = (...images: readonly string[]): string =>
  `services:\n${images.map((image, index) => `  s${index}:\n    image: ${image}\n`).join('')}`;

/** @param root where the repository is now */
export function repositoryAt(root: () => string) {
  async function run(
    args: readonly string[],
    api = 'http://127.0.0.1:1',
    cwd = root(),
    env: Texts = {},
  ): Promise<End> {
    const [out, said]: [string[], string[]] = [[], []];
    const code = await main(
      args,
      'bulwark',
      {
        env: { HOME: join(root(), 'no-home'), GITHUB_API_URL: api, NO_COLOR: '1', ...env },
        cwd: () => cwd,
        stdin: {},
        stdout: { write: (text) => out.push(text) },
        stderr: { write: (text) => said.push(text) },
      },
      new AbortController().signal,
    );
    return { code, out: out.join(''), said: said.join('') };
  }

  function write(files: Texts): void {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(root(), path)), { recursive: true });
      writeFileSync(join(root(), path), text);
    }
  }

  const read = (path: string): string => readFileSync(join(root(), path), 'utf8');

  /** All files with their content, so that a change of any is seen. */
  const snapshot = (): Texts =>
    Object.fromEntries(
      readdirSync(root(), { recursive: true, withFileTypes: true })
        .filter((entry) => entry.isFile())
        .map((entry) => join(entry.parentPath, entry.name))
        .sort()
        .map((path) => [path.slice(root().length + 1), readFileSync(path, 'base64')]),
    );

  /** What bulwark would have written. */
  function writeAsBulwark(files: Texts): void {
    const tree = treeOf(
      Object.fromEntries(Object.entries(files).map(([path, text]) => [path, [text, false]])),
    );
    write({
      ...files,
      [SETTINGS_PATH]: serializeSettings({ $schema: '', preset: null, answers: { name: 'x' }, packs: [] }),
      [LOCK_PATH]: serializeLock(lockOf(tree, '0.0.0')),
      [BASELINE_PATH]: serializeBaseline(tree),
    });
  }

  return { run, write, read, snapshot, writeAsBulwark };
}
