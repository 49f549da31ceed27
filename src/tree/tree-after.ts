/** The files of a repository as a run would leave them: what is on the disk, with the changes laid over it. */
import type { JudgedFile, JudgedTree } from '../verify/check.ts';
import type { ChangeSet } from './change-set.ts';
import type { RepoPath } from './repo-path.ts';

/** @param disk all files that are there; what no change names stays as it is, unread */
export function treeAfter(disk: JudgedTree, changes: ChangeSet): JudgedTree {
  const files = new Map<RepoPath, JudgedFile>(disk);
  for (const change of changes) {
    const { path } = change;
    if (change.kind === 'delete') files.delete(path);
    if (change.kind === 'create' || change.kind === 'update') {
      const executable = change.executable ?? change.file.executable;
      files.set(path, { path, content: change.content, executable });
    }
    if (change.kind === 'conflict' && change.merged) {
      files.set(path, {
        path,
        content: change.merged,
        executable: change.executable ?? change.file.executable,
      });
    }
  }
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}
