/** Packs on the command line: rendered, recorded, repeated, offline; started, linted and tested by their author. */
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { parseLock } from '../../src/repo/lockfile.ts';
import { writeTarball } from '../../src/packs/tar.ts';
import { cardPack, manifest, remoteIn, treeOf, writeFiles } from '../support/packs.ts';
import { answering, labelsAsked, picking } from '../support/people.ts';
import { documentOf, program, runProgram, type ProgramEnd } from '../support/program.ts';
import { describeAtTerminal, keys, runInPty } from '../support/pty.ts';
import { snapshot } from './safety/support/snapshot.ts';

const acme = fileURLToPath(new URL('../packs/acme', import.meta.url));

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-packs-')));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]): ProgramEnd =>
  runProgram(args, { cwd: folder, env: { XDG_CACHE_HOME: join(folder, 'cache') } });
const read = (path: string): string => readFileSync(join(folder, path), 'utf8');
const create = (...args: string[]): ProgramEnd => run('create', 'svc', '--yes', '--no-git', ...args);

describe('create --pack', () => {
  test('renders with the pack: its base images, labels, component, locks and preset', () => {
    writeFiles(folder, {});
    const end = create('--pack', acme, '--preset', 'acme-api', '--acme-handbook-tier', 'gold', '--json');
    expect(end.code, end.stdout).toBe(0);
    expect(documentOf(end)).toMatchObject({ packs: [{ name: 'acme', version: '1.2.0' }] });
    expect(read('svc/Dockerfile')).toContain('FROM registry.acme.example/base/python:');
    expect(read('svc/Dockerfile')).toContain('example.acme.platform="managed"');
    expect(read('svc/kubernetes/base/kustomization.yaml')).toContain('platform.acme.example/managed: "true"');
    expect(read('svc/docs/handbook.md')).toContain('Somebody is called at any hour.');
    expect(existsSync(join(folder, 'svc/docs/runbooks/platform-down.md'))).toBe(true);
    expect(read('svc/README.md')).toContain('## At acme');
    const { answers, packs } = JSON.parse(read('svc/bulwark.json')) as {
      answers: Record<string, unknown>;
      packs: string[];
    };
    expect(answers).toMatchObject({ licence: 'proprietary', owner: 'acme' });
    expect(packs).toHaveLength(1);
    expect(parseLock(read('svc/.bulwark/lock.json')).packs).toEqual([
      {
        name: 'acme',
        reference: packs[0],
        version: '1.2.0',
        sha512: expect.stringMatching(/^[0-9a-f]{128}$/) as string,
      },
    ]);
  });

  test('without packs writes what it wrote before there were any', () => {
    expect(create().code).toBe(0);
    expect(read('svc/.bulwark/lock.json')).not.toContain('packs');
    expect(JSON.parse(read('svc/bulwark.json'))).toMatchObject({ packs: [] });
  });

  test('is repeated by the command that it prints, to the byte', () => {
    writeFiles(join(folder, 'acme'), cardPack({ required: ['acme-card'] }));
    const end = create('--pack', './acme', '--acme-card-tier', 'gold', '--json');
    const { repeat } = documentOf(end);
    expect(repeat).toContain('--pack ./acme');
    const before = snapshot(join(folder, 'svc'));
    rmSync(join(folder, 'svc'), { recursive: true });
    const words = repeat
      .split(' ')
      .slice(3)
      .filter((word) => word !== '--');
    expect(run(...words, '--no-git').code).toBe(0);
    expect(snapshot(join(folder, 'svc'))).toEqual(before);
  });

  test('records no credentials and no path of this machine', () => {
    writeFiles(join(folder, 'acme'), cardPack());
    create('--pack', join(folder, 'acme'));
    for (const file of ['svc/bulwark.json', 'svc/.bulwark/lock.json']) {
      expect(read(file)).toContain('"../acme"');
      expect(read(file)).not.toContain(folder);
    }
  });

  test('T5: goes on without a network when the ref and its repository are gone: from the cache, and from an archive', () => {
    const remote = remoteIn(folder);
    const files = cardPack({ required: ['acme-card'] });
    remote.publish(files, 'v1');
    const reference = `${remote.url}#@v1`;
    expect(create('--pack', reference).code).toBe(0);
    const { packs: before } = parseLock(read('svc/.bulwark/lock.json'));
    rmSync(remote.bare, { recursive: true });
    rmSync(join(folder, 'svc'), { recursive: true });
    expect(create('--pack', reference).code).toBe(2);
    expect(create('--pack', reference, '--offline').code).toBe(0);
    expect(parseLock(read('svc/.bulwark/lock.json')).packs).toEqual(before);
    rmSync(join(folder, 'cache'), { recursive: true });
    rmSync(join(folder, 'svc'), { recursive: true });
    const without = create('--pack', reference, '--offline', '--json');
    expect([without.code, documentOf(without).issues[0]?.id]).toEqual([2, 'pack-offline']);
    writeFileSync(join(folder, 'acme.tgz'), writeTarball(treeOf(files)));
    expect(create('--pack', './acme.tgz', '--offline').code).toBe(0);
    expect(parseLock(read('svc/.bulwark/lock.json')).packs?.[0]?.sha512).toBe(before?.[0]?.sha512);
  });

  test('T18: refuses two packs that say one thing, by both names', () => {
    writeFiles(join(folder, 'one'), {
      ...cardPack({ required: ['acme-card'] }),
      'templates/acme-card/base/docs/same.md': 'a',
    });
    writeFiles(join(folder, 'two'), {
      ...cardPack({ name: 'beta', required: ['beta-card'] }, 'beta-card'),
      'templates/beta-card/base/docs/same.md': 'b',
    });
    const end = create('--pack', './one', '--pack', './two', '--json');
    expect(end.code).toBe(2);
    const [issue] = documentOf(end).issues;
    expect(issue?.message).toMatch(/acme: .*beta: |beta: .*acme: /s);
    expect(existsSync(join(folder, 'svc'))).toBe(false);
  });

  test.each([
    ['a flag', ['--licence', 'MIT'], {}, ''],
    ['--set', ['--set', 'licence=MIT'], {}, ''],
    ['an answers file', ['--answers', '-'], {}, 'licence: MIT\n'],
    ['the environment', [], { BULWARK_SET_LICENCE: 'MIT' }, ''],
  ])('holds a lock against %s, and --yes is no way around it (T22)', (_, args, env, input) => {
    writeFiles(join(folder, 'acme'), { 'pack.json': manifest({ locked: { licence: 'proprietary' } }) });
    const all = ['create', 'svc', '--yes', '--no-git', '--json', '--pack', './acme', ...args];
    const end = runProgram(all, { cwd: folder, env, input });
    expect(end.code).toBe(2);
    expect(documentOf(end).issues).toMatchObject([
      { id: 'locked-answer', message: 'Licence is locked to proprietary by the pack "acme"' },
    ]);
    expect(existsSync(join(folder, 'svc'))).toBe(false);
  });

  test('knows the flags of the pack, and suggests them', () => {
    writeFiles(join(folder, 'acme'), cardPack({ required: ['acme-card'] }));
    const end = create('--pack', './acme', '--acme-card-teir=gold', '--json');
    expect([end.code, documentOf(end).issues[0]?.hint]).toEqual([2, 'did you mean --acme-card-tier?']);
    expect(documentOf(create('--pack', './acme', '--pack', '--json')).issues[0]?.id).toBe('missing-value');
  });

  test('does not call what a pack breaks a bug of ours', () => {
    writeFiles(join(folder, 'acme'), {
      ...cardPack({ required: ['acme-card'] }),
      'generators/acme-card.json': {
        ...(cardPack()['generators/acme-card.json'] as object),
        contributes: [{ kind: 'compose', id: 'base', fragment: 'clash.yml' }],
      },
      'templates/acme-card/_fragments/clash.yml': 'services:\n  redis:\n    image: other\n',
    });
    const end = create('--pack', './acme', '--json');
    expect([end.code, documentOf(end).issues[0]?.id]).toEqual([2, 'pack-defect']);
  });
});

describe('the code of a pack', () => {
  const hooked = (body: string) =>
    writeFiles(join(folder, 'acme'), {
      'pack.json': manifest({ hooks: 'plopfile.js' }),
      'plopfile.js': `export default (plop, config) => { ${body} };`,
    });

  test('is a plop pack, which gets the plop of the run', () => {
    hooked(`console.error(plop.getGeneratorList().map(({ name }) => name).join(), typeof config);`);
    const end = create('--pack', './acme', '--trust');
    expect([end.code, end.stderr]).toEqual([0, expect.stringContaining('create object')]);
  });

  test('that throws stops the run before anything is written, and is named', () => {
    hooked(`throw new Error('not today');`);
    const end = create('--pack', './acme', '--trust', '--json');
    expect([end.code, documentOf(end).issues[0]?.id]).toEqual([2, 'pack-hook']);
    expect(existsSync(join(folder, 'svc'))).toBe(false);
  });

  describeAtTerminal('at a terminal', () => {
    test.each([
      ['n', 4],
      ['y', 0],
    ])('is asked for, with its digest and files: %s', async (key, code) => {
      hooked('');
      const result = await runInPty({
        argv: [process.execPath, program, 'create', 'svc', '--pack', './acme', '--no-git'],
        cwd: folder,
        env: { HOME: folder, XDG_CACHE_HOME: join(folder, 'cache') },
        steps: [
          { expect: 'plopfile.js' },
          { expect: 'Let it run' },
          { send: `${key}${keys.enter}` },
          ...(key === 'y'
            ? [...answering(await labelsAsked(['svc'])), ...picking('What now', 'Write it')]
            : []),
        ],
      });
      expect(result.exitCode, `${result.failure ?? ''} ${result.text}`).toBe(code);
      expect(result.text).toMatch(/sha512 +[0-9a-f]{20}/);
      expect(existsSync(join(folder, 'svc/bulwark.json'))).toBe(code === 0);
    });
  });
});

describe('pack', () => {
  test('init makes a pack that lints and tests clean, and can be used at once', () => {
    expect(run('pack', 'init', 'zoo').code).toBe(0);
    const lint = run('pack', 'lint', 'zoo');
    expect([lint.code, lint.stdout]).toEqual([0, '']);
    expect(run('pack', 'test', 'zoo').code).toBe(0);
    expect(create('--pack', './zoo', '--zoo-service-card-tier', 'gold').code).toBe(0);
    expect(read('svc/docs/service-card.md')).toContain('Gold: somebody is called at any hour.');
    const again = run('pack', 'init', 'zoo', '--json');
    expect([again.code, documentOf(again).issues[0]?.id]).toEqual([2, 'file-differs']);
  });

  test('the example of a platform team lints and tests clean', () => {
    const lint = run('pack', 'lint', acme, '--json');
    expect(JSON.parse(lint.stdout)).toMatchObject({ ok: true, findings: [] });
    const tested = run('pack', 'test', acme, '--json');
    const { ok, cases } = JSON.parse(tested.stdout) as { ok: boolean; cases: { files: number }[] };
    expect(ok).toBe(true);
    expect(cases.length).toBeGreaterThan(10);
    expect(cases.every(({ files }) => files > 20)).toBe(true);
  });

  test('lint names what is wrong with its place and code 1', () => {
    writeFiles(join(folder, 'acme'), {
      ...cardPack(),
      'templates/acme-card/base/x.md.hbs':
        'a\n{{name}} {{teir}} {{has.rediss}}\n{{#if tier}}{{#if tier}}x{{/if}}{{/if}}\n',
      'templates/acme-card/base/y.env': 'AWS_SECRET_ACCESS_KEY=wJalrXUtnFEMI/K7MDENG/bPxRfiCYzzzzzzzzzz\n',
    });
    const end = run('pack', 'lint', 'acme', '--json');
    expect(end.code).toBe(1);
    const { findings } = JSON.parse(end.stdout) as {
      findings: { rule: string; path: string; line?: number; hint?: string }[];
    };
    const file = 'templates/acme-card/base/x.md.hbs';
    expect(findings).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ rule: 'pack-bare-answer', path: file, line: 2 }),
        expect.objectContaining({
          rule: 'pack-unknown-name',
          path: file,
          line: 2,
          hint: 'did you mean "tier"?',
        }),
        expect.objectContaining({
          rule: 'pack-unknown-name',
          path: file,
          line: 2,
          hint: 'did you mean "redis"?',
        }),
        expect.objectContaining({ rule: 'pack-logic', path: file, line: 3 }),
        expect.objectContaining({ rule: 'pack-licence', path: 'pack.json' }),
      ]),
    );
    expect(findings.filter(({ path }) => path.endsWith('y.env')).length).toBeGreaterThan(0);
  });

  test('test finds what a check holds against the output, and what a template breaks', () => {
    writeFiles(join(folder, 'acme'), {
      ...cardPack(),
      'templates/acme-card/base/docs/broken.yaml': 'a: [1\n',
      'templates/acme-card/base/only.md.hbs': '{{tier}} {{nope}}\n',
    });
    const end = run('pack', 'test', 'acme');
    expect(end.code).toBe(1);
    expect(end.stdout).toContain('the view has no "nope"');
    rmSync(join(folder, 'acme/templates/acme-card/base/only.md.hbs'));
    const judged = run('pack', 'test', 'acme');
    expect([judged.code, judged.stdout]).toEqual([1, expect.stringContaining('docs/broken.yaml')]);
  });

  test('test compares with the golden trees that --write wrote', () => {
    writeFiles(join(folder, 'acme'), cardPack());
    expect(run('pack', 'test', 'acme', '--write').code).toBe(0);
    expect(read('acme/tests/golden/acme-card-default/docs/acme-card.md')).toContain('Tier silver');
    expect(run('pack', 'test', 'acme').code).toBe(0);
    writeFiles(join(folder, 'acme'), {
      'templates/acme-card/base/docs/acme-card.md.hbs': '# {{md name}}\n\nTIER {{tier}}\n',
    });
    const changed = run('pack', 'test', 'acme');
    expect([changed.code, changed.stdout]).toEqual([
      1,
      expect.stringContaining('differs from tests/golden, first at line 3'),
    ]);
    expect(run('pack', 'test', 'acme', '--write').code).toBe(0);
    rmSync(join(folder, 'acme/templates/acme-card/base/docs'), { recursive: true });
    writeFiles(join(folder, 'acme'), { 'templates/acme-card/base/other.md': 'x\n' });
    expect(run('pack', 'test', 'acme').stdout).toContain('in tests/golden, and not rendered');
    expect(run('pack', 'test', 'acme', '--write').code).toBe(0);
    expect(existsSync(join(folder, 'acme/tests/golden/acme-card-default/docs/acme-card.md'))).toBe(false);
  });

  test('with another word, or on what is no pack, says what there is', () => {
    expect(run('pack', 'tset', 'x').stderr).toContain('did you mean "pack test"?');
    expect(run('pack').stderr).toContain('bulwark pack init, lint or test');
    expect(run('pack', 'lint', '.', '--json')).toMatchObject({ code: 2 });
  });
});
