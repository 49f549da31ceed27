/** Compares what was rendered with the baseline and the disk, and says for each path what is to happen. */
import { appendMissingLines } from './append-lines.ts';
import type { Change, ChangeSet } from '../tree/change-set.ts';
import { isHarmless } from '../tree/harmless.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { VirtualFile, VirtualTree } from '../tree/virtual-tree.ts';

/** What to do with a file that is there, differs, and is not ours. */
export const ON_CONFLICT = ['ask', 'keep', 'overwrite', 'marker', 'fail'] as const;
export type OnConflict = (typeof ON_CONFLICT)[number];

export interface DiskFile {
  readonly content: Buffer;
  readonly executable: boolean;
}

/** Merges two versions without a common base into one with git's markers; undefined where lines do not apply. */
export type MarkConflict = (
  file: VirtualFile,
  previous: Buffer,
) => { readonly merged: Buffer; readonly lines: readonly number[] } | undefined;

export interface ReconcileInput {
  readonly rendered: VirtualTree;
  /** The files at the rendered paths that are on the disk. */
  readonly disk: ReadonlyMap<RepoPath, DiskFile>;
  /** Decides for one differing file. */
  readonly decide: (file: VirtualFile) => Exclude<OnConflict, 'ask'>;
  readonly markConflict: MarkConflict;
}

/**
 * The change set of a run without a baseline (`create`): what is on the disk is the user's.
 * Under `fail`, README and LICENSE are kept and .gitignore is added to; any other differing file is a conflict.
 */
export function reconcile({ rendered, disk, decide, markConflict }: ReconcileInput): ChangeSet {
  return [...rendered.values()].map((file): Change => {
    const { path } = file;
    const present = disk.get(path);
    if (!present) return { path, kind: 'create', file, content: file.content };
    const previous = present.content;
    if (previous.equals(file.content) && present.executable === file.executable) {
      return { path, kind: 'unchanged', file };
    }
    const decision = decide(file);
    switch (decision) {
      case 'keep':
        return { path, kind: 'keep', reason: 'on-conflict-keep', file, previous };
      case 'overwrite':
        return { path, kind: 'update', file, content: file.content, previous };
      case 'marker': {
        const marked = markConflict(file, previous);
        return {
          path,
          kind: 'conflict',
          file,
          previous,
          lines: marked?.lines ?? [],
          ...(marked && { merged: marked.merged }),
        };
      }
      case 'fail':
        return withoutConflict(file, previous) ?? { path, kind: 'conflict', file, previous, lines: [] };
    }
  });
}

/** What hosting services put into every new repository is no conflict: it is kept, and patterns are added to. */
function withoutConflict(file: VirtualFile, previous: Buffer): Change | undefined {
  const { path } = file;
  if (path === '.gitignore') {
    const content = appendMissingLines(previous, file.content);
    return content.equals(previous)
      ? { path, kind: 'keep', reason: 'harmless', file, previous }
      : { path, kind: 'update', file, content, previous };
  }
  return isHarmless(path) ? { path, kind: 'keep', reason: 'harmless', file, previous } : undefined;
}
