/** Keeps long-running programs for a test, and ends them when the test ends them or dies, however it dies. */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { exec } from '../../src/exec.ts';

export interface Command {
  readonly argv: readonly string[];
  /** Where its output goes. */
  readonly log: string;
  readonly cwd?: string;
  /** In place of this process's environment. */
  readonly env?: Readonly<Record<string, string>>;
  /** Asks it to end; ten seconds later, or as many as are said, it has to. */
  readonly endSignal?: 'TERM' | 'INT' | 'QUIT';
  readonly graceSeconds?: number;
}

export interface Kept {
  readonly pid: number;
  /** Its exit code, once it has ended. */
  readonly ended: Promise<number>;
  /** Ends it with all that is in its process group. */
  readonly end: () => Promise<number>;
  readonly isRunning: () => boolean;
  readonly output: () => string;
}

/** Reads a pipe from the test: it ends when the test process does, and then the program has to. */
const KEEPER = `
set -m
log=$1 signal=$2 grace=$3
shift 3
"$@" < /dev/null >> "$log" 2>&1 &
child=$!
echo "$child"
while kill -0 "$child" 2> /dev/null; do
  read -r -t 0.1 _ || (($? > 128)) || break
done
kill -"$signal" -- "-$child" 2> /dev/null
for ((i = 0; i < grace * 10; i++)); do
  kill -0 -- "-$child" 2> /dev/null || break
  sleep 0.1
done
kill -KILL -- "-$child" 2> /dev/null
wait "$child"
echo "$?"
`;

/** Starts a program. */
export async function keep({
  argv,
  log,
  cwd,
  env,
  endSignal = 'TERM',
  graceSeconds = 10,
}: Command): Promise<Kept> {
  // What node calls a pipe is a socket, and behind one bash takes itself for a remote shell and reads ~/.bashrc.
  // There from the start, for whoever reads it at once.
  closeSync(openSync(log, 'a'));
  const keeper = spawn(
    'bash',
    ['--norc', '-c', KEEPER, 'keeper', log, endSignal, String(graceSeconds), ...argv],
    {
      // A session of its own: Ctrl-C in the terminal is for the test, which then ends us.
      detached: true,
      stdio: ['pipe', 'pipe', 'ignore'],
      ...(cwd !== undefined && { cwd }),
      ...(env && { env }),
    },
  );
  const lines = createInterface({ input: keeper.stdout })[Symbol.asyncIterator]();
  const number = async (): Promise<number> => {
    const { value } = (await lines.next()) as { value?: string };
    if (value === undefined) throw new Error(`the keeper of ${argv.join(' ')} is gone`);
    return Number(value);
  };
  const pid = await number();
  const ended = number();
  let running = true;
  const mark = (): void => {
    running = false;
  };
  // Whoever waits gets the failure; nobody has to wait.
  ended.then(mark, mark);
  return {
    pid,
    ended,
    isRunning: () => running,
    end: () => {
      keeper.stdin.end();
      return ended;
    },
    output: () => readFileSync(log, 'utf8'),
  };
}

/**
 * Waits until something holds.
 * @param program what has to run meanwhile, and whose output tells why it does not hold
 * @throws after the time, or when the program has ended
 */
export async function until(
  what: string,
  holds: () => boolean | Promise<boolean>,
  { seconds = 60, program }: { seconds?: number; program?: Kept } = {},
): Promise<void> {
  const deadline = performance.now() + seconds * 1000;
  while (!(await holds())) {
    const fault = performance.now() > deadline ? `not within ${seconds} s` : 'it has ended';
    if (program?.isRunning() === false || performance.now() > deadline)
      throw new Error(`${what}: ${fault}\n${program?.output() ?? ''}`);
    await sleep(50);
  }
}

/** Runs a program to its end and returns what it printed; a failure is an error that shows all it said. */
export async function run(
  argv: readonly string[],
  {
    cwd,
    env,
    input,
    seconds = 60,
  }: { cwd?: string; env?: Readonly<Record<string, string>>; input?: string; seconds?: number } = {},
): Promise<string> {
  const result = await tryRun(argv, {
    ...(cwd !== undefined && { cwd }),
    ...(env && { env }),
    ...(input !== undefined && { input }),
    seconds,
  });
  if (result.code !== 0)
    throw new Error(`${argv.join(' ')} ended with ${String(result.code)}\n${result.output}`);
  return result.stdout;
}

/** Like `run`, for programs that may fail. */
export async function tryRun(
  argv: readonly string[],
  {
    seconds = 60,
    ...rest
  }: { cwd?: string; env?: Readonly<Record<string, string>>; input?: string; seconds?: number } = {},
): Promise<{
  readonly code: number | string;
  readonly stdout: string;
  readonly stderr: string;
  readonly output: string;
}> {
  const [command = '', ...args] = argv;
  const { outcome, exitCode, stdout, stderr } = await exec({
    command,
    args,
    timeout: seconds * 1000,
    ...rest,
  });
  return { code: exitCode ?? outcome, stdout, stderr, output: `${stdout}${stderr}` };
}
