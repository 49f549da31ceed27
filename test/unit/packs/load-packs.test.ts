/** Packs over our catalog: what they add, override, hold to and forbid; and what of two packs contradicts. */
import { mkdtempSync, rmSync, symlinkSync, writeFileSync, mkdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPacks, type LoadedPacks } from '../../../src/packs/load-packs.ts';
import type { PackCode, PackPorts } from '../../../src/packs/ports.ts';
import { planResolved, resolveRun } from '../../../src/plan/catalog.ts';
import type { RawAnswers } from '../../../src/plan/answers.ts';
import { renderPlan } from '../../../src/render/render-plan.ts';
import { card, cardPack, manifest, portsIn, refusalOf, writeFiles, type Files } from '../../support/packs.ts';
import { catalog } from '../../support/render.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-load-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const write = (name: string, files: Files): string => {
  writeFiles(join(folder, name), files);
  return `./${name}`;
};
const load = (references: readonly string[], more: Partial<PackPorts> = {}): Promise<LoadedPacks> =>
  loadPacks(references, catalog, portsIn(folder, more));
const refused = (references: readonly string[], more: Partial<PackPorts> = {}) =>
  refusalOf(() => load(references, more));

async function rendered(loaded: LoadedPacks, raw: RawAnswers = {}, preset: string | null = null) {
  const resolution = resolveRun(loaded.catalog, raw, preset);
  expect(resolution.issues).toEqual([]);
  const tree = renderPlan(await planResolved(loaded.catalog, resolution));
  const text = (path: string) =>
    [...tree.values()].find((file) => file.path === path)?.content.toString('utf8');
  return { resolution, tree, text };
}
const flags = (answers: Record<string, unknown>): RawAnswers => ({ flag: new Map(Object.entries(answers)) });

describe('a pack', () => {
  it('adds a component with its questions, its view, its fragments and its documents', async () => {
    const pack = write('acme', {
      'pack.json': manifest({ required: ['acme-card'] }),
      'generators/acme-card.yaml': [
        'id: acme-card',
        'category: repository',
        'description: a card',
        'requires: [readme]',
        'fields:',
        '  tier: { kind: choice, label: Tier, help: A tier., options: [gold, silver], default: silver }',
        '  pager: { kind: text, label: Pager, help: A number., default: "", when: { is: { tier: gold }, reason: only gold has one } }',
        'layers: [{ layer: called, when: { tier: gold } }]',
        'view: { tier: tier, pager: pager, isGold: { when: { tier: gold } }, hasRedis: { when: { data: redis } } }',
        'contributes: [{ kind: readme, id: readme, fragment: card.md, order: 70 }]',
        'samples: { default: {}, gold: { tier: gold } }',
      ].join('\n'),
      'templates/acme-card/base/docs/card.md.hbs':
        '{{tier}} {{#if isGold}}G{{else}}S{{/if}} {{#if hasRedis}}R{{/if}} {{md pager}}\n',
      'templates/acme-card/called/docs/called.md': 'verbatim {{x}} ${{ secrets.X }}\n',
      'templates/acme-card/_fragments/card.md.hbs': '## Card\n\nTier {{tier}}\n',
    });
    const loaded = await load([pack]);
    const silver = await rendered(loaded);
    expect(silver.text('docs/card.md')).toBe('silver S R \n');
    expect(silver.text('README.md')).toContain('## Card\n\nTier silver');
    expect(silver.text('docs/called.md')).toBeUndefined();
    const gold = await rendered(loaded, flags({ 'acme-card.tier': 'gold', 'acme-card.pager': '+49 *1*' }));
    expect(gold.text('docs/card.md')).toBe('gold G R \\+49 \\*1\\*\n');
    expect(gold.text('docs/called.md')).toBe('verbatim {{x}} ${{ secrets.X }}\n');
    const vain = resolveRun(loaded.catalog, flags({ 'acme-card.pager': '1' }), null);
    expect(vain.issues).toMatchObject([
      { id: 'does-not-apply', message: 'Pager does not apply: only gold has one' },
    ]);
  });

  it('overrides a template of ours by its path, and gets our view and no other', async () => {
    const place = 'templates/redis/_fragments/redis.env.hbs';
    const good = write('good', { 'pack.json': manifest(), [place]: '# {{slug}}\nOURS={{version}}\n' });
    expect((await rendered(await load([good]))).text('.env.example')).toContain('# my-service\nOURS=8\n');
    const bad = write('bad', { 'pack.json': manifest(), [place]: '# x\nOURS={{versoin}}\n' });
    const { code, ids, text } = await refusalOf(async () => rendered(await load([bad])));
    expect([code, ids]).toEqual([2, ['pack-template']]);
    expect(text).toContain('acme: templates/redis/_fragments/redis.env.hbs');
    expect(text).toContain('versoin');
    const typo = write('typo', { 'pack.json': manifest(), 'templates/redis/_fragments/redis.evn.hbs': 'x' });
    expect(await refused([typo])).toMatchObject({ code: 2, ids: ['pack-override'] });
    expect((await refused([typo])).text).toContain('did you mean _fragments/redis.env?');
  });

  it('refuses free text that a template prints bare, with code 2 and its place', async () => {
    const pack = write('bare', {
      ...cardPack({ required: ['acme-card'] }),
      'templates/acme-card/base/x.md.hbs': '{{description}}',
    });
    const { code, ids, text } = await refusalOf(async () => rendered(await load([pack])));
    expect([code, ids]).toEqual([2, ['pack-template']]);
    expect(text).toContain('free text');
  });

  it.each([
    ['a partial', '{{> x}}', 'template-code'],
    ['a dynamic partial', '{{> (lookup . "x")}}', 'template-code'],
    ['a partial block', '{{#> x}}a{{/x}}', 'template-code'],
    ['an inline partial', '{{#*inline "x"}}a{{/inline}}', 'template-code'],
    ['a partial named constructor', '{{> constructor}}', 'template-code'],
    ['lookup', '{{lookup has "redis"}}', 'template-code'],
    ['log', '{{log "x"}}', 'template-code'],
    ['the helper constructor', '{{constructor "x"}}', 'template-code'],
    ['the helper toString', '{{toString "x"}}', 'template-code'],
    ['the helper __defineGetter__', '{{__defineGetter__ "x" "y"}}', 'template-code'],
    ['the helper in a subexpression', '{{yaml (constructor "x")}}', 'template-code'],
    ['a block of another helper', '{{#constructor}}x{{/constructor}}', 'template-code'],
    [
      'loops in loops in loops',
      '{{#each has}}{{#each has}}{{#each has}}x{{/each}}{{/each}}{{/each}}',
      'template-code',
    ],
    ['a syntax error', '{{#if x}}', 'template-syntax'],
  ])('may not use %s', async (_, template, id) => {
    const pack = write('code', { ...cardPack(), 'templates/acme-card/base/x.hbs': template });
    const { code, ids } = await refused([pack]);
    expect([code, ids[0]]).toEqual([2, id]);
  });

  it.each([
    '{{constructor}}',
    '{{__proto__}}',
    '{{this.constructor}}',
    '{{toString}}',
    '{{name.constructor}}',
    '{{has.__proto__.x}}',
    '{{#with constructor}}x{{/with}}',
    '{{#each __proto__}}x{{/each}}',
    '{{yaml constructor}}',
    '{{@root.constructor}}',
  ])('reads nothing by %s', async (template) => {
    const pack = write('proto', {
      ...cardPack({ required: ['acme-card'] }),
      'templates/acme-card/base/x.hbs': template,
    });
    const { code, text } = await refusalOf(async () => {
      const { text: read } = await rendered(await load([pack]));
      // What is rendered all the same must be nothing.
      expect(read('x')).not.toMatch(/function|object|native/);
    });
    expect([0, 2], text).toContain(code);
  });

  it('says everything that is wrong with its names, with the nearest', async () => {
    const pack = write('names', {
      'pack.json': manifest({
        required: ['acme-crad'],
        defaults: { ownr: 'x' },
        locked: { licence: 'GPL' },
        presets: { p: { description: 'x', answers: { stack: 'fastapy' } } },
      }),
      'generators/acme-card.json': card('acme-card', {
        requires: ['radme'],
        stacks: ['redis'],
        view: {
          tier: 'teir',
          slug: 'tier',
          a: { when: { tier: 'bronze' } },
          b: { when: { data: 'readme' } },
          c: 'fastapi.port',
        },
        contributes: [{ kind: 'readme', id: 'readme', fragment: 'nope.md' }],
        layers: [{ layer: 'nope' }],
        samples: { gold: { tier: 'gold', colour: 'x' } },
      }),
      'templates/acme-card/base/x.md': 'x',
      'templates/acme-card/other/y.md': 'y',
      'templates/acme-card/_fragments/z.md': 'z',
      'templates/acme-cadr/base/x.md': 'x',
    });
    const { code, text } = await refused([pack]);
    expect(code).toBe(2);
    for (const said of [
      'acme-crad',
      'ownr',
      'GPL',
      'fastapy',
      'radme',
      'stack \\"redis',
      'teir',
      'every template may say',
      'never \\"bronze',
      'component of data',
      'fastapi.port',
      'nope.md',
      'folder in templates/acme-card \\"nope',
      'sample \\"default',
      'colour',
      'templates/acme-card/other',
      'fragment z.md',
      'acme-cadr',
    ]) {
      expect(text).toContain(said);
    }
    expect(text).toContain('did you mean \\"owner\\"');
  });

  it('may not take the place of what is ours, nor of a flag', async () => {
    const ours = write('ours', {
      'pack.json': manifest({ presets: { minimal: { description: 'x', answers: {} } } }),
      'generators/redis.json': card('redis'),
    });
    expect((await refused([ours])).ids).toEqual(['pack-override', 'pack-override']);
    const flag = write('flag', {
      'pack.json': manifest(),
      'generators/redis-max.json': card('redis-max', {
        view: {},
        fields: { memoryMb: { kind: 'integer', label: 'M', help: 'A.', default: 1, min: 1, max: 2 } },
      }),
    });
    expect((await refused([flag])).text).toContain('--redis-max-memory-mb');
  });

  it('for other versions of bulwark, without pack.json, or not there, is refused', async () => {
    expect((await refused([write('v', { 'pack.json': manifest({ bulwark: '>=9' }) })])).ids).toEqual([
      'pack-bulwark',
    ]);
    expect((await refused([write('n', { 'a/pack.json': manifest() })])).text).toContain(
      'there is a/pack.json',
    );
    expect((await refused(['./none'])).ids).toEqual(['pack-missing-folder']);
    expect((await refused(['./none.tgz'])).ids).toEqual(['pack-missing-archive']);
  });

  it('with a link in its folder is refused, whatever it leads to', async () => {
    const pack = join(folder, 'links');
    writeFiles(pack, cardPack());
    mkdirSync(join(folder, 'outside'));
    writeFileSync(join(folder, 'outside/secret'), 'canary');
    symlinkSync('../../../../outside/secret', join(pack, 'templates/acme-card/base/secret'));
    symlinkSync('../outside', join(pack, 'folder'));
    expect(await refused(['./links'])).toMatchObject({ code: 2, ids: ['pack-link', 'pack-link'] });
  });
});

describe('standards (T22)', () => {
  const locking = () =>
    write('team', {
      'pack.json': manifest({
        defaults: { owner: 'acme-team', 'fastapi.port': 9000 },
        locked: { licence: 'proprietary', 'postgres.version': '16' },
        required: ['on-call'],
      }),
    });

  it('hold where nobody says otherwise, and say where they come from', async () => {
    const { resolution } = await rendered(await load([locking()]));
    const answers = Object.fromEntries([...resolution.answers].map(([key, answer]) => [key, answer]));
    expect(answers.owner).toEqual({ value: 'acme-team', source: 'team default' });
    expect(answers['fastapi.port']).toEqual({ value: 9000, source: 'team default' });
    expect(answers.licence).toEqual({ value: 'proprietary', source: 'team lock' });
    expect(resolution.components.map(({ id }) => id)).toContain('on-call');
    expect(resolution.notices).toContain('on-call was added, for the pack "acme" needs it');
  });

  it('that are defaults give way to a person', async () => {
    const { resolution } = await rendered(await load([locking()]), flags({ owner: 'me' }));
    expect(resolution.answers.get('owner')).toEqual({ value: 'me', source: 'flag' });
  });

  it.each(['prompt', 'flag', 'set', 'answers file', 'environment', 'bulwark.json'] as const)(
    'that are locks beat the source %s, with an error that names the pack; the same value is no error',
    async (source) => {
      const loaded = await load([locking()]);
      const against = resolveRun(loaded.catalog, { [source]: new Map([['licence', 'MIT']]) }, null);
      expect(against.answers.get('licence')?.value).toBe('proprietary');
      expect(against.issues).toMatchObject([
        { id: 'locked-answer', message: expect.stringContaining('"acme"') as string },
      ]);
      const along = resolveRun(loaded.catalog, { [source]: new Map([['licence', 'proprietary']]) }, null);
      expect(along.issues).toEqual([]);
    },
  );

  it('that are locks beat a preset, with a notice', async () => {
    const pack = write('p', {
      'pack.json': manifest({
        locked: { licence: 'MIT' },
        presets: { ours: { description: 'x', answers: { licence: 'proprietary' } } },
      }),
    });
    const { resolution } = await rendered(await load([pack]), {}, 'ours');
    expect(resolution.answers.get('licence')?.value).toBe('MIT');
    expect(resolution.notices).toContain('licence is MIT, for the pack "acme" locks it');
  });

  it('that require a component refuse a set without it, and name the pack', async () => {
    const loaded = await load([locking()]);
    const { issues } = resolveRun(loaded.catalog, flags({ operations: [] }), null);
    expect(issues).toMatchObject([{ id: 'requires', message: 'the pack "acme" needs on-call' }]);
  });
});

describe('two packs (T18)', () => {
  const both = async (first: Files, second: Files) => {
    const { code, text } = await refused([write('one', first), write('two', second)]);
    expect(code).toBe(2);
    expect(text).toContain('acme');
    expect(text).toContain('beta');
    return text;
  };
  const beta = (more: object = {}) => manifest({ name: 'beta', ...more });
  const override = { 'templates/redis/_fragments/redis.env.hbs': '# x\nA={{version}}\n' };

  it('that override one template are refused by both names', async () => {
    expect(
      await both({ 'pack.json': manifest(), ...override }, { 'pack.json': beta(), ...override }),
    ).toContain('templates/redis/_fragments/redis.env');
  });

  it('that bring one component, one preset or lock one answer differently too', async () => {
    const preset = { x: { description: 'x', answers: {} } };
    await both(cardPack(), { ...cardPack(), 'pack.json': beta() });
    await both({ 'pack.json': manifest({ presets: preset }) }, { 'pack.json': beta({ presets: preset }) });
    await both(
      { 'pack.json': manifest({ locked: { licence: 'MIT' } }) },
      { 'pack.json': beta({ locked: { licence: 'proprietary' } }) },
    );
    await load([
      write('same', { 'pack.json': manifest({ locked: { licence: 'MIT' } }) }),
      write('other', { 'pack.json': beta({ locked: { licence: 'MIT' } }) }),
    ]);
  });

  it('that write one path are refused by both names', async () => {
    const with2 = { ...cardPack({ name: 'beta', required: ['beta-card'] }, 'beta-card') };
    delete (with2 as Record<string, unknown>)['templates/beta-card/base/docs/beta-card.md.hbs'];
    const first = write('one', {
      ...cardPack({ required: ['acme-card'] }),
      'templates/acme-card/base/docs/same.md': 'a',
    });
    const second = write('two', { ...with2, 'templates/beta-card/base/docs/same.md': 'b' });
    const { code, ids, text } = await refusalOf(async () => rendered(await load([first, second])));
    expect([code, ids]).toEqual([2, ['two-owners']]);
    expect(text).toContain('acme: templates/acme-card/base/docs/same.md');
    expect(text).toContain('beta: templates/beta-card/base/docs/same.md');
  });

  it('of one name are refused', async () => {
    expect(
      (
        await refused([
          write('one', { 'pack.json': manifest() }),
          write('two', { 'pack.json': manifest({ version: '2.0.0' }) }),
        ])
      ).ids,
    ).toEqual(['two-packs']);
  });

  it('may say the same thing again where one extends the other: the upper wins', async () => {
    write('base', {
      'pack.json': manifest({ locked: { licence: 'MIT' }, defaults: { owner: 'base' } }),
      ...override,
      ...{ 'generators/acme-card.json': card(), 'templates/acme-card/base/docs/acme-card.md': 'base\n' },
    });
    const upper = write('upper', {
      'pack.json': beta({ extends: '../base', locked: { licence: 'proprietary' }, required: ['acme-card'] }),
      'templates/redis/_fragments/redis.env.hbs': '# x\nB={{version}}\n',
      'templates/acme-card/base/docs/acme-card.md': 'upper\n',
    });
    const loaded = await load([upper]);
    expect(loaded.packs.map(({ manifest: { name } }) => name)).toEqual(['acme', 'beta']);
    expect(loaded.named.map(({ manifest: { name } }) => name)).toEqual(['beta']);
    const { resolution, text } = await rendered(loaded);
    expect(resolution.answers.get('licence')?.value).toBe('proprietary');
    expect(resolution.answers.get('owner')?.value).toBe('base');
    expect(text('docs/acme-card.md')).toBe('upper\n');
    expect(text('.env.example')).toContain('B=8');
  });

  it('that extend each other in a circle are refused', async () => {
    write('a', { 'pack.json': manifest({ extends: '../b' }) });
    write('b', { 'pack.json': beta({ extends: '../a' }) });
    expect((await refused(['./a'])).ids).toEqual(['pack-too-many']);
  });
});

describe('code', () => {
  const code: Files = {
    'pack.json': manifest({ required: ['acme-code'], hooks: 'hooks/plop.js' }),
    'generators/acme-code.js': `
      import { text } from '../lib/text.js';
      globalThis.bulwarkCanary = (globalThis.bulwarkCanary ?? 0) + 1;
      export default { id: 'acme-code', category: 'repository', description: text, chosenByDefault: false, fields: {},
        view: (_, project) => ({ shout: project.names.slug.toUpperCase() }), samples: { default: {} } };`,
    'lib/text.js': `export const text = 'from code';`,
    'hooks/plop.js': `export default (plop, config) => { plop.hooked = config; };`,
    'templates/acme-code/base/shout.txt.hbs': '{{shout}}\n',
  };
  const ran = () => (globalThis as { bulwarkCanary?: number }).bulwarkCanary ?? 0;

  it('is refused with code 4, its source, digest and every file, before any of it runs', async () => {
    const before = ran();
    const { code: exit, ids, text } = await refused([write('code', code)]);
    expect([exit, ids]).toEqual([4, ['pack-code']]);
    for (const said of [
      join(folder, 'code'),
      'generators/acme-code.js, hooks/plop.js, lib/text.js',
      'trust.json',
    ])
      expect(text).toContain(said);
    expect(text).toMatch(/sha512 [0-9a-f]{128}/);
    expect(ran()).toBe(before);
  });

  it('runs once it is trusted, and what it adds is rendered', async () => {
    const asked: PackCode[] = [];
    const loaded = await load([write('code', code)], {
      trusts: (given) => {
        asked.push(given);
        return Promise.resolve(true);
      },
    });
    expect(asked).toMatchObject([
      { name: 'acme', files: ['generators/acme-code.js', 'hooks/plop.js', 'lib/text.js'] },
    ]);
    expect((await rendered(loaded)).text('shout.txt')).toBe('MY-SERVICE\n');
    const plop: { hooked?: object } = {};
    loaded.packs[0]?.hooks?.(plop as never, { a: 1 });
    expect(plop.hooked).toEqual({ a: 1 });
  });

  it('is trusted by the list for exactly this source and digest', async () => {
    const pack = write('code', code);
    const { text } = await refused([pack]);
    const sha512 = /sha512 ([0-9a-f]{128})/.exec(text)?.[1] ?? '';
    const list = (...packs: object[]) => writeFiles(folder, { 'home/.config/bulwark/trust.json': { packs } });
    const source = join(folder, 'code');
    list({ source, sha512 });
    expect((await load([pack])).packs).toHaveLength(1);
    for (const entry of [
      { source: folder, sha512 },
      { source: `${source}/`, sha512 },
      { source: `${source}/../code`, sha512 },
      { source, sha512: '0'.repeat(128) },
    ]) {
      list(entry);
      expect((await refused([pack])).code).toBe(4);
    }
    list({ source, sha512 });
    writeFiles(join(folder, 'code'), { 'lib/text.js': `export const text = 'other';` });
    expect((await refused([pack])).code).toBe(4);
    writeFiles(folder, { 'home/.config/bulwark/trust.json': '{"packs": [{"source": "*"}]}' });
    expect(await refused([pack])).toMatchObject({ code: 2, ids: ['trust-missing'] });
  });

  it.each([
    ['throws when it is loaded', `throw new Error('boom');`, 'boom'],
    ['is no component', `export default 1;`, 'no component'],
    [
      'has another name',
      `export default { id: 'x', category: 'data', description: 'x', fields: {}, samples: { default: {} } };`,
      'named',
    ],
    [
      'throws when it is rendered',
      `export default { id: 'acme-code', category: 'repository', description: 'x', chosenByDefault: false, fields: {}, view: () => { throw new Error('boom'); }, samples: { default: {} } };`,
      'boom',
    ],
  ])('that %s is the fault of the pack', async (_, module, why) => {
    const pack = write('bad', {
      'pack.json': manifest({ required: ['acme-code'] }),
      'generators/acme-code.js': module,
    });
    const {
      code: exit,
      ids,
      text,
    } = await refusalOf(async () => rendered(await load([pack], { trusts: () => Promise.resolve(true) })));
    expect([exit, ids]).toEqual([2, ['component-code']]);
    expect(text).toContain(why);
    expect(text).not.toContain('bulwark-pack-');
  });

  it('in TypeScript is not loaded', async () => {
    const pack = write('ts', { 'pack.json': manifest(), 'generators/x.ts': 'export default 1' });
    expect((await refused([pack], { trusts: () => Promise.resolve(true) })).ids).toEqual(['component-code']);
  });
});
