/** The built program with a person at a real terminal, and without one: it asks, it leaves well, it never hangs (T8). */
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { answering, labelsAsked, picking } from '../support/people.ts';
import { describeAtTerminal, keys, runInPty, type Step } from '../support/pty.ts';

const program = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

let home: string;
let cwd: string;
beforeEach(() => {
  home = mkdtempSync(join(tmpdir(), 'bulwark-home-'));
  cwd = mkdtempSync(join(tmpdir(), 'bulwark-cwd-'));
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
  rmSync(cwd, { recursive: true, force: true });
});

const atTerminal = (
  args: readonly string[],
  steps: readonly Step[],
  env: Readonly<Record<string, string>> = {},
) => runInPty({ argv: [process.execPath, program, ...args], cwd, env: { HOME: home, ...env }, steps });

const savedAnswers = (): string => join(home, '.local/state/bulwark/last-answers.json');

interface Settings {
  readonly answers: Readonly<Record<string, unknown>>;
}
const settingsIn = (folder: string): Settings =>
  JSON.parse(readFileSync(join(cwd, folder, 'bulwark.json'), 'utf8')) as Settings;

describeAtTerminal('a person at a terminal', () => {
  test('accepts the defaults, changes an answer on the review screen, and gets what was changed', async () => {
    const labels = await labelsAsked(['zoo']);
    const result = await atTerminal(
      ['zoo', '--no-git'],
      [
        ...answering(labels, { Name: 'Zoo Keeper' }),
        { expect: 'Review: Zoo Keeper in zoo' },
        ...picking('What now', 'Change an answer'),
        ...picking('Change', 'Licence'),
        ...picking('Licence', 'MIT'),
        ...picking('What now', 'Change an answer'),
        ...picking('Change', 'Description'),
        { expect: '? Description The Zoo Keeper service' },
        { send: `${keys.ctrlU}Keeps "the" zoo${keys.enter}` },
        { expect: 'Review: Zoo Keeper in zoo' },
        ...picking('What now', 'Write it'),
      ],
    );
    expect(result.failure).toBeNull();
    expect(result).toMatchObject({ exitCode: 0, isCooked: true, isCursorShown: true });
    expect(result.text).toContain('label zoo-keeper · identifier zoo_keeper · environment ZOO_KEEPER_');
    expect(settingsIn('zoo').answers).toMatchObject({
      name: 'Zoo Keeper',
      licence: 'MIT',
      description: 'Keeps "the" zoo',
    });
    expect(existsSync(savedAnswers())).toBe(false);
  });

  test('sees what is wrong as it is typed', async () => {
    const result = await atTerminal(
      ['--preset=minimal', '--no-git'],
      [
        { expect: '? Name ' },
        { send: '9' },
        { expect: 'must start with a letter' },
        { send: keys.enter },
        { expect: '>> must start with a letter' },
        { send: `${keys.ctrlU}ok` },
        { expect: 'label ok' },
        { send: keys.ctrlC },
      ],
    );
    expect(result.failure).toBeNull();
    expect(result.exitCode).toBe(130);
  });

  test('cancels on the review screen: code 130 and no folder', async () => {
    const labels = await labelsAsked(['zoo']);
    const result = await atTerminal(['zoo'], [...answering(labels), ...picking('What now', 'Cancel')]);
    expect(result.failure).toBeNull();
    expect(result).toMatchObject({ exitCode: 130, isCooked: true, isCursorShown: true });
    expect(result.text).toContain('cancelled: nothing was written');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('presses Ctrl-C in the middle and resumes later', async () => {
    const labels = await labelsAsked(['zoo']);
    const owner = labels.indexOf('Owner');
    const [before, after] = [labels.slice(0, owner + 1), labels.slice(owner + 1)];
    const broken = await atTerminal(
      ['zoo', '--no-git'],
      [...answering(before, { Owner: 'acme' }), { expect: `? ${after[0] ?? ''} ` }, { send: keys.ctrlC }],
    );
    expect(broken.failure).toBeNull();
    // The question that stood there was a list, which hides the cursor.
    expect(broken).toMatchObject({ exitCode: 130, isCooked: true, isCursorShown: true });
    expect(broken.text).toContain('cancelled: nothing was written');
    expect(broken.text).toContain('--resume');
    expect(readdirSync(cwd)).toEqual([]);

    const resumed = await atTerminal(
      ['--resume', '--no-git'],
      [...answering(after), { expect: 'Review: zoo in zoo' }, ...picking('What now', 'Write it')],
    );
    expect(resumed.failure).toBeNull();
    expect(resumed.exitCode).toBe(0);
    expect(resumed.text).not.toContain('? Owner');
    expect(settingsIn('zoo').answers).toMatchObject({ owner: 'acme' });
    expect(existsSync(savedAnswers())).toBe(false);

    const again = await atTerminal(['--resume'], []);
    expect(again.exitCode).toBe(2);
    expect(again.text).toContain('there is no run to resume');
  });

  test.each([
    ['Ctrl-C at a text', { send: keys.ctrlC }, 130],
    ['Ctrl-D', { send: keys.ctrlD }, 130],
    ['SIGINT', { signal: 'SIGINT' }, 130],
    ['SIGTERM', { signal: 'SIGTERM' }, 143],
  ] as const)('leaves by %s with the terminal as it was', async (_, leave, code) => {
    const result = await atTerminal([], [{ expect: '? Name ' }, leave]);
    expect(result.failure).toBeNull();
    expect(result).toMatchObject({ exitCode: code, isCooked: true, isCursorShown: true });
    expect(result.text).toContain('cancelled: nothing was written');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('is asked for a file that is there and differs', async () => {
    const labels = await labelsAsked(['zoo']);
    mkdirSync(join(cwd, 'zoo'));
    writeFileSync(join(cwd, 'zoo/.gitattributes'), '# mine\n');
    const result = await atTerminal(
      ['zoo', '--no-git'],
      [
        ...answering(labels),
        { expect: 'conflict   .gitattributes' },
        ...picking('What now', 'Write it'),
        ...picking('.gitattributes is there and differs', 'Show the difference'),
        { expect: '-# mine' },
        ...picking('.gitattributes is there and differs', 'Keep mine'),
      ],
    );
    expect(result.failure).toBeNull();
    expect(result.exitCode).toBe(0);
    expect(readFileSync(join(cwd, 'zoo/.gitattributes'), 'utf8')).toBe('# mine\n');
    expect(existsSync(join(cwd, 'zoo/bulwark.json'))).toBe(true);
  });

  test('is told of a bad destination before the first question', async () => {
    writeFileSync(join(cwd, 'taken'), '');
    const result = await atTerminal(['taken'], []);
    expect(result.failure).toBeNull();
    expect([2, 74]).toContain(result.exitCode);
    expect(result.text).toContain('is no folder');
    expect(result.text).not.toContain('?');
  });

  test.each([{ CI: '1' }, { TERM: 'dumb' }])(
    'T8: with %j nothing is asked at a terminal either',
    async (env) => {
      const refused = await atTerminal(['zoo'], [], env);
      expect(refused).toMatchObject({ exitCode: 5, failure: null });
      expect(refused.text).toContain('--stack=');
      const rendered = await atTerminal(['zoo', '--yes', '--dry-run', '--json'], [], env);
      expect(rendered).toMatchObject({ exitCode: 0, failure: null });
      expect(JSON.parse(rendered.output)).toMatchObject({ ok: true, code: 0 });
    },
  );
});

type StandardInput = 'closed' | 'open pipe' | 'empty';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Ends the program after ten seconds: the code is then null. */
async function withoutTerminal(
  input: StandardInput,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<Ended> {
  const closing = input === 'closed' ? '<&-' : '';
  const child = spawn('sh', ['-c', `exec "$@" ${closing}`, 'sh', process.execPath, program, ...args], {
    cwd,
    env: { PATH: process.env.PATH, HOME: home, ...env },
    stdio: [input === 'open pipe' ? 'pipe' : 'ignore', 'pipe', 'pipe'],
    timeout: 10_000,
    killSignal: 'SIGKILL',
  });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
  child.stdin?.destroy();
  return { code, stdout, stderr };
}

test('a run that was broken off goes on without a terminal too', async () => {
  const answers = {
    version: 1,
    directory: join(cwd, 'zoo'),
    preset: null,
    answers: { owner: 'acme' },
    accepted: [],
  };
  mkdirSync(dirname(savedAnswers()), { recursive: true });
  writeFileSync(savedAnswers(), JSON.stringify(answers));
  const { code } = await withoutTerminal('empty', ['--resume', '--yes', '--no-git', '--licence=MIT']);
  expect(code).toBe(0);
  expect(settingsIn('zoo').answers).toMatchObject({ name: 'zoo', owner: 'acme', licence: 'MIT' });
  expect(existsSync(savedAnswers())).toBe(false);
  const again = await withoutTerminal('empty', ['--resume', '--yes']);
  expect(again.code).toBe(2);
  expect(again.stderr).toContain('there is no run to resume');
});

describe.each<StandardInput>(['closed', 'open pipe', 'empty'])('T8: standard input is %s', (input) => {
  test('what is not answered ends with code 5 and the flags, at once', async () => {
    const { code, stdout, stderr } = await withoutTerminal(input, ['zoo']);
    expect(code).toBe(5);
    expect(stdout).toBe('');
    expect(stderr).toContain('--stack=');
    expect(readdirSync(cwd)).toEqual([]);
  });

  test('--json prints one document, also then', async () => {
    const refused = await withoutTerminal(input, ['zoo', '--json']);
    expect(refused.code).toBe(5);
    expect(refused.stderr).toBe('');
    expect(JSON.parse(refused.stdout)).toMatchObject({ ok: false, code: 5 });
    const rendered = await withoutTerminal(input, ['zoo', '--json', '--yes', '--dry-run'], { AI_AGENT: 'x' });
    expect(rendered.code).toBe(0);
    expect(JSON.parse(rendered.stdout)).toMatchObject({ ok: true, code: 0 });
  });
});
