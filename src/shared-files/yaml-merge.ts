/**
 * Merges YAML fragments by structure: maps join, lists append, comments, quoting and tags stay as they were written.
 */
import { FragmentClash, type Assembler, type Fragment } from './fragment.ts';
import {
  NotAMap,
  parseOutline,
  printOutline,
  type BlockMap,
  type Entry,
  type Item,
  type Leaf,
  type Value,
} from './yaml-outline.ts';

interface Merge {
  /** Who wrote the value at each path, for messages. */
  readonly owners: Map<string, Fragment>;
  readonly fragment: Fragment;
}

export const mergeYaml: Assembler = (fragments) => {
  const [first, ...others] = fragments;
  if (!first) return '';
  const owners = new Map<string, Fragment>();
  const target = parse(first);
  claim(target, '', { owners, fragment: first });
  for (const fragment of others) mergeMap(target, parse(fragment), '', { owners, fragment });
  return `${printOutline(target).join('\n')}\n`;
};

function parse({ source, text }: Fragment): BlockMap {
  try {
    return parseOutline(text);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const kind = error instanceof NotAMap ? 'a YAML map' : 'a YAML fragment';
    throw new Error(`${source} is not ${kind}: ${error.message}`, { cause: error });
  }
}

function mergeMap(target: BlockMap, source: BlockMap, path: string, merge: Merge): void {
  for (const entry of source.entries) {
    const at = path === '' ? entry.key : `${path}.${entry.key}`;
    const present = target.entries.find(({ key }) => key === entry.key);
    if (present) {
      mergeEntry(present, entry, at, merge);
    } else {
      target.entries.push({ ...entry, before: setOff(entry.before, entry.value.kind === 'map', path) });
      claim(entry.value, at, merge);
    }
  }
}

function mergeEntry(present: Entry, { line, value: source }: Entry, path: string, merge: Merge): void {
  const target = present.value;
  if (target.kind === 'map' && source.kind === 'map') {
    mergeMap(target, source, path, merge);
  } else if (target.kind === 'list' && source.kind === 'list' && target.tag === source.tag) {
    target.items.push(...setOffFirst(source.items, path));
  } else if (isFlowList(target) && isFlowList(source) && target.tag === source.tag) {
    const text = `[${[...itemsOf(target), ...itemsOf(source)].join(', ')}]`;
    present.line = present.line.replace(target.text, () => text);
    present.value = { ...target, text };
  } else if (isEmptyForm(target, source.kind)) {
    present.line = line;
    present.value = source;
    claim(source, path, merge);
  } else if (!isEmptyForm(source, target.kind) && !isSame(target, source)) {
    throw new FragmentClash(path, merge.owners.get(path) ?? merge.fragment, merge.fragment);
  }
}

/** How a map, or a list, is written that nobody has put anything into. */
const EMPTY_FORMS: Readonly<Record<Value['kind'], string | undefined>> = {
  map: '{}',
  list: '[]',
  leaf: undefined,
};

const isEmptyForm = (value: Value, of: Value['kind']): boolean =>
  value.kind === 'leaf' && value.tag === '' && value.text === EMPTY_FORMS[of];

const isFlowList = (value: Value): value is Leaf =>
  value.kind === 'leaf' && /^\[.*\]$/.test(value.text) && value.lines.length === 0;

const itemsOf = ({ text }: Leaf): string[] => [text.slice(1, -1).trim()].filter((items) => items !== '');

const isSame = (a: Value, b: Value): boolean =>
  a.kind === 'leaf' &&
  b.kind === 'leaf' &&
  a.tag === b.tag &&
  a.text === b.text &&
  a.lines.join('\n') === b.lines.join('\n');

/** Services, jobs, hooks and the like are set off by a blank line, as in a file written by hand. */
const setOff = (before: readonly string[], isMap: boolean, path: string): readonly string[] =>
  isMap && !path.includes('.') && before[0] !== '' ? ['', ...before] : before;

const setOffFirst = ([first, ...rest]: readonly Item[], path: string): readonly Item[] =>
  first ? [{ ...first, before: setOff(first.before, first.isMap, path) }, ...rest] : [];

/** Remembers who wrote a value and everything below it. */
function claim(value: Value, path: string, merge: Merge): void {
  merge.owners.set(path, merge.fragment);
  if (value.kind !== 'map') return;
  for (const { key, value: inner } of value.entries)
    claim(inner, path === '' ? key : `${path}.${key}`, merge);
}
