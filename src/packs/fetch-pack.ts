/** From a reference to a pack's files, whatever the source: the machine, the network or the cache. */
import { resolve } from 'node:path';
import { usageError } from '../errors.ts';
import type { LockedPack } from '../repo/lockfile.ts';
import { packCache, type PackCache } from './cache.ts';
import { digestOf, type PackTree } from './pack-tree.ts';
import type { PackPorts } from './ports.ts';
import { formatReference, type Reference } from './reference.ts';
import { downloadPack, readPackArchive } from './source-archive.ts';
import { readPackFolder } from './source-folder.ts';

export interface FetchedPack {
  readonly reference: Reference;
  readonly tree: PackTree;
  /** Of the canonical tree, in hex. */
  readonly sha512: string;
  /** Only for git. */
  readonly commit?: string;
  /** A tag, a commit, a whole version or an archive at an address: their content must never change. */
  readonly isFixed: boolean;
}

/** Fetches a pack, and gives the same again where it is asked for the same. */
export type Fetch = (reference: Reference, locked?: LockedPack) => Promise<FetchedPack>;

/** @returns what fetches each pack of a run once */
export function fetchOnce(ports: PackPorts): Fetch {
  const fetched = new Map<string, Promise<FetchedPack>>();
  return (reference, locked) => {
    const key = `${reference.kind} ${formatReference(reference)} ${locked?.sha512 ?? ''}`;
    const known = fetched.get(key) ?? fetchPack(reference, locked, ports);
    fetched.set(key, known);
    return known;
  };
}

/**
 * Fetches a pack.
 * @param locked what the repository was rendered from: found in the cache by its digest, it needs no network
 * @throws BulwarkError (code 2) `pack-offline` where it would need the network and may not use it, or what its source throws
 */
export async function fetchPack(
  reference: Reference,
  locked: LockedPack | undefined,
  ports: PackPorts,
): Promise<FetchedPack> {
  const cache = packCache(ports.environment, ports.disk);
  const known = locked && cache.tree(locked.sha512);
  if (known) {
    const { sha512, commit } = locked;
    return { reference, tree: known, sha512, isFixed: true, ...(commit !== undefined && { commit }) };
  }
  if (reference.kind === 'folder' || reference.kind === 'archive')
    return readHere(reference, ports, cache, locked);
  const shown = formatReference(reference);
  if (ports.offline) return fromCache(reference, shown, cache);
  const { tree, isFixed, commit } = await fromNetwork(reference, shown, ports);
  const sha512 = digestOf(tree);
  const found = { sha512, isFixed, ...(commit !== undefined && { commit }) };
  cache.keep(shown, tree, found);
  return { reference, tree, ...found };
}

function readHere(
  reference: Reference & { kind: 'folder' | 'archive' },
  ports: PackPorts,
  cache: PackCache,
  locked: LockedPack | undefined,
): FetchedPack {
  const place = resolve(ports.cwd, reference.path);
  if (locked && ports.disk.kindOf(place) === 'nothing') {
    throw usageError([
      {
        id: 'pack-missing-here',
        message: `the pack "${locked.name}" is not where bulwark.json says`,
        where: reference.path,
        hint: 'it was there where the repository was last rendered: put it there, or name another source of it: bulwark update --pack REF',
      },
    ]);
  }
  if (reference.kind === 'folder') {
    const tree = readPackFolder(place, reference.path, ports.disk);
    return { reference, tree, sha512: digestOf(tree), isFixed: false };
  }
  const tree = readPackArchive(place, reference.path, ports);
  const sha512 = digestOf(tree);
  cache.keep(place, tree, { sha512, isFixed: false });
  return { reference, tree, sha512, isFixed: false };
}

async function fromNetwork(
  reference: Exclude<Reference, { kind: 'folder' | 'archive' }>,
  shown: string,
  ports: PackPorts,
): Promise<{ readonly tree: PackTree; readonly isFixed: boolean; readonly commit?: string }> {
  switch (reference.kind) {
    case 'download':
      return { tree: await downloadPack(reference.url, reference.credentials, ports), isFixed: true };
    case 'git': {
      const { fetchGitPack } = await import('./source-git.ts');
      return fetchGitPack(reference, ports);
    }
    case 'npm': {
      const { fetchNpmPack } = await import('./source-npm.ts');
      return fetchNpmPack(reference, shown, ports);
    }
  }
}

function fromCache(reference: Reference, shown: string, cache: PackCache): FetchedPack {
  const found = cache.reference(shown);
  const tree = found && cache.tree(found.sha512);
  if (!tree) {
    throw usageError([
      {
        id: 'pack-offline',
        message: 'the pack is not in the cache, and --offline forbids to fetch it',
        where: shown,
        hint: 'run once without --offline, or use an archive: --pack ./pack.tgz',
      },
    ]);
  }
  return { reference, tree, ...found };
}
