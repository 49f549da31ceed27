/** Reads YAML, JSON and HCL files as plain data of which every value has a place. */
import { isKept } from '../verify/embedded/file-kinds.ts';
import { hclOutline } from '../verify/embedded/hcl-outline.ts';
import { extensionOf, lineAt, textOf } from '../verify/embedded/source-text.ts';
import { isPlainYaml, yamlDocuments } from '../verify/embedded/yaml-source.ts';
import type { JudgedFile, JudgedTree } from '../verify/check.ts';
import type { Spot } from './located-yaml.ts';
import type { Place } from './path-language.ts';

/** One document of a file: a YAML file may hold several. */
export interface ReadDocument {
  readonly value: unknown;
  /** Where the value stands, or the nearest parent that is there. */
  readonly spotOf: (place: Place) => Spot;
}

export type Reading =
  | { readonly outcome: 'read'; readonly documents: readonly ReadDocument[] }
  | { readonly outcome: 'unreadable'; readonly message: string; readonly at: Spot }
  /** A template of a Helm chart, or a format that has no such data. */
  | { readonly outcome: 'other' };

const OTHER: Reading = { outcome: 'other' };
const START: Spot = { line: 1, column: 1 };

const plainReadings = new WeakMap<JudgedFile, Reading>();
const hclReadings = new WeakMap<JudgedFile, Promise<Reading>>();

const isHcl = ({ path }: JudgedFile): boolean => ['tf', 'tfvars', 'hcl'].includes(extensionOf(path));

/** Whether a file is HCL, no copy of other people's, and holds a word. */
export const isHclWith =
  (word: string) =>
  (file: JudgedFile): boolean =>
    isHcl(file) && !isKept(file.path) && file.content.includes(word);

/** Reads a file, once however many rules ask for it. */
export function readDocuments(file: JudgedFile, tree: JudgedTree): Reading | Promise<Reading> {
  if (!isHcl(file)) return readPlain(file, tree);
  let reading = hclReadings.get(file);
  if (!reading) hclReadings.set(file, (reading = readHcl(file)));
  return reading;
}

/** The same for YAML and JSON alone, which need no waiting. */
export function readPlain(file: JudgedFile, tree: JudgedTree): Reading {
  let reading = plainReadings.get(file);
  if (reading) return reading;
  if (isPlainYaml(file, tree)) reading = readYaml(file);
  else reading = extensionOf(file.path) === 'json' ? readJson(file) : OTHER;
  plainReadings.set(file, reading);
  return reading;
}

function readYaml(file: JudgedFile): Reading {
  const documents = yamlDocuments(file);
  for (const document of documents) {
    const [error] = document.errors;
    if (error) return unreadable(error.message, { line: document.lineOfError(error), column: 1 });
    if (document.value === undefined && document.fault !== undefined) {
      return unreadable(document.fault, document.placeOf([]));
    }
  }
  return {
    outcome: 'read',
    documents: documents
      .filter(({ value }) => value !== null && value !== undefined)
      .map((document) => ({ value: document.value, spotOf: (place) => document.placeOf(place) })),
  };
}

function readJson(file: JudgedFile): Reading {
  const text = textOf(file).replace(/^\ufeff/, '');
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    const offset = /position (\d+)/.exec(String(error))?.[1];
    const line = offset === undefined ? 1 : lineAt(text, Number(offset));
    return unreadable(error instanceof Error ? error.message : 'no JSON', { line, column: 1 });
  }
  // JSON is YAML, whose parser knows positions; it is slow, and asked only where there is something to tell.
  const spotOf = (place: Place): Spot => yamlDocuments(file)[0]?.placeOf(place) ?? START;
  return { outcome: 'read', documents: [{ value, spotOf }] };
}

async function readHcl(file: JudgedFile): Promise<Reading> {
  const text = textOf(file);
  // The parser cannot read an empty text, which Terraform can.
  if (text.trim() === '') return { outcome: 'read', documents: [] };
  // Go compiled to WebAssembly, 95 MB when loaded: only where a rule looks into HCL.
  const { parse } = await import('@cdktf/hcl2json');
  try {
    const value: unknown = await parse(file.path, text);
    return { outcome: 'read', documents: [{ value, spotOf: hclSpots(text) }] };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const line = Number(/:(\d+),\d+/.exec(message)?.[1] ?? 1);
    return unreadable(message.split('\n')[0] ?? 'no HCL', { line, column: 1 });
  }
}

function hclSpots(text: string): (place: Place) => Spot {
  let offsets: ReadonlyMap<string, number> | undefined;
  return (place) => {
    offsets ??= new Map(hclOutline(text).map(({ path, offset }) => [JSON.stringify(path), offset]));
    for (let length = place.length; length > 0; length -= 1) {
      const offset = offsets.get(JSON.stringify(place.slice(0, length)));
      if (offset !== undefined) return spotAt(text, offset);
    }
    return START;
  };
}

/** The line and column of an offset. */
export const spotAt = (text: string, offset: number): Spot => ({
  line: lineAt(text, offset),
  column: offset - text.lastIndexOf('\n', offset - 1),
});

const unreadable = (message: string, at: Spot): Reading => ({
  outcome: 'unreadable',
  message: message.split('\n')[0] ?? message,
  at,
});
