/**
 * In files that several write to by paragraphs (Makefile, README, .env.example) git calls it a conflict when one side adds a
 * paragraph beside another that the other side changes, adds or takes away. There both can stand.
 */

const OPENS = '<<<<<<< yours';
const BASE = '||||||| base';
const MIDDLE = '=======';
const CLOSES = '>>>>>>> bulwark';

interface Block {
  readonly ours: readonly string[];
  readonly base: readonly string[];
  readonly theirs: readonly string[];
}

/**
 * @param text with git's diff3 markers, as the line merge labels them
 * @returns the text without those conflicts in which the user has only added paragraphs; `conflicts` are the first lines of the
 * others, 1-based
 */
export function settleAdditions(text: string): {
  readonly text: string;
  readonly conflicts: readonly number[];
} {
  const lines = text.split('\n');
  const output: string[] = [];
  const conflicts: number[] = [];
  for (let at = 0; at < lines.length; at += 1) {
    const end = lines[at] === OPENS ? lines.indexOf(CLOSES, at) : -1;
    const block = end < 0 ? undefined : readBlock(lines.slice(at + 1, end));
    const settled = block && settle(block);
    if (end < 0 || !block) {
      output.push(lines[at] ?? '');
    } else if (settled) {
      output.push(...settled);
      at = end;
    } else {
      conflicts.push(output.length + 1);
      output.push(...lines.slice(at, end + 1));
      at = end;
    }
  }
  return { text: output.join('\n'), conflicts };
}

function readBlock(lines: readonly string[]): Block | undefined {
  const base = lines.indexOf(BASE);
  const middle = lines.indexOf(MIDDLE, base);
  if (base < 0 || middle < 0) return undefined;
  return { ours: lines.slice(0, base), base: lines.slice(base + 1, middle), theirs: lines.slice(middle + 1) };
}

/** Both sides, one after the other, where what the user added is a paragraph of its own. */
function settle({ ours, base, theirs }: Block): readonly string[] | undefined {
  const added = ours.length - base.length;
  if (added <= 0) return undefined;
  const after = ours.slice(base.length);
  if (isSame(ours.slice(0, base.length), base) && (after[0] === '' || base.at(-1) === '')) {
    return joined(theirs, after);
  }
  const before = ours.slice(0, added);
  if (isSame(ours.slice(added), base) && (before.at(-1) === '' || base[0] === ''))
    return joined(before, theirs);
  return undefined;
}

/** Two paragraphs have one blank line between them, not two. */
const joined = (first: readonly string[], second: readonly string[]): readonly string[] =>
  first.at(-1) === '' && second[0] === '' ? [...first, ...second.slice(1)] : [...first, ...second];

const isSame = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, index) => line === b[index]);
