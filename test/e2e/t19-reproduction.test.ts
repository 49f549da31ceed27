/** T19: the answers of a run, and the command that it prints, render the same again. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { stringify } from 'yaml';
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

/** The document nests answers as `bulwark.json` does, and has the preset beside them. */
function withPreset(settings: string, answers: object): object {
  const { preset } = JSON.parse(readFileSync(settings, 'utf8')) as { preset: string | null };
  return { ...answers, preset };
}

/** What a shell makes of the printed command, without the package manager's own words. */
function repeated(command: string): string[] {
  const { stdout } = spawnSync('sh', ['-c', `printf '%s\\0' ${command}`], { encoding: 'utf8' });
  const [, create, name, ...words] = stdout.split('\0').slice(0, -1);
  expect([create, name]).toEqual(['create', 'bulwark']);
  return words;
}
