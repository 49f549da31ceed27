/** Which files of a repository have changes that git has not got. */
import type { Exec } from '../exec.ts';
import { cleanEnvironment, requireAnswer } from './git.ts';
import type { RepoPath } from '../tree/repo-path.ts';

const TIMEOUT_MS = 30_000;

/**
 * @param root a folder of a work tree, or of none
 * @param paths below it
 * @returns those of the paths that differ from the last commit or were never committed; none where git is not there or nothing
 * is a work tree
 * @throws BulwarkError (code 74) `git-unanswered`
 */
export async function uncommitted(
  root: string,
  paths: readonly RepoPath[],
  exec: Exec,
): Promise<readonly RepoPath[]> {
  const answer = await exec({
    command: 'git',
    args: [
      ...[
        '-c',
        'core.fsmonitor=false',
        'status',
        '--porcelain=v1',
        '-z',
        '--untracked-files=all',
        '--ignored=no',
      ],
      ...['--no-renames', '--', ...paths.map((path) => `:(literal)${path}`)],
    ],
    cwd: root,
    env: cleanEnvironment(),
    timeout: TIMEOUT_MS,
  });
  requireAnswer(answer, 'say what is not committed', root);
  const { outcome, exitCode, stdout } = answer;
  if (outcome !== 'exited' || exitCode !== 0) return [];
  // Git names paths from the top of the work tree, which may lie above the root.
  const named = stdout
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => entry.slice(3));
  return paths.filter((path) => named.some((name) => name === path || name.endsWith(`/${path}`)));
}
