/** What there is to choose from with packs: list, info, help and completion, with --pack and in a repository that has some. */
import { mkdtempSync, realpathSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { cardPack, manifest, writeFiles } from '../support/packs.ts';
import { documentOf, runProgram, type ProgramEnd } from '../support/program.ts';

let folder: string;
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-catalog-')));
  writeFiles(
    join(folder, 'acme'),
    cardPack({
      version: '1.2.0',
      description: 'cards',
      required: ['acme-card'],
      defaults: { owner: 'acme', 'acme-card.tier': 'gold' },
      locked: { licence: 'proprietary', 'docker.imageBudgetMb': 500 },
      presets: { 'acme-small': { description: 'a small one', answers: { stack: 'none', data: [] } } },
    }),
  );
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const runIn = (cwd: string, ...args: string[]): ProgramEnd =>
  runProgram(args, { cwd: join(folder, cwd), env: { XDG_CACHE_HOME: join(folder, 'cache') } });
const PACK = ['--pack', './acme'];

interface Listed {
  readonly components: readonly { readonly id: string; readonly pack: string | null }[];
  readonly presets: readonly { readonly id: string; readonly pack: string | null }[];
  readonly packs: readonly object[];
  readonly settled: readonly object[];
}
const listed = (cwd: string, ...args: string[]): Listed =>
  JSON.parse(runIn(cwd, 'list', '--json', ...args).stdout) as Listed;

/** A repository with the pack, and one without. */
function repositories(): void {
  for (const [name, more] of [
    ['with', PACK],
    ['without', []],
  ] as const) {
    const all = ['create', name, '--yes', '--no-git', '--no-verify', '--preset', 'minimal', ...more];
    const end = runIn('.', ...all);
    expect(end.code, end.stderr).toBe(0);
  }
}

describe('list', () => {
  test("shows the packs' components and presets, and what the packs have settled", () => {
    const { components, presets, packs, settled } = listed('.', ...PACK);
    expect(components.filter(({ pack }) => pack !== null)).toMatchObject([{ id: 'acme-card', pack: 'acme' }]);
    expect(presets.filter(({ pack }) => pack !== null)).toMatchObject([{ id: 'acme-small', pack: 'acme' }]);
    expect(packs).toEqual([{ name: 'acme', version: '1.2.0', description: 'cards' }]);
    expect(settled).toEqual([
      { key: 'owner', how: 'default', value: 'acme', pack: 'acme' },
      { key: 'licence', how: 'locked', value: 'proprietary', pack: 'acme' },
      { key: 'acme-card.tier', how: 'default', value: 'gold', pack: 'acme' },
      { key: 'docker.imageBudgetMb', how: 'locked', value: 500, pack: 'acme' },
      { key: 'acme-card', how: 'required', value: true, pack: 'acme' },
    ]);
    const words = runIn('.', 'list', ...PACK).stdout;
    expect(words).toMatch(/^ {2}acme-card +a card +acme$/m);
    expect(words).toMatch(/^ {2}licence +locked +proprietary +acme$/m);
  });

  test('shows them in a repository that has them, and nothing of packs elsewhere', () => {
    repositories();
    expect(listed('with/docs').packs).toHaveLength(1);
    for (const place of ['without', '.']) expect(listed(place)).toMatchObject({ packs: [], settled: [] });
    expect(runIn('without', 'list').stdout).not.toContain('acme');
    expect(runIn('without', 'list').stdout).not.toMatch(/^packs:|pack$/m);
  });

  test('ends with the fault of a pack that cannot be had, and runs no code unasked', () => {
    const missing = runIn('.', 'list', '--pack', './nothing', '--json');
    expect([missing.code, documentOf(missing).issues[0]?.id]).toEqual([2, 'pack-missing-folder']);
    writeFiles(join(folder, 'acme'), {
      'pack.json': manifest({ hooks: 'plopfile.js' }),
      'plopfile.js': 'throw new Error("it ran");',
    });
    const code = runIn('.', 'list', '--json', ...PACK);
    expect([code.code, documentOf(code).issues[0]?.id]).toEqual([4, 'pack-code']);
  });
});

describe('info', () => {
  test('shows a component of a pack, with what is wanted of it', () => {
    const end = runIn('.', 'info', 'acme-card', '--json', ...PACK);
    expect(JSON.parse(end.stdout)).toMatchObject({
      id: 'acme-card',
      pack: 'acme',
      requiredBy: ['acme'],
      options: [{ key: 'acme-card.tier', default: 'silver', settled: { how: 'default', value: 'gold' } }],
      files: [{ path: 'docs/acme-card.md', pack: 'acme' }],
    });
    const words = runIn('.', 'info', 'acme-card', ...PACK).stdout;
    expect(words).toContain('from the pack "acme"\nwanted in every repository by the pack "acme"\n');
    expect(words).toMatch(/--acme-card-tier +one of gold, silver +gold \(of acme\)/);
  });

  test('says which option of ours is locked, and which template is overridden', () => {
    expect(runIn('.', 'info', 'docker', ...PACK).stdout).toMatch(
      /--docker-image-budget-mb .* 500 \(locked by acme\)/,
    );
    expect(runIn('.', 'info', 'docker').stdout).toMatch(/--docker-image-budget-mb .* 600 /);
    writeFiles(join(folder, 'acme'), { 'templates/nginx/base/docker/nginx/nginx.conf.hbs': 'x\n' });
    const { files, pack } = JSON.parse(runIn('.', 'info', 'nginx', '--json', ...PACK).stdout) as {
      files: { path: string; pack: string | null }[];
      pack: string | null;
    };
    expect(pack).toBeNull();
    expect(files.filter((file) => file.pack === 'acme').map(({ path }) => path)).toEqual([
      'docker/nginx/nginx.conf',
    ]);
  });

  test('shows a preset of a pack, and knows no component of a pack without it', () => {
    expect(runIn('.', 'info', 'acme-small', ...PACK).stdout).toContain('from the pack "acme"');
    const without = runIn('.', 'info', 'acme-card', '--json');
    expect([without.code, documentOf(without).issues[0]?.id]).toEqual([2, 'unknown-component']);
  });
});

describe('--help', () => {
  test('shows the flags of the packs, and what is settled', () => {
    const { stdout } = runIn('.', '--help', ...PACK);
    expect(stdout).toContain('--acme-card-tier VALUE');
    expect(stdout).toMatch(/--licence VALUE.*; locked to proprietary by the pack "acme"$/m);
    expect(stdout).toMatch(/--owner VALUE.*; default of the pack "acme": acme$/m);
    expect(runIn('.', '--help').stdout).not.toContain('acme-card');
  });

  test('in a repository shows those of its packs', () => {
    repositories();
    expect(runIn('with/docs', '--help').stdout).toContain('--acme-card-tier VALUE');
    expect(runIn('with', 'create', '--help').stdout).toContain('--acme-card-tier VALUE');
    expect(runIn('without', '--help').stdout).toBe(runIn('.', '--help').stdout);
  });

  test('is there also where the packs are not, and says so', () => {
    repositories();
    renameSync(join(folder, 'acme'), join(folder, 'gone'));
    const end = runIn('with', '--help');
    expect([end.code, end.stderr]).toEqual([0, expect.stringContaining('the packs are left out')]);
    expect(end.stdout).toBe(runIn('.', '--help').stdout);
  });
});

describe('completion', () => {
  test('offers components, presets and flags of the packs', () => {
    const { stdout, code } = runIn('.', 'completion', 'bash', ...PACK);
    expect(code).toBe(0);
    for (const word of ['acme-card', 'acme-small', '--acme-card-tier']) expect(stdout).toContain(word);
    expect(runIn('.', 'completion', 'bash').stdout).not.toContain('acme-handbook');
  });

  test('in a repository offers those of its packs, and never fails for them', () => {
    repositories();
    expect(runIn('with', 'completion', 'bash').stdout).toContain('acme-card');
    expect(runIn('without', 'completion', 'bash').stdout).not.toContain('acme-card');
    writeFileSync(join(folder, 'acme/pack.json'), '{');
    const end = runIn('with', 'completion', 'bash');
    expect([end.code, end.stderr]).toEqual([0, expect.stringContaining('the packs are left out')]);
    expect(runIn('with', 'completion', 'bash', '--pack', '../acme').code).toBe(2);
  });
});
