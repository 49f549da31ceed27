/** Reads one YAML document with the place of each value, by the `yaml` package's own nodes. */
import type * as Yaml from 'yaml';
import {
  MAX_DEPTH,
  Unfaithful,
  unitsOf,
  type Data,
  type Group,
  type Item,
  type Leaf,
  type Node,
  type Source,
} from './source.ts';
import type * as yamlPackage from './yaml-package.ts';
import { isTrivia, lineEnd, lineStart, ownedEnd } from './trivia.ts';

type YamlPackage = typeof yamlPackage;

/** Reads a YAML document. */
export type ReadYaml = (text: string) => Source;

const COMMENT = /(?<=^|\s)#[^\n]*/g;

/** The package is large, and many a run merges nothing. */
export async function yamlReader(): Promise<ReadYaml> {
  const yaml = await import('./yaml-package.ts');
  return (text) => new YamlReading(yaml, text).source();
}

class YamlReading {
  readonly #yaml: YamlPackage;
  readonly #text: string;
  readonly #document: Yaml.Document.Parsed;

  constructor(yaml: YamlPackage, text: string) {
    this.#yaml = yaml;
    this.#text = text;
    this.#document = yaml.parseDocument(text, { logLevel: 'silent', prettyErrors: false });
    const [fault] = this.#document.errors;
    if (fault) throw new Unfaithful(fault.message);
  }

  /** @throws Unfaithful */
  source(): Source {
    const contents = this.#document.contents as Yaml.Node | null;
    if (!this.#yaml.isCollection(contents)) throw new Unfaithful('the document is neither a map nor a list');
    const root = this.#isBracketed(contents)
      ? this.#wrapped(contents)
      : { ...this.#block(contents, 0, -1, 0), start: 0, itemsStart: 0, end: this.#text.length };
    return { text: this.#text, root, ...unitsOf(root) };
  }

  /** A root in brackets is the one entry of a map that is not written. */
  #wrapped(contents: Yaml.YAMLMap | Yaml.YAMLSeq): Group {
    const node = this.#flow(contents, 1);
    const end = lineEnd(this.#text, node.end);
    this.#requireTrivia(0, node.start);
    this.#requireTrivia(node.end, this.#text.length);
    const item: Item = { key: '', start: node.start, nodeEnd: node.end, end, comma: undefined, node };
    return {
      kind: 'map',
      start: 0,
      itemsStart: 0,
      items: [item],
      end: this.#text.length,
      bracketed: false,
      commas: false,
      indent: '',
      data: new Map([['', node.data]]),
    };
  }

  #isBracketed(node: Yaml.YAMLMap | Yaml.YAMLSeq): boolean {
    return node.flow === true && /[[{]/.test(this.#text[startOf(node)] ?? '');
  }

  /**
   * @param from where the value may begin: behind the colon, the dash
   * @param column of what the value belongs to
   */
  #node(node: Yaml.Node | null | undefined, from: number, column: number, depth: number): Placed {
    if (depth > MAX_DEPTH) throw new Unfaithful('nested too deeply');
    if (this.#yaml.isCollection(node)) {
      if (this.#isBracketed(node)) {
        const group = this.#flow(node, depth);
        return { node: group, end: group.end };
      }
      if (node.flow !== true && node.items.length > 0) {
        const group = this.#block(node, from, column, depth);
        return { node: group, end: group.end };
      }
      return this.#leaf(node.toJS(this.#document, { mapAsMap: true }), startOf(node), endOf(node));
    }
    if (this.#yaml.isAlias(node)) {
      return this.#leaf(node.toJS(this.#document, { mapAsMap: true }), startOf(node), endOf(node));
    }
    if (!this.#yaml.isScalar(node)) return this.#leaf(null, from, from);
    const start = Math.max(from, startOf(node));
    if (node.type !== 'BLOCK_LITERAL' && node.type !== 'BLOCK_FOLDED') {
      return this.#leaf(node.value, start, Math.max(start, endOf(node)));
    }
    // Blank lines below a block scalar are white space of the file, unless its header says that they count.
    const written = this.#text.slice(start, endOf(node));
    const isKept = /^[|>][0-9]*\+/.test(written);
    const length = isKept ? written.replace(/\n$/, '').length : written.trimEnd().length;
    return this.#leaf(node.value, start, start + length);
  }

  #leaf(data: Data, start: number, end: number): Placed {
    const node: Leaf = { kind: 'leaf', start, data };
    return { node, end };
  }

  #block(collection: Yaml.YAMLMap | Yaml.YAMLSeq, from: number, parentColumn: number, depth: number): Group {
    const isMap = this.#yaml.isMap(collection);
    const items: Item[] = [];
    const values = new Map<Data, Data>();
    let start = from;
    let column = 0;
    let previousEnd = from;
    for (const [index, entry] of collection.items.entries()) {
      let at: number;
      if (this.#yaml.isPair(entry)) at = startOf(entry.key as Yaml.Node);
      else
        at = this.#dashBefore(
          index === 0 ? this.#behindHead(from, entry) : previousEnd,
          startOf(entry as Yaml.Node),
        );
      if (index === 0) {
        column = at - lineStart(this.#text, at);
        const head = lineEnd(this.#text, from);
        // Behind a colon or a dash stand at most a tag, an anchor and a comment; then comes the first line of the value.
        if (head < at && from > 0) {
          start = head;
          previousEnd = head;
        }
      }
      this.#requireTrivia(previousEnd, at);
      const item = this.#yaml.isPair(entry)
        ? this.#entry(entry as Yaml.Pair<Yaml.Node, Yaml.Node | null>, at, column, depth)
        : this.#element(entry as Yaml.Node, at, column, depth);
      if (isMap) values.set(keyOf(item), item.node.data);
      items.push(item);
      previousEnd = item.end;
    }
    return {
      kind: isMap ? 'map' : 'list',
      start,
      itemsStart: start,
      items,
      end: parentColumn < 0 ? previousEnd : ownedEnd(this.#text, previousEnd, parentColumn),
      bracketed: false,
      commas: false,
      indent: ' '.repeat(column),
      data: isMap ? values : items.map(({ node }) => node.data),
    };
  }

  /** Where a list may begin: behind the tag, the anchor and the comment that stand on the line of its key. */
  #behindHead(from: number, first: unknown): number {
    const head = lineEnd(this.#text, from);
    return from > 0 && head < startOf(first as Yaml.Node) ? head : from;
  }

  #entry(pair: Yaml.Pair<Yaml.Node, Yaml.Node | null>, at: number, column: number, depth: number): Item {
    const key = this.#keyOf(pair.key);
    const colon = /[ \t]*:/y;
    colon.lastIndex = endOf(pair.key);
    if (!colon.test(this.#text)) throw new Unfaithful(`the key ${key} has no colon behind it`);
    return this.#item(key, at, this.#node(pair.value, colon.lastIndex, column, depth + 1), column);
  }

  #element(node: Yaml.Node, at: number, column: number, depth: number): Item {
    return this.#item(undefined, at, this.#node(node, at + 1, column, depth + 1), column);
  }

  #item(key: string | undefined, start: number, { node, end }: Placed, column: number): Item {
    // A block has taken what belongs to it; behind it nothing of its own can follow.
    const isBlock = node.kind !== 'leaf' && !node.bracketed;
    return {
      key,
      start,
      nodeEnd: end,
      end: isBlock ? end : this.#tailEnd(end, column),
      comma: undefined,
      node,
    };
  }

  #tailEnd(from: number, column: number): number {
    const end = ownedEnd(this.#text, from, column);
    this.#requireTrivia(from, end);
    return end;
  }

  #flow(collection: Yaml.YAMLMap | Yaml.YAMLSeq, depth: number): Group {
    if (depth > MAX_DEPTH) throw new Unfaithful('nested too deeply');
    const isMap = this.#yaml.isMap(collection);
    const start = startOf(collection);
    const end = endOf(collection);
    const items: Item[] = [];
    const values = new Map<Data, Data>();
    let previousEnd = start + 1;
    for (const entry of collection.items) {
      let item: Omit<Item, 'end' | 'comma'>;
      if (this.#yaml.isPair(entry)) {
        const pair = entry as Yaml.Pair<Yaml.Node, Yaml.Node | null>;
        const colon = /\s*:/y;
        colon.lastIndex = endOf(pair.key);
        const from = pair.value && colon.test(this.#text) ? colon.lastIndex : endOf(pair.key);
        const placed = this.#node(pair.value, from, 0, depth + 1);
        item = {
          key: this.#keyOf(pair.key),
          start: startOf(pair.key),
          nodeEnd: placed.end,
          node: placed.node,
        };
      } else {
        const placed = this.#node(entry as Yaml.Node, startOf(entry as Yaml.Node), 0, depth + 1);
        item = { key: undefined, start: startOf(entry as Yaml.Node), nodeEnd: placed.end, node: placed.node };
      }
      this.#requireTrivia(previousEnd, item.start);
      const separator = /\s*(,?)(?:[ \t]+#[^\n]*)?/y;
      separator.lastIndex = item.nodeEnd;
      const match = separator.exec(this.#text);
      const comma = match?.[1] === ',' ? this.#text.indexOf(',', item.nodeEnd) : undefined;
      const itemEnd = comma === undefined ? item.nodeEnd : separator.lastIndex;
      items.push({ ...item, end: itemEnd, comma });
      if (isMap) values.set(item.key, item.node.data);
      previousEnd = itemEnd;
    }
    this.#requireTrivia(previousEnd, end - 1);
    const [first] = items;
    return {
      kind: isMap ? 'map' : 'list',
      start,
      itemsStart: start + 1,
      items,
      end,
      bracketed: true,
      commas: true,
      indent: first
        ? this.#text.slice(lineStart(this.#text, first.start), first.start).replace(/\S.*$/s, '')
        : '',
      data: isMap ? values : items.map(({ node }) => node.data),
    };
  }

  #dashBefore(from: number, to: number): number {
    const dash = /(?:\s|(?<=\s)#[^\n]*)*-/y;
    dash.lastIndex = from;
    if (!dash.test(this.#text) || dash.lastIndex > to) throw new Unfaithful('a list item has no dash');
    return dash.lastIndex - 1;
  }

  #keyOf(key: unknown): string {
    if (!this.#yaml.isScalar(key)) throw new Unfaithful('a key is no scalar');
    const { value } = key;
    return typeof value === 'string' ? value : `\0${typeof value} ${String(value)}`;
  }

  #requireTrivia(from: number, to: number): void {
    const between = this.#text.slice(from, to);
    if (!isTrivia(between, COMMENT)) throw new Unfaithful(`"${between.trim()}" belongs to nothing`);
  }
}

interface Placed {
  readonly node: Node;
  readonly end: number;
}

const keyOf = ({ key }: Item): string => key ?? '';

function startOf(node: Yaml.Node | null | undefined): number {
  if (!node?.range) throw new Unfaithful('a value has no place');
  return node.range[0];
}

function endOf(node: Yaml.Node | null | undefined): number {
  if (!node?.range) throw new Unfaithful('a value has no place');
  return node.range[1];
}
