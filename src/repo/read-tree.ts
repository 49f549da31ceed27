/** Reads the files of a repository for judging: what git would commit, or, without git, all but the folders of tools. */
import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exec } from '../exec.ts';
import { repoPathFault, type RepoPath } from '../tree/repo-path.ts';
import type { JudgedFile, JudgedTree } from '../verify/check.ts';
import { attempt } from './failures.ts';
import { requireAnswer } from './git.ts';

/** Folders that tools fill and nobody commits. */
const SKIPPED = new Set([
  '.git',
  'node_modules',
  '.venv',
  'venv',
  '.terraform',
  'target',
  '__pycache__',
  '.mypy_cache',
]);
/** No text that a check would read is larger. */
const MAX_BYTES = 4 * 1024 * 1024;
const GIT_TIMEOUT_MS = 30_000;

/**
 * Reads the repository at `root`; a file's content is read when somebody first looks at it. Symlinks are not followed; files
 * that are no path of a repository are left out.
 * @throws BulwarkError (code 74) where the system does not let us read, and `git-unanswered`
 */
export async function readTree(root: string, exec: Exec): Promise<JudgedTree> {
  const names = (await namesFromGit(root, exec)) ?? namesOnDisk(root);
  const files = names.flatMap((name): JudgedFile[] => {
    if (repoPathFault(name) !== undefined) return [];
    return attempt('read the file', name, () => {
      const status = lstatSync(join(root, name), { throwIfNoEntry: false });
      if (!status?.isFile() || status.size > MAX_BYTES) return [];
      return [fileAt(root, name as RepoPath, (status.mode & 0o100) !== 0)];
    });
  });
  return new Map(files.sort((a, b) => (a.path < b.path ? -1 : 1)).map((file) => [file.path, file]));
}

/** Of ten thousand files a run reads some hundred. */
function fileAt(root: string, path: RepoPath, executable: boolean): JudgedFile {
  let known: Buffer | undefined;
  return {
    path,
    executable,
    get content() {
      known ??= attempt('read the file', path, () => readFileSync(join(root, path)));
      return known;
    },
  };
}

async function namesFromGit(root: string, exec: Exec): Promise<string[] | undefined> {
  const answer = await exec({
    command: 'git',
    args: ['ls-files', '-z', '--cached', '--others', '--exclude-standard'],
    cwd: root,
    timeout: GIT_TIMEOUT_MS,
  });
  requireAnswer(answer, 'list the files', root);
  const { outcome, exitCode, stdout } = answer;
  if (outcome !== 'exited' || exitCode !== 0) return undefined;
  return [...new Set(stdout.split('\0').filter((name) => name !== ''))];
}

function namesOnDisk(root: string, below = ''): string[] {
  return attempt('read the folder', below || root, () =>
    readdirSync(join(root, below), { withFileTypes: true }),
  ).flatMap((entry) => {
    const name = below === '' ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) ? [] : namesOnDisk(root, name);
    return entry.isFile() ? [name] : [];
  });
}
