/**
 * Where the attributes and blocks of an HCL file stand: the parser that reads their values (hcl2json) tells no positions.
 * Its paths are that parser's: `resource.aws_s3_bucket.logs[0].bucket`. What is no valid HCL is not noticed here.
 */
import type { Path } from './yaml-source.ts';

export interface HclPlace {
  readonly path: Path;
  /** Where the value begins; of a block, where its type stands. Offset into the text. */
  readonly offset: number;
  /** The text of a value that is one plain string without interpolation. */
  readonly literal?: string;
}

const SPACE = /(?:[ \t\r\n,]+|#[^\n]*|\/\/[^\n]*|\/\*[^]*?\*\/)*/y;
const NAME = /[\p{L}_][\p{L}\p{N}_-]*/uy;
const HEREDOC = /<<-?([\p{L}_][\p{L}\p{N}_-]*)\r?\n/uy;
/** A file that nests deeper is no configuration; it keeps the outline it has until there. */
const MAX_DEPTH = 100;

/** Every attribute, block, and item of an object or list, in the order of the text. */
export function hclOutline(text: string): readonly HclPlace[] {
  const places: HclPlace[] = [];
  const blocks = new Map<string, number>();
  let at = 0;
  let nesting = 0;

  const take = (pattern: RegExp): RegExpExecArray | null => {
    pattern.lastIndex = at;
    const match = pattern.exec(text);
    at += match?.[0].length ?? 0;
    return match;
  };
  const skip = (): void => void take(SPACE);

  /** Skips to the next item of what `close` ends; false at its end. */
  const isBefore = (close: string): boolean => {
    skip();
    return at < text.length && text[at] !== close;
  };

  /** Past a quoted template; its content when there is no interpolation in it. */
  const quoted = (): string | undefined => {
    const start = at;
    let plain = true;
    nesting += 1;
    // A template in a template in a template …: nobody writes it, and it would exhaust the stack.
    at = nesting > MAX_DEPTH ? text.length : at + 1;
    while (at < text.length && text[at] !== '"' && text[at] !== '\n') {
      const pair = text.slice(at, at + 2);
      if (text.startsWith('$${', at) || text.startsWith('%%{', at)) at += 3;
      else if (pair === '${' || pair === '%{') {
        plain = false;
        at += 2;
        untilClosed('}');
      } else at += text[at] === '\\' ? 2 : 1;
    }
    at += 1;
    nesting -= 1;
    if (!plain) return undefined;
    try {
      return JSON.parse(text.slice(start, at)) as string;
    } catch {
      return undefined;
    }
  };

  const heredoc = (): boolean => {
    const word = take(HEREDOC)?.[1];
    if (word === undefined) return false;
    const end = new RegExp(`^[ \\t]*${word}[ \\t]*\\r?$`, 'm').exec(text.slice(at));
    at = end ? at + end.index + end[0].length : text.length;
    return true;
  };

  /** Past what a bracket opened, strings and comments inside of it left whole. */
  const untilClosed = (close: string): void => {
    const open = [close];
    while (at < text.length && open.length > 0) {
      skip();
      const character = text[at] ?? '';
      if (character === '"') quoted();
      else if (character === '<' && heredoc()) continue;
      else {
        if (character === open.at(-1)) open.pop();
        else if (character in CLOSING) open.push(CLOSING[character as keyof typeof CLOSING]);
        at += 1;
      }
    }
  };

  /** Past the rest of an expression: to the end of its line, or to what closes the collection it stands in. */
  const expression = (): void => {
    while (at < text.length) {
      take(/[ \t]+/y);
      const character = text[at] ?? '';
      if (character === '\n' || character === ',' || character === '}' || character === ']') return;
      if (character === '#' || text.startsWith('//', at)) return;
      if (character === '"') quoted();
      else if (character === '<' && heredoc()) continue;
      else if (character in CLOSING) {
        at += 1;
        untilClosed(CLOSING[character as keyof typeof CLOSING]);
      } else at += 1;
    }
  };

  const value = (path: Path, depth: number): void => {
    take(/[ \t]+/y);
    const offset = at;
    if (text[at] === '"') {
      const literal = quoted();
      const isWhole = /[ \t]*(?:[\r\n,}\]]|#|\/\/|$)/y;
      isWhole.lastIndex = at;
      places.push({ path, offset, ...(literal !== undefined && isWhole.test(text) && { literal }) });
      expression();
      return;
    }
    places.push({ path, offset });
    if (text[at] === '{' && depth < MAX_DEPTH && !isFor()) object(path, depth + 1);
    else if (text[at] === '[' && depth < MAX_DEPTH && !isFor()) list(path, depth + 1);
    expression();
  };

  /** `[for x in y : …]` makes its items when it runs. */
  const isFor = (): boolean => /^[[{]\s*for\s/.test(text.slice(at, at + 40));

  const object = (path: Path, depth: number): void => {
    at += 1;
    while (isBefore('}')) {
      const start = at;
      const key = text[at] === '"' ? quoted() : take(NAME)?.[0];
      take(/[ \t]*[=:]/y);
      if (key === undefined) expression();
      else value([...path, key], depth);
      if (at === start) at += 1;
    }
    at += 1;
  };

  const list = (path: Path, depth: number): void => {
    at += 1;
    let index = 0;
    while (isBefore(']')) {
      const start = at;
      value([...path, index], depth);
      index += 1;
      if (at === start) at += 1;
    }
    at += 1;
  };

  const body = (path: Path, depth: number): void => {
    while (isBefore('}')) {
      const start = at;
      const name = take(NAME)?.[0];
      if (name === undefined) {
        at += 1;
        continue;
      }
      take(/[ \t]+/y);
      if (text[at] === '=') {
        at += 1;
        value([...path, name], depth);
        continue;
      }
      const labels: string[] = [];
      for (;;) {
        const label = text[at] === '"' ? quoted() : take(NAME)?.[0];
        if (label === undefined) break;
        labels.push(label);
        take(/[ \t]+/y);
      }
      if (text[at] !== '{' || depth >= MAX_DEPTH) {
        expression();
        continue;
      }
      const block = [...path, name, ...labels];
      const id = JSON.stringify(block);
      const index = blocks.get(id) ?? 0;
      blocks.set(id, index + 1);
      places.push({ path: [...block, index], offset: start });
      at += 1;
      body([...block, index], depth + 1);
      at += 1;
    }
  };

  while (at < text.length) {
    body([], 0);
    // A bracket that nothing opened.
    at += 1;
  }
  return places;
}

const CLOSING = { '{': '}', '[': ']', '(': ')' } as const;
