/**
 * A small set of answer sets in which every possible pair of two options' values occurs.
 * The factors are read from the fields that are discovered; what excludes what is this file's own knowledge (the stack a
 * component is for, and what a stack or a component needs), so that it can disagree with the resolver that it is used to
 * test.
 */
import {
  CATEGORIES,
  type AnyComponent,
  type Category,
  type ComponentId,
} from '../../src/component/define.ts';
import type { Field, FieldValue } from '../../src/component/fields.ts';
import { projectFields } from '../../src/component/project-fields.ts';

export type Row = Readonly<Record<string, FieldValue>>;

/** A text that would break out of most formats if it were not quoted. */
export const AWKWARD_TEXT = `It's "100%" $(safe) \`as\` \${x} {{y}} %{z} a: b # c & <d> \\ é 🙂`;

const TEXT_SAMPLES: Readonly<Record<string, readonly string[]>> = {
  name: ['My Service', 'OrderDesk 2'],
  description: ['A service', AWKWARD_TEXT],
  owner: ['acme', 'Acme-Corp-9'],
  registry: ['ghcr.io/acme', 'registry.acme.dev:5000/team/images'],
  securityContact: ['', 'security+reports@acme.dev'],
  domain: ['my-service.example.com', 'api.orders-2.acme.co.uk'],
  'fastapi.apiPrefix': ['/api/v1', '/v2'],
  'none.healthPath': ['/healthz', '/status/live'],
  'ecs.region': ['eu-central-1', 'us-gov-west-1'],
  'cloud-run.project': ['my-service', 'acme-shop-42'],
  'cloud-run.region': ['europe-west1', 'us-central1'],
  'cloud-run.network': ['default', 'backend'],
  'container-instances.resourceGroup': ['my-service-production', 'Acme_Shop.1'],
  'container-instances.location': ['westeurope', 'eastus2'],
};

/** One value of one factor. `inRow` says which components must be in or out of a row that has it. */
export interface Setting {
  readonly key: string;
  readonly value: FieldValue;
  readonly inRow: ReadonlyMap<ComponentId, boolean>;
}

/** All settings that rows of one stack can have; a component in or out is a setting like any other. */
export function settingsFor(components: readonly AnyComponent[], stack: AnyComponent): readonly Setting[] {
  const required = new Map(neededBy(stack, components).map((id) => [id, true]));
  const present = (component: AnyComponent): ReadonlyMap<ComponentId, boolean> =>
    new Map([
      ...required,
      ...[component.id, ...neededBy(component, components)].map((id) => [id, true] as const),
    ]);
  const usable = components.filter(
    ({ id, category, stacks }) =>
      id === stack.id || (category !== 'stack' && (stacks === undefined || stacks.includes(stack.id))),
  );
  const choices = usable
    .filter(({ id, category }) => category !== 'stack' && category !== 'essential' && !required.has(id))
    .flatMap((component): Setting[] => [
      { key: component.id, value: true, inRow: present(component) },
      { key: component.id, value: false, inRow: new Map([...required, [component.id, false]]) },
    ]);
  const ofProject = Object.entries(projectFields).flatMap(([key, field]) =>
    samples(key, field).map((value): Setting => ({ key, value, inRow: required })),
  );
  const ofComponents = usable.flatMap((component) =>
    Object.entries(component.fields).flatMap(([name, field]) =>
      samples(`${component.id}.${name}`, field).map((value): Setting => ({
        key: `${component.id}.${name}`,
        value,
        inRow: present(component),
      })),
    ),
  );
  return [{ key: 'stack', value: stack.id, inRow: required }, ...choices, ...ofProject, ...ofComponents];
}

/** What a component cannot do without, also through what that needs. */
export function neededBy(component: AnyComponent, components: readonly AnyComponent[]): readonly ComponentId[] {
  const needed = new Set<ComponentId>();
  const follow = ({ requires = [] }: AnyComponent): void => {
    for (const id of requires) {
      const next = components.find((candidate) => candidate.id === id);
      if (needed.has(id) || !next) continue;
      needed.add(id);
      follow(next);
    }
  };
  follow(component);
  return [...needed];
}

/** Every pair of settings that some row can have. */
export function possiblePairs(components: readonly AnyComponent[]): Set<string> {
  return new Set(
    stacksOf(components).flatMap((stack) => {
      const settings = settingsFor(components, stack);
      return settings.flatMap((a, index) =>
        settings.slice(index + 1).flatMap((b) => (areCompatible(a, b) ? [pairOf(a, b)] : [])),
      );
    }),
  );
}

/** The pairs among the settings of one row. */
export const pairsIn = (settings: readonly Setting[]): string[] =>
  settings.flatMap((a, index) => settings.slice(index + 1).map((b) => pairOf(a, b)));

export interface PairwiseRow {
  /** Answers by key. */
  readonly answers: Row;
  readonly settings: readonly Setting[];
}

/** How many random rows are compared for each that is taken: more gives fewer rows, slower. */
const CANDIDATES = 60;

/**
 * Rows in which every possible pair occurs, found greedily.
 * @param seed makes the rows the same in every run
 */
export function pairwiseRows(components: readonly AnyComponent[], seed: number): readonly PairwiseRow[] {
  const random = generator(seed);
  const open = possiblePairs(components);
  const rows: PairwiseRow[] = [];
  while (open.size > 0) {
    const wanted = pairBehind([...open][0] ?? '', components);
    let best: { row: PairwiseRow; gain: readonly string[] } = {
      row: candidate(components, wanted, random),
      gain: [],
    };
    for (let attempt = 0; attempt < CANDIDATES; attempt += 1) {
      const row = candidate(components, wanted, random);
      const gain = pairsIn(row.settings).filter((pair) => open.has(pair));
      if (gain.length > best.gain.length) best = { row, gain };
    }
    if (best.gain.length === 0) throw new Error('a pair is called possible that no row has');
    for (const pair of best.gain) open.delete(pair);
    rows.push(best.row);
  }
  return rows;
}

interface WantedPair {
  readonly stack: AnyComponent;
  readonly settings: readonly Setting[];
}

function pairBehind(pair: string, components: readonly AnyComponent[]): WantedPair {
  for (const stack of stacksOf(components)) {
    const settings = settingsFor(components, stack).filter((setting) =>
      pair.split(' × ').includes(nameOf(setting)),
    );
    if (settings.length === 2) return { stack, settings };
  }
  throw new Error(`no stack has the pair ${pair}`);
}

/** A random row of a stack that has the wanted settings. */
function candidate(
  components: readonly AnyComponent[],
  { stack, settings: wanted }: WantedPair,
  random: () => number,
): PairwiseRow {
  const forced = new Map(wanted.flatMap(({ inRow }) => [...inRow]));
  const chosen = new Map<ComponentId, boolean>(forced);
  const settings: Setting[] = [];
  // A component's choice stands before its fields in `settingsFor`, so it is known when they are reached.
  for (const [key, options] of byKey(settingsFor(components, stack))) {
    const possible = possibleAmong(options, chosen);
    const fixed = wanted.find((setting) => setting.key === key);
    const taken = fixed ?? possible[Math.floor(random() * possible.length)];
    if (!taken) continue;
    settings.push(taken);
    for (const [id, value] of taken.inRow) chosen.set(id, value);
  }
  return { settings, answers: answersOf(components, stack, settings, chosen) };
}

/** Settings by the key that each is a value of, in the order of the keys. */
export function byKey(settings: readonly Setting[]): ReadonlyMap<string, readonly Setting[]> {
  const grouped = new Map<string, Setting[]>();
  for (const setting of settings) grouped.set(setting.key, [...(grouped.get(setting.key) ?? []), setting]);
  return grouped;
}

/** Those that a row can still have; none for a field of a component that is out. */
export const possibleAmong = (
  options: readonly Setting[],
  chosen: ReadonlyMap<ComponentId, boolean>,
): readonly Setting[] =>
  options.filter(({ inRow }) => [...inRow].every(([id, value]) => (chosen.get(id) ?? value) === value));

/** The answers that say what was set. */
export function answersOf(
  components: readonly AnyComponent[],
  stack: AnyComponent,
  settings: readonly Setting[],
  chosen: ReadonlyMap<ComponentId, boolean>,
): Row {
  const answers: Record<string, FieldValue> = { stack: stack.id };
  for (const category of Object.keys(CATEGORIES) as Category[]) {
    const members = components.filter((component) => component.category === category).map(({ id }) => id);
    if (category === 'stack' || category === 'essential' || members.length === 0) continue;
    answers[category] = members.filter((id) => chosen.get(id) === true);
  }
  for (const { key, value } of settings) if (!chosen.has(key) && key !== 'stack') answers[key] = value;
  return answers;
}

const stacksOf = (components: readonly AnyComponent[]): AnyComponent[] =>
  components.filter(({ category }) => category === 'stack');

const areCompatible = (a: Setting, b: Setting): boolean =>
  a.key !== b.key && [...a.inRow].every(([id, value]) => (b.inRow.get(id) ?? value) === value);

const nameOf = ({ key, value }: Setting): string => `${key}=${String(value)}`;

const pairOf = (a: Setting, b: Setting): string => {
  const [first, second] = [nameOf(a), nameOf(b)].sort();
  return `${first ?? ''} × ${second ?? ''}`;
};

/** Mulberry32 (Tommy Ettinger, public domain). */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296;
  };
}

function samples(key: string, field: Field): readonly FieldValue[] {
  switch (field.kind) {
    case 'text': {
      const values = TEXT_SAMPLES[key];
      if (!values) throw new Error(`test/support/pairwise.ts has no sample texts for ${key}`);
      return values;
    }
    case 'integer':
      return [
        ...new Set([field.min, typeof field.default === 'number' ? field.default : field.max, field.max]),
      ];
    case 'boolean':
      return [true, false];
    case 'choice':
      return field.options;
    case 'set':
      return [[], field.options];
  }
}
