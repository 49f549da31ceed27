/** A YAML file is a stream of documents: each merges by itself, and documents come and go as the items of a list do. */
import type { Sides } from './merge-text.ts';
import type { ReadYaml } from './read-yaml.ts';
import { identify, mergeSequence } from './sequence.ts';
import { Unfaithful, type Data, type Document } from './source.ts';

const OPENING = /^---[ \t]*(?:#[^\n]*)?\n/;

/** Cuts a stream where a line begins with three dashes, and reads each part. @throws Unfaithful */
export function readDocuments(text: string, read: ReadYaml): readonly Document[] {
  if (/^(?:%|\.\.\.(?:\s|$))/m.test(text))
    throw new Unfaithful('directives and document ends are not merged');
  const parts = text.split(/^(?=---(?:\s|$))/m);
  return parts.map((part, index): Document => {
    const opening = OPENING.exec(part)?.[0] ?? '';
    if (part.startsWith('---') && opening === '')
      throw new Unfaithful('a document begins on the line of its dashes');
    const body = part.slice(opening.length);
    const isEmpty = body.split('\n').every((line) => /^\s*(?:#.*)?$/.test(line));
    if (isEmpty && index > 0) throw new Unfaithful('a document is empty');
    const source = isEmpty ? undefined : read(body);
    const data = source?.root.data ?? null;
    // Comments before the first dashes are no document, but they stand where one may.
    return { opening, name: nameOfDocument(data), source, text: body, data };
  });
}

/**
 * @param mergeOne merges the text of one document
 * @returns the text of the stream
 * @throws Unfaithful
 */
export function mergeDocuments(
  { base: b, ours: o, theirs: t }: Record<'base' | 'ours' | 'theirs', readonly Document[]>,
  mergeOne: (sides: Sides) => string,
): string {
  const isOne = b.length === 1 && o.length === 1 && t.length === 1;
  const ids = isOne
    ? { base: ['only'], ours: ['only'], theirs: ['only'] }
    : identify(namedAll(b), namedAll(o), namedAll(t));
  const order = ids && mergeSequence(ids.base, ids.ours, ids.theirs);
  if (!ids || !order) throw new Unfaithful('the documents of the stream cannot be told apart');
  const parts: { readonly opening: string; readonly text: string }[] = [];
  for (const id of order) {
    const [inBase, inOurs, inTheirs] = [
      b[ids.base.indexOf(id)],
      o[ids.ours.indexOf(id)],
      t[ids.theirs.indexOf(id)],
    ];
    if (inOurs && inTheirs) {
      parts.push({ opening: inOurs.opening, text: both(inBase, inOurs, inTheirs, mergeOne) });
    } else if (inOurs && !inBase) {
      parts.push(inOurs);
    } else if (inTheirs && !inBase) {
      parts.push(inTheirs);
    }
  }
  return parts
    .map(({ opening, text }, index) => (index > 0 && opening === '' ? '---\n' : opening) + text)
    .join('');
}

function both(
  base: Document | undefined,
  ours: Document,
  theirs: Document,
  mergeOne: (sides: Sides) => string,
): string {
  if (ours.text === base?.text) return theirs.text;
  if (theirs.text === base?.text || theirs.text === ours.text) return ours.text;
  if (base?.source && ours.source && theirs.source) {
    return mergeOne({ base: base.source, ours: ours.source, theirs: theirs.source });
  }
  throw new Unfaithful('both sides added a document');
}

const namedAll = (documents: readonly Document[]): readonly unknown[] =>
  documents.map(({ name }) => new Map([['name', name]]));

/** A document of Kubernetes is known by kind, namespace and name. */
function nameOfDocument(data: Data): string | undefined {
  if (data === null) return 'nothing';
  const text = (map: unknown, key: string): string | undefined => {
    const value: unknown = map instanceof Map ? map.get(key) : undefined;
    return typeof value === 'string' ? value : undefined;
  };
  const metadata: unknown = data instanceof Map ? data.get('metadata') : undefined;
  const kind = text(data, 'kind');
  const name = text(metadata, 'name');
  if (kind === undefined || name === undefined) return undefined;
  return `${kind} ${text(metadata, 'namespace') ?? ''} ${name}`;
}
