/** What a repository records of its packs, and whether they are still what it recorded. */
import { isAbsolute, relative } from 'node:path';
import { BulwarkError, ExitCode, type Issue } from '../errors.ts';
import type { LockedPack } from '../repo/lockfile.ts';
import type { LoadedPack } from './load-pack.ts';
import type { LoadedPacks } from './load-packs.ts';
import { formatReference, placeOf, type Reference } from './reference.ts';

export interface PackRecords {
  /** For `bulwark.json`: those that were named. */
  readonly references: readonly string[];
  /** For the lock: all of them. */
  readonly locked: readonly LockedPack[];
  /** What is to be said of references that are recorded for the first time. */
  readonly remarks?: readonly string[];
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

const recordedReference = ({ place, reference }: LoadedPack, target: string): string =>
  referenceFrom(
    target,
    hasPath(reference) && place !== undefined ? { ...reference, path: place } : reference,
    target,
  );

const hasPath = (reference: Reference): reference is Reference & { kind: 'folder' | 'archive' } =>
  reference.kind === 'folder' || reference.kind === 'archive';

/** The entry of a lock that a reference is; of an absolute address too, as locks once had them. */
export const lockedAs = (
  locked: readonly LockedPack[],
  recorded: string,
  reference: Reference,
): LockedPack | undefined =>
  locked.find((pack) => pack.reference === recorded || pack.reference === formatReference(reference));

/**
 * A reference as it is written down at `target`: what lies on this machine is named by the way that leads there, for no path of
 * a machine is kept in a repository.
 * @param cwd the folder that the reference starts from
 */
export function referenceFrom(cwd: string, reference: Reference, target: string): string {
  const place = placeOf(reference, cwd);
  if (place === undefined) return formatReference(reference);
  const way = relative(target, place).replaceAll('\\', '/');
  // Another drive: there is no way.
  const shown = way.startsWith('.') || isAbsolute(way) ? way : `./${way}`;
  return reference.kind === 'git' ? formatReference({ ...reference, url: `file:${shown}` }) : shown;
}

/**
 * What is to be said of packs that only this machine has.
 * @param workTree what a colleague gets with the repository, absolute
 * @param known what the repository's lock has already: it was said when that was written
 */
export const machineBound = (
  { named }: LoadedPacks,
  target: string,
  workTree: string,
  known: readonly LockedPack[],
): readonly string[] =>
  named.flatMap((pack) => {
    const place = pack.place ?? placeOf(pack.reference, target);
    const way = place === undefined ? '.' : relative(workTree, place);
    const isInside = way !== '..' && !way.startsWith('../') && !isAbsolute(way);
    const recorded = recordedReference(pack, target);
    if (isInside || known.some(({ reference }) => reference === recorded)) return [];
    return [
      `the pack "${pack.manifest.name}" is recorded as ${recorded}, which lies outside of the repository: it holds on this machine alone; for others put it into the repository, or publish it and run: bulwark update --pack git+https://… (or npm:@scope/name, or https://…/pack.tgz)`,
    ];
  });

/** How far a pack may have gone on since the repository was rendered from it. */
export type Moves = 'freely' | 'to-new-versions' | 'nowhere';

/**
 * Compares packs with what a repository was rendered from.
 * @param moves whether what moves by its nature (a folder, a branch, a range) may lead to other content; a tag never may
 * @throws BulwarkError `pack-changed` (code 8) with both digests for each pack that is not what it has to be
 */
export function refuseChanged(
  loaded: LoadedPacks,
  target: string,
  locked: readonly LockedPack[],
  moves: Moves,
): void {
  const issues = loaded.packs.flatMap((pack): Issue[] => {
    const reference = recordedReference(pack, target);
    const entry = lockedAs(locked, reference, pack.reference);
    if (!entry || entry.sha512 === pack.sha512) return [];
    const { kind } = pack.reference;
    const isNewVersion = entry.version !== pack.manifest.version;
    const mayMove = !pack.isFixed && (isNewVersion || kind === 'folder' || kind === 'git');
    if (mayMove && (moves === 'freely' || (moves === 'to-new-versions' && isNewVersion))) return [];
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
