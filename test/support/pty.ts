/** A person at a terminal: runs a program in a pseudo-terminal (Python's `pty`) and plays keys. */
import { spawn, spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, test } from 'vitest';
import { toolsAreRequired } from './tool-groups.ts';
import { findTool } from './tools.ts';

export const keys = {
  enter: '\r',
  down: '\u001b[B',
  space: ' ',
  ctrlC: '\u0003',
  ctrlD: '\u0004',
  ctrlU: '\u0015',
};

/** What is expected must appear after the last keys that were sent. */
export type Step =
  | { readonly expect: string }
  | { readonly send: string }
  /** Arrow down until the pointer of a list stands at the text. */
  | { readonly select: string }
  | { readonly signal: 'SIGINT' | 'SIGTERM' };

export interface PtyRun {
  readonly argv: readonly [string, ...string[]];
  readonly cwd: string;
  readonly env?: Readonly<Record<string, string>>;
  readonly steps: readonly Step[];
  /** Seconds for each step, and for the end. */
  readonly timeout?: number;
}

export interface PtyResult {
  readonly exitCode: number | null;
  readonly signal: number | null;
  /** As the terminal got it. */
  readonly output: string;
  /** The terminal is left as a shell needs it. */
  readonly isCooked: boolean;
  /** The step that did not come true. */
  readonly failure: string | null;
  /** Without the sequences that move and colour. */
  readonly text: string;
  readonly isCursorShown: boolean;
}

const python = findTool('python3');

/** Tests that need a terminal: skipped with the reason where there is no Python, failed instead under BULWARK_REQUIRE_TOOLS=1. */
export function describeAtTerminal(title: string, tests: () => void): void {
  const hasPty = python !== undefined && spawnSync(python, ['-c', 'import pty, termios']).status === 0;
  const reason = 'needs python3 with its module pty';
  if (hasPty) {
    describe(title, tests);
  } else if (toolsAreRequired()) {
    test(title, () => {
      throw new Error(`${reason}, and BULWARK_REQUIRE_TOOLS=1 asks for all tools`);
    });
  } else {
    describe.skip(`${title} (${reason})`, tests);
  }
}

/** Plays the steps and waits for the end; the environment holds nothing but what is given and what a program needs. */
export async function runInPty({ argv, cwd, env = {}, steps, timeout = 20 }: PtyRun): Promise<PtyResult> {
  const { PATH = '', HOME = '' } = process.env;
  const request = {
    argv,
    cwd,
    env: { PATH, HOME, TERM: 'xterm-256color', LANG: 'C.UTF-8', ...env },
    steps,
    timeout,
  };
  const driver = spawn(python ?? 'python3', [fileURLToPath(new URL('drive_terminal.py', import.meta.url))], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  driver.stdin.end(JSON.stringify(request));
  const chunks: Buffer[] = [];
  for await (const chunk of driver.stdout) chunks.push(chunk as Buffer);
  const result = JSON.parse(Buffer.concat(chunks).toString('utf8')) as Omit<
    PtyResult,
    'text' | 'isCursorShown'
  >;
  return {
    ...result,
    text: withoutSequences(result.output),
    isCursorShown: result.output.lastIndexOf('\u001b[?25l') <= result.output.lastIndexOf('\u001b[?25h'),
  };
}

// eslint-disable-next-line no-control-regex -- escape sequences are what must go
const withoutSequences = (output: string): string => output.replace(/\u001b\[[0-9;?]*[A-Za-z]|\r/g, '');
