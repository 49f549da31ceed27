/** Small virtual trees for tests. */
import type { RepoPath } from '../../../src/tree/repo-path.ts';
import { virtualTree, type VirtualTree } from '../../../src/tree/virtual-tree.ts';

/** A tree of the given texts; the flag says whether a file is executable. */
export const treeOf = (files: Record<string, readonly [string | Buffer, boolean]>): VirtualTree =>
  virtualTree(
    Object.entries(files).map(([path, [content, executable]]) => ({
      path: path as RepoPath,
      content: Buffer.from(content),
      executable,
      origin: { component: 'test', template: path },
      ownership: 'managed',
    })),
  );
