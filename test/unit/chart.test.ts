/** Do values.yaml, its schema and the README of a chart say the same, whatever the application is? */
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { schemaText, value, valueRows, values, valuesText } from '../../src/component/chart/value.ts';
import { dependenciesFor, lockDigest } from '../../src/component/chart/dependencies.ts';
import type { Catalog } from '../../src/plan/catalog.ts';
import { catalogWith, EVENTS, WEBSOCKET } from '../support/listening.ts';
import type { Row } from '../support/pairwise.ts';
import { render } from '../support/render.ts';

const APPLICATIONS: readonly (readonly [name: string, answers: Row, of: Catalog | undefined])[] = [
  ['one that listens three times', { data: ['postgres', 'redis'] }, catalogWith(WEBSOCKET, EVENTS)],
  [
    'FastAPI with all of it',
    { data: ['postgres', 'redis', 'rabbitmq'], 'fastapi.auth': 'database' },
    undefined,
  ],
  ['FastAPI', { 'helm.secrets': 'rendered' }, undefined],
  ['another with a database', { stack: 'none', data: ['postgres'], 'helm.secrets': 'existing' }, undefined],
  ['another', { stack: 'none', data: [], 'none.port': 3000 }, undefined],
];

async function chartOf(answers: Row, of?: Catalog): Promise<(file: string) => string> {
  const { tree } = await render({ name: 'Order Desk', orchestration: ['helm'], ...answers }, null, of);
  return (file) => {
    const found = [...tree.values()].find(({ path }) => path === `helm/order-desk/${file}`);
    if (!found) throw new Error(`the chart has no ${file}`);
    return found.content.toString('utf8');
  };
}

type Plain = Readonly<Record<string, unknown>>;

const isPlain = (thing: unknown): thing is Plain =>
  typeof thing === 'object' && thing !== null && !Array.isArray(thing);

/** What each value is said to be, by its path: in values.yaml the comment in the line above it. */
function toldInValues(text: string): ReadonlyMap<string, string> {
  const told = new Map<string, string>();
  const above: string[] = [];
  const lines = text.split('\n');
  for (const [index, line] of lines.entries()) {
    const [, indent = '', quoted = ''] = /^( *)("[^"]+"|[^\s#:"]+):(?: |$)/.exec(line) ?? [];
    if (quoted === '') continue;
    above.length = indent.length / 2;
    above.push(quoted.replaceAll('"', '').replaceAll('.', '\\.'));
    const path = above.join('.');
    const says = `${indent}# -- `;
    const before = lines[index - 1] ?? '';
    expect(before.startsWith(says), `${path} below "${before}"`).toBe(true);
    told.set(path, before.slice(says.length));
  }
  return told;
}

function toldInSchema(schema: Plain, above = ''): ReadonlyMap<string, string> {
  return new Map(
    Object.entries((schema.properties ?? {}) as Record<string, Plain>).flatMap(([key, one]) => {
      const path = `${above}${key.replaceAll('.', '\\.')}`;
      return [[path, String(one.description)] as const, ...toldInSchema(one, `${path}.`)];
    }),
  );
}

const withoutEscapes = (text: string): string => text.replace(/\\([^A-Za-z0-9\s])/g, '$1');

function toldInReadme(text: string): ReadonlyMap<string, { readonly is: string; readonly fallback: string }> {
  const rows = text.slice(text.indexOf('\n## Values')).matchAll(/^\| `([^`]+)` \| (?:`(.*)`)? \| (.*) \|$/gm);
  return new Map(
    [...rows].map(([, path = '', fallback = '', is = '']) => [path, { is: withoutEscapes(is), fallback }]),
  );
}

function valueAt(all: unknown, path: string): unknown {
  return path
    .split(/(?<!\\)\./)
    .reduce<unknown>((at, key) => (isPlain(at) ? at[key.replaceAll('\\.', '.')] : undefined), all);
}

describe.each(APPLICATIONS)('the chart of %s', (_, answers, of) => {
  test('tells of every value alike in values.yaml, its schema and the README', async () => {
    const read = await chartOf(answers, of);
    const told = toldInValues(read('values.yaml'));
    expect(told.size).toBeGreaterThan(60);
    const inSchema = new Map(toldInSchema(JSON.parse(read('values.schema.json')) as Plain));
    inSchema.delete('global');
    expect(Object.fromEntries(inSchema)).toEqual(Object.fromEntries(told));
    const rows = toldInReadme(read('README.md'));
    expect(Object.fromEntries([...rows].map(([path, { is }]) => [path, is]))).toEqual(
      Object.fromEntries(told),
    );
    const all = parse(read('values.yaml')) as unknown;
    for (const [path, { fallback }] of rows) {
      const there = valueAt(all, path);
      if (fallback !== '') expect(JSON.stringify(there), path).toBe(fallback.replaceAll('\\|', '|'));
      else expect(isPlain(there), path).toBe(true);
    }
  });

  test('takes its own values and those of both environments, and refuses what nobody knows', async () => {
    const read = await chartOf(answers, of);
    const isValid = new Ajv({ strict: false }).compile(JSON.parse(read('values.schema.json')) as Plain);
    const own = parse(read('values.yaml')) as Plain;
    const merged = (base: Plain, more: Plain): Plain => ({
      ...base,
      ...Object.fromEntries(
        Object.entries(more).map(([key, one]) => {
          const there = base[key];
          return [key, isPlain(there) && isPlain(one) ? merged(there, one) : one];
        }),
      ),
    });
    const names = secretNames(own);
    const given = {
      secrets: { source: 'rendered', values: Object.fromEntries(names.map((name) => [name, 'x'])) },
    };
    expect(isValid(own)).toBe(true);
    if (names.length > 0) {
      expect(isValid(merged(own, given)), JSON.stringify(isValid.errors)).toBe(true);
      expect(isValid(merged(own, { secrets: { source: 'rendered' } }))).toBe(false);
      expect(isValid(merged(own, { secrets: { source: 'existing', existingSecret: '' } }))).toBe(false);
    }
    for (const file of ['values-staging.yaml', 'values-production.yaml']) {
      const more = parse(read(file)) as Plain;
      expect(isValid(merged(own, more)), JSON.stringify(isValid.errors)).toBe(true);
      // Every value of an environment is one that the chart has.
      for (const path of pathsOf(parse(read(file)))) expect(valueAt(own, path), path).toBeDefined();
    }
    expect(isValid(merged(own, { typo: 1 }))).toBe(false);
    expect(isValid(merged(own, { ingress: { hosts: 'x' } }))).toBe(false);
  });
});

test("leaves other charts' values open at every depth, for Helm holds their defaults against our schema", async () => {
  const read = await chartOf({ data: ['postgres', 'redis'] });
  const { properties } = JSON.parse(read('values.schema.json')) as { properties: Record<string, Plain> };
  const closed = (schema: Plain, path: string): readonly string[] => [
    ...(schema.type === 'object' && schema.additionalProperties !== true ? [path] : []),
    ...Object.entries((schema.properties ?? {}) as Record<string, Plain>).flatMap(([key, one]) =>
      closed(one, `${path}.${key}`),
    ),
  ];
  for (const name of ['postgresql', 'redis', 'monitoring']) {
    expect(closed(properties[name] ?? {}, name)).toEqual([]);
  }
  expect(closed(properties.ingress ?? {}, 'ingress')).toContain('ingress');
});

const secretNames = (all: Plain): readonly string[] => {
  const there = valueAt(all, 'secrets.values');
  return isPlain(there) ? Object.keys(there) : [];
};

const pathsOf = (all: unknown, above = ''): readonly string[] =>
  isPlain(all)
    ? Object.entries(all).flatMap(([key, one]) => pathsOf(one, `${above}${key.replaceAll('.', '\\.')}.`))
    : [above.slice(0, -1)];

test('a quota bears all pods of the most replicas, and one more of each while a version is rolled out', async () => {
  const read = await chartOf({ 'helm.minReplicas': 2, 'helm.maxReplicas': 9, 'fastapi.cpuLimit': 2 });
  const hard = valueAt(parse(read('values-production.yaml')), 'resourceQuota.hard') as Plain;
  // Ten pods, one that answers for the domain, two of the migrations, one test.
  expect(hard.pods).toBe('14');
  expect(hard['limits.cpu']).toBe(`${10 * 2000 + 100 + 2 * 1000 + 1000}m`);
});

test('more replicas at least than at most are refused', async () => {
  await expect(chartOf({ 'helm.minReplicas': 5, 'helm.maxReplicas': 4 })).rejects.toThrow(
    /more-replicas|at most/,
  );
});

describe('values told once', () => {
  const awkward = values('map', 'What: it "is" # so', [
    value('number', 3, 'A count.'),
    value('a.b', 'yes', 'A word that YAML takes for another.'),
    value('list', ['-m', 'x'], 'Words.'),
    values('open', 'Empty.', [], { additionalProperties: { type: 'string' } }),
  ]);

  test('are read back as they were', () => {
    expect(parse(valuesText([awkward]).literal)).toEqual({
      map: { number: 3, 'a.b': 'yes', list: ['-m', 'x'], open: {} },
    });
  });

  test('refuse what is not there, and allow what may be added', () => {
    const isValid = new Ajv({ strict: false }).compile(
      JSON.parse(schemaText([awkward], {}).literal) as Plain,
    );
    expect(isValid({ map: { number: 4, open: { more: 'x' } } })).toBe(true);
    expect(isValid({ map: { open: { more: 1 } } })).toBe(false);
    expect(isValid({ map: { other: 1 } })).toBe(false);
    expect(isValid({ map: { number: '4' } })).toBe(false);
    expect(isValid({ global: { a: 1 } })).toBe(true);
  });

  test('stand in rows that no value breaks', () => {
    const rows = valueRows([value('a', 'x|y`z', 'Says.')]);
    expect(rows).toEqual([{ path: { literal: '`a`' }, default: { literal: '`"x\\|y\'z"`' }, says: 'Says.' }]);
  });
});

test('a chart depends on what its data services have charts of, and on monitoring', () => {
  const service = (component: string): { component: string; secret: string; ports: number[] } => ({
    component,
    secret: '',
    ports: [],
  });
  const all = dependenciesFor(['postgres', 'redis', 'rabbitmq'].map(service));
  expect(all.map(({ name, alias }) => `${name} as ${alias}`)).toEqual([
    'cluster as postgresql',
    'valkey as redis',
    'kube-prometheus-stack as monitoring',
  ]);
  expect(dependenciesFor([]).map(({ alias }) => alias)).toEqual(['monitoring']);
  expect(lockDigest(all)).toMatch(/^sha256:[0-9a-f]{64}$/);
  expect(lockDigest(all)).not.toBe(lockDigest(dependenciesFor([])));
});
