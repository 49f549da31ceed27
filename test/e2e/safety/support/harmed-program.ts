/** The built program as a process that counts its writes, and that is killed, asked to stop or refused at one of them. */
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { bareEnvironment, program } from '../../../support/program.ts';

const HARM = join(import.meta.dirname, 'harm.cjs');

/** What is done to the program, and before which of its writes (from 1); `tear`: in the middle of it. */
export interface Harm {
  readonly at: number;
  readonly how: 'kill' | 'tear' | 'SIGTERM' | 'SIGINT' | 'ENOSPC' | 'EACCES' | 'EIO';
}

export interface HarmedRun {
  /** Where the program stands. */
  readonly cwd: string;
  /** Writes below this folder count. */
  readonly below: string;
  readonly args: readonly string[];
  readonly harm?: Harm;
  /** Takes the list of the writes, where the program lives to its end. */
  readonly report?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export interface HarmedEnd {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program without a terminal, for a minute at most. */
export function runHarmed({ cwd, below, args, harm, report, env }: HarmedRun): Promise<HarmedEnd> {
  const child = spawn(process.execPath, ['--require', HARM, program, ...args], {
    cwd,
    env: { ...bareEnvironment(below), ...env, HARM: JSON.stringify({ below, report, ...harm }) },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 60_000,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
  child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
  return new Promise((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (code, signal) => {
      resolve({ code, signal, stdout, stderr });
    });
  });
}

/** What a run that was not harmed has written, in order: `rename /shop/README.md`. */
export const writesIn = (report: string): readonly string[] =>
  JSON.parse(readFileSync(report, 'utf8')) as readonly string[];
