/** What tests make once and keep: virtual environments, root file systems, layers of images. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { run } from './keep.ts';
import { requireTool } from './tools.ts';

/** A folder of the cache; made if need be. */
export function cacheFolder(...names: readonly string[]): string {
  const folder = join(process.env.BULWARK_CACHE ?? join(homedir(), '.cache', 'bulwark'), ...names);
  mkdirSync(folder, { recursive: true });
  return folder;
}

/** Name of something that has to be made anew when one of these texts changes. */
export const digestOf = (...texts: readonly string[]): string =>
  createHash('sha256').update(texts.join('\0')).digest('hex').slice(0, 16);

/**
 * A virtual environment with the packages of a lock.
 * @param python such as `python3.13`
 * @param lock the file, with hashes
 * @returns the folder of its programs
 */
export async function virtualEnvironment(python: string, lock: string): Promise<string> {
  const interpreter = requireTool(python);
  const name = `${basename(interpreter)}-${digestOf(interpreter, readFileSync(lock, 'utf8'))}`;
  const folder = join(cacheFolder('venvs'), name);
  // Named as the rendered Makefile names it, so that `make` can be given this environment.
  if (existsSync(join(folder, 'installed'))) return join(folder, 'bin');
  // Test files that want the same one at the same time wait for the first.
  await run(
    [
      'flock',
      `${folder}.lock`,
      'bash',
      '-euc',
      `[[ -e $2/installed ]] && exit
rm -rf "$2"
"$1" -m venv "$2"
"$2/bin/pip" install --quiet --disable-pip-version-check --require-hashes --only-binary :all: -r "$3"
touch "$2/installed"`,
      'venv',
      interpreter,
      folder,
      lock,
    ],
    { seconds: 600 },
  );
  return join(folder, 'bin');
}
