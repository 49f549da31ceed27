/** Compares what was rendered with the baseline and the disk, and says for each path what is to happen (SPEC section 6). */
import { appendMissingLines } from './append-lines.ts';
import { sameText, withLineEndingsOf } from './line-endings.ts';
import type { SharedFileKind } from '../component/contribution.ts';
import type { Change, ChangeSet } from '../tree/change-set.ts';
import { isHarmless } from '../tree/harmless.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { Ownership, VirtualFile, VirtualTree } from '../tree/virtual-tree.ts';

/** What to do with a file that is there, differs, and is not ours. */
export const ON_CONFLICT = ['ask', 'keep', 'overwrite', 'marker', 'fail'] as const;
export type OnConflict = (typeof ON_CONFLICT)[number];
export type Decision = Exclude<OnConflict, 'ask'>;

export interface DiskFile {
  readonly content: Buffer;
  readonly executable: boolean;
}

/** A file as bulwark wrote it last. */
export interface BaseFile extends DiskFile {
  readonly ownership: Ownership;
  readonly component: string;
}

interface Merged {
  readonly content: Buffer;
  /** First line of each conflict block in the content, 1-based. */
  readonly conflicts: readonly number[];
}

/** How texts are put together; undefined for what is no text. */
export interface Mergers {
  /** Two versions without a common base into one, with git's markers around what differs. */
  readonly markConflict: (file: VirtualFile, previous: Buffer) => Promise<BothSides | undefined>;
  /** Three versions of one file into one. */
  readonly mergeFile: (sides: {
    readonly path: RepoPath;
    readonly base: Buffer;
    readonly ours: Buffer;
    readonly theirs: Buffer;
    /** Several write to it, each in paragraphs of their own. */
    readonly isShared: boolean;
  }) => Promise<Merged | undefined>;
  /** Our part into a file that is the user's; a remark where there is no safe place for it. */
  readonly spliceFile: (
    path: RepoPath,
    kind: SharedFileKind,
    ours: Buffer,
    wanted: Buffer,
  ) => Promise<{ readonly content: Buffer } | { readonly remark: string }>;
}

/** A text with the conflicts marked, and the lines at which they begin. */
export interface BothSides {
  readonly merged: Buffer;
  readonly lines: readonly number[];
}

export interface ReconcileInput {
  readonly rendered: VirtualTree;
  /** What bulwark wrote last; empty for a new repository. */
  readonly baseline: ReadonlyMap<RepoPath, BaseFile>;
  /** The files on the disk at the paths of `rendered` and `baseline`. */
  readonly disk: ReadonlyMap<RepoPath, DiskFile>;
  /** Files of the user's that our part was put into, as they would be without it. */
  readonly originals: ReadonlyMap<RepoPath, Buffer>;
  /** New paths of the baseline's files, by the old ones. */
  readonly renames: ReadonlyMap<RepoPath, RepoPath>;
  /** Decides for one file that both sides have changed. */
  readonly decide: (file: VirtualFile) => Decision;
  /** Put our part into shared files of the user's. */
  readonly splices: boolean;
  readonly mergers: Mergers;
}

/** One path with its three versions; `base` may come from the path that the file had before. */
interface Sides {
  readonly file: VirtualFile;
  readonly base: BaseFile | undefined;
  readonly disk: DiskFile | undefined;
  readonly from?: RepoPath;
}

/**
 * The change set of a run. Without a baseline what is on the disk is the user's: under `fail` README and LICENSE are kept and
 * .gitignore is added to, any other differing file is a conflict.
 */
export async function reconcile(input: ReconcileInput): Promise<ChangeSet> {
  const { rendered, baseline, disk } = input;
  const moves = movesOf(input);
  const cameFrom = new Map([...moves].map(([from, to]) => [to, from]));
  const changes: Change[] = [];
  for (const file of rendered.values()) {
    const from = cameFrom.get(file.path);
    const at = from ?? file.path;
    changes.push(
      await changeOf({ file, base: baseline.get(at), disk: disk.get(at), ...(from && { from }) }, input),
    );
  }
  for (const [path, base] of baseline) {
    if (rendered.has(path)) continue;
    const present = disk.get(path);
    const to = moves.get(path);
    if (!present) continue;
    changes.push(
      to === undefined
        ? await withdrawal(path, base, present, input)
        : { path, kind: 'delete', previous: present.content, to },
    );
  }
  return changes.sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** Renames that can be followed: the old file is there and goes, and nothing is in the way of the new one. */
function movesOf({ rendered, baseline, disk, renames }: ReconcileInput): ReadonlyMap<RepoPath, RepoPath> {
  const isMovable = (from: RepoPath, to: RepoPath): boolean =>
    baseline.has(from) &&
    !rendered.has(from) &&
    disk.has(from) &&
    rendered.has(to) &&
    !baseline.has(to) &&
    !disk.has(to);
  return new Map([...renames].filter(([from, to]) => isMovable(from, to)));
}

async function changeOf(sides: Sides, input: ReconcileInput): Promise<Change> {
  const { file, base, disk, from } = sides;
  const { path } = file;
  const original = input.originals.get(path);
  if (disk && base && original && file.shared !== undefined) {
    const own = await withoutOurs(path, { original, base, disk }, input.mergers);
    if (own) return spliced(sides, file.shared, own, input.mergers);
  }
  if (!disk) {
    return base
      ? { path, kind: 'keep', reason: 'deleted-by-user', file }
      : { path, kind: 'create', file, content: file.content, executable: file.executable };
  }
  // Who changed the mode, and where nobody knows the template: what it was rendered with.
  const executable = base && disk.executable !== base.executable ? disk.executable : file.executable;
  const isSame = sameText(disk.content, file.content);
  if (base?.ownership === 'kept' && !isSame) return ownFile(sides, base, input.mergers);
  if (isSame && (base ?? disk.executable === executable)) return withMode(sides, disk.content, executable);
  if (!base) return withoutBase(sides, input);
  if (sameText(disk.content, base.content)) {
    return written(sides, withLineEndingsOf(disk.content, file.content), executable);
  }
  const isOffered = !sameText(file.content, base.content);
  if (base.ownership === 'seeded' || !isOffered) {
    if (from !== undefined || disk.executable !== executable)
      return withMode(sides, disk.content, executable);
    return { path, kind: 'keep', reason: 'edited', file, previous: disk.content, offered: isOffered };
  }
  const merged = await input.mergers.mergeFile({
    path,
    base: base.content,
    ours: disk.content,
    theirs: file.content,
    isShared: base.ownership === 'shared',
  });
  if (merged?.conflicts.length === 0) return written(sides, merged.content, executable, 'merged');
  return conflictOf(sides, merged, executable, input.decide(file));
}

/** Both have changed the same lines, or it is no text at all. */
function conflictOf(
  sides: Sides & { readonly disk?: DiskFile | undefined },
  merged: Merged | undefined,
  executable: boolean,
  decision: Decision,
): Change {
  const { file, disk, from } = sides;
  const { path } = file;
  const previous = disk?.content;
  if (decision === 'overwrite') return written(sides, file.content, executable);
  if (decision === 'keep' && previous) {
    return from === undefined
      ? { path, kind: 'keep', reason: 'on-conflict-keep', file, previous, offered: true }
      : written(sides, previous, executable);
  }
  return {
    path,
    kind: 'conflict',
    file,
    executable,
    lines: merged?.conflicts ?? [],
    ...(previous && from === undefined && { previous }),
    ...(from && { from }),
    // What cannot be marked (binary) stays as it is until somebody has decided.
    ...(decision === 'marker' && { merged: merged?.content ?? previous ?? file.content }),
  };
}

/** The text stays as the user has it, and so does the file where its mode is right as well. */
function withMode(sides: Sides, content: Buffer, executable: boolean): Change {
  const { file, disk, from } = sides;
  return from === undefined && disk?.executable === executable
    ? { path: file.path, kind: 'unchanged', file }
    : written(sides, content, executable);
}

function written(
  { file, disk, from }: Sides,
  content: Buffer,
  executable: boolean,
  how?: 'merged' | 'spliced',
): Change {
  const { path } = file;
  return disk && from === undefined
    ? { path, kind: 'update', file, content, executable, previous: disk.content, ...(how && { how }) }
    : { path, kind: 'create', file, content, executable, ...(from && { from }) };
}

/** A file that is there and that bulwark did not write. */
async function withoutBase(sides: Sides, { decide, mergers, splices }: ReconcileInput): Promise<Change> {
  const { file, disk } = sides;
  if (!disk) throw new Error('there is nothing to compare with');
  const { path, executable } = file;
  const previous = disk.content;
  const decision = decide(file);
  if (decision === 'keep') return { path, kind: 'keep', reason: 'on-conflict-keep', file, previous };
  if (decision === 'overwrite') return written(sides, file.content, executable);
  // What a stack would seed, the repository has: its own application.
  if (splices && file.ownership === 'seeded') return { path, kind: 'keep', reason: 'yours', file, previous };
  if (splices && file.shared !== undefined) {
    return spliced(sides, file.shared, previous, mergers);
  }
  if (decision === 'fail') {
    return withoutConflict(file, disk) ?? { path, kind: 'conflict', file, previous, lines: [], executable };
  }
  const marked = await mergers.markConflict(file, previous);
  return {
    path,
    kind: 'conflict',
    file,
    previous,
    executable,
    lines: marked?.lines ?? [],
    ...(marked && { merged: marked.merged }),
  };
}

/**
 * A file that the user has in the place of ours. Where our part found no safe place in it, what there is more of it now is told
 * again; one that he declined is only offered to him.
 */
async function ownFile(sides: Sides, base: BaseFile, { spliceFile }: Mergers): Promise<Change> {
  const { file, disk } = sides;
  if (!disk) throw new Error('there is nothing that could be kept');
  const { path, content, shared } = file;
  const previous = disk.content;
  const isOffered = !sameText(content, base.content);
  // Prose that had no place is no loss; a job that is missing is.
  if (
    isOffered &&
    shared !== undefined &&
    shared !== 'readme' &&
    'remark' in (await spliceFile(path, shared, previous, base.content))
  ) {
    return spliced(sides, shared, previous, { spliceFile });
  }
  return { path, kind: 'keep', reason: 'yours', file, previous, offered: isOffered };
}

/** Puts our part into a file of the user's; a remark says what is to be done by hand where there is no safe place for it. */
async function spliced(
  sides: Sides,
  kind: SharedFileKind,
  original: Buffer,
  { spliceFile }: Pick<Mergers, 'spliceFile'>,
): Promise<Change> {
  const { file, disk } = sides;
  const { path } = file;
  if (!disk) throw new Error('there is nothing to put our part into');
  const previous = disk.content;
  const splice = await spliceFile(path, kind, original, file.content);
  if (!('content' in splice)) {
    return { path, kind: 'conflict', file, previous, lines: [], remark: splice.remark };
  }
  const { content } = splice;
  if (content.equals(previous)) return { path, kind: 'unchanged', file, original, content };
  const { executable } = disk;
  return { path, kind: 'update', file, content, executable, previous, how: 'spliced', original };
}

interface Host {
  readonly original: Buffer;
  readonly base: BaseFile;
  readonly disk: DiskFile;
}

/** The user's file as it is now, without our part; undefined where the two cannot be told apart any more. */
async function withoutOurs(
  path: RepoPath,
  { original, base, disk }: Host,
  { mergeFile }: Mergers,
): Promise<Buffer | undefined> {
  if (disk.content.equals(base.content)) return original;
  const merged = await mergeFile({
    path,
    base: base.content,
    ours: disk.content,
    theirs: original,
    isShared: true,
  });
  return merged?.conflicts.length === 0 ? merged.content : undefined;
}

/** What hosting services put into every new repository is no conflict: it is kept, and patterns are added to. */
function withoutConflict(file: VirtualFile, disk: DiskFile): Change | undefined {
  const { path } = file;
  const previous = disk.content;
  if (path === '.gitignore') {
    const content = appendMissingLines(previous, file.content);
    return content.equals(previous)
      ? { path, kind: 'keep', reason: 'harmless', file, previous }
      : written({ file, base: undefined, disk }, content, disk.executable);
  }
  return isHarmless(path) ? { path, kind: 'keep', reason: 'harmless', file, previous } : undefined;
}

/** A file that is no longer rendered: it goes if it is as bulwark wrote it; of a shared one our part goes. */
async function withdrawal(
  path: RepoPath,
  base: BaseFile,
  disk: DiskFile,
  { mergers, originals }: ReconcileInput,
): Promise<Change> {
  const previous = disk.content;
  if (base.ownership === 'kept') return { path, kind: 'keep', reason: 'yours', previous };
  const original = originals.get(path);
  const own = original && (await withoutOurs(path, { original, base, disk }, mergers));
  if (own) return restored(path, base, disk, own);
  if (sameText(previous, base.content) && disk.executable === base.executable)
    return { path, kind: 'delete', previous };
  if (base.ownership === 'shared') {
    const rest = await mergers.mergeFile({
      path,
      base: base.content,
      ours: previous,
      theirs: Buffer.alloc(0),
      isShared: true,
    });
    if (rest?.conflicts.length === 0 && !rest.content.equals(previous)) {
      if (rest.content.toString('utf8').trim() === '') return { path, kind: 'delete', previous };
      return restored(path, base, disk, rest.content);
    }
  }
  return { path, kind: 'keep', reason: 'no-longer-generated', previous };
}

/** The user's part of a file alone. */
function restored(path: RepoPath, base: BaseFile, disk: DiskFile, content: Buffer): Change {
  const file: VirtualFile = {
    path,
    content,
    executable: disk.executable,
    origin: { component: base.component, template: path },
    ownership: 'shared',
  };
  return disk.content.equals(content)
    ? { path, kind: 'unchanged', file }
    : written({ file, base, disk }, content, disk.executable, 'merged');
}
