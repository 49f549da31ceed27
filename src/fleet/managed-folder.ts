/** What a folder of the fleet says of itself before any process is started for it. */
import { BulwarkError } from '../errors.ts';
import { LOCK_PATH, parseLock } from '../repo/lockfile.ts';
import { openTarget, readOwnFile } from '../repo/open-repo.ts';
import type { Row } from './row.ts';

export interface FolderFacts {
  readonly state: 'missing' | 'not managed' | 'managed';
  /** Absolute, with every link followed: two names of one folder have one root. */
  readonly root: string;
  /** The git work tree that it lies in. */
  readonly workTree?: string;
}

/** An entry means its folder, not one above it that bulwark looks after. */
export function lookAtFolder(folder: string): FolderFacts {
  const { state, root, workTree } = openTarget(folder);
  return {
    root,
    ...(workTree !== undefined && { workTree }),
    state:
      state === 'missing' || state === 'not-a-folder'
        ? 'missing'
        : state === 'bulwark'
          ? 'managed'
          : 'not managed',
  };
}

/** Which bulwark and which packs wrote it last; nothing where the lock cannot be read, for that the command itself tells. */
export function writtenBy(root: string): Pick<Row, 'bulwark' | 'packs'> {
  try {
    const lock = parseLock(readOwnFile(root, LOCK_PATH) ?? '');
    return {
      bulwark: lock.bulwark,
      packs: (lock.packs ?? []).map(({ name, version }) => `${name}@${version}`),
    };
  } catch (error) {
    if (error instanceof BulwarkError) return { packs: [] };
    throw error;
  }
}
