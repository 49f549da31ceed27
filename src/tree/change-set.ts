/** What a run would do to the disk, path by path, before anything is done. */
import type { RepoPath } from './repo-path.ts';
import type { VirtualFile } from './virtual-tree.ts';

/** Why a file on disk stays as it is although bulwark rendered something else. */
export type KeepReason =
  'edited' | 'deleted-by-user' | 'no-longer-generated' | 'harmless' | 'on-conflict-keep';

interface ChangeOf<Kind extends string> {
  readonly path: RepoPath;
  readonly kind: Kind;
}

/** A file that will be written, with the bytes that land on the disk. */
interface Written {
  readonly file: VirtualFile;
  readonly content: Buffer;
}

export type Change =
  | (ChangeOf<'create'> & Written)
  | (ChangeOf<'update'> & Written & { readonly previous: Buffer })
  | (ChangeOf<'delete'> & { readonly previous: Buffer })
  | (ChangeOf<'unchanged'> & { readonly file: VirtualFile })
  | (ChangeOf<'keep'> & {
      readonly reason: KeepReason;
      readonly file?: VirtualFile;
      readonly previous?: Buffer;
    })
  | (ChangeOf<'conflict'> & {
      readonly file: VirtualFile;
      readonly previous: Buffer;
      /** The text with git's diff3 markers in it; absent where lines cannot be compared (binary). */
      readonly merged?: Buffer;
      /** First line of each conflict block in `merged`, 1-based. */
      readonly lines: readonly number[];
    });

/** Changes sorted by path; one for each path of the plan. */
export type ChangeSet = readonly Change[];
