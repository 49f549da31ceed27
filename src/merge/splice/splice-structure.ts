/** Puts our services, jobs, updates, hooks and scripts into a YAML or JSON file that the user wrote. */
import type { Issue } from '../../errors.ts';
import type { RepoPath } from '../../tree/repo-path.ts';
import { isSame } from '../structure/data.ts';
import type { Read } from '../structure/merge-structure.ts';
import { addText, type Choose } from '../structure/merge-text.ts';
import { leadOf } from '../structure/reindent.ts';
import { nameOf } from '../structure/sequence.ts';
import {
  coreOf,
  tailOf,
  Unfaithful,
  type Document,
  type Group,
  type Item,
  type Source,
} from '../structure/source.ts';
import { noPlace, type SpliceKind } from './splice.ts';

/** A part of a file whose entries are added one by one. */
interface Section {
  readonly key: string;
  /** A file without it is no file of this kind. */
  readonly isRequired?: boolean;
}

/** What of a kind of file may be added to; everything else in it is the user's alone, such as a workflow's permissions. */
const SECTIONS: Partial<Record<SpliceKind, readonly Section[]>> = {
  compose: [
    { key: 'services', isRequired: true },
    { key: 'volumes' },
    { key: 'networks' },
    { key: 'secrets' },
    { key: 'configs' },
  ],
  workflow: [{ key: 'jobs', isRequired: true }],
  dependabot: [{ key: 'updates', isRequired: true }],
  'pre-commit': [{ key: 'repos', isRequired: true }],
  prometheus: [{ key: 'scrape_configs', isRequired: true }, { key: 'rule_files' }],
  'package-json': [{ key: 'scripts' }],
};

/** Sections whose entries do what ours would, whatever else they say. */
const ENOUGH_BY_NAME: ReadonlySet<string> = new Set(['updates']);

/** An entry of ours that may have to go into the file. */
interface Wanted {
  /** In the file: the section and the name in it, or a key of the root. */
  readonly path: readonly string[];
  readonly group: Group;
  readonly at: number;
}

/**
 * Entries that are missing come with their comments; of what both have, ours must be what the user's says, or say less.
 * @param read reads the format of the file
 * @returns the text of ours with what is missing, or why there is no place for it
 */
export function spliceStructure(
  read: Read,
  kind: SpliceKind,
  ours: string,
  wanted: string,
  path: RepoPath,
): string | Issue {
  const theirs = lone(read(wanted));
  const root = rootOf(theirs.source);
  const sections = SECTIONS[kind] ?? root.items.map(({ key }) => ({ key: key ?? '' }));
  const entries = entriesOf(root, kind, sections);
  const all = snippetOf(theirs.source, root, entries);
  let present: Lone;
  try {
    present = lone(read(ours));
  } catch (error) {
    if (!(error instanceof Unfaithful)) throw error;
    return noPlace(path, 'it cannot be read as one document', all);
  }
  const values = rootOf(present.source).data;
  if (!(values instanceof Map)) return noPlace(path, 'it is no map', all);

  const found = entries.map((entry) => ({ entry, place: placeOf(values, entry, sections) }));
  const missing = found.filter(({ place }) => place !== 'there');
  if (missing.length === 0) return ours;
  const part = snippetOf(
    theirs.source,
    root,
    missing.map(({ entry }) => entry),
  );
  const differing = missing
    .filter(({ place }) => place === 'differs')
    .map(({ entry }) => labelOf(entry.path));
  if (differing.length > 0)
    return noPlace(path, `${differing.join(', ')} stands there and says something else`, part);
  const [odd] = missing.filter(({ place }) => place === 'none').map(({ entry }) => entry.path[0] ?? '');
  if (odd !== undefined)
    return noPlace(path, `"${odd}" is not there, or is not what it is in such files`, part);

  try {
    const added = new Set(missing.map(({ entry }) => keyOf(entry.path)));
    const text = present.opening + addText(present.source, theirs.source, choice(values, added, kind));
    const merged = rootOf(lone(read(text)).source).data;
    if (
      !isOnlyAdded(
        merged,
        values,
        missing.map(({ entry }) => entry),
      )
    ) {
      return noPlace(path, 'the way it is written leaves no place', part);
    }
    return text;
  } catch (error) {
    if (!(error instanceof Unfaithful)) throw error;
    return noPlace(path, error.message, part);
  }
}

interface Lone {
  readonly opening: string;
  readonly source: Source;
}

function lone(documents: readonly Document[]): Lone {
  const [first, ...others] = documents;
  if (!first?.source || others.length > 0) throw new Unfaithful('the file is not one document');
  return { opening: first.opening, source: first.source };
}

/** The map that the document is; a document in brackets stands in a root that is not written. */
function rootOf({ root }: Source): Group {
  const [only] = root.items;
  return only?.key === '' && root.items.length === 1 && only.node.kind !== 'leaf' ? only.node : root;
}

function entriesOf(root: Group, kind: SpliceKind, sections: readonly Section[]): readonly Wanted[] {
  return root.items.flatMap((item, at): readonly Wanted[] => {
    const { key, node } = item;
    if (key === undefined || !sections.some((section) => section.key === key)) return [];
    if (kind === 'values') return [{ path: [key], group: root, at }];
    if (node.kind === 'leaf') return [];
    return node.items.map((inner, index) => ({ path: [key, idOf(inner)], group: node, at: index }));
  });
}

/** As `identify` names it. */
function idOf({ key, node }: Item): string {
  const id = key ?? nameOf(node.data);
  if (id === undefined) throw new Error('an entry of ours has no name');
  return id;
}

type Values = ReadonlyMap<unknown, unknown>;

/** `none`: there is no section that it could go into. */
function placeOf(
  values: Values,
  { path: [section = '', name], group, at }: Wanted,
  sections: readonly Section[],
): 'there' | 'missing' | 'differs' | 'none' {
  const data = group.items[at]?.node.data;
  const present = values.get(section);
  if (name === undefined) {
    if (!values.has(section)) return 'missing';
    return covers(present, data) ? 'there' : 'differs';
  }
  if (!values.has(section))
    return sections.find(({ key }) => key === section)?.isRequired ? 'none' : 'missing';
  if (isEmpty(present)) return 'missing';
  if (group.kind === 'map' ? !(present instanceof Map) : !Array.isArray(present)) return 'none';
  const own: readonly unknown[] = Array.isArray(present)
    ? present.filter((element) => nameOf(element) === name)
    : [...(present as Values)].filter(([key]) => key === name).map(([, value]) => value);
  if (own.length === 0) return 'missing';
  // One update for an ecosystem and a folder is all that GitHub takes; its schedule is the user's.
  if (ENOUGH_BY_NAME.has(section)) return 'there';
  return own.some((value) => covers(value, data)) ? 'there' : 'differs';
}

const isEmpty = (value: unknown): boolean =>
  value === null ||
  (value instanceof Map && value.size === 0) ||
  (Array.isArray(value) && value.length === 0);

/** Whether a value says at least what another says. */
function covers(value: unknown, part: unknown): boolean {
  if (value instanceof Map && part instanceof Map) {
    return [...part].every(([key, inner]) => value.has(key) && covers(value.get(key), inner));
  }
  if (Array.isArray(value) && Array.isArray(part)) {
    return part.every((inner: unknown) => value.some((other) => covers(other, inner)));
  }
  return isSame(value, part);
}

const keyOf = (path: readonly string[]): string => JSON.stringify(path);
const labelOf = (path: readonly string[]): string => path.map((part) => part.replace(/^\w+ /, '')).join('.');

function choice(values: Values, added: ReadonlySet<string>, kind: SpliceKind): Choose {
  const sections = new Set([...added].map((key) => (JSON.parse(key) as string[])[0]));
  return (path) => {
    const [section = '', name] = path[0] === '' ? path.slice(1) : path;
    if (path[0] === '' && path.length === 1) return 'descend';
    if (name !== undefined) return added.has(keyOf([section, name])) ? 'add' : 'leave';
    if (!sections.has(section)) return 'leave';
    if (!values.has(section)) return 'add';
    return kind === 'values' ? 'leave' : isEmpty(values.get(section)) ? 'replace' : 'descend';
  };
}

/** Whether the file says what it said before, and what was added. */
function isOnlyAdded(merged: unknown, before: Values, added: readonly Wanted[]): boolean {
  if (!(merged instanceof Map)) return false;
  const rest = new Map<unknown, unknown>(merged);
  for (const { path, group, at } of added) {
    const [section = '', name] = path;
    const whole = rest.get(section);
    const isNew = !before.has(section) || isEmpty(before.get(section));
    const data = group.items[at]?.node.data;
    const now: unknown = name === undefined ? merged.get(section) : elementOf(merged.get(section), name);
    if (!isSame(now, data)) return false;
    if (!before.has(section)) rest.delete(section);
    else if (isNew) rest.set(section, before.get(section));
    else if (whole instanceof Map) rest.set(section, new Map([...whole].filter(([key]) => key !== name)));
    else if (Array.isArray(whole))
      rest.set(
        section,
        whole.filter((element) => nameOf(element) !== name),
      );
  }
  return isSame(rest, before);
}

const elementOf = (value: unknown, name: string): unknown =>
  Array.isArray(value)
    ? value.find((element) => nameOf(element) === name)
    : value instanceof Map
      ? value.get(name)
      : undefined;

/** The entries as they are written in ours, under the keys that they belong to. */
function snippetOf(source: Source, root: Group, entries: readonly Wanted[]): string {
  const lines: string[] = [];
  let section: string | undefined;
  for (const { path, group, at } of entries) {
    const head = root.items.find(({ key }) => key === path[0]);
    if (path.length > 1 && head && path[0] !== section) {
      lines.push(root.indent + source.text.slice(head.start, head.node.start).trimEnd());
      section = path[0];
    }
    const item = group.items[at];
    if (!item) continue;
    const comments = leadOf(source, group, at).filter((line) => line.trim() !== '');
    lines.push(...comments, group.indent + coreOf(source, item) + tailOf(source, item));
  }
  return lines.join('\n');
}
