/** Files that are of no use, or do harm, where the user has his own file in the place of the one that they go with. */
import type { ComponentId } from '../component/define.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { VirtualTree } from '../tree/virtual-tree.ts';
import { sameText } from './line-endings.ts';
import type { ReconcileInput } from './reconcile.ts';

/** Files that go with another of ours. */
export interface Companions {
  /** That says so. */
  readonly component: ComponentId;
  readonly of: RepoPath;
  /** Paths; `docker/*` is every file of that folder, and none of a folder in it. */
  readonly files: readonly string[];
}

/**
 * @returns what is not to be written: a deny-all .dockerignore would take everything from the build of a Dockerfile that the user
 * wrote. What bulwark wrote already stays in its care.
 */
export function leftOut(
  companions: readonly Companions[],
  { rendered, baseline, disk, decide }: Pick<ReconcileInput, 'rendered' | 'baseline' | 'disk' | 'decide'>,
): ReadonlySet<RepoPath> {
  const isUsers = (path: RepoPath): boolean => {
    const [file, present, base] = [rendered.get(path), disk.get(path), baseline.get(path)];
    if (!file || !present || (base && base.ownership !== 'kept')) return false;
    // Our part goes into a shared file, unless the user wants it as it is.
    if (!base && file.shared !== undefined && decide(file) !== 'keep') return false;
    return !sameText(present.content, file.content) && decide(file) !== 'overwrite';
  };
  return new Set(
    companions
      .filter(({ of }) => isUsers(of))
      .flatMap(({ files }) => matching(rendered, files))
      .filter((path) => !baseline.has(path)),
  );
}

const matching = (tree: VirtualTree, files: readonly string[]): readonly RepoPath[] =>
  [...tree.keys()].filter((path) =>
    files.some((file) =>
      file.endsWith('/*')
        ? path.startsWith(file.slice(0, -1)) && !path.slice(file.length - 1).includes('/')
        : path === file,
    ),
  );
