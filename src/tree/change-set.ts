/** What a run would do to the disk, path by path, before anything is done. */
import type { RepoPath } from './repo-path.ts';
import type { VirtualFile } from './virtual-tree.ts';

/** Why a file on disk stays as it is although bulwark rendered something else. */
export type KeepReason =
  'edited' | 'deleted-by-user' | 'no-longer-generated' | 'harmless' | 'on-conflict-keep' | 'yours';

interface ChangeOf<Kind extends string> {
  readonly path: RepoPath;
  readonly kind: Kind;
}

/** A file that will be written, with the bytes that land on the disk. */
interface Written {
  readonly file: VirtualFile;
  readonly content: Buffer;
  /** Where its mode is not the template's: the user has changed it. */
  readonly executable?: boolean;
}

export type Change =
  | (ChangeOf<'create'> &
      Written & {
        /** Where the file stood until now: it takes the user's edits along. */
        readonly from?: RepoPath;
      })
  | (ChangeOf<'update'> &
      Written & {
        readonly previous: Buffer;
        /** `merged`: with what the user changed; `spliced`: into a file of the user's. */
        readonly how?: 'merged' | 'spliced';
        /** The user's file without our part. */
        readonly original?: Buffer;
      })
  | (ChangeOf<'delete'> & {
      readonly previous: Buffer;
      /** The path that its content goes to. */
      readonly to?: RepoPath;
    })
  | (ChangeOf<'unchanged'> & {
      readonly file: VirtualFile;
      /** The user's file without our part, and with it. */
      readonly original?: Buffer;
      readonly content?: Buffer;
    })
  | (ChangeOf<'keep'> & {
      readonly reason: KeepReason;
      readonly file?: VirtualFile;
      readonly previous?: Buffer;
      /** The template has changed too: what it would write now is worth a look. */
      readonly offered?: boolean;
    })
  | (ChangeOf<'conflict'> & {
      readonly file: VirtualFile;
      /** What stands there; absent for a file that comes from another path. */
      readonly previous?: Buffer;
      /** The text with git's diff3 markers in it; absent where lines cannot be compared (binary), or nobody has decided. */
      readonly merged?: Buffer;
      /** First line of each conflict block in `merged`, 1-based. */
      readonly lines: readonly number[];
      readonly from?: RepoPath;
      readonly executable?: boolean;
      /** Why there is no merged text, and the snippet to paste by hand. */
      readonly remark?: string;
    });

/** Changes sorted by path; one for each path of the plan. */
export type ChangeSet = readonly Change[];
