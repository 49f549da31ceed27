/** Merges one YAML, JSON or TOML file by structure, and makes sure that the text says what the values say. */
import type { RepoPath } from '../../tree/repo-path.ts';
import { isPlausible, isSame, mergeData } from './data.ts';
import { mergeDocuments, readDocuments } from './documents.ts';
import { readJson } from './read-json.ts';
import { tomlReader } from './read-toml.ts';
import { yamlReader } from './read-yaml.ts';
import { mergeText } from './merge-text.ts';
import { narrow } from './narrow.ts';
import { Unfaithful, type Data, type Document, type Source } from './source.ts';

/** Texts with LF, without byte order mark. */
export interface Texts {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

export interface Structure {
  /** The merged text; undefined: only lines can be merged. */
  readonly text: string | undefined;
  /** Whether a text may stand as the merge of the three, as far as its values tell. */
  readonly allows: (merged: string) => boolean;
}

/** Longer texts are merged by lines: no configuration that people edit is as long. */
const MAX_LENGTH = 512 * 1024;

export type Read = (text: string) => readonly Document[];

/**
 * Loads what reads a format.
 * @returns undefined for a path whose format has no structure that we know
 */
export async function readerOf(path: RepoPath): Promise<Read | undefined> {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  if (/\.ya?ml$/.test(name)) {
    const read = await yamlReader();
    return guarded((text) => readDocuments(text, read));
  }
  if (
    /\.(?:json|jsonc|code-workspace|webmanifest)$/.test(name) ||
    /^\.(?:prettierrc|eslintrc|babelrc|swcrc)$/.test(name)
  ) {
    return guarded((text) => single(readJson(text)));
  }
  if (name.endsWith('.toml')) {
    const read = await tomlReader();
    return guarded((text) => {
      const source = read(text);
      return single(source, source.data);
    });
  }
  return undefined;
}

const single = (source: Source, data: Data = source.root.data): readonly Document[] => [
  { opening: '', name: '', source, text: source.text, data },
];

/** Whatever a parser throws at a file of a user's means only that the file cannot be read. */
const guarded =
  (read: Read): Read =>
  (text) => {
    if (text.length > MAX_LENGTH) throw new Unfaithful('the file is too long');
    try {
      return read(text);
    } catch (error) {
      if (error instanceof Unfaithful) throw error;
      throw new Unfaithful(error instanceof Error ? error.message : String(error), { cause: error });
    }
  };

/**
 * The merge as `mergeStructure` makes it, where it can be made from the parts that differ.
 * @returns undefined when the whole has to be looked at
 */
export function mergeNarrowed(read: Read, texts: Texts): string | undefined {
  const narrowed = narrow(texts);
  const text = narrowed && mergeStructure(read, narrowed.texts)?.text;
  return text === undefined ? undefined : narrowed?.restore(text);
}

/**
 * @returns undefined when ours or theirs cannot be read: then nothing can be said of the result either
 */
export function mergeStructure(read: Read, { base, ours, theirs }: Texts): Structure | undefined {
  const inOurs = tryTo(() => read(ours));
  const inTheirs = tryTo(() => read(theirs));
  if (!inOurs || !inTheirs) return undefined;
  const isReadable = (merged: string): boolean => tryTo(() => read(merged)) !== undefined;
  const inBase = tryTo(() => read(base));
  if (!inBase) return { text: undefined, allows: isReadable };

  const isOne = [inBase, inOurs, inTheirs].every(({ length }) => length === 1);
  const expected = mergeData(dataOf(inBase, isOne), dataOf(inOurs, isOne), dataOf(inTheirs, isOne));
  const text = tryTo(() => {
    if (expected.clashes > 0) throw new Unfaithful('both sides changed one thing');
    const merged = mergeDocuments({ base: inBase, ours: inOurs, theirs: inTheirs }, mergeText);
    if (!isSame(dataOf(read(merged), isOne), expected.data)) {
      throw new Unfaithful('the text does not say what the values say');
    }
    return merged;
  });
  return {
    text,
    allows: (candidate) => {
      const reading = tryTo(() => read(candidate));
      return reading !== undefined && isPlausible(expected.data, dataOf(reading, isOne));
    },
  };
}

/** A lone document is itself, whatever it is called; several are told apart by their names. */
const dataOf = (documents: readonly Document[], isOne: boolean): Data =>
  isOne && documents.length === 1
    ? documents[0]?.data
    : new Map(documents.map(({ name, data }, index) => [name ?? `#${index}`, data]));

/** @returns undefined when it cannot be done */
function tryTo<T>(action: () => T): T | undefined {
  try {
    return action();
  } catch (error) {
    if (error instanceof Unfaithful) return undefined;
    throw error;
  }
}
