/** Reads YAML and JSON for the places of values, so that single ones can be changed and nothing is written anew. */
import { isAlias, isMap, isScalar, isSeq, parseAllDocuments, type Document } from 'yaml';
import type { Edit } from './edit.ts';

/** No file that names images is larger; a parser should not be fed what a machine wrote. */
const MAX_CHARACTERS = 2_000_000;
/** Of documents that people write. */
const MAX_DEPTH = 64;

export interface YamlText {
  readonly text: string;
  readonly documents: readonly YamlRoot[];
}

export interface YamlRoot {
  readonly root: YamlNode;
  /** From the first to behind the last character of the document. */
  readonly start: number;
  readonly end: number;
}

/** A value with its place; aliases lead to what they stand for, merge keys are put in. */
export interface YamlNode {
  readonly document: Document.Parsed;
  readonly node: unknown;
  readonly depth: number;
}

export interface YamlPair {
  readonly key: string;
  readonly value: YamlNode;
  readonly keyStart: number;
  readonly keyEnd: number;
  /** Behind the last character of the value, its quotes included. */
  readonly valueEnd: number;
  readonly isFlow: boolean;
  /** How many entries its map has, and whether anything refers to that map. */
  readonly siblings: number;
  readonly isAnchored: boolean;
}

/** @returns undefined where the text is no YAML, or too large: a template of Helm, for instance */
export function readYaml(text: string): YamlText | undefined {
  if (last?.text !== text) last = { text, yaml: parse(text) };
  return last.yaml;
}

/** References and suppressions of a file are looked for one after the other: to parse is most of the work. */
let last: { readonly text: string; readonly yaml: YamlText | undefined } | undefined;

function parse(text: string): YamlText | undefined {
  if (text.length > MAX_CHARACTERS) return undefined;
  const parsed = parseAllDocuments(text, {
    prettyErrors: false,
    logLevel: 'silent',
    uniqueKeys: false,
    strict: false,
  });
  if (!Array.isArray(parsed) || parsed.some(({ errors }) => errors.length > 0)) return undefined;
  return {
    text,
    documents: parsed.map((document) => ({
      root: { document, node: document.contents, depth: 0 },
      start: document.range[0],
      end: document.range[2],
    })),
  };
}

const resolved = ({ document, node }: YamlNode): unknown => (isAlias(node) ? node.resolve(document) : node);

const rangeOf = (node: unknown): readonly [number, number] | undefined => {
  const range = (node as { range?: readonly [number, number, number] | null } | null)?.range;
  return range ? [range[0], range[1]] : undefined;
};

/** The entries of a map, those that merge keys bring in last; nothing for anything else. */
export const pairsOf = (of: YamlNode): readonly YamlPair[] => mergedPairs(of, new Set());

/** @param seen so that merge keys of merge keys do not swell, nor go round */
function mergedPairs(of: YamlNode, seen: Set<unknown>): readonly YamlPair[] {
  const map = resolved(of);
  if (!isMap(map) || of.depth > MAX_DEPTH || seen.has(map)) return [];
  seen.add(map);
  const child = (node: unknown): YamlNode => ({ document: of.document, node, depth: of.depth + 1 });
  const own: YamlPair[] = [];
  const merged: YamlNode[] = [];
  for (const { key, value } of map.items) {
    if (!isScalar(key)) continue;
    if (key.value === '<<') {
      merged.push(...(isSeq(value) ? value.items.map(child) : [child(value)]));
      continue;
    }
    const [keyStart, keyEnd] = rangeOf(key) ?? [0, 0];
    own.push({
      key: String(key.value),
      value: child(value),
      keyStart,
      keyEnd,
      valueEnd: rangeOf(value)?.[1] ?? keyEnd,
      isFlow: map.flow === true,
      siblings: map.items.length,
      isAnchored: map.anchor !== undefined,
    });
  }
  const keys = new Set(own.map(({ key }) => key));
  return [
    ...own,
    ...merged.flatMap((source) => mergedPairs(source, seen)).filter(({ key }) => !keys.has(key)),
  ];
}

export const pairAt = (of: YamlNode, key: string): YamlPair | undefined =>
  pairsOf(of).find((pair) => pair.key === key);

/** What stands at the end of a chain of keys. */
export function nodeAt(of: YamlNode, ...keys: readonly string[]): YamlNode | undefined {
  let here: YamlNode | undefined = of;
  for (const key of keys) here = here && pairAt(here, key)?.value;
  return here;
}

/** The items of a list; nothing for anything else. */
export function itemsOf(of: YamlNode | undefined): readonly YamlNode[] {
  if (!of || of.depth > MAX_DEPTH) return [];
  const list = resolved(of);
  if (!isSeq(list)) return [];
  return list.items.map((node) => ({ document: of.document, node, depth: of.depth + 1 }));
}

/** A text that stands in one piece in the file, and can therefore be changed there. */
export interface PlacedText {
  readonly value: string;
  /** Of the content, inside of quotes. */
  readonly start: number;
  readonly end: number;
  /** Behind the closing quote. */
  readonly outerEnd: number;
  readonly quote: '' | '"' | "'";
}

/** The scalar as it is written (`1.10` stays that); undefined for collections, nothing, and what is written with escapes. */
export function textAt(of: YamlNode | undefined, text: string): PlacedText | undefined {
  const scalar = of && resolved(of);
  const range = rangeOf(scalar);
  if (!isScalar(scalar) || !range) return undefined;
  const [start, end] = range;
  const written = text.slice(start, end);
  const quote = written.startsWith('"') ? '"' : written.startsWith("'") ? "'" : '';
  const inner = quote === '' ? written : written.slice(1, -1);
  if (quote === '' ? scalar.value === null : scalar.value !== inner) return undefined;
  if (/[\r\n]/.test(inner) || /^[|>]/.test(written)) return undefined;
  return { value: inner, start: start + quote.length, end: end - quote.length, outerEnd: end, quote };
}

/** The plain value of a scalar, however it is written; undefined for collections and nothing. */
export function plainAt(of: YamlNode | undefined): string | undefined {
  const scalar = of && resolved(of);
  if (!isScalar(scalar) || scalar.value === null || scalar.value === undefined) return undefined;
  return typeof scalar.value === 'string' ? scalar.value : scalar.source;
}

/** Whether the entry has no value, or an empty one. */
export function isBlank({ value }: YamlPair): boolean {
  const scalar = resolved(value);
  return scalar === null || (isScalar(scalar) && (scalar.value === null || scalar.value === ''));
}

/** Gives an entry that has a scalar, or nothing, another value; quotes stay. */
export function setValue(pair: YamlPair, text: string, value: string): Edit {
  const scalar = resolved(pair.value);
  const [start, end] = rangeOf(scalar) ?? [pair.keyEnd, pair.keyEnd];
  if (start === end) {
    const behind = text.indexOf(':', pair.keyEnd) + 1;
    return { start: behind, end: behind, text: ` ${value}` };
  }
  const first = text[start];
  const quote = first === '"' || first === "'" ? first : '';
  return { start, end, text: `${quote}${value}${quote}` };
}

/** Calls for every map below a node, each once however many aliases lead to it. */
export function eachMap(root: YamlNode, visit: (map: YamlNode) => void): void {
  const seen = new Set<unknown>();
  const walk = (here: YamlNode): void => {
    const node = resolved(here);
    if (node === null || node === undefined || seen.has(node) || here.depth > MAX_DEPTH) return;
    seen.add(node);
    if (isMap(node)) {
      visit(here);
      for (const { value } of pairsOf(here)) walk(value);
    } else {
      for (const item of itemsOf(here)) walk(item);
    }
  };
  walk(root);
}
