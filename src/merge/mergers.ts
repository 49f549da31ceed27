/** The mergers of a run; what they load is loaded when the first file needs it. */
import { settleAdditions } from './settle-additions.ts';
import type { Mergers } from './reconcile.ts';

/** @param signal aborted, it ends the programs that merge */
export const mergersUntil = (signal: AbortSignal): Mergers => ({
  markConflict: async (file, previous) => {
    const { markBothSides } = await import('./mark-both-sides.ts');
    return markBothSides(file, previous);
  },
  mergeFile: async (sides) => {
    const [{ mergeFile }, { execUntil }] = await Promise.all([
      import('./merge-file.ts'),
      import('../exec.ts'),
    ]);
    const merged = await mergeFile(sides, execUntil(signal));
    if (!merged || merged.conflicts.length === 0 || !sides.isShared) return merged;
    // Its markers end as its lines do; such files are few, and their conflicts stay.
    if (merged.content.includes('\r')) return merged;
    const { text, conflicts } = settleAdditions(merged.content.toString('utf8'));
    return { content: Buffer.from(text), conflicts };
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
});
