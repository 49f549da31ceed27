/** T20: standard output is data without colours, words go to standard error, and the same run gives the same bytes. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawnSync } from 'node:child_process';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { asNobody, isLeftOutAsRoot } from '../support/nobody.ts';
import { bareEnvironment, documentOf, program, runProgram } from '../support/program.ts';
import { snapshot } from './safety/support/snapshot.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-t20-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const ESC = '\u001b';

/** Every command, going well and going wrong. */
const COMMANDS: readonly (readonly string[])[] = [
  ['my-service', '--yes', '--no-git'],
  ['my-service', '--yes', '--dry-run'],
  ['my-service', '--yes', '--owner', 'a b'],
  ['my-service', '--nonsense'],
  ['my-service'],
  ['verify', '.'],
  ['list'],
  ['info', 'redis'],
  ['info', 'nothing'],
  ['doctor'],
];

describe('T20', () => {
  test.each(COMMANDS)('%j', (...args) => {
    const plain = runProgram(args, { cwd: folder, env: { NO_COLOR: '1', FORCE_COLOR: '1' } });
    expect(plain.stdout + plain.stderr).not.toContain(ESC);
    const coloured = runProgram(args, { cwd: folder, env: { FORCE_COLOR: '1' } });
    expect(coloured.stdout).not.toContain(ESC);
    const document = runProgram([...args, '--json'], { cwd: folder, env: { FORCE_COLOR: '1' } });
    expect(document.stdout).not.toContain(ESC);
    expect(document.stderr).toBe('');
    expect(document.stdout.endsWith('}\n')).toBe(true);
    const { ok, code } = documentOf(document);
    expect(document.code).toBe(code);
    expect(ok).toBe(code === 0);
  });

  test('FORCE_COLOR and --color colour the words, --no-color does not', () => {
    const words = (args: readonly string[], env: Record<string, string>) =>
      runProgram(['--nonsense', ...args], { cwd: folder, env }).stderr;
    expect(words([], {})).not.toContain(ESC);
    expect(words([], { FORCE_COLOR: '1' })).toContain(`${ESC}[31merror${ESC}[39m`);
    expect(words(['--color'], {})).toContain(`${ESC}[31m`);
    expect(words(['--no-color'], { FORCE_COLOR: '1' })).not.toContain(ESC);
    expect(words([], { FORCE_COLOR: '0' })).not.toContain(ESC);
  });

  test('--version and --help are data, and the same from the small entry and from the program', () => {
    for (const args of [['--help'], ['create', '--help'], ['verify', '-h'], ['--version'], ['-V']]) {
      const small = runProgram(args, { cwd: folder });
      expect(small).toMatchObject({ code: 0, stderr: '' });
      expect(runProgram([...args, '--quiet'], { cwd: folder })).toEqual(small);
    }
  });

  test('the same run gives the same bytes, in any language, time zone, umask and terminal', () => {
    const places = [
      { umask: '022', env: {} },
      { umask: '077', env: { LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8', TZ: 'Pacific/Kiritimati' } },
      { umask: '000', env: { LC_ALL: 'C', TZ: 'America/New_York', TERM: 'dumb', COLUMNS: '20', CI: '1' } },
      { umask: '027', env: { LANGUAGE: 'de', NO_COLOR: '1', SOURCE_DATE_EPOCH: '0', FORCE_COLOR: '3' } },
    ];
    const trees = places.map(({ umask, env }, index) => {
      const cwd = join(folder, `place-${index}`);
      mkdirSync(cwd);
      const script = `umask ${umask}; exec "$0" "$@"`;
      const args = [
        process.execPath,
        program,
        'my-service',
        '--yes',
        '--no-git',
        '--data',
        'postgres,redis,rabbitmq',
      ];
      const { status, stderr } = spawnSync('sh', ['-c', script, ...args], {
        cwd,
        env: { ...bareEnvironment(cwd), ...env },
        encoding: 'utf8',
      });
      expect(status, stderr).toBe(0);
      return filesOf(join(cwd, 'my-service'));
    });
    for (const tree of trees.slice(1)) expect(tree).toEqual(trees[0]);
  });
});

/** Folders are made as the user wants them: their mode follows the umask. */
const filesOf = (place: string): Record<string, string> =>
  Object.fromEntries(Object.entries(snapshot(place)).filter(([path]) => !path.endsWith('/')));

describe('a place that cannot be written', () => {
  test('a file where the folder should be', () => {
    writeFileSync(join(folder, 'my-service'), 'mine\n');
    expectFailure(['my-service', '--yes'], 'not-a-folder');
  });

  test('a file on the way to the folder', () => {
    writeFileSync(join(folder, 'there'), 'mine\n');
    expectFailure(['there/my-service', '--yes'], 'not-a-folder');
  });

  test.skipIf(isLeftOutAsRoot)('a folder that is not ours to write', () => {
    chmodSync(folder, 0o555);
    const before = snapshot(folder);
    const args = [...asNobody, process.execPath, program, 'my-service', '--yes', '--json'];
    const { status, stdout } = spawnSync('env', args, {
      cwd: folder,
      env: bareEnvironment(folder),
      encoding: 'utf8',
    });
    chmodSync(folder, 0o755);
    expect(status, stdout).toBe(74);
    const { issues } = JSON.parse(stdout) as { issues: { id: string; where: string; hint: string }[] };
    expect(issues).toEqual([
      expect.objectContaining({ where: folder, hint: expect.stringMatching(/\S/) as string }),
    ]);
    expect(snapshot(folder)).toEqual(before);
  });

  test('git is missing: the files are there all the same, and it is said', () => {
    const bare = join(folder, 'bin');
    mkdirSync(bare);
    const { code, stderr } = runProgram(['my-service', '--yes'], { cwd: folder, env: { PATH: bare } });
    expect(code).toBe(0);
    expect(stderr).toContain('git is not installed, so nothing was committed');
    expect(Object.keys(snapshot(join(folder, 'my-service')))).not.toContain('.git/');
  });

  /** For a name that something else has: what, where and what to do, and everything as it was. */
  function expectFailure(args: readonly string[], id: string): void {
    const before = snapshot(folder);
    const end = runProgram([...args, '--json'], { cwd: folder });
    expect(end.code).toBe(2);
    expect(documentOf(end).issues).toEqual([
      expect.objectContaining({
        id,
        message: expect.stringMatching(/\S/) as string,
        where: expect.stringContaining(folder) as string,
        hint: expect.stringMatching(/\S/) as string,
      }),
    ]);
    expect(snapshot(folder)).toEqual(before);
  }
});
