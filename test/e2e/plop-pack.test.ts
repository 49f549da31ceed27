/** The pack in somebody else's plopfile: loaded by plop's own command at a terminal, and by node-plop in a process. */
import { spawnSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nodePlop from 'node-plop';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { plopGenerators } from '../../src/plop/generators.ts';
import { planResolved, resolveRun } from '../../src/plan/catalog.ts';
import { startRun, type RunState } from '../../src/run.ts';
import { smallCatalog } from '../support/catalog.ts';
import { answering, labelsAsked, picking } from '../support/people.ts';
import { cardPack, manifest, writeFiles } from '../support/packs.ts';
import { bareEnvironment, runProgram, type ProgramEnd } from '../support/program.ts';
import { describeAtTerminal, keys, runInPty } from '../support/pty.ts';
import { theCatalog } from '../support/repository-life.ts';
import { snapshot } from './safety/support/snapshot.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const plopCommand = join(root, 'node_modules/plop/bin/plop.js');

/** A run of the small catalog with all its defaults. */
async function runInto(target: string): Promise<RunState> {
  const resolution = resolveRun(smallCatalog, {}, null);
  return startRun({
    target,
    preset: null,
    answers: resolution.answers,
    plan: await planResolved(smallCatalog, resolution),
    command: 'create',
    splices: false,
    onConflict: 'fail',
    decisions: new Map(),
    dryRun: false,
    judge: true,
    signal: new AbortController().signal,
  });
}

/** Somebody's own generator, with ours beside it. */
const PLOPFILE = `export default async (plop) => {
  plop.setGenerator('mine', {
    description: 'something of the user',
    prompts: [],
    actions: [{ type: 'add', path: 'mine.txt', template: 'mine' }],
  });
  await plop.load('create-bulwark');
};
`;

/** Plop's own command, without a terminal. */
function plopIn(cwd: string, ...args: string[]): ProgramEnd {
  const { status, stdout, stderr } = spawnSync(process.execPath, [plopCommand, '--no-progress', ...args], {
    cwd,
    env: bareEnvironment(folder),
    encoding: 'utf8',
    input: '',
    timeout: 60_000,
  });
  return { code: status, stdout, stderr };
}

/** A repository that bulwark made, with a plopfile in it, and all of it committed. */
function generated(name: string, ...args: string[]): string {
  const made = runProgram(['create', name, '--yes', '--no-verify', '--preset', 'minimal', ...args], {
    cwd: folder,
  });
  expect(made.code, made.stderr).toBe(0);
  const root = join(folder, name);
  cpSync(join(folder, 'plopfile.mjs'), join(root, 'plopfile.mjs'));
  commitIn(root);
  return root;
}

function commitIn(root: string): void {
  for (const args of [
    ['add', '--all'],
    ['commit', '--quiet', '--message=step'],
  ]) {
    expect(spawnSync('git', args, { cwd: root, env: bareEnvironment(folder) }).status).toBe(0);
  }
}

const withoutGit = (root: string): Record<string, string> =>
  Object.fromEntries(Object.entries(snapshot(root)).filter(([path]) => !path.startsWith('.git/')));

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-plop-'));
  mkdirSync(join(folder, 'node_modules'));
  symlinkSync(root, join(folder, 'node_modules/create-bulwark'));
  writeFileSync(join(folder, 'plopfile.mjs'), PLOPFILE);
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describeAtTerminal('plop at a terminal', () => {
  const plop = (steps: Parameters<typeof runInPty>[0]['steps']) =>
    runInPty({ argv: [process.execPath, plopCommand, 'create'], cwd: folder, env: { HOME: folder }, steps });

  test('asks the same questions and renders into the folder of the plopfile', async () => {
    const labels = await labelsAsked([]);
    const result = await plop([
      ...answering(labels, { Name: 'My Zoo', Owner: 'acme' }),
      ...picking('What now', 'Write it'),
    ]);
    expect(result.failure).toBeNull();
    expect(result).toMatchObject({ exitCode: 0, isCooked: true });
    const settings = readFileSync(join(folder, 'my-zoo/bulwark.json'), 'utf8');
    expect(JSON.parse(settings)).toMatchObject({ answers: { name: 'My Zoo', owner: 'acme' } });
    expect(existsSync(join(folder, 'my-zoo/.bulwark/lock.json'))).toBe(true);
  });

  test('shows what a component would bring before it is added', async () => {
    const root = generated('zoo');
    const before = snapshot(root);
    const at = (steps: Parameters<typeof runInPty>[0]['steps']) =>
      runInPty({
        argv: [process.execPath, plopCommand, 'redis'],
        cwd: root,
        env: { HOME: folder },
        steps,
      });
    const left = await at(picking('What now', 'Cancel'));
    expect([left.failure, left.exitCode]).toEqual([null, 1]);
    expect(snapshot(root)).toEqual(before);
    const done = await at(picking('What now', 'Write it'));
    expect([done.failure, done.exitCode], done.text).toEqual([null, 0]);
    expect(done.text).toContain('Added redis.');
    expect(readFileSync(join(root, 'bulwark.json'), 'utf8')).toContain('"redis"');
  });

  test('can be left with nothing written', async () => {
    const result = await plop([{ expect: '? Name ' }, { send: keys.ctrlC }]);
    expect(result.failure).toBeNull();
    expect(result).toMatchObject({ exitCode: 1, isCooked: true, isCursorShown: true });
    expect(result.text).toContain('cancelled: nothing was written');
    expect(existsSync(join(folder, 'my-service'))).toBe(false);
  });
});

describe('node-plop in a process', () => {
  test('carries out a run that was put together elsewhere, as the actions of the generator', async () => {
    const plop = await nodePlop(join(folder, 'plopfile.mjs'));
    const run = await runInto(join(folder, 'kettle'));
    const done: string[] = [];
    const { failures } = await plop
      .getGenerator('create')
      .runActions({ run }, { onSuccess: ({ path }) => void done.push(path), onFailure: () => undefined });
    expect(failures).toEqual([]);
    expect(done).toEqual(['kettle.txt', 'common.txt', 'reconcile', 'judge', 'commit']);
    expect(readFileSync(join(folder, 'kettle/kettle.txt'), 'utf8')).toContain('liters: 2');
  });

  test('finds the generators, which refuse to ask without a terminal', async () => {
    const plop = await nodePlop(join(folder, 'plopfile.mjs'));
    expect(plop.getGeneratorList().map(({ name }) => name)).toEqual([
      'mine',
      'create',
      'update',
      ...plopGenerators(theCatalog.components).map(({ id }) => id),
    ]);
    await expect(plop.getGenerator('create').runPrompts()).rejects.toMatchObject({
      exitCode: 5,
      message: expect.stringContaining('plop create -- my-service --yes') as string,
    });
  });

  test('has a generator for each component that can be added, and for nothing else', () => {
    const names = plopGenerators(theCatalog.components).map(({ id }) => id);
    expect(names).toEqual(expect.arrayContaining(['docker', 'ci', 'redis', 'kustomize']));
    for (const { id, category } of theCatalog.components) {
      expect(names.includes(id), id).toBe(category !== 'stack' && category !== 'essential');
    }
  });

  test('loads nothing but names until a generator runs', () => {
    const loaded = spawnSync(
      process.execPath,
      [
        '-e',
        `require('create-bulwark');
         console.log(Object.keys(require.cache).map((file) => require('node:path').basename(file)).join());`,
      ],
      { cwd: folder, encoding: 'utf8' },
    );
    expect(loaded.stdout.trim()).toBe('plopfile.js');
  });
});

describe("plop's own command, without a terminal", () => {
  test("runs the user's own generator beside ours", () => {
    expect(plopIn(folder, 'mine').code).toBe(0);
    expect(readFileSync(join(folder, 'mine.txt'), 'utf8')).toBe('mine');
    const unknown = plopIn(folder, 'fastapi');
    expect([unknown.code, unknown.stderr]).toEqual([
      1,
      expect.stringContaining('Could not find a generator'),
    ]);
  });

  test('makes a new repository with the flags after --', () => {
    const end = plopIn(folder, 'create', '--', 'zoo', '--yes', '--preset', 'minimal', '--owner=acme');
    expect(end.code, end.stderr).toBe(0);
    expect(JSON.parse(readFileSync(join(folder, 'zoo/bulwark.json'), 'utf8'))).toMatchObject({
      preset: 'minimal',
      answers: { owner: 'acme' },
    });
    expect(`${end.stdout}${end.stderr}`).toContain('The same again: npm create bulwark zoo');
    expect(existsSync(join(folder, 'zoo/.git'))).toBe(true);
  });

  test('adds a component to a repository of ours, to the byte as bulwark add does', () => {
    const root = generated('zoo');
    cpSync(root, join(folder, 'twin'), { recursive: true });
    const before = withoutGit(root);
    const end = plopIn(root, 'redis', '--', '--yes', '--redis-max-memory-mb=256');
    expect(end.code, end.stderr).toBe(0);
    expect(`${end.stdout}${end.stderr}`).toContain('Added redis.');
    const twin = runProgram(['add', 'redis', '--yes', '--redis-max-memory-mb=256'], {
      cwd: join(folder, 'twin'),
    });
    expect(twin.code, twin.stderr).toBe(0);
    expect(withoutGit(root)).not.toEqual(before);
    expect(withoutGit(root)).toEqual(withoutGit(join(folder, 'twin')));
  });

  test('adds a component to a repository that bulwark has never seen, and leaves its files alone', () => {
    const root = join(folder, 'theirs');
    mkdirSync(root);
    writeFileSync(join(root, 'plopfile.mjs'), PLOPFILE);
    writeFileSync(join(root, 'package.json'), '{ "name": "theirs", "engines": { "node": "22" } }\n');
    spawnSync('git', ['init', '--quiet'], { cwd: root, env: bareEnvironment(folder) });
    commitIn(root);
    const end = plopIn(root, 'runbooks', '--', '--yes');
    expect(end.code, end.stderr).toBe(0);
    expect(existsSync(join(root, '.bulwark/lock.json'))).toBe(true);
    expect(readFileSync(join(root, 'plopfile.mjs'), 'utf8')).toBe(PLOPFILE);
    const { status } = spawnSync('git', ['diff', '--quiet'], { cwd: root });
    expect(status).toBe(0);
  });

  test('gives way to a generator of the user with the same name, when asked to', () => {
    const root = generated('zoo');
    writeFileSync(
      join(root, 'plopfile.mjs'),
      `export default async (plop) => {
        await plop.load('create-bulwark', {}, { generators: { redis: 'bulwark-redis' } });
        plop.setGenerator('redis', { description: 'theirs', prompts: [], actions: [{ type: 'add', path: 'redis.txt' }] });
      };`,
    );
    expect(plopIn(root, 'redis').code).toBe(0);
    expect(existsSync(join(root, 'redis.txt'))).toBe(true);
    expect(readFileSync(join(root, 'bulwark.json'), 'utf8')).not.toContain('"redis"');
    expect(plopIn(root, 'bulwark-redis', '--', '--yes').code).toBe(0);
    expect(readFileSync(join(root, 'bulwark.json'), 'utf8')).toContain('"redis"');
  });

  test('renders with the packs of the repository, and runs none of their code unasked', () => {
    writeFiles(join(folder, 'acme'), cardPack({ required: ['acme-card'] }));
    const root = generated('zoo', '--pack', './acme');
    writeFiles(join(folder, 'acme'), {
      'templates/acme-card/base/docs/acme-card.md.hbs': 'Card of {{md name}}\n',
    });
    const end = plopIn(root, 'update', '--', '--yes');
    expect(end.code, end.stderr).toBe(0);
    expect(readFileSync(join(root, 'docs/acme-card.md'), 'utf8')).toBe('Card of zoo\n');
    writeFiles(join(folder, 'acme'), {
      'pack.json': manifest({ version: '2.0.0', required: ['acme-card'], hooks: 'hooks.js' }),
      'hooks.js': 'throw new Error("it ran");',
    });
    const refused = plopIn(root, 'update', '--', '--yes');
    expect([refused.code, refused.stderr]).toEqual([
      1,
      expect.stringMatching(/carries code[\s\S]*hooks\.js[\s\S]*--trust/),
    ]);
  });

  test('updates, and changes nothing where nothing is new', () => {
    const root = generated('zoo');
    const before = snapshot(root);
    const end = plopIn(root, 'update', '--', '--yes');
    expect([end.code, `${end.stdout}${end.stderr}`]).toEqual([0, expect.stringContaining('Nothing to do')]);
    expect(snapshot(root)).toEqual(before);
    expect(plopIn(root, 'update', '--', '--yes', '--owner=acme', '--dry-run').code).toBe(0);
    expect(snapshot(root)).toEqual(before);
    expect(plopIn(root, 'update', '--', '--yes', '--owner=acme').code).toBe(0);
    expect(readFileSync(join(root, 'bulwark.json'), 'utf8')).toContain('"owner": "acme"');
  });

  test.each([
    ['a wrong flag', ['redis', '--', '--redis-versoin=8'], 'did you mean --redis-version?'],
    ['what is there already', ['docker', '--', '--yes'], 'bulwark update --set KEY=VALUE'],
    [
      'what plop has no place for',
      ['update', '--', '--abort'],
      'run: npx -p create-bulwark bulwark update --abort',
    ],
  ])('says what is wrong and how to mend it: %s', (_, args, hint) => {
    const root = generated('zoo');
    const before = snapshot(root);
    const end = plopIn(root, ...args);
    expect([end.code, end.stderr]).toEqual([1, expect.stringContaining(hint)]);
    expect(snapshot(root)).toEqual(before);
  });

  test('writes over nothing that git has not got', () => {
    const root = generated('zoo');
    const path = join(root, 'README.md');
    writeFileSync(path, `${readFileSync(path, 'utf8')}\nMine.\n`);
    const before = snapshot(root);
    const end = plopIn(root, 'redis', '--', '--yes');
    expect([end.code, `${end.stdout}${end.stderr}`]).toEqual([
      1,
      expect.stringMatching(/README\.md has changes that are not committed[\s\S]*commit or stash them first/),
    ]);
    expect(snapshot(root)).toEqual(before);
    expect(plopIn(root, 'redis', '--', '--yes', '--force').code).toBe(0);
    expect(readFileSync(path, 'utf8')).toContain('Mine.');
  });
});
