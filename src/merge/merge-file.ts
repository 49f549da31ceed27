/** Three-way merge of one file's text: by structure where that can be done faithfully, else by lines. */
import type { Exec } from '../exec.ts';
import { isBinary } from '../tree/is-binary.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import { lostLine } from './kept-lines.ts';
import { conflictLines, markAll, mergeLines, refuseMarkers } from './merge-lines.ts';
import { mergeNarrowed, mergeStructure, readerOf } from './structure/merge-structure.ts';
import { readTexts, writeText } from './text-form.ts';

export interface MergeSides {
  readonly path: RepoPath;
  readonly base: Buffer;
  readonly ours: Buffer;
  readonly theirs: Buffer;
}

export interface MergedFile {
  readonly content: Buffer;
  /** First line of each conflict block in `content`, 1-based; empty: merged cleanly. */
  readonly conflicts: readonly number[];
  /** What merged it; `lines` also where nothing had to be merged, as one side is what it was. */
  readonly by: 'structure' | 'lines';
}

/** undefined: not text (binary), so nothing can be merged. */
export type MergeFile = (sides: MergeSides, exec: Exec) => Promise<MergedFile | undefined>;

/**
 * @throws BulwarkError: `unresolved-conflict` (code 3) when ours holds git's markers, `git-missing` or `merge-failed` (code 74)
 */
export const mergeFile: MergeFile = async ({ path, ...contents }, exec) => {
  const { base, ours, theirs } = contents;
  if (isBinary(base) || isBinary(ours) || isBinary(theirs)) return undefined;
  const [b, o, t] = readTexts([base, ours, theirs]);
  if (!b || !o || !t) throw new Error('a text is missing');
  refuseMarkers(o.text, b.text, path);
  if (theirs.equals(base) || theirs.equals(ours)) return untouched(ours);
  if (ours.equals(base)) return untouched(theirs);

  const texts = { base: b.text, ours: o.text, theirs: t.text };
  const merged = await mergeTexts(texts, path, exec);
  return {
    content: await writeText(merged.text, { base: b.form, ours: o.form, theirs: t.form }),
    conflicts: merged.by === 'structure' ? [] : conflictLines(merged.text),
    by: merged.by,
  };
};

const untouched = (content: Buffer): MergedFile => ({ content, conflicts: [], by: 'lines' });

/** The texts without their forms: what differs there alone has been merged when this is called. */
async function mergeTexts(
  texts: { readonly base: string; readonly ours: string; readonly theirs: string },
  path: RepoPath,
  exec: Exec,
): Promise<{ readonly text: string; readonly by: MergedFile['by'] }> {
  if (texts.theirs === texts.base || texts.theirs === texts.ours) return { text: texts.ours, by: 'lines' };
  if (texts.ours === texts.base) return { text: texts.theirs, by: 'lines' };
  const read = await readerOf(path);
  const narrowed = read && /\.ya?ml$/i.test(path) ? mergeNarrowed(read, texts) : undefined;
  if (narrowed !== undefined && lostLine(texts, narrowed) === undefined)
    return { text: narrowed, by: 'structure' };
  const structure = read && mergeStructure(read, texts);
  if (structure?.text !== undefined && lostLine(texts, structure.text) === undefined) {
    return { text: structure.text, by: 'structure' };
  }
  const text = await mergeLines(texts, path, exec);
  // Lines that merge without a conflict can still say nothing: the same key twice, a list that is cut in two.
  const isSound = structure === undefined || conflictLines(text).length > 0 || structure.allows(text);
  return { text: isSound ? text : markAll(texts), by: 'lines' };
}
