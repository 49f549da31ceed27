/** What a repository records of its packs, and whether they are still what it recorded. */
import { isAbsolute, relative } from 'node:path';
import { BulwarkError, ExitCode, type Issue } from '../errors.ts';
import type { LockedPack } from '../repo/lockfile.ts';
import type { LoadedPack } from './load-pack.ts';
import type { LoadedPacks } from './load-packs.ts';
import { formatReference } from './reference.ts';

export interface PackRecords {
  /** For `bulwark.json`: those that were named. */
  readonly references: readonly string[];
  /** For the lock: all of them. */
  readonly locked: readonly LockedPack[];
}

/**
 * @param target the repository, absolute: folders and archives are named relative to it, so that no path of this machine is kept
 */
export function recordsOf({ packs, named }: LoadedPacks, target: string): PackRecords {
  return {
    references: named.map((pack) => recordedReference(pack, target)),
    locked: packs.map((pack) => ({
      name: pack.manifest.name,
      reference: recordedReference(pack, target),
      version: pack.manifest.version,
      ...(pack.commit !== undefined && { commit: pack.commit }),
      sha512: pack.sha512,
    })),
  };
}

function recordedReference({ place, reference }: LoadedPack, target: string): string {
  if (place === undefined) return formatReference(reference);
  const way = relative(target, place).replaceAll('\\', '/');
  return way.startsWith('.') || isAbsolute(way) ? way : `./${way}`;
}

/**
 * Compares packs with what a repository was rendered from.
 * @param strict nothing may have changed; else what moves by its nature (a folder, a branch, a range) may lead to another version
 * @throws BulwarkError `pack-changed` (code 8) with both digests for each pack that is not what it has to be
 */
export function refuseChanged(
  loaded: LoadedPacks,
  target: string,
  locked: readonly LockedPack[],
  strict: boolean,
): void {
  const issues = loaded.packs.flatMap((pack): Issue[] => {
    const reference = recordedReference(pack, target);
    const entry = locked.find((candidate) => candidate.reference === reference);
    if (!entry || entry.sha512 === pack.sha512) return [];
    const { kind } = pack.reference;
    const isNewVersion = entry.version !== pack.manifest.version;
    const mayMove = !pack.isFixed && (isNewVersion || kind === 'folder' || kind === 'git');
    if (mayMove && !strict) return [];
    return [
      {
        id: 'pack-changed',
        message: `the pack "${entry.name}" is not what the lock says: its sha512 is ${pack.sha512}, and was ${entry.sha512}${movedCommit(pack, entry)}`,
        where: reference,
        hint: pack.isFixed
          ? 'a version never changes: ask those who keep the pack, and take a new version of it'
          : 'run bulwark update to take the new content',
      },
    ];
  });
  const [first, ...rest] = issues;
  if (first) throw new BulwarkError(ExitCode.integrity, [first, ...rest]);
}

const movedCommit = ({ commit }: LoadedPack, entry: LockedPack): string =>
  commit !== undefined && entry.commit !== undefined && commit !== entry.commit
    ? ` (its commit is ${commit}, and was ${entry.commit})`
    : '';
