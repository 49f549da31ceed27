/**
 * The journal of a change to a folder that exists: enough to take every step back after a crash at any moment.
 *
 *     .bulwark/journal/<state>.json   what is to be done; its name says how far that has come, and changes by one rename:
 *                      staging        nothing of the user's was touched yet
 *                      applying       some steps are done: they are taken back
 *                      done, undone   only the journal itself is left to clear
 *     .bulwark/journal/staged/<n>     the new content of step n; gone as soon as the step is done
 *     .bulwark/journal/originals/<n>  what step n replaces or deletes: the very file, under a second name
 */
import { basename, dirname, join } from 'node:path';

import { machineError } from '../errors.ts';
import { type RepoPath, repoPathFault } from '../tree/repo-path.ts';
import { type Disk, errorCode } from './disk.ts';
import { attempt } from './failures.ts';
import { parseJson } from './json-text.ts';
import { sha256 } from './lockfile.ts';
import { parentsOf, wrongKind } from './open-repo.ts';
import { mayBeAlive, type Owner, ownerTag, parseOwnerTag } from './owner.ts';

export const OWN_FOLDER = '.bulwark';
export const JOURNAL_FOLDER = `${OWN_FOLDER}/journal`;

const STATES = ['staging', 'applying', 'done', 'undone'] as const;
export type JournalState = (typeof STATES)[number];

/** What one step does to one path. */
export interface JournalStep {
  readonly path: RepoPath;
  readonly kind: 'create' | 'update' | 'delete';
  /** Of the new content; absent for a deletion. */
  readonly sha256?: string;
}

export interface JournalPlan {
  readonly version: 1;
  readonly owner: Owner;
  /** In the order in which they are done. */
  readonly steps: readonly JournalStep[];
  /** Folders that are made for the steps, outermost first. */
  readonly made: readonly RepoPath[];
  /** Folders that deletions may leave empty, with their modes, innermost first. */
  readonly emptied: readonly { readonly path: RepoPath; readonly mode: number }[];
}

/** A file that somebody edited between a crash and the recovery: it stays as it is. */
export interface KeptAside {
  readonly path: RepoPath;
  /** Where the file stands that the interrupted run had replaced; absent where there was none. */
  readonly original?: string;
}

const journalPath = (root: string, ...rest: string[]): string => join(root, OWN_FOLDER, 'journal', ...rest);
export const stagedPath = (root: string, step: number): string => journalPath(root, 'staged', `${step}`);
export const originalPath = (root: string, step: number): string => journalPath(root, 'originals', `${step}`);
const statePath = (root: string, state: JournalState): string => journalPath(root, `${state}.json`);

/** Where a file is put together that cannot be renamed straight from the journal (a mounted sub-folder). */
export const besidePath = (target: string, owner: Owner, step: number): string =>
  join(dirname(target), `.bulwark-${ownerTag(owner)}-${step}`);

/**
 * Opens the journal of this root; until `advance(…, 'applying')` a crash only leaves the journal to be cleared.
 * The folder is put together under a name of our own and then renamed, so that a journal always says whose it is.
 * @throws BulwarkError `busy` (code 74) when another process is writing here
 */
export function beginJournal(root: string, plan: JournalPlan, disk: Disk): void {
  const own = join(root, OWN_FOLDER);
  const kind = disk.inspect(own)?.kind;
  if (kind === undefined) disk.makeFolder(own);
  else if (kind !== 'folder') throw machineError(wrongKind(OWN_FOLDER, kind, 'folder'));
  const begun = join(own, `journal.${ownerTag(plan.owner)}`);
  try {
    disk.makeFolder(begun);
    for (const folder of BEGUN_FOLDERS) disk.makeFolder(join(begun, folder));
    disk.writeNew(join(begun, '.gitignore'), Buffer.from('*\n'), 0o644);
    disk.writeNew(join(begun, 'staging.json'), Buffer.from(JSON.stringify(plan)), 0o644);
    disk.rename(begun, journalPath(root));
  } catch (error) {
    clearBegun(begun, disk);
    removeIfEmpty(own, disk);
    if (errorCode(error) === 'ENOTEMPTY' || errorCode(error) === 'EEXIST') throw busy(root);
    throw error;
  }
}

const BEGUN_FOLDERS = ['staged', 'originals'];
const BEGUN_FILES = ['.gitignore', 'staging.json'];

/** Takes away what `beginJournal` had made before its rename, file by file: nothing else can be in there. */
function clearBegun(folder: string, disk: Disk): void {
  for (const file of BEGUN_FILES) if (disk.inspect(join(folder, file))) disk.remove(join(folder, file));
  for (const child of BEGUN_FOLDERS) removeIfEmpty(join(folder, child), disk);
  removeIfEmpty(folder, disk);
}

export function advance(root: string, from: JournalState, to: JournalState, disk: Disk): void {
  disk.rename(statePath(root, from), statePath(root, to));
}

/**
 * Takes back every step that was done. Can be broken off at any moment and started again.
 * @returns the files that are kept because somebody edited them since
 */
export function rollBack(root: string, plan: JournalPlan, disk: Disk): readonly KeptAside[] {
  const kept: KeptAside[] = [];
  const restore = (step: JournalStep, index: number) => {
    const aside = attempt('take back the change', step.path, () => takeBack(root, plan, step, index, disk));
    if (aside) kept.push(aside);
  };
  const indexed = plan.steps.map((step, index) => [step, index] as const);
  for (const [step, index] of indexed) if (step.kind !== 'delete') restore(step, index);
  for (const path of plan.made.toReversed()) {
    if (isPlainWay(root, path, disk)) removeIfEmpty(join(root, path), disk);
  }
  for (const { path, mode } of plan.emptied.toReversed()) {
    if (!isPlainWay(root, path, disk)) continue;
    const folder = join(root, path);
    const there = disk.inspect(folder);
    if (there === undefined) disk.makeFolder(folder);
    else if (there.kind !== 'folder' || there.mode === mode) continue;
    // Also where it is there already: an earlier try may have ended between making it and this.
    disk.setMode(folder, mode);
  }
  for (const [step, index] of indexed) if (step.kind === 'delete') restore(step, index);
  return kept;
}

/** Takes back one step; says so where somebody else's edit stands in the way. */
function takeBack(
  root: string,
  plan: JournalPlan,
  step: JournalStep,
  index: number,
  disk: Disk,
): KeptAside | undefined {
  const { path, kind } = step;
  const target = join(root, path);
  const original = originalPath(root, index);
  // A link that took the place of a folder since is not followed: the original is then put where it can be found.
  const reachable = isPlainWay(root, path, disk) && disk.inspect(dirname(target))?.kind === 'folder';
  const beside = besidePath(target, plan.owner, index);
  if (reachable && disk.inspect(beside)?.kind === 'file') disk.remove(beside);

  const wasDone = kind === 'delete' || disk.inspect(stagedPath(root, index)) === undefined;
  const now = reachable ? disk.inspect(target) : undefined;
  const current = now?.kind === 'file' ? disk.read(target) : undefined;
  const isOurs = current !== undefined && step.sha256 !== undefined && sha256(current) === step.sha256;
  if (!wasDone) return undefined;
  if (kind === 'create') {
    if (isOurs) disk.remove(target);
    return isOurs || now === undefined ? undefined : { path };
  }
  // No original: it was put back already, or a deletion had not come to this file.
  if (disk.inspect(original)?.kind !== 'file') return undefined;
  if (kind === 'delete' ? reachable && now === undefined : isOurs) {
    putBack(original, target, beside, disk);
    return undefined;
  }
  if (current?.equals(disk.read(original)) === true) return undefined;
  return { path, original: putAside(root, reachable ? path : basename(path), original, disk) };
}

/** Renames the original to its place; across a mount it is given up only when a copy stands there. */
function putBack(original: string, target: string, beside: string, disk: Disk): void {
  try {
    disk.rename(original, target);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    disk.copy(original, beside);
    disk.rename(beside, target);
    disk.remove(original);
  }
}

/** Gives the original a name beside its path: `x.orig`, as git's merge tools call it. */
function putAside(root: string, path: string, original: string, disk: Disk): string {
  for (let attempts = 0; ; attempts += 1) {
    const name = `${path}.orig${attempts === 0 ? '' : `.${attempts}`}`;
    const there = disk.inspect(join(root, name));
    if (there === undefined) disk.copy(original, join(root, name));
    // An earlier recovery that was broken off may have made the copy already.
    else if (there.kind !== 'file' || !disk.read(join(root, name)).equals(disk.read(original))) continue;
    disk.remove(original);
    return name;
  }
}

/** Whether no symlink and no file stands on the way to a path; folders that are absent count as plain. */
export function isPlainWay(root: string, path: RepoPath, disk: Disk): boolean {
  return parentsOf(path).every((parent) => {
    const kind = disk.inspect(join(root, parent))?.kind;
    return kind === undefined || kind === 'folder';
  });
}

/**
 * Clears what is left of a journal whose fate is settled. The state file goes last: until then the next command finds
 * it and goes on. Only files with names of ours are removed, none below a folder that is not ours.
 */
export function clearJournal(root: string, disk: Disk): void {
  const folder = journalPath(root);
  for (const child of BEGUN_FOLDERS) {
    const inside = join(folder, child);
    if (disk.inspect(inside)?.kind !== 'folder') continue;
    for (const name of disk.list(inside)) if (/^\d+$/.test(name)) disk.remove(join(inside, name));
    removeIfEmpty(inside, disk);
  }
  for (const name of ['.gitignore', ...STATES.map((state) => `${state}.json`)]) {
    if (disk.inspect(join(folder, name))) disk.remove(join(folder, name));
  }
  removeIfEmpty(folder, disk);
  removeIfEmpty(join(root, OWN_FOLDER), disk);
}

/** Removes a folder unless something is in it, or it is none. */
export function removeIfEmpty(folder: string, disk: Disk): void {
  if (disk.inspect(folder)?.kind !== 'folder' || disk.list(folder).length > 0) return;
  disk.removeFolder(folder);
}

export interface FoundJournal {
  readonly state: JournalState;
  readonly plan: JournalPlan;
}

/**
 * The journal that an earlier process left, undefined where there is none. What was left of one that had not got a name
 * yet is cleared on the way.
 * @throws BulwarkError (code 74): `busy` while the process it belongs to may be at work; `journal-corrupt`
 */
export function findJournal(root: string, now: number, disk: Disk): FoundJournal | undefined {
  const own = join(root, OWN_FOLDER);
  // A link is not followed: a repository that somebody hands us could lead us anywhere.
  if (disk.inspect(own)?.kind !== 'folder') return undefined;
  let cleared = false;
  for (const name of disk.list(own)) {
    const tag = name.startsWith('journal.') ? parseOwnerTag(name.slice('journal.'.length)) : undefined;
    if (tag === undefined) continue;
    const entry = disk.inspect(join(own, name));
    if (entry?.kind !== 'folder' || mayBeAlive(tag, now - entry.modifiedMs)) continue;
    clearBegun(join(own, name), disk);
    cleared = true;
  }
  const folder = journalPath(root);
  const entry = disk.inspect(folder);
  if (entry?.kind !== 'folder') {
    if (cleared || entry === undefined) removeIfEmpty(own, disk);
    return undefined;
  }
  const state = STATES.toReversed().find((name) => disk.inspect(statePath(root, name))?.kind === 'file');
  if (state === undefined) {
    // The last file of a journal is its state: without one it was being cleared.
    clearJournal(root, disk);
    return undefined;
  }
  const plan = parsePlan(disk.read(statePath(root, state)).toString('utf8'));
  if (plan === undefined) throw corrupt(`${JOURNAL_FOLDER}/${state}.json`);
  if (mayBeAlive(plan.owner, now - entry.modifiedMs)) throw busy(root, plan.owner);
  return { state, plan };
}

/** A plan as a journal holds it; it may come from anywhere, so every path is judged anew. */
function parsePlan(text: string): JournalPlan | undefined {
  const reading = parseJson(text);
  if ('fault' in reading) return undefined;
  const plan = reading.value as Partial<JournalPlan> | null;
  const isPath = (path: unknown) => typeof path === 'string' && repoPathFault(path) === undefined;
  const isStep = (step: Partial<JournalStep> | null) =>
    isPath(step?.path) &&
    ['create', 'update', 'delete'].includes(step?.kind ?? '') &&
    (step?.sha256 === undefined || typeof step.sha256 === 'string');
  const isOwner = (owner: Partial<Owner> | undefined) =>
    Number.isInteger(owner?.pid) && typeof owner?.started === 'string' && typeof owner.host === 'string';
  const isFolder = (folder: { path?: unknown; mode?: unknown } | null) =>
    isPath(folder?.path) && Number.isInteger(folder?.mode);
  const sound =
    plan?.version === 1 &&
    isOwner(plan.owner) &&
    Array.isArray(plan.steps) &&
    plan.steps.every(isStep) &&
    Array.isArray(plan.made) &&
    plan.made.every(isPath) &&
    Array.isArray(plan.emptied) &&
    plan.emptied.every(isFolder);
  return sound ? (plan as JournalPlan) : undefined;
}

const busy = (root: string, owner?: Owner): Error =>
  machineError({
    id: 'busy',
    message: `another bulwark ${owner ? `(process ${owner.pid} on ${owner.host}) ` : ''}is writing here`,
    where: root,
    hint: 'wait until it has ended, then run the command again',
  });

const corrupt = (where: string): Error =>
  machineError({
    id: 'journal-corrupt',
    message: 'the journal of an interrupted run cannot be read',
    where,
    hint: `what it replaced stands in ${JOURNAL_FOLDER}/originals; take back what you miss, then delete ${JOURNAL_FOLDER}`,
  });
