/** Three-way merge of values alone: what the merged text has to say when it is parsed. */
import { identify, mergeSequence } from './sequence.ts';
import type { Data } from './source.ts';

/** Nothing stands at this place. */
export const ABSENT = Symbol('absent');
/** A value, or ABSENT. */
export type Side = Data;

/** Both sides changed one place, each in its own way. */
export class Clash {
  constructor(
    readonly ours: Side,
    readonly theirs: Side,
  ) {}
}

/** What the merge of the values came to. */
export interface MergedData {
  /** Holds a `Clash` wherever both sides changed one thing. */
  readonly data: Data;
  readonly clashes: number;
}

/**
 * Maps merge by key, lists by the identity of their elements (`identify`); everything else is taken as a whole.
 * @param base what both sides come from; ABSENT where neither has it from there
 */
export function mergeData(base: Side, ours: Side, theirs: Side): MergedData {
  let clashes = 0;
  const clash = (a: Side, b: Side): Clash => {
    clashes += 1;
    return new Clash(a, b);
  };
  const merge = (b: Side, o: Side, t: Side): Side => {
    if (isSame(t, b) || isSame(o, t)) return o;
    if (isSame(o, b)) return t;
    if (o instanceof Map && t instanceof Map && (b instanceof Map || b === ABSENT)) {
      return mergeMaps(b instanceof Map ? b : new Map(), o, t);
    }
    if (Array.isArray(o) && Array.isArray(t) && (Array.isArray(b) || b === ABSENT)) {
      return mergeLists(Array.isArray(b) ? b : [], o, t) ?? clash(o, t);
    }
    return clash(o, t);
  };
  const mergeMaps = (b: Entries, o: Entries, t: Entries): Data => {
    const merged = new Map<unknown, unknown>();
    for (const key of new Set([...o.keys(), ...t.keys()])) {
      const value = merge(at(b, key), at(o, key), at(t, key));
      if (value !== ABSENT) merged.set(key, value);
    }
    return merged;
  };
  const mergeLists = (b: List, o: List, t: List): List | undefined => {
    const ids = identify(b, o, t);
    const order = ids && mergeSequence(ids.base, ids.ours, ids.theirs);
    if (!ids || order === undefined) return undefined;
    const [inBase, inOurs, inTheirs] = [byId(ids.base, b), byId(ids.ours, o), byId(ids.theirs, t)];
    return order
      .map((id) => merge(at(inBase, id), at(inOurs, id), at(inTheirs, id)))
      .filter((value) => value !== ABSENT);
  };
  const data = merge(base, ours, theirs);
  return { data, clashes };
}

type Entries = ReadonlyMap<unknown, unknown>;
type List = readonly unknown[];

const at = (map: Entries, key: unknown): Side => (map.has(key) ? map.get(key) : ABSENT);

const byId = (ids: readonly string[], list: List): Entries =>
  new Map(ids.map((id, index) => [id, list[index]]));

/** Whether two values say the same; the order of a map's keys says nothing. */
export function isSame(a: Side, b: Side): boolean {
  if (Object.is(a, b)) return true;
  if (a instanceof Map && b instanceof Map) {
    return a.size === b.size && [...a].every(([key, value]) => b.has(key) && isSame(value, b.get(key)));
  }
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((value, index) => isSame(value, b[index]));
  }
  if (a instanceof Date && b instanceof Date) return a.toISOString() === b.toISOString();
  return false;
}

/**
 * Whether a text that was merged by lines without a conflict says what it may say: where only one side changed something, that;
 * where both changed a list or a text of several lines, whatever the lines came to.
 */
export function isPlausible(expected: Side, actual: Side): boolean {
  if (expected instanceof Clash) return isOfLines(expected.ours) && isOfLines(expected.theirs);
  if (expected instanceof Map && actual instanceof Map) {
    return (
      expected.size === actual.size &&
      [...expected].every(([key, value]) => actual.has(key) && isPlausible(value, actual.get(key)))
    );
  }
  if (Array.isArray(expected) && Array.isArray(actual)) {
    return (
      expected.length === actual.length && expected.every((value, index) => isPlausible(value, actual[index]))
    );
  }
  return isSame(expected, actual);
}

const isOfLines = (value: Side): boolean =>
  Array.isArray(value) || (typeof value === 'string' && value.includes('\n'));
