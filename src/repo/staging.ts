/**
 * Folders in which a new repository is put together beside its place, to appear there by one rename.
 *
 * A staging folder is the new tree itself, with a journal in the state `staging` inside: the proof that it is ours, and, once the
 * tree has been renamed into its place, only an empty journal to clear.
 */
import { readdirSync } from 'node:fs';
import { basename, dirname, join, relative, sep } from 'node:path';

import type { Disk } from './disk.ts';
import { JOURNAL_FOLDER, type JournalPlan, OWN_FOLDER, removeIfEmpty } from './journal.ts';
import { mayBeAlive, type Owner, ownerTag, parseOwnerTag } from './owner.ts';
import { parseJson } from './json-text.ts';

/** Where a folder that does not exist yet is put together. */
export interface Staging {
  /** The folder that is renamed. */
  readonly folder: string;
  /** What it is renamed to: the first folder on the way to the root that does not exist. */
  readonly goal: string;
  /** The root of the new repository inside `folder`; deeper where several folders are missing. */
  readonly root: string;
}

const MARKER = `${JOURNAL_FOLDER}/staging.json`;

/** @param anchor the nearest folder that exists above `root` */
export function stagingOf(root: string, anchor: string, owner: Owner): Staging {
  const [first = '', ...rest] = relative(anchor, root).split(sep);
  const folder = join(anchor, `${stagingPrefix(first)}${ownerTag(owner)}`);
  return { folder, goal: join(anchor, first), root: join(folder, ...rest) };
}

/** A name may fill the 255 bytes that a segment can have; ours adds to it. */
function stagingPrefix(name: string): string {
  const short = Buffer.from(name)
    .subarray(0, 200)
    .toString('utf8')
    .replace(/\uFFFD+$/, '');
  return `.${short}.bulwark-`;
}

/** Makes the staging folder, with the proof in it that it is ours. */
export function beginStaging({ folder, root }: Staging, owner: Owner, disk: Disk): void {
  const plan: JournalPlan = { version: 1, owner, steps: [], made: [], emptied: [] };
  for (const path of chain(folder, root)) disk.makeFolder(path);
  disk.writeNew(join(root, MARKER), Buffer.from(JSON.stringify(plan)), 0o644);
}

/** Every folder from the staging folder down to that of the marker. */
function chain(folder: string, root: string): readonly string[] {
  const between = relative(folder, root).split(sep).filter(Boolean);
  return [...between, OWN_FOLDER, basename(JOURNAL_FOLDER)].reduce(
    (paths, name) => [...paths, join(paths.at(-1) ?? folder, name)],
    [folder],
  );
}

/** Removes a staging folder with all that is in it; the proof that it is ours goes last. */
export function removeStaging({ folder, root }: Pick<Staging, 'folder' | 'root'>, disk: Disk): void {
  removeAllBut(join(root, MARKER), folder, disk);
  removeBareStaging({ folder, root }, disk);
}

/** Removes only what `beginStaging` makes; folders that hold anything else stay. */
function removeBareStaging({ folder, root }: Pick<Staging, 'folder' | 'root'>, disk: Disk): void {
  const marker = join(root, MARKER);
  if (disk.inspect(marker)?.kind === 'file') disk.remove(marker);
  for (const path of chain(folder, root).toReversed()) removeIfEmpty(path, disk);
}

function removeAllBut(kept: string, folder: string, disk: Disk): void {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (path === kept) continue;
    // `isDirectory` is false for a link to a folder: the link goes, the folder stays.
    if (!entry.isDirectory()) {
      disk.remove(path);
      continue;
    }
    removeAllBut(kept, path, disk);
    removeIfEmpty(path, disk);
  }
}

/**
 * Removes staging folders for `root` that processes left behind which are dead; one that cannot be proved to be ours stays.
 * @param anchor the nearest folder that exists above `root`
 * @returns whether there was one
 */
export function clearStaleStaging(root: string, anchor: string, now: number, disk: Disk): boolean {
  const [first = '', ...rest] = relative(anchor, root).split(sep);
  const prefix = stagingPrefix(first);
  let found = false;
  for (const name of disk.list(anchor)) {
    const tag = name.startsWith(prefix) ? parseOwnerTag(name.slice(prefix.length)) : undefined;
    if (tag === undefined) continue;
    const folder = join(anchor, name);
    const entry = disk.inspect(folder);
    if (entry?.kind !== 'folder') continue;
    const staging = { folder, root: join(folder, ...rest) };
    const owner = markedOwner(staging.root, disk);
    if (mayBeAlive(owner ?? tag, now - entry.modifiedMs)) continue;
    if (owner !== undefined && ownerTag(owner) === ownerTag({ ...tag, host: '' })) {
      removeStaging(staging, disk);
    } else {
      // The process died before the marker was whole.
      removeBareStaging(staging, disk);
    }
    found = true;
  }
  return found;
}

/** Whose a staging folder is, by the marker inside. */
function markedOwner(root: string, disk: Disk): Owner | undefined {
  const marker = join(root, MARKER);
  if (disk.inspect(marker)?.kind !== 'file' || disk.inspect(dirname(marker))?.kind !== 'folder')
    return undefined;
  const reading = parseJson(disk.read(marker).toString('utf8'));
  const owner = 'value' in reading ? (reading.value as Partial<JournalPlan> | null)?.owner : undefined;
  return typeof owner?.pid === 'number' && typeof owner.started === 'string' && typeof owner.host === 'string'
    ? owner
    : undefined;
}
