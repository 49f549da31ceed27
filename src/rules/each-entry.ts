/** Walks every key of every YAML and JSON document of a tree, as far as a rule may judge it. */
import { isKept, isMachineWritten } from '../verify/embedded/file-kinds.ts';
import type { JudgedFile, JudgedTree } from '../verify/check.ts';
import { baseName, textOf } from '../verify/embedded/source-text.ts';
import { readPlain, type ReadDocument } from './document-reading.ts';
import type { Place } from './path-language.ts';
import { REPOSITORY_RULES } from './rule.ts';

export interface MapEntry {
  readonly key: string;
  readonly value: unknown;
  /** The map that it stands in. */
  readonly map: Readonly<Record<string, unknown>>;
  /** Of the value. */
  readonly place: Place;
  readonly document: ReadDocument;
  readonly file: JudgedFile;
}

/**
 * Whether a word can stand in a document, told from its text. Only an escape (`"k\x69nd"`) can hide one; a text with a
 * backslash is parsed, whatever it seems to hold.
 */
export const isWritten = (text: string, isFound: (text: string) => boolean): boolean =>
  isFound(text) || text.includes('\\');

/** A document that nests deeper is judged as far as this. */
const MAX_DEPTH = 100;

/** @param key what a key that is looked for looks like in the text of a file: parsing is the dear part */
export function* eachEntry(tree: JudgedTree, key: RegExp): Generator<MapEntry> {
  for (const file of tree.values()) {
    if (!/\.(?:ya?ml|json)$/i.test(file.path) || isKept(file.path) || isMachineWritten(file.path)) continue;
    // Rules name what they deny.
    if (baseName(file.path) === REPOSITORY_RULES) continue;
    if (!isWritten(textOf(file), (text) => key.test(text))) continue;
    const reading = readPlain(file, tree);
    // A file that cannot be read is a finding of the check `syntax`.
    if (reading.outcome !== 'read') continue;
    for (const document of reading.documents) yield* entriesOf(document, file);
  }
}

function* entriesOf(document: ReadDocument, file: JudgedFile): Generator<MapEntry> {
  const open: { readonly value: unknown; readonly place: Place }[] = [{ value: document.value, place: [] }];
  for (let next = open.pop(); next; next = open.pop()) {
    const { value, place } = next;
    if (typeof value !== 'object' || value === null || place.length > MAX_DEPTH) continue;
    if (Array.isArray(value)) {
      for (const [index, item] of (value as readonly unknown[]).entries()) {
        open.push({ value: item, place: [...place, index] });
      }
      continue;
    }
    const map = value as Readonly<Record<string, unknown>>;
    for (const [key, child] of Object.entries(map)) {
      yield { key, value: child, map, place: [...place, key], document, file };
      open.push({ value: child, place: [...place, key] });
    }
  }
}
