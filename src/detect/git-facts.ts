/** What git tells of the folder one stands in: where it came from, its main branch, whether it is the outermost. */
import { basename } from 'node:path';
import type { Exec } from '../exec.ts';
import { cleanEnvironment } from '../repo/git.ts';
import type { RepositoryFacts } from './detection.ts';
import { parseRemote, withoutCredentials } from './remote-url.ts';

export interface GitFacts {
  /** The last part of the folder's own name. */
  readonly folder: string;
  /** Whether it lies in a work tree of git. */
  readonly isRepository: boolean;
  /** The way from the outermost folder of the work tree, with forward slashes; absent: it is the outermost itself. */
  readonly subfolder?: string;
  /** Of the remote `origin`, without credentials; absent: there is none, or it is a folder of this machine. */
  readonly originUrl?: string;
  readonly origin?: RepositoryFacts;
  readonly defaultBranch?: string;
  /** What production is deployed from: the default branch, unless that is where work is gathered (git-flow's `develop`). */
  readonly mainBranch?: string;
}

const TIMEOUT_MS = 10_000;

/**
 * Asks git about the folder; reads only, and uses no network.
 * @param root absolute
 * @returns what could be found out: without git, or outside of a repository, only the folder's name
 */
export async function readGitFacts(root: string, exec: Exec): Promise<GitFacts> {
  const folder = basename(root);
  const git = async (...args: readonly string[]): Promise<string | undefined> => {
    const result = await exec({
      command: 'git',
      args,
      cwd: root,
      env: cleanEnvironment(),
      timeout: TIMEOUT_MS,
    });
    return result.outcome === 'exited' && result.exitCode === 0 ? result.stdout.trim() : undefined;
  };
  const [prefix, address, remoteHead, head, references] = await Promise.all([
    git('rev-parse', '--show-prefix'),
    git('remote', 'get-url', 'origin'),
    git('symbolic-ref', '--short', 'refs/remotes/origin/HEAD'),
    git('symbolic-ref', '--short', 'HEAD'),
    git('for-each-ref', '--format=%(refname)', '--count=1000', 'refs/heads', 'refs/remotes/origin'),
  ]);
  if (prefix === undefined) return { folder, isRepository: false };
  const subfolder = prefix.replace(/\/$/, '');
  const originUrl = address === undefined ? undefined : withoutCredentials(address);
  const origin = address === undefined ? undefined : parseRemote(address);
  const branches = branchesOf((references ?? '').split('\n'));
  const defaultBranch = defaultBranchOf(remoteHead, head, branches);
  const mainBranch = defaultBranch === 'develop' ? conventionalOf(branches) : defaultBranch;
  return {
    folder,
    isRepository: true,
    ...(subfolder !== '' && { subfolder }),
    ...(originUrl !== undefined && { originUrl }),
    ...(origin && { origin }),
    ...(defaultBranch !== undefined && { defaultBranch }),
    ...(mainBranch !== undefined && { mainBranch }),
  };
}

/** The names of local branches and those of the remote `origin`. */
const branchesOf = (references: readonly string[]): ReadonlySet<string> =>
  new Set(
    references
      .map((reference) => reference.replace(/^refs\/(?:heads|remotes\/origin)\//, ''))
      .filter((branch) => branch !== '' && branch !== 'HEAD'),
  );

/** `main` or `master`, where one of them is there and not the other. */
function conventionalOf(branches: ReadonlySet<string>): string | undefined {
  const [name, other] = ['main', 'master'].filter((branch) => branches.has(branch));
  return other === undefined ? name : undefined;
}

/** The remote's own word; else the conventional name that is there; else the only branch. The branch one works on may be any. */
function defaultBranchOf(
  remoteHead: string | undefined,
  head: string | undefined,
  branches: ReadonlySet<string>,
): string | undefined {
  const named = remoteHead?.replace(/^origin\//, '');
  if (named !== undefined && named !== '') return named;
  const conventional = conventionalOf(branches);
  if (conventional !== undefined) return conventional;
  if (branches.size === 1) return [...branches][0];
  // Before the first commit there is no branch yet, and HEAD says what it will be.
  return branches.size === 0 ? head : undefined;
}
