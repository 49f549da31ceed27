/** Runs external programs: argument arrays, never a shell, always with a time-out, and never waits for what they left behind. The only import of execa. */
import { execFile, type ChildProcess } from 'node:child_process';
import { setTimeout as delay } from 'node:timers/promises';
import { execa, ExecaError } from 'execa';

export interface Execution {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly input?: string;
  /** Added to the environment of this process; undefined takes a variable out. */
  readonly env?: Readonly<Record<string, string | undefined>>;
  /** Milliseconds. */
  readonly timeout: number;
  /** A program that says more is ended. Default: 64 MB. */
  readonly maxOutputBytes?: number;
  /** Aborted, it ends the program and what that started. */
  readonly signal?: AbortSignal;
  /**
   * Leaves the program in the terminal's session, where it may ask for a passphrase; of what it started, then, nothing is ended but
   * what the terminal itself interrupts.
   */
  readonly mayAsk?: boolean;
}

export interface ExecResult {
  /** `missing`: no such program; `timeout`: ended by us, its time was up; `signal`: died of one, or was ended by an abort. */
  readonly outcome: 'exited' | 'missing' | 'timeout' | 'signal';
  /** Only for `exited`. */
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program; tests replace it by a function of the same type. Never rejects for what the program does. */
export type Exec = (execution: Execution) => Promise<ExecResult>;

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
/** From the friendly signal to the one that nobody can refuse. */
const GRACE_MS = 2_000;
/** From there on for the pipes, which another process may hold open that is in no group of ours. */
const DRAIN_MS = 500;
const isWindows = process.platform === 'win32';

export const exec: Exec = async (execution) => {
  const { command, args, cwd, input, env, timeout, signal, mayAsk = false } = execution;
  if (signal?.aborted === true) return { outcome: 'signal', stdout: '', stderr: '' };
  const child = execa(command, args, {
    ...(cwd !== undefined && { cwd }),
    ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
    ...(env && { env }),
    maxBuffer: execution.maxOutputBytes ?? MAX_OUTPUT_BYTES,
    stripFinalNewline: false,
    reject: true,
    // A group of its own: what it starts can be ended with it. On Windows that would open a window.
    detached: !isWindows && !mayAsk,
  });
  const running: Running = { child, hasGroup: !isWindows && !mayAsk };
  watch(running);
  const ended = new AbortController();
  let reason: 'timeout' | 'signal' | undefined;
  const ending = endInTime(running, timeout, signal, ended.signal, (why) => {
    reason = why;
  });
  try {
    // Where not even closed pipes bring an answer, there is none.
    const answer = await Promise.race([child, ending.then(() => undefined)]);
    if (reason !== undefined || answer === undefined)
      return { outcome: reason ?? 'signal', stdout: answer?.stdout ?? '', stderr: answer?.stderr ?? '' };
    return {
      outcome: 'exited',
      exitCode: answer.exitCode ?? 0,
      stdout: answer.stdout,
      stderr: answer.stderr,
    };
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    // A program that could not be started has no output, whatever the types say.
    const stdout = textOf(error.stdout);
    const stderr = textOf(error.stderr);
    if (reason !== undefined) return { outcome: reason, stdout, stderr };
    if (error.code === 'ENOENT') return { outcome: 'missing', stdout, stderr };
    if (error.exitCode !== undefined) return { outcome: 'exited', exitCode: error.exitCode, stdout, stderr };
    return { outcome: 'signal', stdout, stderr };
  } finally {
    ended.abort();
    alive.delete(running);
  }
};

/** Programs that end when the signal is aborted. */
export const execUntil =
  (signal: AbortSignal): Exec =>
  (execution) =>
    exec({ signal, ...execution });

interface Running {
  readonly child: ChildProcess;
  readonly hasGroup: boolean;
}

const alive = new Set<Running>();
let isWatching = false;

/** A program in a group of its own does not hear the terminal: it must not outlive us. */
function watch(running: Running): void {
  alive.add(running);
  if (isWatching) return;
  isWatching = true;
  process.on('exit', () => {
    for (const one of alive) end(one, 'SIGTERM');
  });
}

/** Resolves only when everything was tried; rejects never. `ended` stops it. */
async function endInTime(
  running: Running,
  timeout: number,
  abort: AbortSignal | undefined,
  ended: AbortSignal,
  because: (reason: 'timeout' | 'signal') => void,
): Promise<void> {
  try {
    const stop = AbortSignal.any(abort ? [abort, ended] : [ended]);
    await delay(timeout, undefined, { signal: stop }).catch(() => undefined);
    ended.throwIfAborted();
    because(abort?.aborted === true ? 'signal' : 'timeout');
    end(running, 'SIGTERM');
    await delay(GRACE_MS, undefined, { signal: ended });
    end(running, 'SIGKILL');
    await delay(DRAIN_MS, undefined, { signal: ended });
    running.child.stdout?.destroy();
    running.child.stderr?.destroy();
    await delay(DRAIN_MS, undefined, { signal: ended });
  } catch {
    // It has ended by itself, and its own answer is waited for.
    await new Promise(() => undefined);
  }
}

function end({ child, hasGroup }: Running, signal: 'SIGTERM' | 'SIGKILL'): void {
  const { pid } = child;
  if (pid === undefined) return;
  if (isWindows) {
    // Windows knows no groups; taskkill goes through the tree, and has no friendly form for programs without a window.
    execFile('taskkill', ['/T', '/F', '/PID', String(pid)], () => undefined);
    return;
  }
  try {
    process.kill(hasGroup ? -pid : pid, signal);
  } catch {
    // It is gone already.
  }
}

const textOf = (output: unknown): string => (typeof output === 'string' ? output : '');
