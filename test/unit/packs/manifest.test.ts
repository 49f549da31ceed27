/** `pack.json` and components as data: every fault with its place, every path field held to the repository, one source with the schema. */
import { Ajv } from 'ajv';
import { describe, expect, it } from 'vitest';
import { componentShape, readComponentFile } from '../../../src/packs/component-file.ts';
import { manifestShape, readManifest } from '../../../src/packs/manifest.ts';
import { publishedSchema, shapeFaults, type Shape } from '../../../src/packs/shape.ts';
import { card, manifest } from '../../support/packs.ts';

const issuesOf = async (content: unknown, file = 'pack.json') => {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  const reading = file.startsWith('pack')
    ? await readManifest(text, file)
    : await readComponentFile(text, file);
  return 'issues' in reading ? reading.issues : [];
};

const FULL = manifest({
  $schema: 'https://x/y.json',
  description: 'ours',
  extends: './base',
  defaults: { owner: 'acme', 'fastapi.port': 8080, 'x.y': true },
  required: ['acme-card'],
  locked: { data: ['postgres'] },
  presets: { 'acme-api': { description: 'ours', answers: { stack: 'fastapi' } } },
  components: ['acme-card'],
  renames: { 'docs/a.md': 'docs/b.md' },
  rules: 'rules/team.json',
  hooks: 'hooks/plop.js',
});

const FULL_CARD = {
  ...card(),
  chosenByDefault: true,
  requires: ['readme'],
  stacks: ['fastapi'],
  fields: {
    tier: { kind: 'choice', label: 'Tier', help: 'A tier.', options: ['a', 'b'], default: 'a', ask: true },
    code: {
      kind: 'text',
      label: 'Code',
      help: 'A code.',
      default: 'CC-1',
      pattern: '^CC-[0-9]{1,4}$',
      fault: 'must be a cost centre',
      maxLength: 10,
      when: { is: { tier: 'a' }, reason: 'only a has one' },
    },
    count: { kind: 'integer', label: 'Count', help: 'A count.', default: 2, min: 1, max: 9 },
    on: { kind: 'boolean', label: 'On', help: 'On or off.', default: true },
    parts: { kind: 'set', label: 'Parts', help: 'Any parts.', options: ['x', 'y'], default: ['x'] },
  },
  layers: [{ layer: 'extra', when: { tier: ['a', 'b'] } }],
  view: { tier: 'tier', isA: { when: { tier: 'a' } } },
  opens: [{ kind: 'readme', id: 'acme', path: 'docs/acme.md' }],
  contributes: [{ kind: 'readme', id: 'acme', fragment: 'acme.md', order: 3, when: { on: true } }],
  documents: [{ path: 'docs/acme.md', title: 'Acme', tells: 'what it is' }],
  nextSteps: [{ step: 'make up' }],
  seeded: ['src/', 'a.txt'],
  renames: { 'docs/a.md': 'docs/b.md' },
  samples: { default: {}, other: { tier: 'b' } },
};

describe('pack.json', () => {
  it('may say everything that there is', async () => {
    expect(await issuesOf(FULL)).toEqual([]);
    expect(await issuesOf(FULL_CARD, 'generators/acme-card.json')).toEqual([]);
  });

  it.each([
    [{ ...FULL, requird: [] }, 'pack-key', 'pack.json', 'did you mean "required"?'],
    [{ version: '1.0.0', bulwark: '*' }, 'pack-missing', 'pack.json', 'add "name"'],
    [manifest({ version: '1.0' }), 'pack-value', 'pack.json#/version', 'version'],
    [manifest({ bulwark: 'soon' }), 'pack-value', 'pack.json#/bulwark', 'range'],
    [manifest({ name: 'Acme Inc' }), 'pack-value', 'pack.json#/name', 'kebab'],
    [manifest({ defaults: { owner: null } }), 'pack-value', 'pack.json#/defaults/owner', 'an answer'],
    [manifest({ presets: { x: { answers: {} } } }), 'pack-missing', 'pack.json#/presets/x', 'description'],
    [manifest({ description: 'a\u001b[31mb' }), 'pack-value', 'pack.json#/description', 'plain text'],
    [manifest({ description: 'a\u202eb' }), 'pack-value', 'pack.json#/description', 'plain text'],
    ['[]', 'pack-value', 'pack.json', 'an object'],
    ['{', 'pack-syntax', 'pack.json:1', 'plain data'],
    ['{"name": "a", "name": "b"}', 'pack-syntax', 'pack.json:1', 'plain data'],
  ])('%j is refused with its place', async (content, id, where, hint) => {
    const issues = await issuesOf(content);
    expect(issues).toContainEqual(expect.objectContaining({ id, where }));
    expect(JSON.stringify(issues).replaceAll('\\"', '"')).toContain(hint);
  });

  it('names all faults at once', async () => {
    const issues = await issuesOf({ name: 'A', version: 'x', bulwark: '', wrong: 1 });
    expect(issues.map(({ where }) => where).sort()).toEqual([
      'pack.json',
      'pack.json#/bulwark',
      'pack.json#/name',
      'pack.json#/version',
    ]);
  });

  it.each(['__proto__', 'constructor', 'prototype'])('takes no %s for a key, anywhere', async (key) => {
    for (const text of [
      `{"name":"a","version":"1.0.0","bulwark":"*","${key}":{}}`,
      `{"name":"a","version":"1.0.0","bulwark":"*","defaults":{"${key}":"x"}}`,
      `{"name":"a","version":"1.0.0","bulwark":"*","presets":{"${key}":{"description":"x","answers":{}}}}`,
      `{"name":"a","version":"1.0.0","bulwark":"*","renames":{"${key}":"x"}}`,
    ]) {
      expect((await issuesOf(text)).map(({ id }) => id)).toEqual(['pack-key']);
    }
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

/** Every place of a shape where a path stands, as a value that is right but for the path. */
function pathPlaces(shape: Shape, put: (value: unknown) => unknown): ((path: string) => unknown)[] {
  switch (shape.type) {
    case 'path':
      return [put];
    case 'list':
      return pathPlaces(shape.of, (value) => put([value]));
    case 'map':
      return [
        ...(shape.key.isPath === true ? [(path: string) => put({ [path]: 'ok' })] : []),
        ...pathPlaces(shape.of, (value) => put({ key: value })),
      ];
    case 'object':
      return Object.entries(shape.keys).flatMap(([key, entry]) =>
        pathPlaces(entry.shape, (value) => put({ [key]: value })),
      );
    case 'any-of':
      return shape.of.flatMap((option) => pathPlaces(option, put));
    case 'text':
    case 'integer':
    case 'boolean':
    case 'one-of':
      return [];
  }
}

describe.each([
  ['pack.json', manifestShape, 4],
  ['a component', componentShape, 6],
] as const)('every path in %s', (_, shape, least) => {
  const places = pathPlaces(shape, (value) => value);
  const hostile = [
    '../x',
    '/etc/passwd',
    'a/../../x',
    'C:\\x',
    'a\\b',
    '.git/hooks/x',
    'nul',
    'x\u0000',
    '//host/x',
    'a/./b',
    '',
  ];

  it('is judged as a path of the repository', () => {
    expect(places.length).toBeGreaterThanOrEqual(least);
    for (const place of places) {
      const before = shapeFaults(shape, place('docs/x.md'), 'f', 'x').length;
      for (const path of hostile) {
        expect(shapeFaults(shape, place(path), 'f', 'x').length, JSON.stringify(place(path))).toBe(
          before + 1,
        );
      }
    }
  });
});

describe('a component as data', () => {
  const where = 'generators/acme-card.json';
  const withField = (field: object) => ({ ...card(), fields: { tier: field } });
  const text = { kind: 'text', label: 'T', help: 'A text.', default: '' };

  it.each([
    [{ ...card(), category: 'stack' }, `${where}#/category`],
    [{ ...card(), category: 'essential' }, `${where}#/category`],
    [{ ...card(), fields: { 'a-b': text } }, `${where}#/fields`],
    [withField({ ...text, help: 'no sentence' }), `${where}#/fields/tier/help`],
    [withField({ ...text, pattern: '^(a+)+$' }), `${where}#/fields/tier/pattern`],
    [withField({ ...text, pattern: 'a' }), `${where}#/fields/tier/pattern`],
    [withField({ ...text, pattern: '^a*b*c*d*$' }), `${where}#/fields/tier/pattern`],
    [withField({ ...text, pattern: '^[$' }), `${where}#/fields/tier/pattern`],
    [{ ...card(), view: { tier: 'a.b.c' } }, `${where}#/view/tier`],
    [{ ...card(), view: { tier: 1 } }, `${where}#/view/tier`],
    [{ ...card(), contributes: [{ kind: 'shell', id: 'x', fragment: 'x' }] }, `${where}#/contributes/0/kind`],
    [{ ...card(), nextSteps: ['make up'] }, `${where}#/nextSteps/0`],
  ])('is refused at its place', async (content, place) => {
    expect((await issuesOf(content, where)).map((issue) => issue.where)).toEqual([place]);
  });
});

describe('YAML', () => {
  const yaml = (text: string) => issuesOf(text, 'generators/x.yaml');

  it('says the same as JSON', async () => {
    const lines = [
      'id: acme-card',
      'category: repository',
      'description: a card',
      'samples:',
      '  default: {}',
    ];
    expect(await yaml(lines.join('\n'))).toEqual([]);
  });

  const laughs = `a: &a [x,x]\n${'bcdefghij'
    .split('')
    .map((name, index) => `${name}: &${name} [${`*${'abcdefghij'[index] ?? ''},`.repeat(9)}]`)
    .join('\n')}\n`;
  it.each([
    ['a tag', 'id: !!js/function "x"', 'tag'],
    ['a binary tag', 'id: !!binary aGk=', 'tag'],
    ['an own tag', 'id: !x y', 'tag'],
    ['an anchor', 'id: &a x', 'anchor'],
    ['an alias bomb', laughs, 'anchor or alias'],
    ['a merge key', 'a: 1\n<<: {b: 2}', 'merge key'],
    ['two documents', 'a: 1\n---\nb: 2', 'one document'],
    ['deep brackets', `a: ${'['.repeat(5000)}`, 'nested'],
    ['deep maps', Array.from({ length: 300 }, (_, index) => `${' '.repeat(index)}a:`).join('\n'), 'nested'],
    ['deep lists', `a: ${'- '.repeat(500)}x`, ''],
    ['a key twice', 'a: 1\na: 2', 'unique'],
    ['a large file', `# ${'x'.repeat(300_000)}`, 'larger'],
  ])('with %s is refused', async (_, text, why) => {
    const issues = await yaml(text);
    expect(issues.map(({ id }) => id)).toEqual(['component-syntax']);
    expect(issues[0]?.message).toContain(why);
  });

  it('with a prototype key pollutes nothing', async () => {
    const issues = await yaml('__proto__: {polluted: 1}\nid: a');
    expect(issues.map(({ message }) => message)).toContain('unknown key "__proto__"');
    expect(({} as Record<string, unknown>).polluted).toBeUndefined();
  });
});

describe('the published schemas', () => {
  const ajv = new Ajv({ allErrors: true, unicodeRegExp: true });

  it.each([
    ['pack.json', manifestShape, FULL, manifest({ name: 1 })],
    ['a component', componentShape, FULL_CARD, { ...FULL_CARD, samples: [] }],
  ])('take what the checker takes, and refuse what it refuses: %s', (_, shape, good, bad) => {
    const validate = ajv.compile(publishedSchema(shape, 'x'));
    expect(validate(good), JSON.stringify(validate.errors)).toBe(true);
    expect(validate(bad)).toBe(false);
    expect(validate({ ...good, unknown: 1 })).toBe(false);
  });
});
