/** Changes of a text at known places; everything else stays to the last byte. */

export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/**
 * The text with the edits made. Two that say the same are one: an anchor that is used twice is edited once.
 * @throws Error (a bug) when two different edits overlap
 */
export function applyEdits(text: string, edits: readonly Edit[]): string {
  const sorted = [...edits].sort((a, b) => a.start - b.start || a.end - b.end);
  let result = '';
  let at = 0;
  let last: Edit | undefined;
  for (const edit of sorted) {
    if (last?.start === edit.start && last.end === edit.end && last.text === edit.text) continue;
    if (edit.start < at) throw new Error(`two edits overlap at ${edit.start}`);
    result += text.slice(at, edit.start) + edit.text;
    at = edit.end;
    last = edit;
  }
  return result + text.slice(at);
}

/** Where the line of an offset begins. */
export const lineStart = (text: string, offset: number): number => text.lastIndexOf('\n', offset - 1) + 1;

/** Where the line of an offset ends: before its line feed, and before a carriage return. */
export function lineEnd(text: string, offset: number): number {
  const feed = text.indexOf('\n', offset);
  const end = feed < 0 ? text.length : feed;
  return end > offset && text[end - 1] === '\r' ? end - 1 : end;
}

/** Takes whole lines out, from the line of `start` to the one of `end`, line end included. */
export function removeLines(text: string, start: number, end: number): Edit {
  const feed = text.indexOf('\n', end);
  const from = lineStart(text, start);
  if (feed >= 0) return { start: from, end: feed + 1, text: '' };
  // The last line has no end of its own: then the one before it goes.
  return { start: from > 0 ? from - (text[from - 2] === '\r' ? 2 : 1) : 0, end: text.length, text: '' };
}
