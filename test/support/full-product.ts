/** Every combination of components, choices, booleans and sets, streamed: what the pairwise rows are a small part of. */
import type { AnyComponent, ComponentId } from '../../src/component/define.ts';
import { projectFields } from '../../src/component/project-fields.ts';
import { answersOf, byKey, possibleAmong, settingsFor, type Row, type Setting } from './pairwise.ts';

/** Texts and numbers go into one line each, so the pairwise rows are enough of them; here they keep their defaults. */
function isEnumerated(key: string, components: readonly AnyComponent[]): boolean {
  const ofComponents = components.flatMap(({ id, fields }) =>
    Object.entries(fields).map(([name, field]) => [`${id}.${name}`, field] as const),
  );
  const field = new Map([...Object.entries(projectFields), ...ofComponents]).get(key);
  return field === undefined || (field.kind !== 'text' && field.kind !== 'integer');
}

/** Every row of every stack, one at a time, always in the same order. */
export function* fullProduct(components: readonly AnyComponent[]): Generator<Row> {
  for (const stack of components.filter(({ category }) => category === 'stack')) {
    const settings = settingsFor(components, stack).filter(({ key }) => isEnumerated(key, components));
    const factors = [...byKey(settings).values()];
    for (const { taken, chosen } of combinations(factors, [], new Map())) {
      yield answersOf(components, stack, taken, chosen);
    }
  }
}

interface Combination {
  readonly taken: readonly Setting[];
  readonly chosen: ReadonlyMap<ComponentId, boolean>;
}

function* combinations(
  [options, ...others]: readonly (readonly Setting[])[],
  taken: readonly Setting[],
  chosen: ReadonlyMap<ComponentId, boolean>,
): Generator<Combination> {
  if (!options) {
    yield { taken, chosen };
    return;
  }
  const possible = possibleAmong(options, chosen);
  if (possible.length === 0) yield* combinations(others, taken, chosen);
  for (const setting of possible) {
    yield* combinations(others, [...taken, setting], new Map([...chosen, ...setting.inRow]));
  }
}

/**
 * A part of the product that is spread over all of it.
 * @param bound how many rows at most
 * @returns how many rows there are, how many are taken, and these
 */
export function boundedProduct(
  components: readonly AnyComponent[],
  bound: number,
): { readonly total: number; readonly count: number; readonly rows: () => Generator<Row> } {
  let total = 0;
  const all = fullProduct(components);
  while (all.next().done !== true) total += 1;
  const step = strideFor(total, bound);
  function* rows(): Generator<Row> {
    let index = 0;
    for (const row of fullProduct(components)) if (index++ % step === 0) yield row;
  }
  return { total, count: Math.ceil(total / step), rows };
}

/** Shares no factor with the numbers of values that options have, so that it passes through all of them. */
function strideFor(total: number, bound: number): number {
  let step = Math.ceil(total / bound);
  while (step > 1 && [2, 3, 5, 7].some((factor) => step % factor === 0)) step += 1;
  return step;
}
