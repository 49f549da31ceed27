/** The mergers of a run; what they load is loaded when the first file needs it. */
import { markBothSides } from './mark-both-sides.ts';
import type { Mergers } from './reconcile.ts';

export const mergers: Mergers = {
  markConflict: markBothSides,
  mergeFile: async (sides) => {
    const [{ mergeFile }, { exec }] = await Promise.all([import('./merge-file.ts'), import('../exec.ts')]);
    return mergeFile(sides, exec);
  },
  spliceFile: async (path, kind, ours, wanted) => {
    const { spliceFile } = await import('./splice-file.ts');
    const splice = await spliceFile(path, kind, ours, wanted);
    switch (splice.kind) {
      case 'spliced':
        return { content: splice.content };
      case 'unchanged':
        return { content: ours };
      case 'no-place':
        return { remark: `${splice.issue.message}\n${splice.issue.hint ?? ''}` };
    }
  },
};
