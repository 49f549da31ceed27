/** Reads JSON, also with comments and trailing commas (`tsconfig.json`, `.devcontainer.json`), with the place of each value. */
import { MAX_DEPTH, Unfaithful, unitsOf, type Group, type Item, type Node, type Source } from './source.ts';
import { lineStart } from './trivia.ts';

const TRIVIA = /(?:\s|\/\/[^\n]*|\/\*(?:[^*]|\*(?!\/))*\*\/)*/y;
/** What stands behind a value on its line: its comma, and a comment that ends there. */
const TAIL = /[ \t]*(?:\/\*(?:[^*\n]|\*(?!\/))*\*\/[ \t]*)*(?:\/\/[^\n]*)?(?=\n|$)/y;
// eslint-disable-next-line no-control-regex -- JSON forbids exactly these inside a string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const SCALAR = /(?:true|false|null|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)(?![\w.])/y;

/** @throws Unfaithful when the text is no JSON, or a key stands twice */
export function readJson(text: string): Source {
  const root = new JsonReading(text).root();
  return { text, root, ...unitsOf(root) };
}

class JsonReading {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  /** The document is the one entry of a map that is not written. */
  root(): Group {
    this.#take(TRIVIA);
    const start = this.#at;
    const node = this.#node(0);
    const nodeEnd = this.#at;
    const end = this.#tailEnd();
    this.#take(TRIVIA);
    if (this.#at < this.#text.length) this.#fail('the end');
    return {
      kind: 'map',
      start: 0,
      itemsStart: 0,
      items: [{ key: '', start, nodeEnd, end, comma: undefined, node }],
      end: this.#text.length,
      bracketed: false,
      commas: false,
      indent: '',
      data: new Map([['', node.data]]),
    };
  }

  #node(depth: number): Node {
    if (depth > MAX_DEPTH) throw new Unfaithful('nested too deeply');
    const start = this.#at;
    if (this.#text[start] === '{') return this.#group('map', '}', depth);
    if (this.#text[start] === '[') return this.#group('list', ']', depth);
    const scalar = this.#take(STRING) || this.#take(SCALAR) || this.#fail('a value');
    return { kind: 'leaf', start, data: JSON.parse(scalar) as unknown };
  }

  #group(kind: Group['kind'], close: string, depth: number): Group {
    const start = this.#at;
    this.#at += 1;
    const itemsStart = this.#at;
    const items: Item[] = [];
    const values = new Map<string, unknown>();
    for (;;) {
      this.#take(TRIVIA);
      if (this.#text[this.#at] === close) break;
      const last = items.at(-1);
      if (last && last.comma === undefined) this.#fail(`"," or "${close}"`);
      const item = this.#item(kind, depth);
      if (item.key !== undefined) {
        if (values.has(item.key)) throw new Unfaithful(`the key ${item.key} stands twice`);
        values.set(item.key, item.node.data);
      }
      items.push(item);
    }
    this.#at += 1;
    const [first] = items;
    return {
      kind,
      start,
      itemsStart,
      items,
      end: this.#at,
      bracketed: true,
      commas: true,
      indent: first ? indentOf(this.#text, first.start) : '',
      data: kind === 'map' ? values : items.map(({ node }) => node.data),
    };
  }

  #item(kind: Group['kind'], depth: number): Item {
    const start = this.#at;
    let key: string | undefined;
    if (kind === 'map') {
      key = JSON.parse(this.#take(STRING) || this.#fail('a key in double quotes')) as string;
      this.#take(TRIVIA);
      if (this.#text[this.#at] !== ':') this.#fail('":"');
      this.#at += 1;
      this.#take(TRIVIA);
    }
    const node = this.#node(depth + 1);
    const nodeEnd = this.#at;
    this.#take(TRIVIA);
    let comma: number | undefined;
    if (this.#text[this.#at] === ',') {
      comma = this.#at;
      this.#at += 1;
    } else {
      this.#at = nodeEnd;
    }
    return { key, start, nodeEnd, end: this.#tailEnd(), comma, node };
  }

  /** A comment at the end of the line goes with what stands there; white space alone does not. */
  #tailEnd(): number {
    const from = this.#at;
    return this.#take(TAIL).trim() === '' ? from : this.#at;
  }

  #take(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += match.length;
    return match;
  }

  #fail(expected: string): never {
    throw new Unfaithful(`expected ${expected} at offset ${this.#at}`);
  }
}

/** The white space that begins the line of an item. */
export function indentOf(text: string, at: number): string {
  const start = lineStart(text, at);
  return /^[ \t]*/.exec(text.slice(start, at))?.[0] ?? '';
}
