/** What of a file is not its text: byte order mark, line endings, the line end at its end. They merge apart from the text. */
import { isUtf8 } from 'node:buffer';

type Ending = '\n' | '\r\n';

/** How a text was stored. */
export interface TextForm {
  readonly encoding: 'utf8' | 'latin1';
  readonly mark: boolean;
  readonly ending: Ending;
  /** The lines that end otherwise than most; undefined: none. */
  readonly mixed: string | undefined;
  /** Whether the last line ends; true for an empty text. */
  readonly isEnded: boolean;
}

/** A text with LF at the end of each line, and without a byte order mark. */
export interface PlainText {
  readonly text: string;
  readonly form: TextForm;
}

const MARK = '\uFEFF';

/** @returns all of the texts read in one encoding: bytes that are no UTF-8 in any are taken one by one, so that none is lost */
export function readTexts(contents: readonly Buffer[]): readonly PlainText[] {
  const encoding = contents.every((content) => isUtf8(content)) ? 'utf8' : 'latin1';
  return contents.map((content) => read(content.toString(encoding), encoding));
}

function read(whole: string, encoding: TextForm['encoding']): PlainText {
  const mark = whole.startsWith(MARK);
  const written = mark ? whole.slice(1) : whole;
  const crlf = written.split('\r\n').length - 1;
  const lf = written.split('\n').length - 1 - crlf;
  const plain = crlf === 0 ? written : written.replaceAll('\r\n', '\n');
  const isEnded = plain === '' || plain.endsWith('\n');
  return {
    text: isEnded ? plain : `${plain}\n`,
    form: {
      encoding,
      mark,
      ending: crlf > lf ? '\r\n' : '\n',
      mixed: crlf > 0 && lf > 0 ? written : undefined,
      isEnded,
    },
  };
}

/**
 * @param text merged, with LF
 * @returns the bytes in the form of ours; only whether the last line ends follows a change of theirs
 */
export async function writeText(
  text: string,
  forms: Readonly<Record<'base' | 'ours' | 'theirs', TextForm>>,
): Promise<Buffer> {
  const { base, ours, theirs } = forms;
  const isEnded = ours.isEnded === base.isEnded ? theirs.isEnded : ours.isEnded;
  const ended = isEnded ? text : text.replace(/\n$/, '');
  const lines =
    ours.mixed === undefined
      ? ended.replaceAll('\n', ours.ending)
      : await withMixed(ended, ours.mixed, ours.ending);
  return Buffer.from((ours.mark ? MARK : '') + lines, ours.encoding);
}

/** Lines that were there end as they did; new ones as most do. */
async function withMixed(text: string, written: string, ending: Ending): Promise<string> {
  const { diffArrays } = await import('diff');
  const before = written.split(/(?<=\n)/);
  const after = text.split(/(?<=\n)/);
  const bare = (line: string): string => line.replace(/\r?\n$/, '');
  let at = 0;
  const merged: string[] = [];
  for (const { value, added, removed } of diffArrays(before.map(bare), after.map(bare))) {
    if (removed) {
      at += value.length;
      continue;
    }
    for (const line of value) {
      const old = added ? undefined : before[at];
      const isLast = merged.length === after.length - 1;
      const end = isLast && !text.endsWith('\n') ? '' : (/\r?\n$/.exec(old ?? '')?.[0] ?? ending);
      merged.push(line + end);
      if (!added) at += 1;
    }
  }
  return merged.join('');
}
