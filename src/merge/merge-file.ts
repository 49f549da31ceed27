/** Three versions of one file into one. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Exec } from '../exec.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import { isBinary } from '../tree/is-binary.ts';

export interface MergeSides {
  readonly path: RepoPath;
  readonly base: Buffer;
  readonly ours: Buffer;
  readonly theirs: Buffer;
}
export interface MergedFile {
  readonly content: Buffer;
  readonly conflicts: readonly number[];
  readonly by: 'structure' | 'lines';
}

export async function mergeFile(sides: MergeSides, exec: Exec): Promise<MergedFile | undefined> {
  const { base, ours, theirs } = sides;
  if ([base, ours, theirs].some(isBinary)) return undefined;
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-merge-'));
  try {
    for (const [name, content] of Object.entries({ base, ours, theirs }))
      writeFileSync(join(folder, name), content);
    const { stdout } = await exec({
      command: 'git',
      args: [
        'merge-file',
        '--diff3',
        '-p',
        '-L',
        'yours',
        '-L',
        'base',
        '-L',
        'bulwark',
        'ours',
        'base',
        'theirs',
      ],
      cwd: folder,
      timeout: 30_000,
    });
    const conflicts = stdout
      .split('\n')
      .flatMap((line, index) => (line.startsWith('<<<<<<< yours') ? [index + 1] : []));
    return { content: Buffer.from(stdout), conflicts, by: 'lines' };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
