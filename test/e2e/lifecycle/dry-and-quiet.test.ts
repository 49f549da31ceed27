/** T8 and T10 for a repository's life: no command hangs without a terminal, and a dry run tells what the real one does. */
import { spawn } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { bareEnvironment, documentOf, program, runProgram } from '../../support/program.ts';
import { snapshot } from '../safety/support/snapshot.ts';

let place: string;
let root: string;

beforeAll(() => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-dry-')));
  const made = runProgram(
    ['create', 'made', '--yes', '--no-git', '--preset', 'minimal', '--data', 'none', '--name', 'Shop'],
    { cwd: place },
  );
  expect(made.code, made.stderr).toBe(0);
  // An edit, so that a run has something to merge and something to ask.
  const readme = join(place, 'made/README.md');
  writeFileSync(readme, readFileSync(readme, 'utf8').replace(/^.*Shop service.*$/m, 'Sells bread.'));
});
afterAll(() => {
  rmSync(place, { recursive: true, force: true });
});
beforeEach(() => {
  root = join(place, 'shop');
  rmSync(root, { recursive: true, force: true });
  cpSync(join(place, 'made'), root, { recursive: true });
});

const COMMANDS: readonly (readonly [args: readonly string[], code: number, isForeign?: boolean])[] = [
  [['add', 'on-call'], 0],
  [['remove', 'ci'], 0],
  [['update', '--set', 'none.port=9000'], 0],
  [['update', '--set', 'description=Sells flowers'], 3],
  [['adopt', 'compose'], 0, true],
  [['add', 'on-call'], 0, true],
];

const CASES = COMMANDS.map(([args, code, isForeign = false]) => [args, code, isForeign] as const);

/** What bulwark does not look after. */
const letGo = (): void => {
  expect(runProgram(['eject'], { cwd: root }).code).toBe(0);
};

describe('T10: a dry run', () => {
  test.each(CASES)('%j says what the real one does, and does nothing', (args, code, isForeign) => {
    if (isForeign) letGo();
    const before = snapshot(root);
    const all = [...args, '--yes', '--json'];
    const dry = runProgram([...all, '--dry-run'], { cwd: root });
    expect(dry).toMatchObject({ code, stderr: '' });
    expect(snapshot(root)).toEqual(before);
    const real = runProgram(all, { cwd: root });
    expect(real).toMatchObject({ code, stderr: '' });
    expect(documentOf(real)).toEqual(documentOf(dry));
    expect(snapshot(root)).not.toEqual(before);
  });
});

/** Ends the program after ten seconds: the code is then null. */
function withOpenPipe(args: readonly string[]): Promise<number | null> {
  const child = spawn(process.execPath, [program, ...args], {
    cwd: root,
    env: { ...bareEnvironment(place), AI_AGENT: 'x' },
    stdio: ['pipe', 'ignore', 'ignore'],
    timeout: 10_000,
    killSignal: 'SIGKILL',
  });
  return new Promise((resolve) => child.on('close', resolve));
}

describe('T8: with an open pipe that nothing comes from', () => {
  test.each(CASES)('%j comes to its end', async (args, code, isForeign) => {
    if (isForeign) letGo();
    expect([5, code]).toContain(await withOpenPipe(args));
  });

  test.each([
    [['check'], 7],
    [['diff'], 0],
    [['resolve'], 0],
    [['update', '--abort'], 2],
    [['eject'], 0],
  ] as const)('%j comes to its end', async (args, code) => {
    expect(await withOpenPipe(args)).toBe(code);
  });
});
