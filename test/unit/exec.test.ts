/** Programs that hang, refuse to end or leave others behind: `exec` returns all the same, and nothing goes on running. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { spawn } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { exec, execUntil, type ExecResult } from '../../src/exec.ts';

let folder = '';
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-exec-'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const pidIn = (name: string): number => Number(readFileSync(join(folder, name), 'utf8'));

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
  } catch {
    return false;
  }
  // A process that has ended and that nobody has asked for still has its number.
  return process.platform !== 'linux' || !/^State:\s+Z/m.test(statusOf(pid));
}

function statusOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/status`, 'utf8');
  } catch {
    return 'State: Z';
  }
}

async function gone(pid: number): Promise<boolean> {
  for (let tries = 0; tries < 40 && isAlive(pid); tries += 1) await delay(50);
  return !isAlive(pid);
}

async function timed(run: Promise<ExecResult>): Promise<ExecResult & { readonly took: number }> {
  const start = performance.now();
  return { ...(await run), took: performance.now() - start };
}

const shell = (script: string) => ({ command: 'sh', args: ['-c', script], cwd: folder });

describe('what a program does', () => {
  test('its code and its words are told', async () => {
    expect(await exec({ ...shell('echo out; echo err >&2; exit 3'), timeout: 5000 })).toEqual({
      outcome: 'exited',
      exitCode: 3,
      stdout: 'out\n',
      stderr: 'err\n',
    });
  });

  test('input goes in, a variable is set, another taken out', async () => {
    const env = { ADDED: 'a', HOME: undefined };
    const result = await exec({
      ...shell('cat; echo "$ADDED${HOME-none}"'),
      input: 'in ',
      env,
      timeout: 5000,
    });
    expect(result).toEqual({ outcome: 'exited', exitCode: 0, stdout: 'in anone\n', stderr: '' });
  });

  test('one that is not there is missing; one that dies of a signal says so', async () => {
    expect(await exec({ command: 'no-such-program', args: [], timeout: 5000 })).toMatchObject({
      outcome: 'missing',
    });
    expect(await exec({ ...shell('echo a; kill -9 $$'), timeout: 5000 })).toMatchObject({
      outcome: 'signal',
      stdout: 'a\n',
    });
  });
});

describe('a grandchild that holds the output', () => {
  test('after the time-out it is ended with its parent, and what was said before is there', async () => {
    const { outcome, stdout, took } = await timed(
      exec({ ...shell('sleep 60 & echo $! > pid; echo begun; wait'), timeout: 400 }),
    );
    expect({ outcome, stdout }).toEqual({ outcome: 'timeout', stdout: 'begun\n' });
    expect(took).toBeLessThan(2000);
    expect(await gone(pidIn('pid'))).toBe(true);
  });

  test('also when its parent has gone before', async () => {
    const { outcome, stdout, took } = await timed(
      exec({ ...shell('sleep 60 & echo $! > pid; echo done'), timeout: 400 }),
    );
    expect({ outcome, stdout }).toEqual({ outcome: 'timeout', stdout: 'done\n' });
    expect(took).toBeLessThan(2000);
    expect(await gone(pidIn('pid'))).toBe(true);
  });

  test('one that does not hear the friendly signal is ended by the other', async () => {
    const script = `trap '' TERM; sh -c 'trap "" TERM; echo $$ > pid; while :; do sleep 1; done' & wait; wait`;
    const { outcome, took } = await timed(exec({ ...shell(script), timeout: 400 }));
    expect(outcome).toBe('timeout');
    expect(took).toBeGreaterThan(2000);
    expect(took).toBeLessThan(4500);
    expect(await gone(pidIn('pid'))).toBe(true);
  });

  test('one that left the group is not waited for, and what was said before is there', async () => {
    const script = `const child = require('node:child_process').spawn('sleep', ['30'], { detached: true, stdio: 'inherit' });
      require('node:fs').writeFileSync('pid', String(child.pid)); console.log('left'); child.unref();`;
    const { outcome, stdout, took } = await timed(
      exec({ command: process.execPath, args: ['-e', script], cwd: folder, timeout: 1000 }),
    );
    const pid = pidIn('pid');
    try {
      expect({ outcome, stdout }).toEqual({ outcome: 'timeout', stdout: 'left\n' });
      expect(took).toBeLessThan(5500);
      expect(isAlive(pid)).toBe(true);
    } finally {
      process.kill(pid);
    }
  });

  test('the twin: one that ends in time is waited for, and its words belong to the output', async () => {
    const { outcome, exitCode, stdout } = await timed(
      exec({ ...shell('(sleep 0.3; echo late) & echo first'), timeout: 10_000 }),
    );
    expect({ outcome, exitCode, stdout }).toEqual({
      outcome: 'exited',
      exitCode: 0,
      stdout: 'first\nlate\n',
    });
  });
});

describe('an abort', () => {
  test('ends the program and what it started', async () => {
    const abort = new AbortController();
    setTimeout(() => {
      abort.abort();
    }, 400);
    const { outcome, took } = await timed(
      execUntil(abort.signal)({ ...shell('sleep 60 & echo $! > pid; wait'), timeout: 60_000 }),
    );
    expect(outcome).toBe('signal');
    expect(took).toBeLessThan(2000);
    expect(await gone(pidIn('pid'))).toBe(true);
  });

  test('before the start starts nothing', async () => {
    const result = await exec({ ...shell('touch started'), timeout: 5000, signal: AbortSignal.abort() });
    expect(result.outcome).toBe('signal');
    expect(() => pidIn('started')).toThrow();
  });

  test('after the end changes nothing, and no listener is left', async () => {
    const abort = new AbortController();
    const run = execUntil(abort.signal);
    for (let times = 0; times < 20; times += 1) {
      expect(await run({ ...shell('exit 0'), timeout: 5000 })).toMatchObject({ outcome: 'exited' });
    }
    abort.abort();
    expect(await run({ ...shell('exit 0'), timeout: 5000 })).toMatchObject({ outcome: 'signal' });
  });
});

test('a program does not outlive the process that started it', async () => {
  const started = join(folder, 'pid');
  const script = `import { exec } from ${JSON.stringify(join(import.meta.dirname, '../../src/exec.ts'))};
    void exec({ command: 'sh', args: ['-c', 'echo $$ > ${started}; sleep 60'], timeout: 60000 });
    setTimeout(() => process.exit(0), 600);`;
  writeFileSync(join(folder, 'start.mts'), script);
  const esbuild = join(import.meta.dirname, '../../node_modules/.bin/esbuild');
  const built = join(folder, 'start.mjs');
  const build = await exec({
    command: esbuild,
    args: [
      '--bundle',
      '--platform=node',
      '--format=esm',
      '--banner:js=import{createRequire}from"node:module";const require=createRequire(import.meta.url);',
      `--outfile=${built}`,
      join(folder, 'start.mts'),
    ],
    cwd: join(import.meta.dirname, '../..'),
    timeout: 30_000,
  });
  expect(build).toMatchObject({ outcome: 'exited', exitCode: 0 });
  const parent = spawn(process.execPath, [built], { stdio: 'ignore' });
  const code = await new Promise((resolve) => parent.on('exit', resolve));
  expect(code).toBe(0);
  expect(await gone(pidIn('pid'))).toBe(true);
});
