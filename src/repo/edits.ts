/** What the user has changed since bulwark wrote it. */
import { sameText } from '../merge/line-endings.ts';
import type { BaseFile } from '../merge/reconcile.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import { baseFilesOf, type ManagedRepo } from './managed-repo.ts';
import { readTargetFiles, type ExistingFile } from './open-repo.ts';

export interface Edit {
  readonly path: RepoPath;
  readonly base: BaseFile;
  /** What stands there now; absent: it was deleted. */
  readonly present?: ExistingFile;
  readonly kind: 'edited' | 'mode' | 'deleted';
}

/** The files that are not as bulwark wrote them, sorted by path; line endings are no edit, and what it never wrote is none. */
export function editsOf(repo: ManagedRepo): readonly Edit[] {
  const base = baseFilesOf(repo);
  const disk = readTargetFiles({ root: repo.root, state: 'bulwark' }, base.keys());
  return [...base].flatMap(([path, file]): Edit[] => {
    if (file.ownership === 'kept') return [];
    const present = disk.get(path);
    if (!present) return [{ path, base: file, kind: 'deleted' }];
    if (!sameText(present.content, file.content)) return [{ path, base: file, present, kind: 'edited' }];
    return present.executable === file.executable ? [] : [{ path, base: file, present, kind: 'mode' }];
  });
}
