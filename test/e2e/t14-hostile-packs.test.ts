/** T14: packs that mean harm are refused with their code, and not one byte is written outside of what a run may write. */
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import {
  card,
  cardPack,
  entriesOf,
  git,
  manifest,
  rawEntry,
  rawTarball,
  remoteIn,
  writeFiles,
  type Files,
  type RawEntry,
} from '../support/packs.ts';
import { documentOf, runProgram, type ProgramEnd } from '../support/program.ts';
import { snapshot } from './safety/support/snapshot.ts';

/** Everything around the run; what it may write (its target, its cache) lies in folders of their own. */
let world: string;
let cache: string;
beforeEach(() => {
  world = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-t14-')));
  cache = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-t14-cache-')));
  writeFiles(world, {
    'outside/canary.txt': 'canary',
    'home/.ssh/id_rsa': 'CANARY-KEY',
    'here/.keep': '',
    'temporary/.keep': '',
  });
});
afterEach(() => {
  rmSync(world, { recursive: true, force: true });
  rmSync(cache, { recursive: true, force: true });
});

const create = (reference: string, ...more: string[]): ProgramEnd =>
  runProgram(['create', 'svc', `--pack=${reference}`, '--yes', '--no-git', '--json', ...more], {
    cwd: join(world, 'here'),
    env: { HOME: join(world, 'home'), TMPDIR: join(world, 'temporary'), XDG_CACHE_HOME: cache },
  });

/** Runs, and demands that nothing was written. */
function expectRefused(reference: string, code: number, ids: readonly string[], ...more: string[]): string {
  const before = snapshot(world);
  const end = create(reference, ...more);
  expect(snapshot(world)).toEqual(before);
  const text = `${end.stdout}${end.stderr}`;
  expect(end.code, text).toBe(code);
  const { issues } = documentOf(end);
  expect(ids.length === 0 || ids.includes(issues[0]?.id ?? ''), text).toBe(true);
  expect(text).not.toContain('CANARY-KEY');
  return text;
}

const folderPack = (files: Files): string => {
  writeFiles(join(world, 'packs/acme'), files);
  return '../packs/acme';
};
const archivePack = (archive: Buffer): string => {
  mkdirSync(join(world, 'packs'), { recursive: true });
  writeFileSync(join(world, 'packs/acme.tgz'), archive);
  return '../packs/acme.tgz';
};
const required = (files: Files): Files => ({ ...cardPack({ required: ['acme-card'] }), ...files });

const HOSTILE_PATHS = [
  '../escaped',
  '../../outside/canary.txt',
  '/escaped',
  'C:\\escaped',
  '\\\\host\\x',
  'a\\..\\..\\x',
  '.git/hooks/post-commit',
  'docs/../../x',
  'nul',
  'a/aux.txt',
  'x.',
  'GIT~1/config',
];

describe('T14: a path that leaves, in every field that holds one', () => {
  const component = (more: object): Files =>
    required({ 'generators/acme-card.json': card('acme-card', more) });
  const fields: Readonly<Record<string, (path: string) => Files>> = {
    rules: (path) => ({ 'pack.json': manifest({ rules: path }) }),
    hooks: (path) => ({ 'pack.json': manifest({ hooks: path }) }),
    'renames, old': (path) => ({ 'pack.json': manifest({ renames: { [path]: 'x' } }) }),
    'renames, new': (path) => ({ 'pack.json': manifest({ renames: { x: path } }) }),
    opens: (path) => component({ opens: [{ kind: 'readme', id: 'acme', path }] }),
    fragment: (path) => component({ contributes: [{ kind: 'readme', id: 'readme', fragment: path }] }),
    documents: (path) => component({ documents: [{ path, title: 'x', tells: 'x' }] }),
    seeded: (path) => component({ seeded: [path] }),
    'renames of a component': (path) => component({ renames: { [path]: 'x' } }),
    layer: (path) => component({ layers: [{ layer: path }] }),
    id: (path) => required({ 'generators/acme-card.json': card('acme-card', { id: path }) }),
    required: (path) => ({ 'pack.json': manifest({ required: [path] }) }),
  };

  test.each(Object.keys(fields))('%s', (name) => {
    for (const path of HOSTILE_PATHS) {
      const reference = folderPack(fields[name]?.(path) ?? {});
      expectRefused(reference, 2, []);
      rmSync(join(world, 'packs'), { recursive: true });
    }
  });

  test('in the twin that names what is there nothing is refused', () => {
    const end = create(
      folderPack(
        component({ seeded: ['docs/'], documents: [{ path: 'docs/acme-card.md', title: 'x', tells: 'x' }] }),
      ),
    );
    expect(end.code, end.stdout).toBe(0);
    expect(existsSync(join(world, 'here/svc/docs/acme-card.md'))).toBe(true);
  });

  test('extends, out of a repository', () => {
    const remote = remoteIn(world);
    remote.publish({ 'packs/a/pack.json': manifest({ extends: '../../../outside' }) }, 'v1');
    expectRefused(`${remote.url}#packs/a@v1`, 2, ['pack-extends']);
    remote.publish({ 'packs/a/pack.json': manifest({ extends: '/etc' }) }, 'v2');
    expectRefused(`${remote.url}#packs/a@v2`, 2, ['pack-extends']);
  });

  test('names in a template’s path that an answer could fill with more', () => {
    const end = create(
      folderPack(
        required({
          'templates/acme-card/base/docs/__tier__.md': 'x',
          'templates/acme-card/base/__constructor__.md': 'x',
        }),
      ),
    );
    expect(end.code, end.stdout).toBe(0);
    expect(readdirSync(join(world, 'here/svc/docs'))).toContain('silver.md');
    const hostile = card('acme-card', {
      fields: { tier: { kind: 'text', label: 'T', help: 'A.', default: '../../../escaped' } },
    });
    rmSync(join(world, 'here/svc'), { recursive: true });
    expectRefused(
      folderPack(
        required({ 'generators/acme-card.json': hostile, 'templates/acme-card/base/docs/__tier__.md': 'x' }),
      ),
      2,
      ['unsafe-path'],
    );
  });
});

describe('T14: links', () => {
  test.each([
    ['to a file', 'templates/acme-card/base/key', '../../../../../home/.ssh/id_rsa'],
    ['to a file, absolute', 'templates/acme-card/base/key', '/etc/passwd'],
    ['to a folder', 'templates/acme-card/base/all', '../../../../../home'],
    ['to nothing', 'templates/acme-card/base/none', 'nothing'],
    ['in the place of the generators', 'generators/other.json', '../../../outside/canary.txt'],
  ])('in a folder, %s', (_, path, target) => {
    const reference = folderPack(required({}));
    symlinkSync(target, join(world, 'packs/acme', path));
    expectRefused(reference, 2, ['pack-link']);
  });

  test('in git', () => {
    const remote = remoteIn(world);
    writeFiles(remote.work, required({}));
    symlinkSync('../../../../../home/.ssh/id_rsa', join(remote.work, 'templates/acme-card/base/key'));
    remote.publish({}, 'v1');
    expectRefused(`${remote.url}#@v1`, 2, ['pack-link']);
  });

  test('in the target, where a pack’s file would be written through one', () => {
    const reference = folderPack(required({}));
    mkdirSync(join(world, 'here/svc'));
    symlinkSync('../../outside', join(world, 'here/svc/docs'));
    expectRefused(reference, 2, []);
  });
});

describe('T14: archives', () => {
  const good = entriesOf(required({}));
  const withEntries = (...entries: RawEntry[]): Buffer => rawTarball([...good, ...entries]);

  test.each(HOSTILE_PATHS.concat('a//b', './../x', 'x/./y'))('with the path %j', (path) => {
    expectRefused(archivePack(withEntries({ path, content: 'x' })), 2, ['pack-path']);
  });

  test.each([
    ['a symbolic link', [{ path: 'x', type: '2', link: '../../outside/canary.txt' }]],
    ['a hard link', [{ path: 'x', type: '1', link: '/etc/passwd' }]],
    [
      'a write through a link',
      [
        { path: 'l', type: '2', link: '../../outside' },
        { path: 'l/canary.txt', content: 'PWNED' },
      ],
    ],
    ['a device', [{ path: 'x', type: '3' }]],
    ['a pipe', [{ path: 'x', type: '6' }]],
  ] as [string, RawEntry[]][])('with %s', (_, entries) => {
    expectRefused(archivePack(withEntries(...entries)), 2, ['pack-link']);
  });

  test.each([
    [
      'a bomb',
      () =>
        gzipSync(
          Buffer.concat([
            ...good.map(rawEntry),
            rawEntry({ path: 'x', content: Buffer.alloc(50 * 1024 * 1024) }),
          ]),
        ),
    ],
    [
      'too many files',
      () =>
        rawTarball(
          Array.from({ length: 10_001 }, (_, index) => ({
            path: `d${index % 100}/f${index}`,
            content: String(index * 7919),
          })),
        ),
    ],
    [
      'one file too large',
      () =>
        withEntries({
          path: 'x',
          content: Buffer.from(
            Array.from({ length: 9 * 1024 * 1024 }, (_, index) => (index * 2654435761) >>> 24),
          ),
        }),
    ],
    ['more than may be downloaded', () => Buffer.alloc(33 * 1024 * 1024, 1)],
  ])('that is %s', (_, make) => {
    expectRefused(archivePack(make()), 2, ['pack-too-large']);
  });

  test.each([
    ['by case', ['templates/acme-card/base/A.md', 'templates/acme-card/base/a.md']],
    ['by how a letter is written', ['templates/acme-card/base/\u00e9', 'templates/acme-card/base/e\u0301']],
    ['as file and folder', ['templates/acme-card/base/x', 'templates/acme-card/base/X/y']],
  ])('with names that collide %s', (_, paths) => {
    expectRefused(archivePack(withEntries(...paths.map((path) => ({ path })))), 2, ['pack-names-collide']);
  });

  test('the twin without any of it is rendered', () => {
    const end = create(archivePack(withEntries()));
    expect(end.code, end.stdout).toBe(0);
  });
});

describe('T14: data', () => {
  const laughs = `a: &a [x,x,x]\nb: &b [*a,*a,*a]\nc: &c [*b,*b,*b]\nid: *c\n`;
  test.each([
    ['a YAML tag', 'generators/acme-card.yaml', 'id: !!js/function "process.exit(1)"'],
    ['an alias bomb', 'generators/acme-card.yaml', laughs],
    ['deep nesting', 'generators/acme-card.yaml', `a: ${'['.repeat(100_000)}`],
    ['deep JSON', 'generators/acme-card.json', '['.repeat(100_000)],
    ['a prototype key', 'generators/acme-card.json', '{"__proto__": {"polluted": 1}}'],
    [
      'a prototype key in defaults',
      'pack.json',
      '{"name":"a","version":"1.0.0","bulwark":"*","defaults":{"__proto__":{"owner":"x"}}}',
    ],
    [
      'a component named constructor',
      'pack.json',
      '{"name":"a","version":"1.0.0","bulwark":"*","required":["constructor"]}',
    ],
    [
      'a pattern that never ends',
      'generators/acme-card.json',
      JSON.stringify(
        card('acme-card', {
          fields: { tier: { kind: 'text', label: 'T', help: 'A.', default: 'a', pattern: '^(a+)+$' } },
        }),
      ),
    ],
    [
      'a control sequence',
      'pack.json',
      JSON.stringify(manifest({ description: '\u001b]8;;http://evil\u0007' })),
    ],
    ['a name that turns the line around', 'pack.json', JSON.stringify(manifest({ description: 'a\u202eb' }))],
    ['a file too large', 'generators/acme-card.json', `{"id": "${'x'.repeat(300_000)}"}`],
  ])('%s', (_, path, text) => {
    const files: Record<string, string | object> = { ...required({}) };
    delete files['generators/acme-card.json'];
    expectRefused(folderPack({ ...files, [path]: text }), 2, []);
  });

  test.each([
    '{{> constructor}}',
    '{{> x}}',
    '{{lookup this "constructor"}}',
    '{{constructor "x"}}',
    '{{#constructor}}{{/constructor}}',
    '{{#*inline "x"}}{{/inline}}',
    '{{constructor}}',
    '{{toString}}',
    '{{has.constructor}}',
    '{{#with __proto__}}{{toString}}{{/with}}',
  ])('a template with %s', (template) => {
    expectRefused(folderPack(required({ 'templates/acme-card/base/x.md.hbs': `${template}\n` })), 2, [
      'template-code',
      'pack-template',
    ]);
  });

  test('an answer as the default of a pack that no sink could hold is quoted or refused', () => {
    const nasty = '"; touch PWNED #`$(touch PWNED)`${{ secrets.X }}';
    const end = create(folderPack({ 'pack.json': manifest({ defaults: { description: nasty } }) }));
    expect([0, 2]).toContain(end.code);
    expect(readdirSync(world, { recursive: true }).filter((path) => String(path).endsWith('PWNED'))).toEqual(
      [],
    );
  });
});

describe('T14: git', () => {
  test.each([
    '--upload-pack=touch ../PWNED',
    'ext::sh -c touch% ../PWNED',
    'git+ext::sh -c touch% ../PWNED',
    'git+ssh://-oProxyCommand=touch PWNED/x',
    'git+https://x.example/r.git#p@--upload-pack=touch',
    'git+https://x.example/r.git#p@-x',
    'git+https://x.example/r.git#../p@v1',
    'git+http://x.example/r.git',
    'gh:acme/r/p@--output=PWNED',
    'npm:@acme/x@--registry=http://evil.example',
  ])('%s', (reference) => {
    expectRefused(reference, 2, ['pack-reference']);
  });

  test('a word of the command line that begins with a hyphen is no reference', () => {
    const end = runProgram(['create', 'svc', '--pack', '--upload-pack=touch PWNED', '--yes', '--json'], {
      cwd: join(world, 'here'),
    });
    expect(end.code).toBe(2);
  });

  test('a tag that was moved', () => {
    const remote = remoteIn(world);
    const first = remote.publish(required({}), 'v1');
    const reference = `${remote.url}#@v1`;
    expect(create(reference).code).toBe(0);
    const again = create(reference, '--on-conflict', 'overwrite');
    expect(again.code, again.stdout).toBe(0);
    const second = remote.publish({ 'templates/acme-card/base/docs/acme-card.md.hbs': 'evil\n' }, 'v1');
    const text = expectRefused(reference, 8, ['pack-changed'], '--on-conflict', 'overwrite');
    for (const said of [first, second]) expect(text).toContain(said);
    expect(text.match(/\b[0-9a-f]{128}\b/g)?.length).toBeGreaterThanOrEqual(2);
  });

  test('a submodule that would be fetched by a shell', () => {
    const remote = remoteIn(world);
    remote.publish(
      required({ '.gitmodules': '[submodule "x"]\n\tpath = x\n\turl = ext::sh -c "touch PWNED"\n' }),
    );
    git(
      remote.work,
      'update-index',
      '--add',
      '--cacheinfo',
      `160000,${git(remote.work, 'rev-parse', 'HEAD')},x`,
    );
    git(remote.work, 'commit', '--quiet', '--message=submodule');
    git(remote.work, 'push', '--quiet', '--force', remote.bare, 'HEAD:refs/heads/main');
    expectRefused(`${remote.url}#@main`, 2, ['pack-link']);
  });
});

describe('T14: code', () => {
  const canary = (): string => join(world, 'outside/PWNED');
  const code = (): Files => {
    const touch = `import { writeFileSync } from 'node:fs'; writeFileSync(${JSON.stringify(canary())}, '');`;
    return {
      'pack.json': manifest({ hooks: 'plopfile.js' }),
      'generators/acme-code.js': `${touch} export default { id: 'acme-code', category: 'repository', description: 'x', chosenByDefault: false, fields: {}, samples: { default: {} } };`,
      'plopfile.js': `${touch} export default () => {};`,
      'package.json': { name: '@acme/x', type: 'module', scripts: { install: 'touch PWNED' } },
    };
  };

  test('does not run unasked, nor with --yes; its source, digest and files are named', () => {
    const text = expectRefused(folderPack(code()), 4, ['pack-code']);
    for (const said of ['generators/acme-code.js', 'plopfile.js', join(world, 'packs/acme')])
      expect(text).toContain(said);
    expect(text).toMatch(/[0-9a-f]{128}/);
  });

  test('does not run when its source is trusted with another digest, or by a prefix', () => {
    const reference = folderPack(code());
    const [sha512 = ''] = /[0-9a-f]{128}/.exec(expectRefused(reference, 4, ['pack-code'])) ?? [];
    for (const entry of [
      { source: join(world, 'packs'), sha512 },
      { source: join(world, 'packs/acme'), sha512: '0'.repeat(128) },
      { source: `${join(world, 'packs/acme')}/../acme`, sha512 },
    ]) {
      writeFiles(world, { 'home/.config/bulwark/trust.json': { packs: [entry] } });
      expectRefused(reference, 4, ['pack-code']);
    }
  });

  test('runs with --trust: what the refusals above held back is real', () => {
    const end = create(folderPack(code()), '--trust');
    expect(end.code, end.stdout).toBe(0);
    expect(existsSync(canary())).toBe(true);
    expect(readdirSync(join(world, 'temporary'))).toEqual(['.keep']);
  });
});

test('the cache holds what was fetched and nothing else', () => {
  const remote = remoteIn(world);
  remote.publish(required({}), 'v1');
  expect(create(`${remote.url}#@v1`).code).toBe(0);
  const found = readdirSync(cache, { recursive: true }).map(String).sort();
  expect(
    found.filter(
      (path) => !/^bulwark(?:\/packs(?:\/references)?(?:\/[0-9a-f]+\.(?:tgz|json))?)?$/.test(path),
    ),
  ).toEqual([]);
  expect(found.filter((path) => path.endsWith('.tgz'))).toHaveLength(1);
  const { status } = spawnSync('tar', [
    '-tzf',
    join(cache, found.find((path) => path.endsWith('.tgz')) ?? ''),
  ]);
  expect(status).toBe(0);
});
