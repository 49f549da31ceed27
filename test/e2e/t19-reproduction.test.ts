/** T19: the answers of a run, and the command that it prints, render the same again. */
import { spawnSync } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
import { cardPack, manifest, writeFiles } from '../support/packs.ts';
import { documentOf, runProgram, type RunOutput } from '../support/program.ts';
import { snapshot } from './safety/support/snapshot.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-t19-'));
  mkdirSync(join(folder, 'first'));
  mkdirSync(join(folder, 'again'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const RUNS: readonly (readonly string[])[] = [
  [],
  ['--preset', 'minimal', '--owner', 'acme'],
  [
    '--data',
    'postgres,redis,rabbitmq',
    '--fastapi-python',
    '3.12',
    '--fastapi-port=9000',
    '--licence',
    'MIT',
  ],
  ['--stack', 'none', '--data', 'none', '--workflows', 'none'],
  ['--name', 'Zoë’s "Shop" & Söhne', '--description', `It's $HOME \`id\` $(id) "50%" {{x}} \\ #1: 🦊`],
];

/** Renders into `first/my-service` and gives what came of it. */
function first(args: readonly string[]): { tree: Record<string, string>; document: RunOutput } {
  const end = runProgram(['my-service', '--yes', '--no-git', '--no-verify', '--json', ...args], {
    cwd: join(folder, 'first'),
  });
  expect(end.code, end.stdout).toBe(0);
  return { tree: snapshot(join(folder, 'first/my-service')), document: documentOf(end) };
}

function expectSame(
  tree: Record<string, string>,
  args: readonly string[],
  env: Record<string, string> = {},
): void {
  const end = runProgram([...args, '--no-git', '--no-verify'], { cwd: join(folder, 'again'), env });
  expect(end.code, end.stderr).toBe(0);
  expect(snapshot(join(folder, 'again/my-service'))).toEqual(tree);
  rmSync(join(folder, 'again/my-service'), { recursive: true });
}

describe('T19', () => {
  test.each(RUNS)('%j', (...args) => {
    const { tree, document } = first(args);
    const settings = join(folder, 'first/my-service/bulwark.json');
    const answers = { preset: document.answers.preset ?? null, ...document.answers };
    writeFileSync(join(folder, 'answers.json'), JSON.stringify(withPreset(settings, answers)));
    writeFileSync(join(folder, 'answers.yml'), stringify(withPreset(settings, answers)));
    for (const file of [settings, '../answers.json', '../answers.yml']) {
      expectSame(tree, ['my-service', '--yes', '--answers', file]);
    }
    expectSame(tree, repeated(document.repeat));
  });

  test('environment variables answer the same questions', () => {
    const { tree } = first(['--owner', 'acme', '--fastapi-port', '9000']);
    expectSame(tree, ['my-service', '--yes'], {
      BULWARK_SET_OWNER: 'acme',
      BULWARK_SET_FASTAPI_PORT: '9000',
    });
  });

  test.each(['npm', 'pnpm', 'yarn', 'bun'])('the command is one of %s', (manager) => {
    const { tree } = first(['--owner', 'acme']);
    rmSync(join(folder, 'first/my-service'), { recursive: true });
    const { stdout } = runProgram(
      ['my-service', '--yes', '--json', '--no-git', '--no-verify', '--owner', 'acme'],
      {
        cwd: join(folder, 'first'),
        env: { npm_config_user_agent: `${manager}/1.0.0 node/v20.0.0 linux x64` },
      },
    );
    const { repeat } = JSON.parse(stdout) as RunOutput;
    expect(repeat.split(' ')[0]).toBe(manager);
    expectSame(tree, repeated(repeat));
  });
});

const RULES_FILE = `rules:
  - id: licence
    lock: { licence: Apache-2.0 }
    reason: Legal has agreed to this one alone
`;

describe('T19: what is no answer', () => {
  const PACK = cardPack({ required: ['acme-card'] });

  /** Runs both in one folder after the other, for relative paths start from there. */
  function expectRepeated(before: () => void, ...args: readonly string[]): string {
    before();
    const cwd = join(folder, 'first');
    const all = ['my-service', '--yes', '--no-verify', '--json', ...args];
    const end = runProgram(all, { cwd });
    expect(end.code, end.stdout).toBe(0);
    const { repeat } = documentOf(end);
    const place = repeat.includes('--cwd deeper') ? 'deeper/my-service' : 'my-service';
    const written = withoutHistory(snapshot(join(cwd, place)));
    rmSync(join(cwd, place), { recursive: true });
    before();
    const again = runProgram([...repeated(repeat), '--no-verify'], { cwd });
    expect(again.code, again.stderr).toBe(0);
    expect(withoutHistory(snapshot(join(cwd, place)))).toEqual(written);
    return repeat;
  }

  test.each<[string, readonly string[], RegExp]>([
    ['a pack', ['--pack', '../acme', '--acme-card-tier', 'gold'], / --pack \.\.\/acme /],
    [
      'packs of an answers file',
      ['--answers', '../answers.yml'],
      / --acme-card-tier=gold --pack \.\.\/acme /,
    ],
    [
      'rules',
      ['--rules', '../rules.yaml', '--rules=../more.yaml'],
      / --rules \.\.\/rules\.yaml --rules \.\.\/more\.yaml /,
    ],
    ['no git', ['--no-git'], / --no-git /],
    ['git in a work tree', ['--git'], / --git /],
    ['offline', ['--offline'], / --offline /],
    ['another folder', ['--cwd', 'deeper'], / --cwd deeper /],
    ['a preset of a pack', ['--pack', '../acme', '--preset', 'acme-small'], / --preset acme-small /],
  ])('%s', (_, args, expected) => {
    const repeat = expectRepeated(
      () => {
        mkdirSync(join(folder, 'first/deeper'), { recursive: true });
        writeFiles(join(folder, 'acme'), {
          ...PACK,
          'pack.json': manifest({
            required: ['acme-card'],
            presets: { 'acme-small': { description: 'small', answers: { stack: 'none', data: [] } } },
          }),
        });
        writeFiles(folder, {
          'answers.yml': 'packs: [./acme]\nacme-card: { tier: gold }\n',
          'rules.yaml': RULES_FILE,
          'more.yaml': RULES_FILE.replace('id: licence', 'id: same-licence'),
        });
      },
      ...args,
    );
    expect(repeat).toMatch(expected);
  });

  test('what was decided about files that were there', () => {
    const there = () => {
      mkdirSync(join(folder, 'first/my-service'), { recursive: true });
      writeFileSync(join(folder, 'first/my-service/Makefile'), 'all:\n');
    };
    expect(expectRepeated(there, '--on-conflict', 'overwrite', '--no-git')).toContain(
      ' --on-conflict overwrite ',
    );
  });

  test('trust is not handed on: the command repeats where trust was given, and is refused elsewhere', () => {
    const hook = {
      'pack.json': manifest({ hooks: 'plopfile.js' }),
      'plopfile.js': 'export default () => {};\n',
    };
    writeFiles(join(folder, 'acme'), hook);
    const cwd = join(folder, 'first');
    const args = ['my-service', '--yes', '--no-git', '--no-verify', '--json', '--pack', '../acme'];
    const end = runProgram([...args, '--trust'], { cwd });
    expect(end.code, end.stdout).toBe(0);
    const { repeat } = documentOf(end);
    expect(repeat).not.toContain('--trust');
    const tree = snapshot(join(cwd, 'my-service'));
    rmSync(join(cwd, 'my-service'), { recursive: true });
    expect(runProgram(repeated(repeat), { cwd }).code).toBe(4);
    expect(runProgram([...repeated(repeat), '--trust'], { cwd }).code).toBe(0);
    expect(snapshot(join(cwd, 'my-service'))).toEqual(tree);
  });

  test.each<[string, readonly string[], string]>([
    [
      'add',
      ['add', 'redis', '--redis-max-memory-mb', '256'],
      'bulwark add redis --redis-max-memory-mb=256 --yes',
    ],
    ['update', ['update', '--owner', 'acme'], 'bulwark update --owner=acme --yes'],
    ['remove', ['remove', 'redis'], 'bulwark remove redis --yes'],
    [
      'update with a pack',
      ['update', '--pack', '../acme', '--repository', 'readme,acme-card'],
      'bulwark update --repository=acme-card,readme --pack ../acme --yes',
    ],
  ])('%s in a repository says how it is done again', (_, args, expected) => {
    writeFiles(join(folder, 'first/acme'), PACK);
    const preset = ['my-service', '--yes', '--no-git', '--no-verify', '--preset', 'minimal'];
    const made = [...preset, ...(args[0] === 'remove' ? ['--data', 'redis'] : [])];
    const cwd = join(folder, 'first/my-service');
    const twin = join(folder, 'first/twin');
    expect(runProgram(made, { cwd: join(folder, 'first') }).code).toBe(0);
    cpSync(cwd, twin, { recursive: true });
    const end = runProgram([...args, '--yes', '--json'], { cwd });
    expect(end.code, end.stdout).toBe(0);
    const { repeat } = documentOf(end);
    expect(repeat).toBe(expected);
    const again = runProgram(wordsOf(repeat).slice(1), { cwd: twin });
    expect(again.code, again.stderr).toBe(0);
    expect(snapshot(twin)).toEqual(snapshot(cwd));
  });
});

/** Commits have times. */
const withoutHistory = (tree: Record<string, string>): Record<string, string> =>
  Object.fromEntries(Object.entries(tree).filter(([path]) => !path.startsWith('.git/')));

/** The document nests answers as `bulwark.json` does, and has the preset beside them. */
function withPreset(settings: string, answers: object): object {
  const { preset } = JSON.parse(readFileSync(settings, 'utf8')) as { preset: string | null };
  return { ...answers, preset };
}

/** What a shell makes of the printed command, without the package manager's own words. */
function repeated(command: string): string[] {
  const [, create, name, ...words] = wordsOf(command);
  expect([create, name]).toEqual(['create', 'bulwark']);
  return words;
}

function wordsOf(command: string): string[] {
  const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' });
  return stdout.split('\0').slice(0, -1);
}
