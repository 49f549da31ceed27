/**
 * Puts a change set on the disk, all of it or nothing, whatever happens on the way.
 *
 * - A folder that is not there is put together beside its place and appears by one rename.
 * - In a folder that is there (also an empty one: it may be where the user stands, or a mount) every new content is written
 *   into the journal first; then file by file takes its place by a rename, the lock last.
 *
 * Nothing is synced to the platter: a crash of the process at any moment is what must be survived.
 */
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';

import { BulwarkError, ExitCode, type Issue, usageError } from '../errors.ts';
import type { Change, ChangeSet } from '../tree/change-set.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { VirtualFile } from '../tree/virtual-tree.ts';
import { type Disk, errorCode, nodeDisk } from './disk.ts';
import { asFailure, attempt } from './failures.ts';
import {
  advance,
  beginJournal,
  besidePath,
  clearJournal,
  isPlainWay,
  JOURNAL_FOLDER,
  type JournalPlan,
  originalPath,
  removeIfEmpty,
  rollBack,
  stagedPath,
} from './journal.ts';
import { LOCK_PATH, sha256 } from './lockfile.ts';
import { openTarget, parentsOf, targetFault, wrongKind } from './open-repo.ts';
import { thisProcess } from './owner.ts';
import { beginStaging, removeStaging, stagingOf } from './staging.ts';

export interface CommitPorts {
  /** Breaks the commit off: everything is taken back. Too late for that once the last step is done. */
  readonly signal?: AbortSignal;
  readonly disk?: Disk;
}

export interface Committed {
  /** In the order of writing; the lock, if it is among them, last. */
  readonly written: readonly RepoPath[];
  readonly deleted: readonly RepoPath[];
}

/**
 * Writes and deletes what the change set says: `create`, `update`, `delete`, and `conflict` where it has a merged text.
 * Everything else stays untouched. `recoverTarget` must have been called before.
 * @param dir the root of the repository; made, with its parents, where it does not exist
 * @throws BulwarkError with the disk as it was: `changed-since-plan` (code 3) when a file is no longer what the plan was made on,
 * `symlink-in-target`, `wrong-kind` or `not-a-folder` (code 2), what the system refuses (code 74), or the reason of the signal
 */
export async function commitChanges(
  dir: string,
  changes: ChangeSet,
  ports: CommitPorts = {},
): Promise<Committed> {
  const { signal, disk = nodeDisk } = ports;
  const steps = stepsOf(changes);
  const committed = {
    written: steps.filter(({ kind }) => kind !== 'delete').map(({ path }) => path),
    deleted: steps.filter(({ kind }) => kind === 'delete').map(({ path }) => path),
  };
  throwIfAborted(signal);
  if (steps.length === 0) return committed;
  const target = openTarget(dir, disk);
  const fault = targetFault(target);
  if (fault)
    throw fault.id === 'not-a-folder' ? usageError([fault]) : new BulwarkError(ExitCode.machine, [fault]);
  if (target.state === 'missing') await commitNewFolder(target.root, target.anchor, steps, disk, signal);
  else await commitIntoFolder(target.root, steps, disk, signal);
  return committed;
}

interface Write {
  readonly kind: 'create' | 'update';
  readonly path: RepoPath;
  readonly content: Buffer;
  readonly mode: number;
  /** What must still stand there. */
  readonly previous?: Buffer;
}

type Step = Write | { readonly kind: 'delete'; readonly path: RepoPath; readonly previous: Buffer };

/** Deletions first, so that a file can become a folder, or change the case of its name; the lock last. */
function stepsOf(changes: ChangeSet): readonly Step[] {
  const rank = (step: Step) => (step.kind === 'delete' ? 0 : step.path === LOCK_PATH ? 2 : 1);
  const steps = changes.flatMap(stepOf).sort((a, b) => rank(a) - rank(b));
  const own = steps.find(({ path }) => `${path}/`.toLowerCase().startsWith(`${JOURNAL_FOLDER}/`));
  if (own) {
    throw usageError([
      {
        id: 'unsafe-path',
        message: `${own.path} lies in the folder that bulwark keeps its journal in`,
        where: own.path,
        hint: 'give the generated file another place in the layout',
      },
    ]);
  }
  return steps;
}

function stepOf(change: Change): readonly Step[] {
  const { path } = change;
  switch (change.kind) {
    case 'create':
      return [{ kind: 'create', path, content: change.content, mode: modeOf(change) }];
    case 'update': {
      const { content, previous } = change;
      return [{ kind: 'update', path, content, mode: modeOf(change), previous }];
    }
    case 'conflict': {
      const { merged, previous } = change;
      if (!merged || previous?.equals(merged) === true) return [];
      const mode = modeOf(change);
      return previous
        ? [{ kind: 'update', path, content: merged, mode, previous }]
        : [{ kind: 'create', path, content: merged, mode }];
    }
    case 'delete':
      return [{ kind: 'delete', path, previous: change.previous }];
    case 'unchanged':
    case 'keep':
      return [];
  }
}

const modeOf = ({
  executable,
  file,
}: {
  readonly executable?: boolean;
  readonly file: VirtualFile;
}): number => ((executable ?? file.executable) ? 0o755 : 0o644);

/** Few enough that Ctrl-C is heard at once, many enough that listening costs nothing (0.5 ms for 160 files). */
const STEPS_PER_BREATH = 16;

/** Does something for each step, letting signals through now and then. */
async function each<T>(
  items: readonly T[],
  signal: AbortSignal | undefined,
  action: (item: T, index: number) => void,
) {
  for (const [index, item] of items.entries()) {
    if (index % STEPS_PER_BREATH === 0) await breathe(signal);
    action(item, index);
  }
  await breathe(signal);
}

async function breathe(signal: AbortSignal | undefined): Promise<void> {
  await setImmediate();
  throwIfAborted(signal);
}

function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted !== true) return;
  throw signal.reason instanceof BulwarkError
    ? signal.reason
    : new BulwarkError(ExitCode.interrupted, [
        { id: 'interrupted', message: 'interrupted: nothing was written', hint: 'run the command again' },
      ]);
}

async function commitNewFolder(
  root: string,
  anchor: string,
  steps: readonly Step[],
  disk: Disk,
  signal: AbortSignal | undefined,
): Promise<void> {
  const owner = thisProcess();
  const staging = stagingOf(root, anchor, owner);
  try {
    attempt('make the folder', root, () => {
      beginStaging(staging, owner, disk);
    });
    const made = new Set<string>(['.bulwark']);
    await each(steps, signal, (step) => {
      if (step.kind !== 'create') throw changedSincePlan([step.path]);
      attempt('write the file', step.path, () => {
        for (const parent of parentsOf(step.path)) {
          if (made.has(parent)) continue;
          disk.makeFolder(join(staging.root, parent));
          made.add(parent);
        }
        disk.writeNew(join(staging.root, step.path), step.content, step.mode);
      });
    });
    attempt('make the folder', root, () => {
      if (disk.inspect(staging.goal)) throw changedSincePlan([staging.goal]);
      disk.rename(staging.folder, staging.goal);
    });
  } catch (error) {
    ignoreFailure(() => {
      if (disk.inspect(staging.folder)) removeStaging(staging, disk);
    });
    throw asFailure(error, 'make the folder', root);
  }
  ignoreFailure(() => {
    clearJournal(root, disk);
  });
}

async function commitIntoFolder(
  root: string,
  steps: readonly Step[],
  disk: Disk,
  signal: AbortSignal | undefined,
): Promise<void> {
  // A look ahead, so that most surprises cost no write; each place is looked at again when its turn comes.
  const changed = attempt('look at the target', root, () =>
    steps.filter((step) => step.kind !== 'create' && isChanged(root, step, disk)),
  );
  if (changed.length > 0) throw changedSincePlan(changed.map(({ path }) => path));
  const plan = attempt('look at the target', root, () => planOf(root, steps, disk));
  attempt('begin the journal', `${root}/${JOURNAL_FOLDER}`, () => {
    beginJournal(root, plan, disk);
  });
  let state: 'staging' | 'applying' = 'staging';
  try {
    await each(steps, signal, (step, index) => {
      if (step.kind === 'delete') return;
      attempt('write the file', step.path, () => {
        disk.writeNew(stagedPath(root, index), step.content, step.mode);
      });
    });
    advance(root, 'staging', 'applying', disk);
    state = 'applying';
    await each(steps, signal, (step, index) => {
      attempt(step.kind === 'delete' ? 'delete the file' : 'write the file', step.path, () => {
        apply(root, plan, step, index, disk);
      });
    });
    advance(root, 'applying', 'done', disk);
  } catch (error) {
    if (state === 'applying') takeAllBack(root, plan, error, disk);
    ignoreFailure(() => {
      clearJournal(root, disk);
    });
    throw asFailure(error, 'write into the folder', root);
  }
  ignoreFailure(() => {
    clearJournal(root, disk);
  });
}

function planOf(root: string, steps: readonly Step[], disk: Disk): JournalPlan {
  const foldersOf = (some: readonly Step[]) =>
    [...new Set(some.flatMap(({ path }) => parentsOf(path)))].sort();
  const written = foldersOf(steps.filter(({ kind }) => kind !== 'delete'));
  const deletedFrom = foldersOf(steps.filter(({ kind }) => kind === 'delete'));
  const folderAt = (path: RepoPath) => {
    const entry = isPlainWay(root, path, disk) ? disk.inspect(join(root, path)) : undefined;
    return entry?.kind === 'folder' ? entry : undefined;
  };
  return {
    version: 1,
    owner: thisProcess(),
    steps: steps.map((step) => ({
      path: step.path,
      kind: step.kind,
      ...(step.kind !== 'delete' && { sha256: sha256(step.content) }),
    })),
    made: written.filter((path) => folderAt(path) === undefined),
    // Git does the same: a folder in which nothing is left is nothing to keep.
    emptied: deletedFrom
      .filter((path) => !written.includes(path))
      .reverse()
      .map((path) => ({ path, mode: folderAt(path)?.mode ?? 0o755 })),
  };
}

/** @throws BulwarkError (code 74), about both failures, where that cannot be done now: the journal stays for the next command */
function takeAllBack(root: string, plan: JournalPlan, reason: unknown, disk: Disk): void {
  try {
    rollBack(root, plan, disk);
    advance(root, 'applying', 'undone', disk);
  } catch (error) {
    const failures = [
      asFailure(reason, 'write into the folder', root),
      asFailure(error, 'take back the changes', root),
    ];
    const [first, ...rest] = failures.flatMap((failure) =>
      failure instanceof BulwarkError ? failure.issues : [],
    );
    const unfinished: Issue = {
      id: 'not-taken-back',
      message: 'the changes of this run could not all be taken back yet',
      where: `${root}/${JOURNAL_FOLDER}`,
      hint: 'mend what the other messages say, then run any bulwark command here: it goes on taking back',
    };
    throw new BulwarkError(ExitCode.machine, first ? [first, ...rest, unfinished] : [unfinished], {
      cause: reason,
    });
  }
}

/** Does one step: checks that the place is as it was planned on, keeps the original, puts the new content there. */
function apply(root: string, plan: JournalPlan, step: Step, index: number, disk: Disk): void {
  const target = join(root, step.path);
  if (step.kind !== 'delete') {
    for (const parent of parentsOf(step.path)) {
      // One by one from the root: below a symlink nothing may be made.
      if (!isFolder(root, parent, disk)) disk.makeFolder(join(root, parent));
    }
  }
  if (isChanged(root, step, disk)) throw changedSincePlan([step.path]);
  if (step.kind === 'delete') {
    moveAway(target, originalPath(root, index), disk);
    const above = new Set<string>(parentsOf(step.path));
    for (const { path } of plan.emptied) if (above.has(path)) removeIfEmpty(join(root, path), disk);
    return;
  }
  if (step.kind === 'update') keepOriginal(target, originalPath(root, index), disk);
  moveInto(stagedPath(root, index), target, besidePath(target, plan.owner, index), disk);
}

/**
 * Whether a folder is there.
 * @throws BulwarkError (code 2) when something else is
 */
function isFolder(root: string, path: RepoPath, disk: Disk): boolean {
  const kind = disk.inspect(join(root, path))?.kind;
  if (kind !== undefined && kind !== 'folder') throw usageError([wrongKind(path, kind, 'folder')]);
  return kind === 'folder';
}

/**
 * Whether the place is no longer what the plan was made on.
 * @throws BulwarkError (code 2) when something else than a file, or a symlink, stands there or on the way
 */
function isChanged(root: string, step: Step, disk: Disk): boolean {
  if (!parentsOf(step.path).every((parent) => isFolder(root, parent, disk))) return true;
  const target = join(root, step.path);
  const entry = disk.inspect(target);
  if (entry !== undefined && entry.kind !== 'file')
    throw usageError([wrongKind(step.path, entry.kind, 'file')]);
  if (step.previous === undefined) return entry !== undefined;
  return entry?.size !== step.previous.length || !disk.read(target).equals(step.previous);
}

/** Gives the file a second name in the journal, so that taking back restores the very file: time, mode, owner and all. */
function keepOriginal(target: string, original: string, disk: Disk): void {
  try {
    disk.link(target, original);
  } catch (error) {
    // Not every file system has links, none reach across a mount, and Linux refuses them on files of others.
    if (
      !['EPERM', 'EXDEV', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK', 'EACCES'].includes(
        errorCode(error) ?? '',
      )
    )
      throw error;
    disk.copy(target, original);
  }
}

function moveAway(target: string, original: string, disk: Disk): void {
  try {
    disk.rename(target, original);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    disk.copy(target, original);
    disk.remove(target);
  }
}

/**
 * Renames the staged file into its place; across a mount by way of a copy beside it. The staged file goes before the place
 * changes: one that is still there means to a recovery that its step was not done.
 */
function moveInto(staged: string, target: string, beside: string, disk: Disk): void {
  try {
    disk.rename(staged, target);
  } catch (error) {
    if (errorCode(error) !== 'EXDEV') throw error;
    disk.copy(staged, beside);
    disk.remove(staged);
    disk.rename(beside, target);
  }
}

/** Traces that cannot be cleared now are cleared by the next command; the run itself has ended well, or badly, already. */
function ignoreFailure(action: () => void): void {
  try {
    action();
  } catch {
    // See above.
  }
}

const changedSincePlan = (paths: readonly string[]): BulwarkError => {
  const [first, ...rest] = paths.map((path) => ({
    id: 'changed-since-plan',
    message: `${path} was changed while bulwark was at work`,
    where: path,
    hint: 'run the command again: it will plan on the file as it is now',
  }));
  if (first === undefined) throw new Error('no path was changed');
  return new BulwarkError(ExitCode.conflicts, [first, ...rest]);
};
