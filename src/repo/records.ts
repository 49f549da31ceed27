/** What bulwark itself keeps in a repository (SPEC section 2), as files of a run. */
import type { Change, ChangeSet } from '../tree/change-set.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { VirtualFile, VirtualTree } from '../tree/virtual-tree.ts';
import {
  BASELINE_PATH,
  ORIGINALS_PATH,
  serializeBaseline,
  serializeTexts,
  type Baseline,
} from './baseline.ts';
import {
  LOCK_PATH,
  lockOf,
  serializeLock,
  sha256,
  withoutRendered,
  withRendered,
  type LockedPack,
} from './lockfile.ts';
import type { ExistingFile } from './open-repo.ts';
import { PENDING_PATH, serializePending, type Before } from './pending.ts';
import { renderingDigest } from './rendering-digest.ts';
import { SETTINGS_PATH } from './settings-file.ts';

export const RECORD_PATHS: readonly RepoPath[] = [
  SETTINGS_PATH,
  LOCK_PATH,
  BASELINE_PATH,
  ORIGINALS_PATH,
  PENDING_PATH,
];

export interface Recorded {
  /** The text of `bulwark.json`. */
  readonly settings: string;
  readonly tree: VirtualTree;
  /** Of bulwark. */
  readonly version: string;
  readonly packs: readonly LockedPack[];
  /** Packed texts that need not be packed again, those of the repository first. */
  readonly known: readonly Baseline[];
  readonly originals: ReadonlyMap<RepoPath, Buffer>;
  /** The settings come to this very tree again, whatever stands on the disk. */
  readonly isSettled: boolean;
}

/** The records of a rendered tree. */
export const recordFiles = ({
  settings,
  tree,
  version,
  packs,
  known,
  originals,
  isSettled,
}: Recorded): readonly VirtualFile[] => {
  const lock = lockOf(tree, version, packs);
  const baseline = serializeBaseline(tree, known, lock);
  const text = serializeLock(lock);
  const rendered = isSettled ? renderingDigest({ settings, lock: text, baseline }) : undefined;
  return [
    record(SETTINGS_PATH, settings),
    record(LOCK_PATH, rendered === undefined ? text : withRendered(text, rendered)),
    record(BASELINE_PATH, baseline),
    ...(originals.size > 0 ? [record(ORIGINALS_PATH, serializeTexts(originals))] : []),
  ];
};

/** Records are bulwark's alone: they are written over what stands there. */
export const recordChanges = (
  records: readonly VirtualFile[],
  disk: ReadonlyMap<RepoPath, ExistingFile>,
): readonly Change[] =>
  records.map((file): Change => {
    const { path, content } = file;
    const previous = disk.get(path)?.content;
    if (previous === undefined) return { path, kind: 'create', file, content };
    return previous.equals(content) || saysTheSame(file, previous)
      ? { path, kind: 'unchanged', file }
      : { path, kind: 'update', file, content, previous };
  });

/** The digest of a run alone is no reason to write a lock: it only saves time. */
const saysTheSame = ({ path, content }: VirtualFile, previous: Buffer): boolean =>
  path === LOCK_PATH &&
  withoutRendered(previous.toString('utf8')) === withoutRendered(content.toString('utf8'));

/** The originals go when our part is in no file of the user's any more. */
export function obsoleteRecords(
  records: readonly VirtualFile[],
  disk: ReadonlyMap<RepoPath, ExistingFile>,
): readonly Change[] {
  const path = ORIGINALS_PATH;
  const present = disk.get(path);
  const isLeft = present !== undefined && !records.some((record) => record.path === path);
  return isLeft ? [{ path, kind: 'delete', previous: present.content }] : [];
}

/** Conflicts that a person has to resolve in the file. */
export const leftConflicts = (changes: ChangeSet) =>
  changes.flatMap((change) => (change.kind === 'conflict' && change.merged !== undefined ? [change] : []));

/**
 * The record of the conflicts that a change set leaves, with all that takes it back; undefined where it leaves none.
 * @param changes the whole change set, the other records among them
 */
export function pendingRecord(
  command: string,
  changes: ChangeSet,
  disk: ReadonlyMap<RepoPath, ExistingFile>,
): VirtualFile | undefined {
  const conflicts = leftConflicts(changes).map(({ path, lines }) => ({ path, lines }));
  if (conflicts.length === 0) return undefined;
  const before = changes.flatMap((change): [RepoPath, Before][] => {
    if (change.kind === 'unchanged' || change.kind === 'keep') return [];
    const written = change.kind === 'delete' ? undefined : writtenBy(change);
    if (change.kind !== 'delete' && written === undefined) return [];
    const present = disk.get(change.path);
    return [
      [
        change.path,
        {
          executable: present?.executable ?? false,
          ...(present && { content: present.content }),
          ...(written && { written: sha256(written) }),
        },
      ],
    ];
  });
  return record(PENDING_PATH, serializePending({ command, conflicts, before: new Map(before) }));
}

const writtenBy = (
  change: Extract<Change, { kind: 'create' | 'update' | 'conflict' }>,
): Buffer | undefined => (change.kind === 'conflict' ? change.merged : change.content);

const record = (path: RepoPath, text: string): VirtualFile => ({
  path,
  content: Buffer.from(text),
  executable: false,
  origin: { component: 'bulwark', template: path },
  ownership: 'managed',
});
