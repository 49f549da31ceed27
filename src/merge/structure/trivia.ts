/** Comments and blank lines: which of them go with which item. */

/**
 * Where the lines end that go with what ends at `from`: the rest of its line, comments below it that are indented deeper than it,
 * and those directly below it that a blank line sets off from what follows.
 * @param column of the item
 */
export function ownedEnd(text: string, from: number, column: number): number {
  let end = lineEnd(text, from);
  let at = end;
  let isDirect = true;
  let direct: number | undefined;
  while (at < text.length) {
    const next = lineEnd(text, at + 1);
    const line = text.slice(at + 1, next);
    const indent = line.length - line.trimStart().length;
    if (line.trim() === '') {
      if (isDirect && direct !== undefined) end = direct;
      isDirect = false;
    } else if (line[indent] !== '#') {
      break;
    } else if (indent > column) {
      end = next;
    } else if (isDirect && indent === column) {
      direct = next;
    } else {
      break;
    }
    if (next >= text.length) break;
    at = next;
  }
  return end;
}

/** The offset of the line's end: of its line feed, or of the end of the text. */
export function lineEnd(text: string, from: number): number {
  const end = text.indexOf('\n', from);
  return end < 0 ? text.length : end;
}

/** The offset of the line's first character. */
export const lineStart = (text: string, at: number): number => text.lastIndexOf('\n', at - 1) + 1;

/** Whether there is nothing but white space and comments of the format between two items. */
export function isTrivia(text: string, comment: RegExp): boolean {
  return text.trim() === '' || text.replace(comment, '').trim() === '';
}
