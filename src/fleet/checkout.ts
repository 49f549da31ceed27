/** A shallow copy of a git repository in a folder of our own, and the branch that an update of it is put on. */
import { join } from 'node:path';
import { BulwarkError, ExitCode, usageError, type Issue } from '../errors.ts';
import type { ExecResult } from '../exec.ts';
import {
  networkEnvironment,
  SAFE_SETTINGS,
  withoutSettings,
  type GitAddress,
} from '../repo/git-transport.ts';
import type { FleetPorts } from './ports.ts';
import type { RemoteRepository } from './repository.ts';
import { shortened, type BranchRow } from './row.ts';

export interface CheckoutRequest extends GitAddress {
  /** The branch that is looked at; absent: the one that the remote points at. */
  readonly base?: string;
  /** The branch that an update will be put on; absent: none will be. */
  readonly branch?: string;
}

/** A repository's own branch is the one that is looked at, not the one that an update is put on. */
export const checkoutOf = (
  { url, credentials, branch: base }: RemoteRepository,
  branch?: string,
): CheckoutRequest => ({
  url,
  ...(credentials && { credentials }),
  ...(base !== undefined && { base }),
  ...(branch !== undefined && { branch }),
});

export interface Checkout {
  /** Absolute; the files of the base branch. */
  readonly root: string;
  readonly base: string;
  /**
   * Commits what has changed, and puts it on the branch; undefined when nothing has.
   * @param message its first lines
   * @param send false: the commit is made and thrown away with the copy
   * @throws BulwarkError (code 74) `fleet-git` with what git said, (code 2) `git-identity`
   */
  readonly publish: (message: string, send: boolean) => Promise<BranchRow | undefined>;
}

const TIMEOUT_MS = 300_000;
/** Commits that carry it, with the tree that they have, are ours, and may be replaced by a newer one. */
const TRAILER = 'Bulwark-Tree';

type Environment = Readonly<Record<string, string | undefined>>;

/**
 * Fetches one commit of one branch, without tags, and hands its files to `action`; afterwards nothing of it is left.
 * @throws BulwarkError (code 74) `fleet-unreachable` with what git said, (code 2) `fleet-branch` where there is no such branch
 */
export function withCheckout<T>(
  request: CheckoutRequest,
  ports: FleetPorts,
  action: (checkout: Checkout) => Promise<T>,
): Promise<T> {
  return ports.withScratch({}, async (folder) => {
    const git = await gitFor(request, folder, ports);
    const remote = await lookAtRemote(request, git);
    await git.run(['init', '--quiet', '--template=', '--', git.root], UNREACHABLE);
    const fetch = ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--'];
    await git.inIt([...fetch, request.url, `refs/heads/${remote.base}`], UNREACHABLE, git.network);
    await git.inIt(['checkout', '--quiet', '--detach', 'FETCH_HEAD', '--'], FAILED);
    return action({
      root: git.root,
      base: remote.base,
      publish: (message, send) => publish(request, git, remote, { message, send }),
    });
  });
}

interface Git {
  readonly root: string;
  /** The environment in which a server is asked. */
  readonly network: Environment;
  readonly run: (args: readonly string[], failure: Failure, env?: Environment) => Promise<string>;
  /** In the copy. */
  readonly inIt: Git['run'];
  /** In the copy, whatever it ends with. */
  readonly attempt: (args: readonly string[], env?: Environment) => Promise<ExecResult>;
}

interface Failure {
  readonly id: string;
  readonly hint: string;
}
const UNREACHABLE: Failure = {
  id: 'fleet-unreachable',
  hint: 'check the address, the branch and your access to the repository',
};
const FAILED: Failure = { id: 'fleet-git', hint: 'see what git says, and run the command again' };

async function gitFor(address: GitAddress, folder: string, ports: FleetPorts): Promise<Git> {
  const { exec, environment, signal } = ports;
  const root = join(folder, 'repository');
  const network = await networkEnvironment(address, environment, exec);
  const alone = withoutSettings(network, folder);
  const attempt = (args: readonly string[], env: Environment = alone): Promise<ExecResult> =>
    exec({
      command: 'git',
      args: [...SAFE_SETTINGS, ...args],
      cwd: folder,
      env,
      timeout: TIMEOUT_MS,
      signal,
    });
  const run: Git['run'] = async (args, failure, env = alone) => {
    const result = await attempt(args, env);
    if (succeeded(result)) return result.stdout;
    throw new BulwarkError(ExitCode.machine, [issueOf(result, failure)]);
  };
  return {
    root,
    network,
    run,
    inIt: (args, failure, env) => run(['-C', root, ...args], failure, env),
    attempt: (args, env) => attempt(['-C', root, ...args], env),
  };
}

const succeeded = ({ outcome, exitCode }: ExecResult): boolean => outcome === 'exited' && exitCode === 0;

function issueOf(result: ExecResult, { id, hint }: Failure): Issue {
  if (result.outcome === 'missing')
    return { id: 'git-missing', message: 'git is not installed', hint: 'install git' };
  const lines = result.stderr.trim().split('\n');
  const said =
    result.outcome === 'timeout'
      ? 'it took too long'
      : (lines.find((line) => /^fatal|^error|rejected/.test(line.trim())) ?? lines[0] ?? '');
  return { id, message: shortened(`git: ${said.trim()}`), hint };
}

interface RemoteFacts {
  readonly base: string;
  /** The commit that is at the branch already. */
  readonly present?: string;
}

async function lookAtRemote({ url, base, branch }: CheckoutRequest, git: Git): Promise<RemoteFacts> {
  const heads = [base, branch].flatMap((name) => (name === undefined ? [] : [`refs/heads/${name}`]));
  const listed = await git.run(
    ['ls-remote', '--quiet', '--symref', '--', url, 'HEAD', ...heads],
    UNREACHABLE,
    git.network,
  );
  const lines = listed.split('\n');
  const commitAt = (ref: string): string | undefined =>
    lines.find((line) => line.endsWith(`\t${ref}`) && !line.startsWith('ref:'))?.split('\t')[0];
  const pointed = lines.find((line) => /^ref: refs\/heads\/\S+\tHEAD$/.test(line));
  const chosen = base ?? pointed?.slice('ref: refs/heads/'.length, -'\tHEAD'.length);
  if (chosen === undefined || (base !== undefined && commitAt(`refs/heads/${base}`) === undefined)) {
    throw usageError([
      {
        id: 'fleet-branch',
        message:
          base === undefined
            ? 'the repository points at no branch, or has no commit'
            : `the repository has no branch ${base}`,
        hint: 'name a branch that it has',
      },
    ]);
  }
  if (chosen === branch) {
    throw usageError([
      {
        id: 'fleet-branch',
        message: `${branch} is the branch that is to be updated`,
        where: '--branch',
        hint: 'choose another name for the branch of the update',
      },
    ]);
  }
  const present = branch === undefined ? undefined : commitAt(`refs/heads/${branch}`);
  return { base: chosen, ...(present !== undefined && { present }) };
}

async function publish(
  { url, branch }: CheckoutRequest,
  git: Git,
  { base, present }: RemoteFacts,
  { message, send }: { readonly message: string; readonly send: boolean },
): Promise<BranchRow | undefined> {
  if (branch === undefined) throw new Error('a checkout without a branch was to be published');
  await git.inIt(['add', '--all'], FAILED);
  const tree = (await git.inIt(['write-tree'], FAILED)).trim();
  const start = (await git.inIt(['rev-parse', '--verify', 'HEAD'], FAILED)).trim();
  if (tree === (await git.inIt(['rev-parse', '--verify', 'HEAD^{tree}'], FAILED)).trim()) return undefined;
  const row = { name: branch, base };
  if (present !== undefined) {
    const there = await commitOf(present, { url, branch }, git);
    if (!there.isOurs) return { ...row, outcome: 'held', commit: present };
    if (there.tree === tree && there.parent === start)
      return { ...row, outcome: 'unchanged', commit: present };
  }
  await commit(`${message}\n\n${TRAILER}: ${tree}\n`, git);
  const made = (await git.inIt(['rev-parse', '--verify', 'HEAD'], FAILED)).trim();
  if (!send) return { ...row, outcome: 'would be pushed', commit: made };
  await git.inIt(
    [
      ...['push', '--quiet', '--no-verify', '--no-recurse-submodules'],
      // What somebody has pushed since we looked is not written over.
      `--force-with-lease=refs/heads/${branch}:${present ?? ''}`,
      ...['--', url, `HEAD:refs/heads/${branch}`],
    ],
    { ...FAILED, hint: 'check that you may push there, and that nobody has pushed to the branch meanwhile' },
    git.network,
  );
  return { ...row, outcome: 'pushed', commit: made };
}

/** The author is the user and nobody else; his settings say who he is and whether he signs. */
async function commit(message: string, git: Git): Promise<void> {
  const result = await git.attempt(
    ['-c', 'user.useConfigOnly=true', 'commit', '--quiet', '--no-verify', '--message', message],
    git.network,
  );
  if (succeeded(result)) return;
  if (/tell me who you are|auto-detection is disabled|empty ident/i.test(result.stderr)) {
    throw usageError([
      {
        id: 'git-identity',
        message: 'git does not know who you are, so nothing was committed',
        hint: 'run: git config --global user.name "Your Name" && git config --global user.email you@example.com',
      },
    ]);
  }
  throw new BulwarkError(ExitCode.machine, [issueOf(result, FAILED)]);
}

interface PresentCommit {
  readonly isOurs: boolean;
  readonly tree?: string;
  readonly parent?: string;
}

/** A commit is ours that has the trailer, with the very tree that it has: whoever amends it or adds to it has made it his. */
async function commitOf(
  sha: string,
  { url, branch }: { readonly url: string; readonly branch: string },
  git: Git,
): Promise<PresentCommit> {
  const fetch = ['fetch', '--quiet', '--depth=1', '--no-tags', '--no-recurse-submodules', '--'];
  await git.inIt([...fetch, url, `refs/heads/${branch}`], FAILED, git.network);
  const text = await git.inIt(['cat-file', 'commit', sha], FAILED);
  const [head = '', ...body] = text.split('\n\n');
  const parents = [...head.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent]) => parent);
  const tree = /^tree ([0-9a-f]+)$/m.exec(head)?.[1];
  const [parent] = parents;
  if (tree === undefined || parent === undefined || parents.length !== 1) return { isOurs: false };
  const said = new RegExp(`^${TRAILER}: ([0-9a-f]+)$`, 'm').exec(body.at(-1) ?? '')?.[1];
  return { isOurs: said === tree, tree, parent };
}
