/** Reads TOML with the place of each key: `smol-toml` says what it means, the scanner here where it stands. */
import type * as Toml from 'smol-toml';
import { indentOf } from './read-json.ts';
import { nameOf } from './sequence.ts';
import {
  MAX_DEPTH,
  Unfaithful,
  unitsOf,
  type Data,
  type Group,
  type Item,
  type Node,
  type Source,
} from './source.ts';
import { lineEnd, ownedEnd } from './trivia.ts';

/** Reads a TOML document; the data beside the source is that of the whole, as `smol-toml` reads it. */
export type ReadToml = (text: string) => Source & { readonly data: Data };

/** The package is loaded when the first TOML file is merged. */
export async function tomlReader(): Promise<ReadToml> {
  const { parse } = await import('smol-toml');
  return (text) => {
    let data: Data;
    try {
      data = asMaps(parse(text));
    } catch (error) {
      throw new Unfaithful(error instanceof Error ? error.message : String(error));
    }
    const root = new TomlReading(text, parse).root();
    return { text, root, ...unitsOf(root), data };
  };
}

/** Tables as `Map`s, so that no key of a file means anything to JavaScript. */
function asMaps(value: unknown): Data {
  if (Array.isArray(value)) return value.map(asMaps);
  if (typeof value !== 'object' || value === null || value instanceof Date) return value;
  return new Map(Object.entries(value).map(([key, inner]) => [key, asMaps(inner)]));
}

const TRIVIA = /\s*(?:#[^\n]*\s*)*/y;
const BLANK = /[ \t]*/y;
const KEY =
  /(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*')(?:[ \t]*\.[ \t]*(?:[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'))*/y;
const PART = /[A-Za-z0-9_-]+|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/g;
const STRING =
  /"""(?:[^"\\]|\\[\s\S]|"(?!""))*"{3,5}|'''(?:[^']|'(?!''))*'{3,5}|"(?:[^"\\\n]|\\.)*"|'[^'\n]*'/y;
/** Numbers, booleans, dates: a date may have a blank before its time. */
const BARE = /\d{4}-\d\d-\d\d \d\d:[^\s,\]}#]*|[^\s,\]}#"'[{]+/y;

interface Section {
  readonly key: string;
  readonly start: number;
  readonly headEnd: number;
  readonly items: Item[];
}

class TomlReading {
  readonly #text: string;
  readonly #parse: typeof Toml.parse;
  #at = 0;

  constructor(text: string, parse: typeof Toml.parse) {
    this.#text = text;
    this.#parse = parse;
  }

  /** Tables are the entries of the root, in the order in which they stand; keys before the first table are a table without header. */
  root(): Group {
    const sections: Section[] = [];
    const names = new SectionNames();
    this.#take(TRIVIA);
    while (this.#at < this.#text.length) {
      if (this.#text[this.#at] === '[') {
        const start = this.#at;
        const isArray = this.#text[start + 1] === '[';
        this.#at += isArray ? 2 : 1;
        this.#take(BLANK);
        const path = this.#key();
        this.#take(BLANK);
        const close = isArray ? ']]' : ']';
        if (!this.#text.startsWith(close, this.#at)) throw new Unfaithful(`"${close}" is missing`);
        this.#at += close.length;
        const headEnd = lineEnd(this.#text, this.#at);
        sections.push({ key: names.next(path, isArray), start, headEnd, items: [] });
        this.#at = headEnd;
      } else {
        // Whatever stands above the first key is its lead: the table without header has none.
        if (sections.length === 0) sections.push({ key: '', start: 0, headEnd: 0, items: [] });
        const item = this.#entry('lines', 0);
        sections.at(-1)?.items.push(item);
        this.#at = item.end;
      }
      this.#take(TRIVIA);
    }
    const items = named(sections).map((section) => this.#section(section));
    return {
      kind: 'map',
      start: 0,
      itemsStart: 0,
      items,
      end: this.#text.length,
      bracketed: false,
      commas: false,
      indent: items[0] ? indentOf(this.#text, items[0].start) : '',
      data: new Map(items.map(({ key, node }) => [key, node.data])),
    };
  }

  #section({ key, start, headEnd, items }: Section): Item {
    const [first] = items;
    const last = items.at(-1);
    const end = last?.end ?? headEnd;
    const node: Group = {
      kind: 'map',
      start: headEnd,
      itemsStart: headEnd,
      items,
      end,
      bracketed: false,
      commas: false,
      indent: first ? indentOf(this.#text, first.start) : indentOf(this.#text, start),
      data: new Map(items.map((item) => [item.key, item.node.data])),
    };
    return { key, start, nodeEnd: end, end, comma: undefined, node };
  }

  #entry(layout: 'lines' | 'inline', depth: number): Item {
    const start = this.#at;
    const key = this.#key().join('\0');
    this.#take(BLANK);
    if (this.#text[this.#at] !== '=') throw new Unfaithful('"=" is missing');
    this.#at += 1;
    this.#take(BLANK);
    const node = this.#node(depth);
    const nodeEnd = this.#at;
    if (layout === 'inline') return this.#separated({ key, start, nodeEnd, node });
    const column = indentOf(this.#text, start).length;
    return { key, start, nodeEnd, end: ownedEnd(this.#text, nodeEnd, column), comma: undefined, node };
  }

  #node(depth: number): Node {
    if (depth > MAX_DEPTH) throw new Unfaithful('nested too deeply');
    const start = this.#at;
    if (this.#text[start] === '[') {
      return this.#group('list', ']', () => {
        const at = this.#at;
        const node = this.#node(depth + 1);
        return this.#separated({ key: undefined, start: at, nodeEnd: this.#at, node });
      });
    }
    if (this.#text[start] === '{') return this.#group('map', '}', () => this.#entry('inline', depth + 1));
    const written = this.#take(STRING) || this.#take(BARE);
    if (written === '') throw new Unfaithful('a value is missing');
    return { kind: 'leaf', start, data: this.#value(written) };
  }

  #value(written: string): Data {
    if (/^"[^"\\]*"$/.test(written)) return written.slice(1, -1);
    if (/^(?:0|-?[1-9]\d{0,14})$/.test(written)) return Number(written);
    if (written === 'true' || written === 'false') return written === 'true';
    return asMaps(this.#parse(`x = ${written}`).x);
  }

  #group(kind: Group['kind'], close: string, next: () => Item): Group {
    const start = this.#at;
    this.#at += 1;
    const items: Item[] = [];
    for (;;) {
      this.#take(TRIVIA);
      if (this.#text[this.#at] === close) break;
      const last = items.at(-1);
      if (this.#at >= this.#text.length || (last && last.comma === undefined)) {
        throw new Unfaithful(`"${close}" is missing`);
      }
      items.push(next());
    }
    this.#at += 1;
    const [first] = items;
    return {
      kind,
      start,
      itemsStart: start + 1,
      items,
      end: this.#at,
      bracketed: true,
      commas: true,
      indent: first ? indentOf(this.#text, first.start) : '',
      data:
        kind === 'map'
          ? new Map(items.map(({ key, node }) => [key, node.data]))
          : items.map(({ node }) => node.data),
    };
  }

  #separated(item: Omit<Item, 'end' | 'comma'>): Item {
    this.#take(TRIVIA);
    if (this.#text[this.#at] !== ',') {
      this.#at = item.nodeEnd;
      const end = this.#commentEnd();
      return { ...item, end, comma: undefined };
    }
    const comma = this.#at;
    this.#at += 1;
    return { ...item, end: this.#commentEnd(), comma };
  }

  /** A comment at the end of the line goes with what stands there. */
  #commentEnd(): number {
    const from = this.#at;
    const comment = /[ \t]*#[^\n]*/y;
    return this.#take(comment) === '' ? from : this.#at;
  }

  #key(): readonly string[] {
    const written = this.#take(KEY);
    if (written === '') throw new Unfaithful('a key is missing');
    return (written.match(PART) ?? []).map((part) =>
      part.startsWith("'") ? part.slice(1, -1) : part.startsWith('"') ? String(this.#value(part)) : part,
    );
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += match.length;
    return match;
  }
}

/** Tells apart the tables of an array, and the tables below them. */
class SectionNames {
  readonly #counts = new Map<string, number>();

  next(path: readonly string[], isArray: boolean): string {
    let name = '';
    for (const [index, part] of path.entries()) {
      name += `\0${part}`;
      const isOwn = isArray && index === path.length - 1;
      if (isOwn) this.#counts.set(name, (this.#counts.get(name) ?? 0) + 1);
      const count = this.#counts.get(name);
      if (count !== undefined) name += `\0#${count}`;
    }
    return name;
  }
}

/** An element of an array of tables is known by its name where each of its array has one, else by its number. */
function named(sections: readonly Section[]): readonly Section[] {
  const arrays = new Map<string, Section[]>();
  for (const section of sections) {
    const array = /^(.*)\0#\d+$/s.exec(section.key)?.[1];
    if (array !== undefined) arrays.set(array, [...(arrays.get(array) ?? []), section]);
  }
  const renamed = new Map<string, string>();
  for (const [array, elements] of arrays) {
    const names = elements.map(({ items }) =>
      nameOf(new Map(items.map(({ key, node }) => [key, node.data]))),
    );
    if (names.includes(undefined) || new Set(names).size < names.length) continue;
    elements.forEach(({ key }, index) => renamed.set(key, `${array}\0#${String(names[index])}`));
  }
  return sections.map((section) => {
    const [from, to] =
      [...renamed].find(([key]) => section.key === key || section.key.startsWith(`${key}\0`)) ?? [];
    return from === undefined || to === undefined
      ? section
      : { ...section, key: to + section.key.slice(from.length) };
  });
}
