/** Which packs of a repository there are in a newer version: asked of their sources, taken by nobody. */
import { BulwarkError } from '../errors.ts';
import type { LockedPack } from '../repo/lockfile.ts';
import type { Fetch, FetchedPack } from './fetch-pack.ts';
import { manifestOf, type LoadedPack } from './load-pack.ts';
import { packUpdates, type PackUpdate } from './pack-updates.ts';
import type { PackPorts } from './ports.ts';
import type { GitReference, Reference } from './reference.ts';
import { compareVersions, isVersion } from './version-range.ts';

/** A version that a repository could take. */
export interface NewerPack extends PackUpdate {
  /** What takes it. */
  readonly command: string;
  /** A plain `update` does: the reference leads to it. */
  readonly isTaken: boolean;
}

export interface NewerPacks {
  readonly packs: readonly NewerPack[];
  /** Which sources could not be asked, and why: no reason for a check to fail. */
  readonly remarks: readonly string[];
}

/**
 * Looks for newer versions of the packs that were named themselves.
 * @param locked what the repository was rendered from
 * @param fetch fetches what a reference leads to now
 * @param ports with `offline` nothing is asked; what lies on this machine is looked at all the same
 */
export async function newerPacks(
  named: readonly LoadedPack[],
  locked: readonly LockedPack[],
  fetch: Fetch,
  ports: PackPorts,
): Promise<NewerPacks> {
  const packs: NewerPack[] = [];
  const remarks: string[] = [];
  for (const pack of named) {
    const entry = locked.find(({ name }) => name === pack.manifest.name);
    if (!entry) continue;
    try {
      const found = await newerOf(pack, entry, fetch, ports);
      if (found) packs.push(found);
    } catch (error) {
      if (!(error instanceof BulwarkError)) throw error;
      remarks.push(`the pack "${entry.name}" could not be asked for newer versions: ${error.message}`);
    }
  }
  return { packs, remarks };
}

async function newerOf(
  pack: LoadedPack,
  entry: LockedPack,
  fetch: Fetch,
  ports: PackPorts,
): Promise<NewerPack | undefined> {
  const { reference } = pack;
  if (reference.kind === 'folder' || reference.kind === 'archive') return taken(pack, entry);
  if (ports.offline || reference.kind === 'download') return undefined;
  if (reference.kind === 'npm') {
    if (!isVersion(reference.range)) return present(reference, entry, fetch);
    ports.say(`asking npm for newer versions of ${reference.name}\n`);
    const { newestNpmVersion } = await import('./source-npm.ts');
    return chosenAnew(entry, await newestNpmVersion(reference.name, ports));
  }
  return newerInGit(reference, entry, fetch, ports);
}

async function newerInGit(
  reference: GitReference,
  entry: LockedPack,
  fetch: Fetch,
  ports: PackPorts,
): Promise<NewerPack | undefined> {
  ports.say(`asking ${reference.url} for newer versions\n`);
  const { listGitRefs } = await import('./source-git.ts');
  const refs = await listGitRefs(reference, ports);
  const { ref } = reference;
  if (ref !== undefined && refs.has(`refs/tags/${ref}`)) {
    const newest = newestTag(ref, entry.version, refs.keys());
    return newest === undefined ? undefined : chosenAnew(entry, newest);
  }
  const commit = refs.get(ref === undefined ? 'HEAD' : `refs/heads/${ref}`);
  return commit === undefined || commit === entry.commit ? undefined : present(reference, entry, fetch);
}

/** The newest version among tags that are like `ref`: of `api/v1.2.0` those that are `api/v` and a version. */
export function newestTag(ref: string, version: string, names: Iterable<string>): string | undefined {
  const at = ref.lastIndexOf(version);
  if (at < 0) return undefined;
  const [before, after] = [`refs/tags/${ref.slice(0, at)}`, ref.slice(at + version.length)];
  let newest: string | undefined;
  for (const name of names) {
    if (!name.startsWith(before) || !name.endsWith(after)) continue;
    const candidate = name.slice(before.length, name.length - after.length);
    if (!/^\d{1,9}\.\d{1,9}\.\d{1,9}$/.test(candidate)) continue;
    if (compareVersions(candidate, newest ?? version) > 0) newest = candidate;
  }
  return newest;
}

/** What a branch, a range or a tag of npm leads to now; other content under the same version is a version like any other. */
async function present(
  reference: Reference,
  entry: LockedPack,
  fetch: Fetch,
): Promise<NewerPack | undefined> {
  const fetched: FetchedPack = await fetch(reference);
  const found = taken({ manifest: await manifestOf(fetched), tree: fetched.tree }, entry);
  if (found || fetched.sha512 === entry.sha512) return found;
  const { name, version } = entry;
  return { name, from: version, to: version, changelog: [], command: TAKE, isTaken: true };
}

const TAKE = 'bulwark update';

function taken(pack: Pick<LoadedPack, 'manifest' | 'tree'>, entry: LockedPack): NewerPack | undefined {
  const [update] = packUpdates([pack], [entry]);
  return update && { ...update, command: TAKE, isTaken: true };
}

/** A version that stays as it was chosen until somebody chooses another. */
const chosenAnew = ({ name, version: from }: LockedPack, to: string): NewerPack | undefined =>
  compareVersions(to, from) > 0
    ? { name, from, to, changelog: [], command: `bulwark update --pack ${name}@${to}`, isTaken: false }
    : undefined;
