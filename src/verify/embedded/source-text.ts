/** The text of a judged file, decoded and split once however many checks ask for it. */
import { isBinary } from '../../tree/is-binary.ts';
import type { JudgedFile } from '../check.ts';

const texts = new WeakMap<JudgedFile, string>();
const lines = new WeakMap<JudgedFile, readonly string[]>();

export function textOf(file: JudgedFile): string {
  let text = texts.get(file);
  if (text === undefined) {
    text = file.content.toString('utf8');
    texts.set(file, text);
  }
  return text;
}

/** The lines without their ends, CRLF included. */
export function linesOf(file: JudgedFile): readonly string[] {
  let split = lines.get(file);
  if (split === undefined) {
    split = textOf(file).split(/\r?\n/);
    lines.set(file, split);
  }
  return split;
}

/** The 1-based line of an offset into `text`. */
export function lineAt(text: string, offset: number): number {
  let line = 1;
  for (let end = text.indexOf('\n'); end >= 0 && end < offset; end = text.indexOf('\n', end + 1)) line += 1;
  return line;
}

export const isText = ({ content }: JudgedFile): boolean => !isBinary(content);

export const baseName = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

/** The folder of a path; the root is the empty string. */
export const folderOf = (path: string): string => path.slice(0, Math.max(path.lastIndexOf('/'), 0));

/** What follows the last dot of the file name, in lower case, without the dot. */
export function extensionOf(path: string): string {
  const name = baseName(path);
  const dot = name.lastIndexOf('.');
  return dot > 0 ? name.slice(dot + 1).toLowerCase() : '';
}
