/** Makes the new repository a git repository with a first commit, the way its user would have done it by hand. */
import { machineError, type Issue } from '../errors.ts';
import type { Exec, ExecResult } from '../exec.ts';

export type GitOutcome =
  | { readonly outcome: 'committed' }
  | { readonly outcome: 'skipped'; readonly reason: 'no-git' | 'inside-work-tree' }
  /** The files are there all the same: a warning, not a failure. */
  | { readonly outcome: 'failed'; readonly issue: Issue };

export interface GitRequest {
  /** Absolute path of the new repository. */
  readonly root: string;
  /** The work tree that it lies in, as `openTarget` found it before the files were written. */
  readonly workTree?: string;
  /** Initialise inside another work tree too (`--git`). */
  readonly force: boolean;
  /** The first branch. */
  readonly branch: string;
  /** Of the first commit. */
  readonly message: string;
}

/** A person may be asked for a passphrase by an agent of his own, so this is longer than git ever takes. */
const TIMEOUT_MS = 60_000;

/**
 * Runs `git init`, `git add` and `git commit`.
 *
 * What is the user's own repository follows the user's own settings: hooks of his template run, commits are signed if he
 * signs, the author is he and nobody else: without an identity nothing is committed.
 * @throws only what `exec` throws: whatever git says is in the outcome
 */
export async function initRepository(request: GitRequest, exec: Exec): Promise<GitOutcome> {
  const { root, workTree, force, branch, message } = request;
  if (workTree === root || (workTree !== undefined && !force)) {
    return { outcome: 'skipped', reason: 'inside-work-tree' };
  }
  const git = (...args: string[]) =>
    exec({ command: 'git', args, cwd: root, env: cleanEnvironment(), timeout: TIMEOUT_MS, mayAsk: true });

  // The workflows name the branch, whatever the user's other repositories call theirs.
  const init = await git('-c', `init.defaultBranch=${branch}`, 'init', '--quiet');
  if (init.outcome === 'missing') return { outcome: 'skipped', reason: 'no-git' };
  if (!succeeded(init)) return failed('git-init', 'git could not make a repository', init, 'run: git init');

  const add = await git('-c', 'core.fsmonitor=false', 'add', '--all');
  if (!succeeded(add)) return failed('git-commit', 'git could not add the files', add, COMMIT_HINT);
  // useConfigOnly: git would else make up an author of the login and the host. Nothing is there yet to be packed.
  const quick = ['-c', 'user.useConfigOnly=true', '-c', 'gc.auto=0', '-c', 'maintenance.auto=false'];
  const commit = await git(...quick, '-c', 'core.fsmonitor=false', 'commit', '--quiet', '--message', message);
  if (succeeded(commit)) return { outcome: 'committed' };
  if (/tell me who you are|auto-detection is disabled|empty ident/i.test(commit.stderr)) {
    return failed(
      'git-identity',
      'git does not know who you are, so nothing was committed',
      commit,
      IDENTITY_HINT,
    );
  }
  return failed('git-commit', 'git did not take the first commit', commit, COMMIT_HINT);
}

const COMMIT_HINT = 'see what git says, then run: git add --all && git commit';
const IDENTITY_HINT =
  'run: git config --global user.name "Your Name" && git config --global user.email you@example.com && git commit';

const succeeded = (result: ExecResult): boolean => result.outcome === 'exited' && result.exitCode === 0;

function failed(id: string, what: string, result: ExecResult, hint: string): GitOutcome {
  const said = result.outcome === 'timeout' ? 'it took too long' : result.stderr.trim().split('\n')[0];
  return { outcome: 'failed', issue: { id, message: said ? `${what}: ${said}` : what, hint } };
}

/**
 * Git gave no answer: to go on as if there were no git would look at files that it ignores, and write over what it has not got.
 * @throws BulwarkError (code 74) `git-unanswered`
 */
export function requireAnswer({ outcome }: ExecResult, doing: string, where: string): void {
  if (outcome !== 'timeout' && outcome !== 'signal') return;
  throw machineError({
    id: 'git-unanswered',
    message: `git did not ${doing}: ${outcome === 'timeout' ? 'it took too long' : 'it was ended before'}`,
    where,
    hint: 'run the command again; nothing was written',
  });
}

/**
 * What `git rev-parse --local-env-vars` lists, but for the configuration (a CI job's GIT_CONFIG_COUNT is meant for us too):
 * variables that bind git to one repository, as a hook of another one sets them.
 */
const LOCAL_VARIABLES =
  /^GIT_(?:ALTERNATE_OBJECT_DIRECTORIES|COMMON_DIR|CONFIG|DIR|GRAFT_FILE|IMPLICIT_WORK_TREE|INDEX_FILE|INTERNAL_SUPER_PREFIX|NAMESPACE|NO_REPLACE_OBJECTS|OBJECT_DIRECTORY|PREFIX|QUARANTINE_PATH|REPLACE_REF_BASE|SHALLOW_FILE|WORK_TREE)$/;

/** Answers in English, asks nothing, and is about this repository alone. */
export function cleanEnvironment(): Readonly<Record<string, string>> {
  const unset = Object.keys(process.env)
    .filter((name) => LOCAL_VARIABLES.test(name))
    .map((name) => [name, undefined]);
  // `undefined` takes a variable out of what a child inherits (node:child_process); an empty GIT_DIR would be an error.
  return { ...(Object.fromEntries(unset) as object), LC_ALL: 'C', GIT_TERMINAL_PROMPT: '0' };
}
