/** Builds the child program once and runs it; Node 20 cannot run TypeScript, so it is bundled. */
import { spawn, spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

import { build } from 'esbuild';

import type { ChildReport, ChildTask } from './child.ts';

/**
 * @param folder where the program is put
 * @returns its path
 */
export async function buildChild(folder: string): Promise<string> {
  const outfile = join(folder, 'child.mjs');
  const entry = fileURLToPath(new URL('child.ts', import.meta.url));
  await build({
    entryPoints: [entry],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'error',
  });
  return outfile;
}

export interface ChildEnd {
  readonly signal: NodeJS.Signals | null;
  /** Only of a child that was not killed. */
  readonly report?: ChildReport;
}

/**
 * @param wrapper a program with its arguments that runs the child: `setpriv`, `unshare`
 * @throws when the child ends with a failure that is not one of bulwark's
 */
export function runChild(child: string, task: ChildTask, wrapper: readonly string[] = []): Promise<ChildEnd> {
  const all = [...wrapper, process.execPath, child, JSON.stringify(task)];
  const [command = '', ...args] = all;
  return new Promise((resolve, reject) => {
    const running = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] });
    let stdout = '';
    let stderr = '';
    running.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    running.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    running.on('error', reject);
    running.on('close', (code, signal) => {
      if (signal !== null) resolve({ signal });
      else if (code === 0) resolve({ signal, report: JSON.parse(stdout) as ChildReport });
      else reject(new Error(`the child ended with ${String(code)}: ${stderr}`));
    });
  });
}

/** Runs an action for each item, a few at once. */
export async function eachAtOnce<T>(items: readonly T[], action: (item: T) => Promise<void>, width = 3) {
  const queue = [...items];
  await Promise.all(
    Array.from({ length: width }, async () => {
      for (let item = queue.shift(); item !== undefined; item = queue.shift()) await action(item);
    }),
  );
}

/** Whether this machine lets us mount file systems that nobody else sees. */
export const CAN_MOUNT = spawnSync('unshare', ['-m', 'true']).status === 0;

/**
 * Mounts something where only the tasks see it, runs them one after the other, and gives their reports (undefined: killed).
 * @param script a shell script that mounts; its arguments are `args`
 */
export function runMounted(
  child: string,
  script: string,
  args: readonly string[],
  tasks: readonly ChildTask[],
): readonly (ChildReport | undefined)[] {
  const outcomes = '"$NODE" "$CHILD" "$task"; echo';
  const count = args.length;
  const program = `set -e; ${script}; set +e; shift ${count}; for task in "$@"; do ${outcomes}; done`;
  const result = spawnSync(
    'unshare',
    ['-m', 'bash', '-c', program, 'mounted', ...args, ...tasks.map((task) => JSON.stringify(task))],
    { encoding: 'utf8', env: { ...process.env, NODE: process.execPath, CHILD: child } },
  );
  const lines = result.stdout.split('\n').slice(0, tasks.length);
  if (lines.length < tasks.length) throw new Error(`the mount failed: ${result.stderr}`);
  return lines.map((line) => (line === '' ? undefined : (JSON.parse(line) as ChildReport)));
}
