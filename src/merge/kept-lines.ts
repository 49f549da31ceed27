/** The second law, checked on the result of a merge: a line that only the user's file has is still there. */
import type { Lines } from './merge-lines.ts';

/**
 * @returns the first line that ours has more often than base and the result less often than that; undefined: nothing is lost.
 * Indentation, a comma at the end and blank lines do not count: they are the text's form, and a neighbour changes them.
 */
export function lostLine({ base, ours }: Pick<Lines, 'base' | 'ours'>, merged: string): string | undefined {
  const inBase = count(base);
  const inMerged = count(merged);
  for (const [line, times] of count(ours)) {
    if (line !== '' && (inMerged.get(line) ?? 0) < times - (inBase.get(line) ?? 0)) return line;
  }
  return undefined;
}

function count(text: string): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const written of text.split('\n')) {
    const line = essence(written);
    counts.set(line, (counts.get(line) ?? 0) + 1);
  }
  return counts;
}

function essence(line: string): string {
  const text = line.trim();
  return text.endsWith(',') ? text.slice(0, -1) : text;
}
