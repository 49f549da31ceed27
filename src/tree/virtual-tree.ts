/** The rendered repository in memory: every path has one owner, no two differ by case alone. */
import type { SharedFileKind } from '../component/contribution.ts';
import type { ComponentId } from '../component/define.ts';
import { usageError } from '../errors.ts';
import type { RepoPath } from './repo-path.ts';

/**
 * Who answers for a file after it was written: `managed` files are bulwark's and are updated; `seeded` ones are the
 * user's once edited; of `shared` ones bulwark answers for its part; a `kept` one is the user's own where ours would be,
 * and is never written.
 */
export type Ownership = 'managed' | 'seeded' | 'shared' | 'kept';

export interface VirtualFile {
  readonly path: RepoPath;
  readonly content: Buffer;
  readonly executable: boolean;
  readonly origin: { readonly component: ComponentId; readonly template: string };
  readonly ownership: Ownership;
  /** What kind of shared file it is, if it is one. */
  readonly shared?: SharedFileKind;
  /** No component answers for the file as a whole: our part is added where the repository has one. */
  readonly onlyIfPresent?: true;
}

/** Files by path, sorted by path (code units), so that every run walks them alike. */
export type VirtualTree = ReadonlyMap<RepoPath, VirtualFile>;

/**
 * Puts files together into a tree.
 * @throws BulwarkError (code 2) naming both owners when two files claim one path, when two paths differ by case
 * alone, or when a path is both a file and a folder
 */
export function virtualTree(files: Iterable<VirtualFile>): VirtualTree {
  const sorted = [...files].sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const tree = new Map<RepoPath, VirtualFile>();
  const folded = new Map<string, VirtualFile>();
  for (const file of sorted) {
    const other = folded.get(file.path.toLowerCase());
    if (other) throw twoOwners(file, other, 'both write');
    folded.set(file.path.toLowerCase(), file);
    tree.set(file.path, file);
  }
  for (const file of sorted) {
    for (let end = file.path.indexOf('/'); end > 0; end = file.path.indexOf('/', end + 1)) {
      const parent = folded.get(file.path.slice(0, end).toLowerCase());
      if (parent) throw twoOwners(file, parent, 'need as a file and as a folder');
    }
  }
  return tree;
}

function twoOwners(file: VirtualFile, other: VirtualFile, verb: string): Error {
  return usageError([
    {
      id: 'two-owners',
      message: `${describeOrigin(file)} and ${describeOrigin(other)} ${verb} ${other.path}`,
      where: file.path,
      hint: 'leave out one of the two components, or give one of them another path in the layout',
    },
  ]);
}

const describeOrigin = ({ origin }: VirtualFile): string => `${origin.component} (${origin.template})`;
