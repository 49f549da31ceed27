/**
 * Reads a YAML fragment as an outline: block maps by key, block lists by item, and everything below them as the lines that were
 * written. Comments, quoting, tags and block scalars therefore stay to the last character.
 *
 * This is no YAML parser and need not be one: fragments are our own, and what is put together from them is parsed by a real one
 * in `verify` and in the tests. A real one at this place takes longer than the rest of a run. For the same reason only what is
 * joined is read.
 */

export interface Entry {
  /** As the parser of the format reads it: without quotes. */
  readonly key: string;
  /** Comments and blank lines above it. */
  before: readonly string[];
  /** With its comment: `image: redis:8 # pinned`. */
  line: string;
  value: Value | Unread;
}

/** A value that nobody has had to look into: most are joined to nothing. */
export interface Unread {
  readonly kind: 'unread';
  /** What stands after the colon. */
  readonly rest: string;
  /** What follows the line of the key. */
  readonly body: readonly string[];
}

export interface Item {
  before: readonly string[];
  readonly lines: readonly string[];
  readonly isMap: boolean;
}

export interface BlockMap {
  readonly kind: 'map';
  readonly entries: Entry[];
}

export interface BlockList {
  readonly kind: 'list';
  /** As it stands after the key: `!override`; lists of different tags do not join. */
  readonly tag: string;
  readonly items: Item[];
}

/** A scalar or a flow collection. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly tag: string;
  /** What stands after key and tag, without the comment; of a block scalar its header. */
  readonly text: string;
  /** What follows the line of the key. */
  readonly lines: readonly string[];
}

export type Value = BlockMap | BlockList | Leaf;

const INDENT = 2;
const KEY =
  /^("(?:[^"\\]|\\.)*"|'(?:[^']|'')*'|[^\s#&*!|>%@`"'[\]{},?-](?:[^#:]|:(?=\S)|(?<=\S)#)*?)\s*:(?=\s|$)/;
const PROPERTIES = /^(?:[!&][^\s,[\]{}]*(?:\s+|$))*/;
const QUOTED = /"(?:[^"\\]|\\.)*"|'(?:[^']|'')*'/g;
const ITEM = /^-(?:\s+|$)/;

/** @throws OutlineError when a line cannot be read so */
export function parseOutline(text: string): BlockMap {
  const tabbed = /^ *\t.*/m.exec(text);
  if (tabbed) throw new OutlineError(`a tab indents "${tabbed[0].trim()}"`);
  const lines = text.replace(/\n+$/, '').split('\n');
  const first = lines.find(isSignificant) ?? '';
  if (!KEY.test(first)) throw new OutlineError(`"${first}" is no key with its value`, 'a YAML map');
  return parseMap(lines);
}

/** The text cannot be read. */
export class OutlineError extends Error {
  override readonly name = 'OutlineError';

  constructor(
    message: string,
    readonly wanted: 'a YAML fragment' | 'a YAML map' = 'a YAML fragment',
  ) {
    super(message);
  }
}

export function printOutline(map: BlockMap): string[] {
  const printed: string[] = [];
  printMap(map, 0, printed);
  return printed;
}

/** @param depth of the map's keys */
function printMap({ entries }: BlockMap, depth: number, printed: string[]): void {
  for (const { before, line, value } of entries) {
    printLines(before, depth, printed);
    printLines([line], depth, printed);
    printValue(value, depth + 1, printed);
  }
}

function printValue(value: Entry['value'], depth: number, printed: string[]): void {
  switch (value.kind) {
    case 'unread':
      printLines(value.body, isAtMargin(value.body) ? depth : depth - 1, printed);
      return;
    case 'map':
      printMap(value, depth, printed);
      return;
    case 'list':
      for (const { before, lines } of value.items) {
        printLines(before, depth, printed);
        printLines(lines, depth, printed);
      }
      return;
    case 'leaf':
      printLines(value.lines, depth, printed);
  }
}

function printLines(lines: readonly string[], depth: number, printed: string[]): void {
  const indent = ' '.repeat(INDENT * depth);
  lines.forEach((line) => printed.push(line === '' ? '' : indent + line));
}

const isSignificant = (line: string): boolean => /^\s*[^\s#]/.test(line);
const widthOf = (line: string): number => line.length - line.trimStart().length;

function dedent(lines: readonly string[], width: number): string[] {
  const margin = ' '.repeat(width);
  return lines.map((line) =>
    line.startsWith(margin) ? line.slice(width) : line.slice(Math.min(width, widthOf(line))),
  );
}

/** A list may stand as far to the left as the key that it belongs to; we give it an indent. */
const isAtMargin = (body: readonly string[]): boolean => ITEM.test(body.find(isSignificant) ?? '');

function parseMap(lines: readonly string[]): BlockMap {
  const keys = new Set<string>();
  const parts = cut(lines, KEY, (line) => widthOf(line) > 0 || ITEM.test(line));
  const entries = parts.map(({ before, line, body }): Entry => {
    const [whole, written = ''] = KEY.exec(line) ?? [''];
    const key = written.replace(/^(["'])(.*)\1$/, '$2');
    if (keys.has(key)) throw new OutlineError(`"${key}" is set twice`);
    keys.add(key);
    const rest = line.slice(whole.length).trim();
    if (/^["'[{]/.test(rest)) requireClosed([withoutComment(rest), ...body].join('\n'));
    return { key, before, line, value: { kind: 'unread', rest, body } };
  });
  return { kind: 'map', entries };
}

/** Whether the value is a block map; asked of what need not be read. */
export const isMap = (value: Entry['value']): boolean =>
  value.kind === 'unread'
    ? blockOf(tagged(value.rest).text, value.body)?.kind === 'map'
    : value.kind === 'map';

/**
 * The value of an entry, read once.
 * @throws OutlineError when a line of the value cannot be read
 */
export function readEntry(entry: Entry): Value {
  if (entry.value.kind !== 'unread') return entry.value;
  const value = readValue(entry.value);
  entry.value = value;
  return value;
}

/** @throws OutlineError when a line of the value cannot be read */
export function readValue({ rest, body }: Unread): Value {
  const { tag, text } = tagged(rest);
  const block = blockOf(text, body);
  switch (block?.kind) {
    case 'list':
      return { kind: 'list', tag, items: parseItems(dedent(body, block.width)) };
    case 'map':
      return parseMap(dedent(body, block.width));
    case undefined:
      return { kind: 'leaf', tag, text, lines: dedent(body, INDENT) };
  }
}

/** Which kind of block a value is, and how far it is indented; undefined: none. */
function blockOf(
  text: string,
  body: readonly string[],
): { readonly kind: 'list' | 'map'; readonly width: number } | undefined {
  const first = text === '' ? body.find(isSignificant) : undefined;
  if (first === undefined) return undefined;
  const begin = first.trimStart();
  const width = first.length - begin.length;
  if (ITEM.test(begin)) return { kind: 'list', width };
  return KEY.test(begin) ? { kind: 'map', width } : undefined;
}

/** What stands after a key, in its two parts, without the comment. */
function tagged(rest: string): { readonly tag: string; readonly text: string } {
  const [properties] = PROPERTIES.exec(rest) ?? [''];
  return { tag: properties.trim(), text: withoutComment(rest.slice(properties.length)) };
}

const parseItems = (lines: readonly string[]): Item[] =>
  cut(lines, ITEM, (line) => widthOf(line) > 0).map(({ before, line, body }) => ({
    before,
    lines: [line, ...body],
    isMap: KEY.test(line.replace(ITEM, '')),
  }));

interface Part {
  readonly before: readonly string[];
  readonly line: string;
  readonly body: readonly string[];
}

/** Cuts a block at the lines that begin a part; comments and blank lines go to the part below, unless the one above goes on. */
function cut(lines: readonly string[], begins: RegExp, goesOn: (line: string) => boolean): Part[] {
  const parts: Part[] = [];
  // Where the part above ends, without the comments and blank lines below it.
  let end = 0;
  let last: { readonly before: readonly string[]; readonly line: string; readonly at: number } | undefined;
  const finish = (to: number): void => {
    if (last) parts.push({ before: last.before, line: last.line, body: lines.slice(last.at + 1, to) });
  };
  lines.forEach((line, at) => {
    if (line === '' || line.startsWith('#')) return;
    if (begins.test(line)) {
      finish(end);
      last = { before: lines.slice(end, at), line, at };
    } else if (!last || !goesOn(line)) {
      throw new OutlineError(`"${line.trim()}" belongs to nothing`);
    }
    end = at + 1;
  });
  finish(lines.length);
  return parts;
}

function withoutComment(text: string): string {
  const masked = mask(text);
  const comment = /(?:^|\s)#/.exec(masked);
  return (comment ? text.slice(0, comment.index) : text).trim();
}

const mask = (text: string): string => text.replace(QUOTED, (quoted) => '_'.repeat(quoted.length));

/** @throws OutlineError when a quote or a bracket that begins the value is not closed */
function requireClosed(value: string): void {
  const masked = mask(value);
  if (/^["']/.test(masked)) throw new OutlineError(`a quote is not closed in ${value}`);
  if (!/^[[{]/.test(masked)) return;
  const count = (pattern: RegExp) => masked.match(pattern)?.length ?? 0;
  if (count(/\[/g) !== count(/\]/g) || count(/\{/g) !== count(/\}/g)) {
    throw new OutlineError(`a bracket is not closed in ${value}`);
  }
}
