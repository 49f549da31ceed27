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
  mainBranch: ['main', '1.0'],
  'project.codeOwner': ['@my-team', '@acme-corp/platform_team'],
  domain: ['my-service.example.com', 'api.orders-2.acme.co.uk'],
  'fastapi.apiPrefix': ['/api/v1', '/v2'],
  'node.apiPrefix': ['/api/v1', '/v2'],
  'kustomize.deployerGroup': ['my-service-deployers', 'oidc:acme/deployers@acme.dev'],
  'kustomize.operatorGroup': ['my-service-operators', '7f1c2d3e-0000-4000-8000-5a6b7c8d9e0f'],
  'kustomize.ingressClass': ['nginx', 'traefik'],
  'kustomize.ingressNamespace': ['ingress-nginx', 'kube-system'],
  'kustomize.clusterIssuer': ['letsencrypt', 'acme-2-staging'],
  'kustomize.monitoringNamespace': ['monitoring', '0-observability'],
  'kustomize.secretStore': ['secrets', 'vault-2'],
  'kustomize.dataNetwork': ['10.0.0.0/8', '192.168.250.0/24'],
  'helm.ingressClass': ['nginx', 'traefik'],
  'helm.ingressNamespace': ['ingress-nginx', 'kube-system'],
  'helm.clusterIssuer': ['letsencrypt', 'acme-2-staging'],
  'helm.monitoringNamespace': ['monitoring', '0-observability'],
  'helm.secretStore': ['secrets', 'vault-2'],
  'helm.dataNetwork': ['10.0.0.0/8', '192.168.250.0/24'],
  'on-call.email': ['on-call@acme.dev', 'sre+night@orders-2.acme.co.uk'],
  'on-call.lead': ['lead@acme.dev', 'o_neill|lead*@acme.dev'],
  'on-call.security': ['security@acme.dev', '_security_@acme.dev'],
  'on-call.pager': ['', 'https://pager.acme.dev/services/1?team=a&on=b', '+4930123456'],
  'disaster-recovery.copyTo': ['backup@backup.acme.dev:dumps', 'dumps_2@10.0.0.7:/srv/backups/my-service'],
  'backup.bucket': ['my-service-backups', '', 'acme-2-archives'],
  'backup.region': ['eu-central-1', 'us-gov-west-1'],
  'backup.secondBucket': ['my-service-backups-far', ''],
  'backup.secondRegion': ['eu-west-1', 'ap-southeast-2'],
  'backup.uploads': ['', 'uploads'],
  'fleet.topic': ['bulwark', 'service-2'],
  'monitoring.folder': ['monitoring', 'docker', 'ops/watch_2'],
  'monitoring.slackChannel': ['#alerts', '#on_call-2'],
  'monitoring.alertEmail': ['on-call@acme.dev', 'sre+night@orders-2.acme.co.uk'],
  'monitoring.smtpServer': ['smtp.acme.dev:587', 'mail-2.acme.co.uk:2525'],
  'none.healthPath': ['/healthz', '/status/live'],
  'none.target': ['production', ''],
  'none.version': ['22'],
  'none.folder': ['services/back-end'],
  'none.files': ['package.json, package-lock.json, .npmrc, lib/api, a+b@c'],
  'none.requirements': [],
  'none.program': ['./cmd/api'],
  'none.assets': ['templates, web/static'],
  'none.buildCommand': ['npm run build && npm run check'],
  'none.startCommand': [`node --title="it's 100% $PORT" dist/server.js --port $PORT`],
  'none.testCommand': ['npm test'],
  'none.buildPackages': ['build-essential libpq-dev'],
  'none.runPackages': ['libpq5 libmagic1'],
  'ecs.region': ['eu-central-1', 'us-gov-west-1'],
  'cloud-run.project': ['my-service', 'acme-shop-42'],
  'cloud-run.region': ['europe-west1', 'us-central1'],
  'cloud-run.network': ['default', 'backend'],
  'container-instances.resourceGroup': ['my-service-production', 'Acme_Shop.1'],
  'container-instances.location': ['westeurope', 'eastus2'],
};

/** Numbers that bear any value of the others: what one asks for, another has to grant. */
const INTEGER_SAMPLES: Readonly<Record<string, readonly number[]>> = {
  // At most half of the least memory.
  'postgres.sharedBuffersMb': [16, 128],
  // At most as many workers in all as the least number of connections bears.
  'fastapi.workers': [1, 4, 5],
  'compose.replicas': [1, 2, 3],
  // Two processes listen beside each other, each on a port of its own.
  'node.websocketPort': [1025, 8001, 65534],
  // The least is at most the most.
  'helm.minReplicas': [2, 3],
  'helm.maxReplicas': [3, 20, 500],
};

/**
 * Of choices with many values those whose output differs elsewhere, too: the Dockerfile of each toolchain is judged by itself
 * (test/golden/dockerfiles.test.ts, test/tools/toolchains.test.ts), and a dozen of them would make hundreds of rows.
 */
const CHOICE_SAMPLES: Readonly<Record<string, readonly FieldValue[]>> = {
  'none.toolchain': ['other', 'npm', 'go'],
  'none.hashes': [],
  'none.dependenciesFirst': [],
};

/** Fields that have a meaning with one value of another only, or with several of which one stands for all. */
const MEANT_WITH: Readonly<Record<string, readonly [key: string, value: FieldValue]>> = {
  'kustomize.deployerGroup': ['kustomize.roles', true],
  'kustomize.operatorGroup': ['kustomize.roles', true],
  'none.version': ['none.toolchain', 'npm'],
  'none.folder': ['none.toolchain', 'npm'],
  'none.files': ['none.toolchain', 'npm'],
  'none.requirements': ['none.toolchain', 'pip'],
  'none.hashes': ['none.toolchain', 'pip'],
  'none.program': ['none.toolchain', 'go'],
  'none.assets': ['none.toolchain', 'go'],
  'none.dependenciesFirst': ['none.toolchain', 'cargo'],
  'none.buildCommand': ['none.toolchain', 'npm'],
  'none.startCommand': ['none.toolchain', 'npm'],
  'none.testCommand': ['none.toolchain', 'npm'],
  'none.buildPackages': ['none.toolchain', 'npm'],
  'none.runPackages': ['none.toolchain', 'npm'],
  'node.websocketPort': ['node.workflows', true],
  'helm.secretStore': ['helm.secrets', 'external-secret'],
  'kustomize.secretStore': ['kustomize.secrets', 'external-secret'],
  'fleet.topic': ['fleet.source', 'topic'],
  'backup.redis': ['redis', true],
  'disaster-recovery.backupIntervalHours': ['backup', false],
  'disaster-recovery.backupDays': ['backup', false],
  'disaster-recovery.copyTo': ['backup', false],
};

/**
 * One value of one factor. `inRow` says what else a row that has it must have: components that are in or out, by their
 * ids, and values of other factors.
 */
export interface Setting {
  readonly key: string;
  readonly value: FieldValue;
  readonly inRow: ReadonlyMap<string, FieldValue>;
}

/** All settings that rows of one stack can have; a component in or out is a setting like any other. */
export function settingsFor(components: readonly AnyComponent[], stack: AnyComponent): readonly Setting[] {
  const required = new Map(neededBy(stack, components).map((id) => [id, true]));
  const present = (component: AnyComponent): ReadonlyMap<string, FieldValue> =>
    new Map<string, FieldValue>([
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
      {
        key: component.id,
        value: false,
        inRow: new Map<string, FieldValue>([...required, [component.id, false]]),
      },
    ]);
  const ofProject = Object.entries(projectFields).flatMap(([key, field]) =>
    samples(key, field).map((value): Setting => ({ key, value, inRow: required })),
  );
  const ofComponents = usable.flatMap((component) =>
    Object.entries(component.fields).flatMap(([name, field]) =>
      samples(`${component.id}.${name}`, field).map((value): Setting => ({
        key: `${component.id}.${name}`,
        value,
        inRow: new Map([
          ...present(component),
          ...meantWith(`${component.id}.${name}`).flatMap(([key, needed]) => [
            [key, needed] as const,
            ...withoutRefusers(key, needed),
          ]),
          ...withoutRefusers(`${component.id}.${name}`, value),
        ]),
      })),
    ),
  );
  return [{ key: 'stack', value: stack.id, inRow: required }, ...choices, ...ofProject, ...ofComponents].map(
    (setting) => ({ ...setting, inRow: new Map([...setting.inRow, [setting.key, setting.value]]) }),
  );
}

/** Components that refuse an answer: a service of one port has no place for a second process that listens. */
const REFUSED_BY: Readonly<Record<string, readonly ComponentId[]>> = {
  'node.workflows true': ['cloud-run', 'container-instances'],
};

/** Those that refuse this answer. */
export const refusersOf = (key: string, value: FieldValue): readonly ComponentId[] =>
  REFUSED_BY[`${key} ${String(value)}`] ?? [];

const withoutRefusers = (key: string, value: FieldValue): readonly (readonly [string, FieldValue])[] =>
  refusersOf(key, value).map((id) => [id, false]);

/** What must be answered besides, for a question to be asked at all. */
export const meantWith = (key: string): readonly (readonly [string, FieldValue])[] => {
  const condition = MEANT_WITH[key];
  return condition ? [condition] : [];
};

/** What a component cannot do without, also through what that needs. */
export function neededBy(
  component: AnyComponent,
  components: readonly AnyComponent[],
): readonly ComponentId[] {
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
export const possiblePairs = (components: readonly AnyComponent[]): Set<string> =>
  new Set(stacksOf(components).flatMap((stack) => pairsAmong(settingsFor(components, stack)).map(pairOf)));

/** The pairs among the settings of one row. */
export const pairsIn = (settings: readonly Setting[]): string[] =>
  settings.flatMap((a, index) => settings.slice(index + 1).map((b) => pairOf([a, b])));

type Pair = readonly [Setting, Setting];

const pairsAmong = (settings: readonly Setting[]): Pair[] =>
  settings.flatMap((a, index) =>
    settings.slice(index + 1).flatMap((b): Pair[] => (areCompatible(a, b) ? [[a, b]] : [])),
  );

export interface PairwiseRow {
  /** Answers by key. */
  readonly answers: Row;
  readonly settings: readonly Setting[];
}

/** What rows of one stack are made of. */
interface Universe {
  readonly stack: AnyComponent;
  readonly factors: readonly (readonly Setting[])[];
  readonly settings: readonly Setting[];
}

const universesOf = (components: readonly AnyComponent[], given: Given): readonly Universe[] =>
  stacksOf(components).flatMap((stack) => {
    const settings = settingsFor(components, stack).filter(({ inRow }) => agree(inRow, given));
    return settings.length === 0 ? [] : [{ stack, settings, factors: [...byKey(settings).values()] }];
  });

/** What every row has: components that are in or out, by their ids, and values by their keys. */
export type Given = ReadonlyMap<string, FieldValue>;
const NOTHING: Given = new Map();

/** How many rows are compared for each that is taken: more gives fewer rows, slower. */
const CANDIDATES = 12;

/**
 * Rows in which every possible pair occurs, found greedily: each takes, factor by factor in an order of its own, the value
 * that brings the most pairs that no row has yet (D. Cohen et al., "The AETG System", IEEE TSE 23(7), 1997).
 * @param seed makes the rows the same in every run
 */
export function pairwiseRows(
  components: readonly AnyComponent[],
  seed: number,
  given: Given = NOTHING,
): readonly PairwiseRow[] {
  const random = generator(seed);
  const universes = universesOf(components, given);
  // Numbers, for millions of pairs are looked up: one for each setting, whichever stack it is met in.
  const numbers = new Map<string, number>();
  const numberOf = new Map<Setting, number>();
  for (const setting of universes.flatMap(({ settings }) => settings)) {
    const name = nameOf(setting);
    const number = numbers.get(name) ?? numbers.size;
    numbers.set(name, number);
    numberOf.set(setting, number);
  }
  const size = numbers.size;
  const keyOf = (one: Setting, other: Setting): number => {
    const [a, b] = [numberOf.get(one) ?? 0, numberOf.get(other) ?? 0];
    return a < b ? a * size + b : b * size + a;
  };
  const open = new Map<number, { readonly universe: Universe; readonly pair: Pair }>();
  for (const universe of universes) {
    for (const pair of pairsAmong(universe.settings)) {
      const key = keyOf(...pair);
      if (!open.has(key)) open.set(key, { universe, pair });
    }
  }
  const gainOf = (setting: Setting, taken: readonly Setting[]): number =>
    taken.reduce((gain, other) => gain + (open.has(keyOf(setting, other)) ? 1 : 0), 0);

  const rows: PairwiseRow[] = [];
  for (;;) {
    const [wanted] = open.values();
    if (!wanted) return rows;
    const drawn = Array.from({ length: CANDIDATES }, () =>
      draw(wanted.universe, wanted.pair, random, given, gainOf),
    ).reduce((a, b) => (b.gain > a.gain ? b : a));
    if (drawn.gain === 0) throw new Error(`no row has ${pairOf(wanted.pair)}, which is called possible`);
    for (const pair of pairsAmong(drawn.settings)) open.delete(keyOf(...pair));
    rows.push(rowOf(components, wanted.universe.stack, drawn));
  }
}

/**
 * Rows drawn at random from all that there are, of each stack in turn.
 * @param seed makes the rows the same in every run
 */
export function* randomRows(
  components: readonly AnyComponent[],
  count: number,
  seed: number,
): Generator<Row> {
  const random = generator(seed);
  const universes = universesOf(components, NOTHING);
  for (let index = 0; index < count; index += 1) {
    const universe = universes[index % universes.length];
    if (universe) yield rowOf(components, universe.stack, draw(universe, [], random, NOTHING)).answers;
  }
}

interface Drawn {
  readonly settings: readonly Setting[];
  readonly chosen: ReadonlyMap<string, FieldValue>;
  /** How many pairs it has that no row before it had. */
  readonly gain: number;
}

const rowOf = (
  components: readonly AnyComponent[],
  stack: AnyComponent,
  { settings, chosen }: Drawn,
): PairwiseRow => ({ settings, answers: answersOf(components, stack, settings, chosen) });

/** A row that has the wanted settings; of the values of a factor the one with the largest gain, of equal ones any. */
function draw(
  { factors }: Universe,
  wanted: readonly Setting[],
  random: () => number,
  given: Given,
  gainOf: (setting: Setting, taken: readonly Setting[]) => number = () => 0,
): Drawn {
  const chosen = new Map<string, FieldValue>([...given, ...wanted.flatMap(({ inRow }) => [...inRow])]);
  const settings: Setting[] = [];
  let gain = 0;
  for (const options of shuffled(factors, random)) {
    const possible = shuffled(possibleAmong(options, chosen), random).map((setting) => ({
      setting,
      gain: gainOf(setting, settings),
    }));
    const [first, ...others] = possible;
    if (!first) continue;
    const best = others.reduce((a, b) => (b.gain > a.gain ? b : a), first);
    settings.push(best.setting);
    gain += best.gain;
    for (const [key, value] of best.setting.inRow) chosen.set(key, value);
  }
  return { settings, chosen, gain };
}

/** Fisher and Yates. */
function shuffled<Item>(items: readonly Item[], random: () => number): Item[] {
  const result = [...items];
  for (let last = result.length - 1; last > 0; last -= 1) {
    const other = Math.floor(random() * (last + 1));
    [result[last], result[other]] = [result[other] as Item, result[last] as Item];
  }
  return result;
}

/** Settings by the key that each is a value of, in the order of the keys. */
export function byKey(settings: readonly Setting[]): ReadonlyMap<string, readonly Setting[]> {
  const grouped = new Map<string, Setting[]>();
  for (const setting of settings) grouped.set(setting.key, [...(grouped.get(setting.key) ?? []), setting]);
  return grouped;
}

/** Those that a row can still have; none for a field of a component that is out. */
const possibleAmong = (
  options: readonly Setting[],
  chosen: ReadonlyMap<string, FieldValue>,
): readonly Setting[] => options.filter(({ inRow }) => agree(inRow, chosen));

/** Whether nothing is wanted in two ways. */
function agree(one: ReadonlyMap<string, FieldValue>, other: ReadonlyMap<string, FieldValue>): boolean {
  for (const [key, value] of one) {
    const there = other.get(key);
    if (there !== undefined && there !== value) return false;
  }
  return true;
}

/** The answers that say what was set. */
function answersOf(
  components: readonly AnyComponent[],
  stack: AnyComponent,
  settings: readonly Setting[],
  chosen: ReadonlyMap<string, FieldValue>,
): Row {
  const answers: Record<string, FieldValue> = { stack: stack.id };
  for (const category of Object.keys(CATEGORIES) as Category[]) {
    const members = components.filter((component) => component.category === category).map(({ id }) => id);
    if (category === 'stack' || category === 'essential' || members.length === 0) continue;
    answers[category] = members.filter((id) => chosen.get(id) === true);
  }
  const ids = new Set(components.map(({ id }) => id));
  for (const { key, value } of settings) if (!ids.has(key) && key !== 'stack') answers[key] = value;
  return answers;
}

const stacksOf = (components: readonly AnyComponent[]): AnyComponent[] =>
  components.filter(({ category }) => category === 'stack');

const areCompatible = (a: Setting, b: Setting): boolean => a.key !== b.key && agree(a.inRow, b.inRow);

const nameOf = ({ key, value }: Setting): string => `${key}=${String(value)}`;

const pairOf = ([a, b]: Pair): string => [nameOf(a), nameOf(b)].sort().join(' × ');

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
      return (
        INTEGER_SAMPLES[key] ?? [
          ...new Set([field.min, typeof field.default === 'number' ? field.default : field.max, field.max]),
        ]
      );
    case 'boolean':
      return CHOICE_SAMPLES[key] ?? [true, false];
    case 'choice':
      return CHOICE_SAMPLES[key] ?? field.options;
    case 'set':
      return [[], field.options];
  }
}
