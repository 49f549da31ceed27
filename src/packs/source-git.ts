/** Packs in a git repository, fetched without a work tree: nothing that the repository holds is ever checked out. */
import { join } from 'node:path';
import { usageError, type Issue } from '../errors.ts';
import type { ExecResult } from '../exec.ts';
import { networkEnvironment, SAFE_SETTINGS, withoutSettings } from '../repo/git-transport.ts';
import { isLeftOut, LIMITS, notPlain, packTree, sizeFaults, tooLarge, type PackTree } from './pack-tree.ts';
import type { PackPorts } from './ports.ts';
import { formatReference, type GitReference } from './reference.ts';
import { readTar } from './tar.ts';

export interface GitPack {
  readonly tree: PackTree;
  readonly commit: string;
  /** A branch moves by its nature; a tag or a commit must not. */
  readonly isFixed: boolean;
}

const TIMEOUT_MS = 180_000;
/** Attributes of a repository change what `git archive` writes; these, the strongest, take all of them back. */
const NO_ATTRIBUTES =
  '* -export-ignore -export-subst -text -eol -filter -ident -working-tree-encoding -diff -merge\n';
const COMMIT = /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/;

/**
 * Fetches one commit and reads the pack's folder in it.
 * @throws BulwarkError (code 2): `git-missing`, `pack-git` with what git said, `pack-ref` where there is no such tag, branch or
 * commit, `pack-link` for links and submodules, or what `packTree` throws
 */
export async function fetchGitPack(reference: GitReference, ports: PackPorts): Promise<GitPack> {
  const source = formatReference(reference);
  const { disk, say } = ports;
  const folder = disk.temporary();
  try {
    say(`fetching ${source}\n`);
    const { git, network, repository } = await gitIn(folder, reference, ports);
    const inIt = ['-C', repository];
    const listed = await git(
      'list what the repository has',
      [...inIt, 'ls-remote', '--quiet', '--', reference.url, ...namesOf(reference)],
      network,
    );
    const { name, isFixed } = chosen(reference, listed, source);
    await git(
      'fetch the commit',
      [
        ...inIt,
        'fetch',
        '--quiet',
        '--depth=1',
        '--no-tags',
        '--no-recurse-submodules',
        '--',
        reference.url,
        name,
      ],
      network,
    );
    const commit = (
      await git('find the commit', [...inIt, 'rev-parse', '--verify', 'FETCH_HEAD^{commit}'])
    ).trim();
    const treeish = reference.folder === '' ? commit : `${commit}:${reference.folder}`;
    refuseUnfit(
      await git('list the folder', [...inIt, 'ls-tree', '-r', '-l', '-z', '--full-tree', treeish]),
      source,
    );
    disk.writeBelow(repository, 'info/attributes', Buffer.from(NO_ATTRIBUTES));
    const archive = join(folder, 'pack.tar');
    await git('read the folder', [...inIt, 'archive', '--format=tar', `--output=${archive}`, treeish]);
    const limit = LIMITS.bytes + LIMITS.files * 2048;
    const { content } = disk.read(archive, limit + 1);
    if (content.length > limit) throw usageError([tooLarge(`is larger than ${LIMITS.bytes} bytes`, source)]);
    return { tree: packTree(readTar(content, source), source), commit, isFixed };
  } finally {
    disk.remove(folder);
  }
}

/**
 * Asks a repository for its branches and tags, and fetches nothing.
 * @returns commits by full names: `HEAD`, `refs/heads/main`, `refs/tags/v1`
 * @throws BulwarkError (code 2): `git-missing`, `pack-git` with what git said
 */
export async function listGitRefs(
  reference: GitReference,
  ports: PackPorts,
): Promise<ReadonlyMap<string, string>> {
  const folder = ports.disk.temporary();
  try {
    const { git, network, repository } = await gitIn(folder, reference, ports);
    const args = ['-C', repository, 'ls-remote', '--quiet', '--', reference.url];
    const listed = await git('list what the repository has', args, network);
    const refs = new Map<string, string>();
    for (const line of listed.split('\n')) {
      const [commit = '', name = ''] = line.split('\t');
      // The commit that an annotated tag leads to comes after the tag itself.
      if (COMMIT.test(commit)) refs.set(name.replace(/\^\{\}$/, ''), commit);
    }
    return refs;
  } finally {
    ports.disk.remove(folder);
  }
}

type Environment = Readonly<Record<string, string | undefined>>;

interface GitInFolder {
  /** Throws BulwarkError `git-missing` and `pack-git`; without an environment it has no settings but ours. */
  readonly git: (doing: string, args: readonly string[], env?: Environment) => Promise<string>;
  /** For what talks to the server. */
  readonly network: Environment;
  /** An empty bare repository. */
  readonly repository: string;
}

/** Git in a temporary folder, with a repository of its own, so that no repository around it has a say. */
async function gitIn(folder: string, reference: GitReference, ports: PackPorts): Promise<GitInFolder> {
  const { exec, environment } = ports;
  const source = formatReference(reference);
  const repository = join(folder, 'git');
  const network = await networkEnvironment(reference, environment, exec);
  const alone = withoutSettings(network, folder);
  const git: GitInFolder['git'] = async (doing, args, env = alone) => {
    const result = await exec({
      command: 'git',
      args: [...SAFE_SETTINGS, ...args],
      cwd: folder,
      env,
      timeout: TIMEOUT_MS,
    });
    if (result.outcome === 'missing') throw usageError([GIT_MISSING]);
    if (result.outcome !== 'exited' || result.exitCode !== 0)
      throw usageError([refused(doing, result, source)]);
    return result.stdout;
  };
  await git('make a place for it', ['init', '--quiet', '--bare', '--template=', '--', repository]);
  return { git, network, repository };
}

const GIT_MISSING: Issue = {
  id: 'git-missing',
  message: 'git is not installed, and the pack lies in a git repository',
  hint: 'install git, or use an archive of the pack',
};

function refused(doing: string, result: ExecResult, source: string): Issue {
  const lines = result.stderr.trim().split('\n');
  const said =
    result.outcome === 'timeout'
      ? 'it took too long'
      : (lines.find((line) => /^fatal|^error/.test(line)) ?? lines[0]);
  return {
    id: 'pack-git',
    message: `git could not ${doing}: ${said ?? 'it did not say why'}`,
    where: source,
    hint: 'check the address, the folder and your access to the repository',
  };
}

const namesOf = ({ ref }: GitReference): string[] =>
  ref === undefined ? ['HEAD'] : [`refs/tags/${ref}`, `refs/heads/${ref}`];

/** A tag is stronger than a branch of its name, as in git itself; a whole commit needs no name. */
function chosen({ ref }: GitReference, listed: string, source: string): { name: string; isFixed: boolean } {
  const names = new Set(listed.split('\n').map((line) => line.split('\t')[1]));
  if (ref === undefined) {
    if (names.has('HEAD')) return { name: 'HEAD', isFixed: false };
  } else {
    if (names.has(`refs/tags/${ref}`)) return { name: `refs/tags/${ref}`, isFixed: true };
    if (names.has(`refs/heads/${ref}`)) return { name: `refs/heads/${ref}`, isFixed: false };
    if (COMMIT.test(ref)) return { name: ref, isFixed: true };
  }
  throw usageError([
    {
      id: 'pack-ref',
      message:
        ref === undefined
          ? 'the repository has no commit'
          : `the repository has no tag, branch or commit "${ref}"`,
      where: source,
      hint: 'name a tag that it has, whole: folder@prefix/v1.2.0',
    },
  ]);
}

/** Judges the list of a folder before any content is read: `<mode> <type> <object> <size>\t<path>`, each ended by NUL. */
function refuseUnfit(listed: string, source: string): void {
  const entries = listed
    .split('\0')
    .filter((line) => line !== '')
    .map((line) => {
      const tab = line.indexOf('\t');
      const [mode = '', , , size = '0'] = line.slice(0, tab).split(/\s+/);
      return { mode, size: Number(size) || 0, path: line.slice(tab + 1) };
    })
    .filter(({ path }) => !isLeftOut(path));
  const faults = [
    ...entries
      .filter(({ mode }) => mode !== '100644' && mode !== '100755' && mode !== '100664')
      .slice(0, 10)
      .map(({ path, mode }) =>
        notPlain(
          path,
          mode === '120000' ? 'a symbolic link' : mode === '160000' ? 'a submodule' : 'no plain file',
          source,
        ),
      ),
    ...sizeFaults(entries, source),
  ];
  if (faults.length > 0) throw usageError(faults);
}
