/** Packs in a repository's life: named by an answers file, recorded so that others can use them, taken in a newer version. */
import { mkdtempSync, readFileSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseLock } from '../../src/repo/lockfile.ts';
import { cardPack, git, manifest, remoteIn, writeFiles } from '../support/packs.ts';
import { documentOf, runProgram, type ProgramEnd } from '../support/program.ts';
import { snapshot } from './safety/support/snapshot.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-lives-')));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const runIn = (cwd: string, args: readonly string[], input = ''): ProgramEnd =>
  runProgram(args, { cwd: join(folder, cwd), input, env: { XDG_CACHE_HOME: join(folder, 'cache') } });
const run = (...args: string[]): ProgramEnd => runIn('.', args);
const CREATE = ['create', 'svc', '--yes', '--no-git', '--no-verify', '--preset', 'minimal'];
const create = (...args: string[]): ProgramEnd => run(...CREATE, ...args);
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const packsOf = (path = 'svc'): readonly string[] =>
  (JSON.parse(read(`${path}/bulwark.json`)) as { packs: string[] }).packs;
const lockOf = (path = 'svc') => parseLock(read(`${path}/.bulwark/lock.json`)).packs ?? [];

const CHANGELOG = `# Changelog\n\n## [1.3.0] - 2026-11-01\n\n- cards have corners\n\n## 1.2.0\n\n- cards\n\n## 1.0.0\n\n- first\n`;
const acme = (version: string, more: object = {}) => ({
  ...cardPack({ version, required: ['acme-card'], ...more }),
  'CHANGELOG.md': CHANGELOG,
});

describe('packs of an answers file', () => {
  beforeEach(() => {
    writeFiles(join(folder, 'team/acme'), cardPack({ required: ['acme-card'] }));
  });

  test.each([
    ['beside its answers', 'owner: acme\npacks: [./acme]\nacme-card: { tier: gold }\n'],
    ['in JSON', JSON.stringify({ owner: 'acme', packs: ['./acme'], 'acme-card.tier': 'gold' })],
    ['around its answers', 'packs: [./acme]\nanswers: { owner: acme, acme-card: { tier: gold } }\n'],
  ])('count as --pack, from the folder of the file: %s', (_, text) => {
    writeFileSync(join(folder, 'team/answers.yml'), text);
    const end = create('--answers', 'team/answers.yml', '--json');
    expect(end.code, end.stdout).toBe(0);
    expect(read('svc/docs/acme-card.md')).toContain('Tier gold');
    expect(packsOf()).toEqual(['../team/acme']);
    expect(documentOf(end).repeat).toContain('--pack ./team/acme');
    expect(documentOf(end).repeat).toContain('--acme-card-tier=gold');
  });

  test('may come by standard input, from where one stands', () => {
    const args = [...CREATE, '--answers', '-'];
    const end = runIn('.', args, 'packs: [./team/acme]\nacme-card: { tier: gold }\n');
    expect(end.code, end.stderr).toBe(0);
    expect(read('svc/docs/acme-card.md')).toContain('Tier gold');
    rmSync(join(folder, 'svc'), { recursive: true });
    expect(runIn('.', args, 'packs: [./acme]\n').code).toBe(2);
  });

  test('make the bulwark.json of a repository an answers file that gives the same', () => {
    expect(create('--pack', './team/acme', '--acme-card-tier', 'gold').code).toBe(0);
    const before = snapshot(join(folder, 'svc'));
    renameSync(join(folder, 'svc'), join(folder, 'old'));
    const end = run('create', 'svc', '--yes', '--no-git', '--no-verify', '--answers', 'old/bulwark.json');
    expect(end.code, end.stderr).toBe(0);
    expect(snapshot(join(folder, 'svc'))).toEqual(before);
  });

  test('give way to --pack where both name one pack, and stand beside it where they do not', () => {
    writeFiles(join(folder, 'newer'), { ...cardPack({ version: '9.0.0', required: ['acme-card'] }) });
    writeFiles(join(folder, 'beta'), {
      'pack.json': manifest({ name: 'beta', defaults: { owner: 'beta' } }),
    });
    writeFileSync(join(folder, 'team/answers.yml'), 'packs: [./acme]\n');
    const end = create('--answers', 'team/answers.yml', '--pack', './newer', '--pack', './beta');
    expect(end.code, end.stderr).toBe(0);
    expect(lockOf().map(({ name, version }) => [name, version])).toEqual([
      ['acme', '9.0.0'],
      ['beta', '1.0.0'],
    ]);
  });

  test('never are trusted by the file, whatever it says', () => {
    writeFiles(join(folder, 'team/acme'), {
      'pack.json': manifest({ hooks: 'plopfile.js' }),
      'plopfile.js': 'export default () => {};',
    });
    writeFileSync(join(folder, 'team/answers.yml'), 'packs: [./acme]\n');
    const end = create('--answers', 'team/answers.yml', '--json');
    expect([end.code, documentOf(end).issues[0]?.id]).toEqual([4, 'pack-code']);
    writeFileSync(join(folder, 'team/answers.yml'), 'packs: []\ntrust: true\n');
    const granting = create('--answers', 'team/answers.yml', '--json');
    expect([granting.code, documentOf(granting).issues[0]?.id]).toEqual([2, 'unknown-answer']);
  });

  test.each([
    ['no list', 'packs: ./acme\n', 'answers-shape'],
    ['a list of numbers', 'packs: [1]\n', 'answers-shape'],
    ['too many', `packs: [${Array.from({ length: 21 }, () => './acme').join(', ')}]\n`, 'answers-shape'],
    ['no reference', 'packs: ["ext::sh -c id"]\n', 'pack-reference'],
  ])('that are %s are an error', (_, text, id) => {
    writeFileSync(join(folder, 'team/answers.yml'), text);
    const end = create('--answers', 'team/answers.yml', '--json');
    expect([end.code, documentOf(end).issues[0]?.id]).toEqual([2, id]);
  });

  test('are put into a repository that is there, from its root', () => {
    expect(create().code).toBe(0);
    writeFileSync(join(folder, 'team/answers.yml'), 'packs: [./acme]\n');
    writeFiles(join(folder, 'svc/sub'), { 'note.txt': 'x\n' });
    const args = [
      'update',
      '--yes',
      '--repository',
      'readme,acme-card',
      '--answers',
      '../../team/answers.yml',
    ];
    const end = runIn('svc/sub', args);
    expect(end.code, end.stderr).toBe(0);
    expect(packsOf()).toEqual(['../team/acme']);
    expect(read('svc/docs/acme-card.md')).toContain('Tier silver');
  });
});

describe('what is recorded of a pack', () => {
  test('inside of the work tree holds for everybody, and nothing is said of it', () => {
    git(folder, 'init', '--quiet');
    writeFiles(join(folder, 'packs/acme'), cardPack());
    const end = create('--pack', join(folder, 'packs/acme'), '--json');
    expect(packsOf()).toEqual(['../packs/acme']);
    expect(end.stdout).not.toContain('this machine alone');
    writeFiles(join(folder, 'svc/packs/beta'), cardPack({ name: 'beta' }, 'beta-card'));
    const own = runIn('svc', ['update', '--yes', '--force', '--pack', './packs/beta', '--json']);
    expect(own.code, own.stdout).toBe(0);
    expect(packsOf()).toEqual(['../packs/acme', './packs/beta']);
    expect(own.stdout).not.toContain('this machine alone');
  });

  test('outside of it is told to hold on this machine alone, once', () => {
    writeFiles(join(folder, 'acme'), cardPack());
    const end = create('--pack', join(folder, 'acme'));
    expect(end.stderr).toContain(
      '../acme, which lies outside of the repository: it holds on this machine alone',
    );
    const again = runIn('svc', ['update', '--yes']);
    expect([again.code, again.stderr]).toEqual([0, expect.not.stringContaining('this machine alone')]);
  });

  test('of a git repository of this machine is no absolute path either', () => {
    const remote = remoteIn(folder);
    remote.publish(cardPack({ required: ['acme-card'] }), 'v1');
    const end = create('--pack', `${remote.url}#@v1`);
    expect([end.code, end.stderr]).toEqual([0, expect.stringContaining('this machine alone')]);
    expect(packsOf()).toEqual(['git+file:../remote.git#@v1']);
    for (const file of ['svc/bulwark.json', 'svc/.bulwark/lock.json'])
      expect(read(file)).not.toContain(folder);
    const before = snapshot(join(folder, 'svc'));
    expect(runIn('svc', ['update', '--yes', '--offline']).code).toBe(0);
    expect(runIn('svc', ['check', '--offline']).code).toBe(0);
    expect(snapshot(join(folder, 'svc'))).toEqual(before);
    // A tag that was moved is found by the relative reference too.
    remote.publish({ 'templates/acme-card/base/docs/acme-card.md.hbs': 'moved\n' }, 'v1');
    expect(runIn('svc', ['update', '--yes']).code).toBe(8);
  });

  test('and is not there for a colleague, says where it was and what to do', () => {
    writeFiles(join(folder, 'acme'), cardPack());
    expect(create('--pack', './acme').code).toBe(0);
    renameSync(join(folder, 'acme'), join(folder, 'elsewhere'));
    const end = runIn('svc', ['check', '--json']);
    expect([end.code, documentOf(end).issues]).toEqual([
      2,
      [
        expect.objectContaining({
          id: 'pack-missing-here',
          where: '../acme',
          hint: expect.stringContaining('bulwark update --pack') as string,
        }),
      ],
    ]);
    const moved = runIn('svc', ['update', '--yes', '--pack', '../elsewhere']);
    expect(moved.code, moved.stderr).toBe(0);
    expect(packsOf()).toEqual(['../elsewhere']);
    expect(runIn('svc', ['check']).code).toBe(0);
  });
});

describe('a pack in a newer version', () => {
  test('is taken by update, which shows what its changelog says between the two', () => {
    writeFiles(join(folder, 'acme'), acme('1.0.0'));
    expect(create('--pack', './acme').code).toBe(0);
    writeFiles(join(folder, 'acme'), acme('1.3.0'));
    const dry = runIn('svc', ['update', '--yes', '--dry-run']);
    expect(dry.stderr).toContain(
      'acme 1.0.0 → 1.3.0\n  1.3.0 (2026-11-01)\n    - cards have corners\n  1.2.0\n    - cards\n',
    );
    expect(dry.stderr).not.toContain('- first');
    expect(lockOf()[0]?.version).toBe('1.0.0');
    const end = runIn('svc', ['update', '--yes', '--json']);
    expect(JSON.parse(end.stdout)).toMatchObject({
      packUpdates: [
        { name: 'acme', from: '1.0.0', to: '1.3.0', changelog: [{ version: '1.3.0' }, { version: '1.2.0' }] },
      ],
    });
    expect(lockOf()[0]?.version).toBe('1.3.0');
    const again = runIn('svc', ['update', '--yes', '--json']);
    expect(again.stdout).not.toContain('packUpdates');
  });

  test('cannot move the cursor by its changelog', () => {
    writeFiles(join(folder, 'acme'), acme('1.0.0'));
    expect(create('--pack', './acme').code).toBe(0);
    writeFiles(join(folder, 'acme'), {
      ...acme('1.1.0'),
      'CHANGELOG.md': '## 1.1.0\n\n- \u001b[2J\u001b]8;;https://evil.example\u0007x\u202e\n',
    });
    const { stderr } = runIn('svc', ['update', '--yes', '--dry-run']);
    expect(stderr).toContain('acme 1.0.0 → 1.1.0');
    expect(stderr).toContain('\\u001b[2J');
    // eslint-disable-next-line no-control-regex -- these are what must not be there
    expect(stderr).not.toMatch(/[\u001b\u0007\u202e]/);
  });

  test('by --pack NAME@VERSION takes the place of the present one', () => {
    const remote = remoteIn(folder);
    remote.publish(acme('1.0.0'), 'v1.0.0');
    writeFiles(join(folder, 'beta'), { 'pack.json': manifest({ name: 'beta' }) });
    expect(create('--pack', `${remote.url}#@v1.0.0`, '--pack', './beta').code).toBe(0);
    remote.publish(acme('1.3.0'), 'v1.3.0');
    const missing = runIn('svc', ['update', '--yes', '--pack', 'acme@1.4.0', '--json']);
    expect([missing.code, documentOf(missing).issues[0]?.id]).toEqual([2, 'pack-ref']);
    const end = runIn('svc', ['update', '--yes', '--pack', 'acme@1.3.0']);
    expect([end.code, end.stderr]).toEqual([0, expect.stringContaining('- cards have corners')]);
    expect(packsOf()).toEqual(['git+file:../remote.git#@v1.3.0', '../beta']);
    expect(lockOf().map(({ name, version }) => [name, version])).toEqual([
      ['acme', '1.3.0'],
      ['beta', '1.0.0'],
    ]);
    const none = runIn('svc', ['update', '--yes', '--pack', 'beta@2.0.0', '--json']);
    expect([none.code, documentOf(none).issues[0]?.id]).toEqual([2, 'pack-version']);
  });

  test('is not taken by add, which says who does', () => {
    writeFiles(join(folder, 'acme'), acme('1.0.0'));
    writeFiles(join(folder, 'acme-next'), acme('1.3.0'));
    expect(create('--pack', './acme').code).toBe(0);
    const end = runIn('svc', ['add', 'redis', '--yes', '--pack', '../acme-next', '--json']);
    expect([end.code, documentOf(end).issues]).toEqual([
      2,
      [
        expect.objectContaining({
          id: 'pack-recorded',
          hint: expect.stringContaining('bulwark update --pack') as string,
        }),
      ],
    ]);
    expect(runIn('svc', ['add', 'redis', '--yes', '--force', '--pack', '../acme']).code).toBe(0);
    expect(packsOf()).toEqual(['../acme']);
  });

  const checked = (...args: string[]) => {
    const end = runIn('svc', ['check', '--json', ...args]);
    return {
      code: end.code,
      ...(JSON.parse(end.stdout) as { packs: object[]; notices: string[]; issues: object[] }),
    };
  };

  test('behind a branch or in a folder is told by check as an update that is there (code 7)', () => {
    const remote = remoteIn(folder);
    remote.publish(acme('1.0.0'));
    writeFiles(join(folder, 'beta'), { 'pack.json': manifest({ name: 'beta' }) });
    expect(create('--pack', `${remote.url}#@main`, '--pack', './beta').code).toBe(0);
    expect(checked()).toMatchObject({ code: 0, packs: [], notices: [] });
    remote.publish(acme('1.3.0'));
    expect(checked('--only', 'update')).toMatchObject({
      code: 7,
      packs: [
        {
          name: 'acme',
          from: '1.0.0',
          to: '1.3.0',
          changelog: [{ version: '1.3.0' }, { version: '1.2.0' }],
          command: 'bulwark update',
        },
      ],
    });
    const words = runIn('svc', ['check']);
    expect(words.stdout).toContain('acme 1.0.0 → 1.3.0  (take it with: bulwark update)');
    expect(words.stderr).toContain('asking file://');
    // Nothing is asked where nobody wants to know, or may.
    expect(checked('--only', 'edits,rules')).toMatchObject({ code: 0, packs: [] });
    expect(checked('--offline')).toMatchObject({ code: 0, packs: [] });
    writeFiles(join(folder, 'beta'), { 'pack.json': manifest({ name: 'beta', version: '1.1.0' }) });
    expect(checked('--offline')).toMatchObject({ code: 7, packs: [{ name: 'beta', to: '1.1.0' }] });
    expect(runIn('svc', ['update', '--yes']).code).toBe(0);
    expect(checked()).toMatchObject({ code: 0, packs: [] });
    // The same version with other content is no honest one.
    writeFiles(join(folder, 'beta'), { 'note.md': 'x\n' });
    expect(runIn('svc', ['check']).code).toBe(8);
  });

  test('as a tag beside the one that was chosen is told, and is no drift', () => {
    const remote = remoteIn(folder);
    remote.publish(acme('1.0.0'), 'api/v1.0.0');
    expect(create('--pack', `${remote.url}#@api/v1.0.0`).code).toBe(0);
    for (const tag of [
      'api/v1.3.0',
      'api/v1.10.0',
      'api/v2.0.0-rc.1',
      'other/v9.0.0',
      'v8.0.0',
      'api/v1.0.0-x',
    ])
      remote.publish({ ...acme('1.10.0'), [`${tag.replaceAll('/', '-')}.txt`]: 'x' }, tag);
    expect(checked()).toMatchObject({
      code: 0,
      packs: [{ name: 'acme', from: '1.0.0', to: '1.10.0', command: 'bulwark update --pack acme@1.10.0' }],
    });
    expect(runIn('svc', ['update', '--yes', '--pack', 'acme@1.10.0']).code).toBe(0);
    expect(packsOf()).toEqual(['git+file:../remote.git#@api/v1.10.0']);
    expect(checked()).toMatchObject({ code: 0, packs: [] });
  });

  test('that cannot be asked for does not fail the check, and is said', () => {
    const remote = remoteIn(folder);
    remote.publish(acme('1.0.0'));
    expect(create('--pack', `${remote.url}#@main`).code).toBe(0);
    rmSync(remote.bare, { recursive: true });
    expect(checked()).toMatchObject({
      code: 0,
      notices: [expect.stringContaining('"acme" could not be asked for newer versions')],
    });
  });
});
