/** Reads untrusted YAML (and so JSON) into plain values with their places; no tags, anchors, aliases or merge keys. */
import { isAlias, isMap, isScalar, isSeq, LineCounter, parseDocument, type Document } from 'yaml';

export interface Spot {
  /** 1-based. */
  readonly line: number;
  readonly column: number;
}

export type Located =
  | { readonly kind: 'map'; readonly at: Spot; readonly entries: ReadonlyMap<string, Entry> }
  | { readonly kind: 'list'; readonly at: Spot; readonly items: readonly Located[] }
  | { readonly kind: 'text'; readonly at: Spot; readonly text: string }
  /** `text` is what stands in the file: `3.10`. */
  | { readonly kind: 'number'; readonly at: Spot; readonly text: string }
  | { readonly kind: 'boolean'; readonly at: Spot; readonly value: boolean }
  | { readonly kind: 'null'; readonly at: Spot };

export interface Entry {
  readonly keyAt: Spot;
  readonly value: Located;
}

export interface LocatedFault {
  readonly id: 'size' | 'syntax' | 'reference' | 'depth';
  readonly at: Spot;
  readonly message: string;
}

/** Far more than any team has rules. */
const MAX_BYTES = 512 * 1024;
/** Rules nest seven deep. */
const MAX_DEPTH = 20;

const START: Spot = { line: 1, column: 1 };

class Refused extends Error {
  constructor(readonly fault: LocatedFault) {
    super(fault.message);
  }
}

/** @returns the content of one document, null for an empty one, or why it cannot be read */
export function readLocated(text: string): Located | { readonly fault: LocatedFault } {
  if (Buffer.byteLength(text) > MAX_BYTES) {
    return { fault: { id: 'size', at: START, message: `is larger than ${MAX_BYTES / 1024} KiB` } };
  }
  const deep = deepestFlow(text);
  if (deep !== undefined) return { fault: deep };
  const lines = new LineCounter();
  const spot = (offset: number): Spot => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  const document = parse(text, lines);
  if ('fault' in document) return document;
  const [problem] = [...document.errors, ...document.warnings];
  if (problem) {
    const at = spot(problem.pos[0]);
    // The parser descends by recursion, and tells of an exhausted stack as of any other fault.
    if (problem.message.includes('call stack')) return { fault: tooDeep(at) };
    return { fault: { id: 'syntax', at, message: problem.message.split('\n')[0] ?? 'cannot be read' } };
  }
  try {
    return locate(document.contents, spot, 0);
  } catch (error) {
    if (error instanceof Refused) return { fault: error.fault };
    throw error;
  }
}

function parse(text: string, lineCounter: LineCounter): Document.Parsed | { readonly fault: LocatedFault } {
  try {
    return parseDocument(text, {
      lineCounter,
      uniqueKeys: true,
      schema: 'core',
      resolveKnownTags: false,
      prettyErrors: false,
    });
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return { fault: tooDeep(START) };
  }
}

/** A run of opening brackets is refused before the parser, which recurses, sees it. */
function deepestFlow(text: string): LocatedFault | undefined {
  const brackets = /(?:[[{]\s*){100}/.exec(text);
  if (!brackets) return undefined;
  const line = text.slice(0, brackets.index).split('\n').length;
  return tooDeep({ line, column: 1 });
}

const tooDeep = (at: Spot): LocatedFault => ({
  id: 'depth',
  at,
  message: `nests deeper than ${MAX_DEPTH} levels`,
});

function locate(node: unknown, spot: (offset: number) => Spot, depth: number): Located {
  const range = (node as { range?: readonly number[] } | null)?.range;
  const at = range?.[0] === undefined ? START : spot(range[0]);
  const refuse = (id: LocatedFault['id'], message: string): never => {
    throw new Refused({ id, at, message });
  };
  if (depth > MAX_DEPTH) refuse('depth', `nests deeper than ${MAX_DEPTH} levels`);
  const { anchor, tag } = (node ?? {}) as { anchor?: string; tag?: string };
  if (isAlias(node) || (anchor !== undefined && anchor !== '')) {
    refuse('reference', 'holds plain values, no anchors, aliases or merge keys');
  }
  if (tag !== undefined && tag !== '') refuse('syntax', 'a tag stands here');
  if (isMap(node)) {
    const entries = new Map<string, Entry>();
    for (const { key, value } of node.items) {
      const located = locate(key, spot, depth + 1);
      if (located.kind === 'map' || located.kind === 'list') refuse('syntax', 'a key is no text');
      const name = textOfScalar(located);
      if (name === '<<') refuse('reference', 'holds plain values, no anchors, aliases or merge keys');
      const found = value === null ? ({ kind: 'null', at: located.at } as const) : undefined;
      entries.set(name, { keyAt: located.at, value: found ?? locate(value, spot, depth + 1) });
    }
    return { kind: 'map', at, entries };
  }
  if (isSeq(node))
    return { kind: 'list', at, items: node.items.map((item) => locate(item, spot, depth + 1)) };
  if (!isScalar(node)) return { kind: 'null', at };
  const { value, source } = node as { value: unknown; source?: string };
  if (typeof value === 'string') return { kind: 'text', at, text: value };
  if (typeof value === 'boolean') return { kind: 'boolean', at, value };
  if (typeof value === 'number' || typeof value === 'bigint') {
    return { kind: 'number', at, text: source ?? String(value) };
  }
  return { kind: 'null', at };
}

/** A scalar as text; empty for a collection. */
export function textOfScalar(located: Located): string {
  switch (located.kind) {
    case 'text':
    case 'number':
      return located.text;
    case 'boolean':
      return String(located.value);
    case 'null':
      return 'null';
    case 'map':
    case 'list':
      return '';
  }
}
