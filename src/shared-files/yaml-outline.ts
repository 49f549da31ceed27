/**
 * Reads a YAML fragment as an outline: block maps by key, block lists by item, and everything below them as the lines that were
 * written. Comments, quoting, tags and block scalars therefore stay to the last character.
 *
 * This is no YAML parser and need not be one: fragments are our own, and what is put together from them is parsed by a real one
 * in `verify` and in the tests. A real one at this place takes longer than the rest of a run.
 */

export interface Entry {
  /** As the parser of the format reads it: without quotes. */
  readonly key: string;
  /** Comments and blank lines above it. */
  before: readonly string[];
  /** With its comment: `image: redis:8 # pinned`. */
  line: string;
  value: Unread | Value;
}

/** A value that nobody has had to look into yet. */
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

/** @throws Error when a line cannot be read so; NotAMap when the text is something else than a block map */
export function parseOutline(text: string): BlockMap {
  const lines = text.replace(/\n+$/, '').split('\n');
  const tabbed = lines.find((line) => /^ *\t/.test(line));
  if (tabbed !== undefined) throw new Error(`a tab indents "${tabbed.trim()}"`);
  const first = lines.find(isSignificant) ?? '';
  if (!KEY.test(first)) throw new NotAMap(`"${first}" is no key with its value`);
  return parseMap(lines);
}

export class NotAMap extends Error {
  override readonly name = 'NotAMap';
}

/** @param depth of the map's keys */
export const printOutline = ({ entries }: BlockMap, depth = 0): string[] =>
  entries.flatMap(({ before, line, value }) => [
    ...indent([...before, line], depth),
    ...printValue(value, depth + 1),
  ]);

function printValue(value: Value, depth: number): string[] {
  switch (value.kind) {
    case 'map':
      return printOutline(value, depth);
    case 'list':
      return value.items.flatMap(({ before, lines }) => indent([...before, ...lines], depth));
    case 'leaf':
      return indent(value.lines, depth);
  }
}

const indent = (lines: readonly string[], depth: number): string[] =>
  lines.map((line) => (line === '' ? '' : ' '.repeat(INDENT * depth) + line));

const isSignificant = (line: string): boolean => /^\s*[^\s#]/.test(line);
const widthOf = (line: string): number => line.length - line.trimStart().length;
const dedent = (lines: readonly string[], width: number): string[] =>
  lines.map((line) => line.slice(Math.min(width, widthOf(line))));

function parseMap(lines: readonly string[]): BlockMap {
  const keys = new Set<string>();
  // A list may stand as far to the left as the key that it belongs to.
  const parts = cut(lines, KEY, (line) => widthOf(line) > 0 || ITEM.test(line));
  const entries = parts.map(({ before, line, body }): Entry => {
    const [whole, written = ''] = KEY.exec(line) ?? [''];
    const key = written.replace(/^(["'])(.*)\1$/, '$2');
    if (keys.has(key)) throw new Error(`"${key}" is set twice`);
    keys.add(key);
    return { key, before, line, value: parseValue(line.slice(whole.length).trim(), body) };
  });
  return { kind: 'map', entries };
}

function parseValue(rest: string, body: readonly string[]): Value {
  const [properties] = PROPERTIES.exec(rest) ?? [''];
  const tag = properties.trim();
  const text = withoutComment(rest.slice(properties.length));
  const first = body.find(isSignificant);
  if (text === '' && first !== undefined) {
    const inner = dedent(body, widthOf(first));
    if (ITEM.test(first.trimStart())) return { kind: 'list', tag, items: parseItems(inner) };
    if (KEY.test(first.trimStart())) return parseMap(inner);
  }
  if (!/^[|>]/.test(text)) requireClosed([text, ...body].join('\n'));
  return { kind: 'leaf', tag, text, lines: dedent(body, INDENT) };
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
  readonly body: string[];
}

/** Cuts a block at the lines that begin a part; comments and blank lines go to the part below, unless the one above goes on. */
function cut(lines: readonly string[], begins: RegExp, goesOn: (line: string) => boolean): Part[] {
  const parts: Part[] = [];
  let between: string[] = [];
  for (const line of lines) {
    const last = parts.at(-1);
    if (line === '' || line.startsWith('#')) {
      between.push(line);
    } else if (begins.test(line)) {
      parts.push({ before: between, line, body: [] });
      between = [];
    } else if (last && goesOn(line)) {
      last.body.push(...between, line);
      between = [];
    } else {
      throw new Error(`"${line.trim()}" belongs to nothing`);
    }
  }
  parts.at(-1)?.body.push(...between);
  return parts;
}

function withoutComment(text: string): string {
  const masked = mask(text);
  const comment = /(?:^|\s)#/.exec(masked);
  return (comment ? text.slice(0, comment.index) : text).trim();
}

const mask = (text: string): string => text.replace(QUOTED, (quoted) => '_'.repeat(quoted.length));

/** @throws Error when a quote or a bracket that begins the value is not closed */
function requireClosed(value: string): void {
  const masked = mask(value);
  if (/^["']/.test(masked)) throw new Error(`a quote is not closed in ${value}`);
  if (!/^[[{]/.test(masked)) return;
  const count = (pattern: RegExp) => masked.match(pattern)?.length ?? 0;
  if (count(/\[/g) !== count(/\]/g) || count(/\{/g) !== count(/\}/g)) {
    throw new Error(`a bracket is not closed in ${value}`);
  }
}
