/** A fleet file: what it may say, and that nothing in it can hurt. */
import { Ajv } from 'ajv';
import { describe, expect, test } from 'vitest';
import { fleetShape, MAX_REPOSITORIES, readFleet, type FleetReading } from '../../../src/fleet/fleet-file.ts';
import { publishedSchema } from '../../../src/packs/shape.ts';

const issuesOf = (reading: FleetReading): readonly string[] =>
  'issues' in reading
    ? reading.issues.map(({ id, where, message, hint }) => [id, where, message, hint].join(' | '))
    : [];
const read = (text: string): Promise<FleetReading> => readFleet(text, 'fleet.yaml');
const listed = async (...entries: readonly unknown[]): Promise<FleetReading> =>
  readFleet(JSON.stringify({ repositories: entries }), 'fleet.json');

const GOOD = `# ours
concurrency: 4
repositories:
  - ../shop
  - https://github.com/acme/orders.git
  - git@github.com:acme/cart.git
  - { url: "https://u:secret@git.acme.dev/x/y", branch: develop, folder: services/api, name: api }
`;

test('a fleet file is read', async () => {
  expect(await read(GOOD)).toEqual({
    fleet: {
      concurrency: 4,
      repositories: [
        { kind: 'folder', path: '../shop', folder: '', name: '../shop' },
        {
          kind: 'remote',
          url: 'https://github.com/acme/orders.git',
          folder: '',
          name: 'acme/orders',
          slug: 'acme/orders',
        },
        {
          kind: 'remote',
          url: 'ssh://git@github.com/acme/cart.git',
          folder: '',
          name: 'acme/cart',
          slug: 'acme/cart',
        },
        {
          kind: 'remote',
          url: 'https://git.acme.dev/x/y',
          credentials: { user: 'u', password: 'secret' },
          branch: 'develop',
          folder: 'services/api',
          name: 'api',
          slug: 'x/y',
        },
      ],
    },
  });
});

test('every fault is told at once, with its place', async () => {
  const reading = await read(
    'concurrency: 0\nrepositories:\n  - { path: a, url: https://h/o/r }\n  - ext::sh -c true\n  - { url: http://h/o/r }\n',
  );
  expect(issuesOf(reading)).toEqual([
    expect.stringMatching(/^fleet-value \| fleet\.yaml#\/concurrency/),
    expect.stringMatching(/^fleet-repository \| fleet\.yaml#\/repositories\/0 .*either "path" or "url"/),
    expect.stringMatching(/^fleet-repository \| fleet\.yaml#\/repositories\/1 /),
    expect.stringMatching(/^fleet-repository \| fleet\.yaml#\/repositories\/2 .*transport/),
  ]);
});

test('an unknown key suggests the nearest', async () => {
  expect(issuesOf(await read('repositores: []\n'))).toEqual([
    expect.stringMatching(/fleet-key .* did you mean "repositories"/),
    expect.stringMatching(/fleet-missing/),
  ]);
  expect(issuesOf(await listed({ url: 'https://h/o/r', brunch: 'x' }))).toEqual([
    expect.stringMatching(/did you mean "branch"/),
  ]);
});

describe('what is hostile is refused', () => {
  test.each([
    ['an option for a folder', '-rf'],
    ['an option for an address', '--upload-pack=touch x'],
    ['a host that is an option', 'ssh://-oProxyCommand=touch/x/y'],
    ['a user that is an option', 'ssh://-oProxyCommand@host/x/y'],
    ['a transport that runs programs', 'ext::sh -c touch% x'],
    ['plain text over the network', 'git://host/x/y'],
    ['http', 'http://host/x/y'],
    ['a file of another host', 'file://host/x/y'],
    ['no repository', 'https://github.com/'],
    ['a query', 'https://github.com/a/b?c=d'],
    ['a control character', 'https://github.com/a/b\u0007'],
    ['a branch that is an option', { url: 'https://h/o/r', branch: '--force' }],
    ['a branch that climbs', { url: 'https://h/o/r', branch: 'a..b' }],
    ['a folder that leaves', { url: 'https://h/o/r', folder: '../x' }],
    ['an absolute folder', { path: 'x', folder: '/etc' }],
    ['a branch of a folder', { path: 'x', branch: 'main' }],
    ['neither', {}],
    ['a number', 7],
    ['a list', ['https://h/o/r']],
  ])('%s', async (_, entry) => {
    expect(issuesOf(await listed(entry))).toHaveLength(1);
  });

  test('keys of prototypes', async () => {
    expect(issuesOf(await readFleet('{"repositories":[],"__proto__":{"x":1}}', 'fleet.json'))).toHaveLength(
      1,
    );
    expect(({} as { x?: number }).x).toBeUndefined();
  });

  test('anchors, tags, more than one document, no list', async () => {
    for (const text of [
      'a: &x []\nrepositories: *x\n',
      'repositories: !!set {}\n',
      '---\n---\n',
      '[]\n',
      '',
      '\t',
    ]) {
      expect(issuesOf(await read(text)).length, text).toBeGreaterThan(0);
    }
  });

  test('more repositories than are read, and not one less', async () => {
    const many = (count: number): Promise<FleetReading> =>
      listed(...Array.from({ length: count }, (_, index) => `https://h/o/r${index}`));
    expect(issuesOf(await many(MAX_REPOSITORIES))).toEqual([]);
    expect(issuesOf(await many(MAX_REPOSITORIES + 1))).toHaveLength(1);
  });

  test('a password stands in no message', async () => {
    const issues = issuesOf(await listed('https://u:hunter2@github.com/', 'http://u:hunter2@h/o/r'));
    expect(issues).toHaveLength(2);
    expect(issues.join()).not.toContain('hunter2');
  });
});

test('the published schema says the same of shapes', async () => {
  const validate = new Ajv({ strict: false }).compile(publishedSchema(fleetShape, 'fleet'));
  for (const [value, isGood] of [
    [{ repositories: ['../a', { url: 'https://h/o/r', folder: 'x' }], concurrency: 3 }, true],
    [{ $schema: 'x', repositories: [] }, true],
    [{ repositories: [{ ulr: 'x' }] }, false],
    [{ repositories: [3] }, false],
    [{ concurrency: 3 }, false],
    [{ repositories: [], more: 1 }, false],
  ] as const) {
    expect(validate(value), JSON.stringify(value)).toBe(isGood);
    expect('fleet' in (await readFleet(JSON.stringify(value), 'fleet.json')), JSON.stringify(value)).toBe(
      isGood,
    );
  }
});
