/** All packs of a run: fetched with what they extend, each once, and put over our catalog. */
import { join } from 'node:path';
import { usageError } from '../errors.ts';
import type { Catalog } from '../plan/catalog.ts';
import type { LockedPack } from '../repo/lockfile.ts';
import { repoPathFault } from '../tree/repo-path.ts';
import { fetchOnce, type Fetch, type FetchedPack } from './fetch-pack.ts';
import { loadPack, manifestOf, type LoadedPack } from './load-pack.ts';
import type { PackManifest } from './manifest.ts';
import { overlayCatalog } from './overlay.ts';
import type { PackPorts } from './ports.ts';
import { lockedAs, referenceFrom } from './records.ts';
import { formatReference, parseReference, type Reference } from './reference.ts';

/** More than any team has; a chain that goes in circles is longer. */
const MAX_CHAIN = 5;
const MAX_PACKS = 20;

export interface LoadedPacks {
  /** Ours with the packs over it. */
  readonly catalog: Catalog;
  /** Every pack, each after what it extends. */
  readonly packs: readonly LoadedPack[];
  /** Those that were named themselves, in their order. */
  readonly named: readonly LoadedPack[];
}

/**
 * Loads packs.
 * @param references as typed, or as in `bulwark.json`
 * @param base our own catalog
 * @param locked packs of a repository that are to be taken exactly as they were: from the cache where it has them
 * @param fetch what the run has fetched already is not fetched again
 * @throws BulwarkError: (code 2) for references, sources and contents that are wrong, and for packs that contradict each other
 * (`two-packs`, which names both); (code 4) for code that is not trusted
 */
export async function loadPacks(
  references: readonly string[],
  base: Catalog,
  ports: PackPorts,
  locked: readonly LockedPack[] = [],
  fetch: Fetch = fetchOnce(ports),
): Promise<LoadedPacks> {
  const packs = new Map<string, LoadedPack>();
  const named: LoadedPack[] = [];
  for (const text of references) {
    const chain = await fetchChain(parseReference(text, ports.cwd), ports, locked, fetch);
    const over: string[] = [];
    for (const { fetched, manifest } of [...chain].reverse()) {
      const loaded = packs.get(fetched.sha512) ?? (await loadPack(fetched, manifest, [...over], ports));
      packs.set(fetched.sha512, loaded);
      if (packs.size > MAX_PACKS) throw tooMany(`more than ${MAX_PACKS} packs`, text);
      over.unshift(fetched.sha512);
      if (fetched === chain[0]?.fetched && !named.includes(loaded)) named.push(loaded);
    }
  }
  refuseNamesakes([...packs.values()]);
  return {
    catalog: await overlayCatalog(base, [...packs.values()], ports.options),
    packs: [...packs.values()],
    named,
  };
}

interface Link {
  readonly fetched: FetchedPack;
  readonly manifest: PackManifest;
}

/** A pack and what it extends, the topmost first. */
async function fetchChain(
  reference: Reference,
  ports: PackPorts,
  locked: readonly LockedPack[],
  fetch: Fetch,
): Promise<readonly Link[]> {
  const chain: Link[] = [];
  let next: Reference | undefined = reference;
  while (next) {
    if (chain.length >= MAX_CHAIN)
      throw tooMany(
        `packs that extend each other more than ${MAX_CHAIN} times, or in a circle`,
        formatReference(reference),
      );
    const recorded = referenceFrom(ports.cwd, next, ports.cwd);
    const fetched: FetchedPack = await fetch(next, lockedAs(locked, recorded, next));
    const manifest = await manifestOf(fetched);
    chain.push({ fetched, manifest });
    next = manifest.extends === undefined ? undefined : extendedBy(fetched.reference, manifest.extends);
  }
  return chain;
}

/** A relative reference leads to a neighbour: in the same repository, or beside a folder of this machine. */
function extendedBy(from: Reference, text: string): Reference {
  const reference = parseReference(text);
  if (reference.kind !== 'folder' && reference.kind !== 'archive') return reference;
  if (from.kind === 'folder') {
    return text.startsWith('/')
      ? reference
      : { ...reference, path: `${from.path.replace(/\/$/, '')}/${text}` };
  }
  if (from.kind === 'git' && reference.kind === 'folder' && !text.startsWith('/')) {
    const folder = join(from.folder, text).replaceAll('\\', '/').replace(/\/$/, '');
    if (folder === '.') return { ...from, folder: '' };
    if (repoPathFault(folder) === undefined) return { ...from, folder };
  }
  throw usageError([
    {
      id: 'pack-extends',
      message: `the pack extends ${JSON.stringify(text)}, which leads out of where it came from`,
      where: formatReference(from),
      hint: 'extend a pack of the same repository by a relative path, or any other by its whole reference',
    },
  ]);
}

const tooMany = (what: string, where: string): Error =>
  usageError([{ id: 'pack-too-many', message: `there are ${what}`, where, hint: 'leave some of them out' }]);

/** One name must mean one pack: messages, the lock and the fleet know packs by it. */
function refuseNamesakes(packs: readonly LoadedPack[]): void {
  const byName = new Map<string, LoadedPack>();
  for (const pack of packs) {
    const other = byName.get(pack.manifest.name);
    if (other) {
      throw usageError([
        {
          id: 'two-packs',
          message: `${formatReference(other.reference)} and ${formatReference(pack.reference)} are both named "${pack.manifest.name}"`,
          where: formatReference(pack.reference),
          hint: 'leave out one of the two, or rename it',
        },
      ]);
    }
    byName.set(pack.manifest.name, pack);
  }
}
