/**
 * Merges YAML fragments by structure: maps join, lists append, comments, quoting and tags stay as they were written.
 */
import { FragmentClash, type Assembler, type Fragment } from './fragment.ts';
import {
  isMap,
  OutlineError,
  parseOutline,
  printOutline,
  readEntry,
  type BlockMap,
  type Entry,
  type Item,
  type Leaf,
  type Value,
} from './yaml-outline.ts';

interface Merge {
  /** Who put a value at a path, for messages. */
  readonly owners: Map<string, Fragment>;
  readonly fragment: Fragment;
}

export const mergeYaml: Assembler = (fragments) => {
  const [first, ...others] = fragments;
  if (!first) return '';
  const owners = new Map([['', first]]);
  const target = reading(first, () => parseOutline(first.text));
  for (const fragment of others) {
    reading(fragment, () => {
      mergeMap(target, parseOutline(fragment.text), '', { owners, fragment });
    });
  }
  return `${printOutline(target).join('\n')}\n`;
};

/** Says which fragment it is that cannot be read. */
function reading<T>({ source }: Fragment, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (!(error instanceof OutlineError)) throw error;
    throw new Error(`${source} is not ${error.wanted}: ${error.message}`, { cause: error });
  }
}

function mergeMap(target: BlockMap, source: BlockMap, path: string, merge: Merge): void {
  for (const entry of source.entries) {
    const at = path === '' ? entry.key : `${path}.${entry.key}`;
    const present = target.entries.find(({ key }) => key === entry.key);
    if (present) {
      mergeEntry(present, entry, at, merge);
    } else {
      target.entries.push({ ...entry, before: setOff(entry.before, () => isMap(entry.value), path) });
      merge.owners.set(at, merge.fragment);
    }
  }
}

function mergeEntry(present: Entry, added: Entry, path: string, merge: Merge): void {
  const target = readEntry(present);
  const source = readEntry(added);
  if (target.kind === 'map' && source.kind === 'map') {
    mergeMap(target, source, path, merge);
  } else if (target.kind === 'list' && source.kind === 'list' && target.tag === source.tag) {
    target.items.push(...setOffFirst(source.items, path));
  } else if (isFlowList(target) && isFlowList(source) && target.tag === source.tag) {
    const text = `[${[...itemsOf(target), ...itemsOf(source)].join(', ')}]`;
    present.line = present.line.replace(target.text, () => text);
    present.value = { ...target, text };
  } else if (isEmptyForm(target, source.kind)) {
    present.line = added.line;
    present.value = source;
    merge.owners.set(path, merge.fragment);
  } else if (!isEmptyForm(source, target.kind) && !isSame(target, source)) {
    throw new FragmentClash(path, ownerOf(path, merge), merge.fragment);
  }
}

/** Who wrote the value: the same as what it stands in, unless somebody put it there. */
function ownerOf(path: string, { owners, fragment }: Merge): Fragment {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const owner = owners.get(at);
    if (owner) return owner;
  }
  return owners.get('') ?? fragment;
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
const setOff = (before: readonly string[], isBlock: () => boolean, path: string): readonly string[] =>
  !path.includes('.') && before[0] !== '' && isBlock() ? ['', ...before] : before;

const setOffFirst = ([first, ...rest]: readonly Item[], path: string): readonly Item[] =>
  first ? [{ ...first, before: setOff(first.before, () => first.isMap, path) }, ...rest] : [];
