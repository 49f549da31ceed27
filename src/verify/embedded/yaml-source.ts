/** Parsed YAML with the line of every value, read once however many checks ask for it. */
import type { Document, ParsedNode, YAMLError } from 'yaml';
import { isAlias, isMap, isPair, isScalar, isSeq, LineCounter, parseAllDocuments } from 'yaml';
import type { JudgedFile, JudgedTree } from '../check.ts';
import { inChartTemplates } from './helm-charts.ts';
import { extensionOf, textOf } from './source-text.ts';

/** Keys and indexes from the root of a document. */
export type Path = readonly (string | number)[];

/** How many aliases a document may expand to before it is taken for a bomb. */
const MAX_ALIASES = 10_000;

export class YamlDocument {
  readonly errors: readonly YAMLError[];
  readonly #document: Document.Parsed;
  readonly #lines: LineCounter;
  #value: unknown;
  #fault: string | undefined;
  #converted = false;

  constructor(document: Document.Parsed, lines: LineCounter) {
    this.#document = document;
    this.#lines = lines;
    this.errors = document.errors;
  }

  /** The document as plain data with anchors and merge keys resolved; undefined when it cannot be read. */
  get value(): unknown {
    this.#convert();
    return this.#value;
  }

  /** What shows only on conversion: an alias without its anchor, or a bomb of aliases. */
  get fault(): string | undefined {
    this.#convert();
    return this.#fault;
  }

  #convert(): void {
    if (this.#converted) return;
    this.#converted = true;
    if (this.errors.length > 0) return;
    try {
      this.#value = this.#document.toJS({ maxAliasCount: MAX_ALIASES }) as unknown;
    } catch (error) {
      this.#fault = error instanceof Error ? error.message : String(error);
    }
  }

  /** The line of the key or item at `path`, or of its nearest parent that is there. */
  lineOf(path: Path): number {
    let node: unknown = this.#document.contents;
    let offset = startOf(node) ?? this.#document.range[0];
    for (const key of path) {
      const step = stepInto(this.#resolve(node), key, (alias) => this.#resolve(alias));
      if (!step) break;
      offset = step.offset ?? offset;
      node = step.node;
    }
    return this.#lines.linePos(offset).line;
  }

  /**
   * Where the value at `path` begins; where it is not there, or empty, the key or the nearest parent that is.
   * @returns line and column, 1-based
   */
  placeOf(path: Path): { readonly line: number; readonly column: number } {
    let node: unknown = this.#document.contents;
    let offset = startOf(node) ?? this.#document.range[0];
    for (const key of path) {
      const step = stepInto(this.#resolve(node), key, (alias) => this.#resolve(alias));
      if (!step) break;
      offset = isWritten(step.node) ? (startOf(step.node) ?? offset) : (step.offset ?? offset);
      node = step.node;
    }
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }

  /** The tag written at `path`, such as `!reset`; undefined when there is none. */
  tagAt(path: Path): string | undefined {
    let node: unknown = this.#document.contents;
    for (const key of path) {
      const step = stepInto(this.#resolve(node), key, (alias) => this.#resolve(alias));
      if (!step) return undefined;
      node = step.node;
    }
    const tag = (node as { tag?: unknown } | null | undefined)?.tag;
    return typeof tag === 'string' ? tag : undefined;
  }

  lineOfError(error: YAMLError): number {
    return this.#lines.linePos(error.pos[0]).line;
  }

  #resolve(node: unknown): unknown {
    return isAlias(node) ? node.resolve(this.#document) : node;
  }
}

const startOf = (node: unknown): number | undefined => (node as ParsedNode | null | undefined)?.range[0];

/** Whether a value takes room in the text: that of `key:` alone does not. */
const isWritten = (node: unknown): boolean => {
  const range = (node as ParsedNode | null | undefined)?.range;
  return range !== undefined && range[1] > range[0];
};

interface Step {
  readonly node: unknown;
  readonly offset: number | undefined;
}

/** The child of a collection under a key, looked for in what a merge key brings in as well. */
function stepInto(
  node: unknown,
  key: string | number,
  resolve: (node: unknown) => unknown,
): Step | undefined {
  if (isSeq(node)) {
    const item = node.items[Number(key)];
    return item === undefined ? undefined : { node: item, offset: startOf(item) };
  }
  if (!isMap(node)) return undefined;
  for (const pair of node.items) {
    if (isPair(pair) && isScalar(pair.key) && String(pair.key.value) === String(key)) {
      return { node: pair.value, offset: startOf(pair.key) };
    }
  }
  for (const pair of node.items) {
    if (!isScalar(pair.key) || pair.key.value !== '<<') continue;
    const merged = resolve(pair.value);
    for (const source of isSeq(merged) ? merged.items : [merged]) {
      const step = stepInto(resolve(source), key, resolve);
      if (step) return step;
    }
  }
  return undefined;
}

const parsed = new WeakMap<JudgedFile, readonly YamlDocument[]>();

export function yamlDocuments(file: JudgedFile): readonly YamlDocument[] {
  let documents = parsed.get(file);
  if (documents === undefined) {
    const lines = new LineCounter();
    // Unknown tags (`!reset`, `!reference`) are warnings of the parser, which nobody asks for here.
    const options = { lineCounter: lines, prettyErrors: false, logLevel: 'silent', merge: true } as const;
    const all = parseAllDocuments(textOf(file), options);
    documents = Array.isArray(all) ? all.map((document) => new YamlDocument(document, lines)) : [];
    parsed.set(file, documents);
  }
  return documents;
}

/** Whether a file is YAML as it stands: by its name, unless Helm renders it first. */
export const isPlainYaml = ({ path }: JudgedFile, tree: JudgedTree): boolean =>
  ['yaml', 'yml'].includes(extensionOf(path)) && !inChartTemplates(path, tree);
