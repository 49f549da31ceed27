/** Line endings are a habit of the checkout, not an edit: they are compared and kept apart from the text. */
import { isBinary } from '../tree/is-binary.ts';

const CRLF = /\r\n/g;

/** Whether two files say the same, whatever their line endings. */
export function sameText(a: Buffer, b: Buffer): boolean {
  if (a.equals(b)) return true;
  if (isBinary(a) || isBinary(b) || !(a.includes('\r\n') || b.includes('\r\n'))) return false;
  return a.toString('latin1').replace(CRLF, '\n') === b.toString('latin1').replace(CRLF, '\n');
}

/** The text with the line endings that the other file has: CRLF where all of its lines end so. */
export function withLineEndingsOf(other: Buffer, text: Buffer): Buffer {
  if (isBinary(other) || isBinary(text)) return text;
  const lines = other.toString('latin1').split('\n').slice(0, -1);
  const isCrlf = lines.length > 0 && lines.every((line) => line.endsWith('\r'));
  if (!isCrlf) return text;
  return Buffer.from(text.toString('latin1').replace(CRLF, '\n').replaceAll('\n', '\r\n'), 'latin1');
}
