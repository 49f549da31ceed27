/**
 * The small language in which an assertion names a value of a document:
 * `metadata.labels["acme.com/owner"]`, `spec.containers[0].image`, `jobs[*].permissions`.
 *
 *     path  = first { "." name | index }
 *     first = name | index
 *     index = "[" ( digits | "*" | quoted ) "]"
 *     name  = letter, digit, "_", "-" or "$", one or more
 *
 * A name or a quoted key steps into a map, digits into a list, `[*]` into every item of a list or every value of a map.
 * There is no step over any number of levels: a rule should say where the value stands.
 */

export type Step =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'each' };

export interface ValuePath {
  readonly source: string;
  readonly steps: readonly Step[];
}

/** Keys and indexes from the root of a document. */
export type Place = readonly (string | number)[];

/** What a path leads to: a value, or the point from which it does not go on. */
export type Selected =
  | { readonly place: Place; readonly found: true; readonly value: unknown }
  | { readonly place: Place; readonly found: false };

export const MAX_PATH_LENGTH = 200;
const MAX_INDEX = 9999;

const NAME = /[A-Za-z0-9_$-]+/y;
const QUOTED = /"(?:[^"\\]|\\["\\])*"|'[^']*'/y;
const DIGITS = /\d{1,5}/y;

/** @returns the path, or what is wrong with it and where (from 0) */
export function parseValuePath(
  source: string,
): ValuePath | { readonly fault: string; readonly offset: number } {
  if (source.length > MAX_PATH_LENGTH) {
    return { fault: `is longer than ${MAX_PATH_LENGTH} characters`, offset: MAX_PATH_LENGTH };
  }
  const steps: Step[] = [];
  let at = 0;
  const take = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    const found = pattern.exec(source)?.[0];
    at += found?.length ?? 0;
    return found;
  };
  do {
    if (source[at] === '[') {
      at += 1;
      const step = takeIndex(source[at] ?? '', take);
      if (typeof step === 'string') return { fault: step, offset: at };
      if (source[at] !== ']') return { fault: 'has a "[" that is not closed', offset: at };
      at += 1;
      steps.push(step);
      continue;
    }
    if (steps.length > 0) at += 1;
    const name = take(NAME);
    if (name === undefined) {
      return { fault: 'wants a name here; a key with other characters is written ["…"]', offset: at };
    }
    steps.push({ kind: 'key', key: name });
  } while (source[at] === '.' || source[at] === '[');
  if (at < source.length) {
    return { fault: 'goes on neither with "." nor with "["; write a key as ["…"]', offset: at };
  }
  return { source, steps };

  function takeIndex(next: string, taken: typeof take): Step | string {
    if (next === '*') {
      at += 1;
      return { kind: 'each' };
    }
    if (next === '"' || next === "'") {
      const quoted = taken(QUOTED);
      if (quoted === undefined) return 'has a quotation mark that is not closed';
      return { kind: 'key', key: quoted.slice(1, -1).replace(/\\(["\\])/g, '$1') };
    }
    const digits = taken(DIGITS);
    if (digits === undefined) return 'wants a number, * or a quoted key in [ ]';
    const index = Number(digits);
    return index > MAX_INDEX ? `has an index above ${MAX_INDEX}` : { kind: 'index', index };
  }
}

/**
 * The values that a path leads to in a document. Where a map or list on the way lacks what comes next, that point is told
 * as not found; `[*]` over nothing selects nothing.
 */
export function select(document: unknown, { steps }: ValuePath): readonly Selected[] {
  let reached: readonly Selected[] = [{ place: [], found: true, value: document }];
  for (const step of steps) reached = reached.flatMap((one) => (one.found ? stepFrom(one, step) : [one]));
  return reached;
}

function stepFrom({ place, value }: Extract<Selected, { found: true }>, step: Step): readonly Selected[] {
  const here = (key: string | number, child: unknown): Selected => ({
    place: [...place, key],
    found: true,
    value: child,
  });
  const nothing: readonly Selected[] = [{ place, found: false }];
  if (Array.isArray(value)) {
    const items = value as readonly unknown[];
    if (step.kind === 'each') return items.map((item, index) => here(index, item));
    return step.kind === 'index' && step.index < items.length
      ? [here(step.index, items[step.index])]
      : nothing;
  }
  if (typeof value !== 'object' || value === null) return nothing;
  const map = value as Readonly<Record<string, unknown>>;
  if (step.kind === 'each') return Object.entries(map).map(([key, child]) => here(key, child));
  // An own key only: what every object inherits stands in no document.
  const key = step.kind === 'key' ? step.key : String(step.index);
  return Object.hasOwn(map, key) ? [here(key, map[key])] : nothing;
}

/** A place as the path that leads to it. */
export function describePlace(place: Place): string {
  const text = place
    .map((key) => {
      if (typeof key === 'number') return `[${key}]`;
      return /^[A-Za-z0-9_$-]+$/.test(key) ? `.${key}` : `[${JSON.stringify(key)}]`;
    })
    .join('');
  return text.replace(/^\./, '');
}
