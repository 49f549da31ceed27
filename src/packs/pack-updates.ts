/** Which packs come in another version than the one that a repository was rendered from. */
import type { LockedPack } from '../repo/lockfile.ts';
import { CHANGELOG, changelogBetween, type ChangelogEntry } from './changelog.ts';
import type { LoadedPack } from './load-pack.ts';
import { textIn } from './pack-tree.ts';

export interface PackUpdate {
  readonly name: string;
  /** The version in the lock. */
  readonly from: string;
  readonly to: string;
  /** What its `CHANGELOG.md` says of it; empty where it has none, or goes back. */
  readonly changelog: readonly ChangelogEntry[];
}

/** @param locked what the repository was rendered from; packs are known by their names */
export const packUpdates = (
  packs: readonly Pick<LoadedPack, 'manifest' | 'tree'>[],
  locked: readonly LockedPack[],
): readonly PackUpdate[] =>
  packs.flatMap(({ manifest: { name, version: to }, tree }) => {
    const from = locked.find((pack) => pack.name === name)?.version;
    if (from === undefined || from === to) return [];
    return [{ name, from, to, changelog: changelogBetween(textIn(tree, CHANGELOG) ?? '', from, to) }];
  });
