/** The built program as a process of its own, in a folder and an environment that are known. */
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const program = fileURLToPath(new URL('../../dist/bin.js', import.meta.url));

export interface ProgramRun {
  readonly cwd: string;
  /** Added to a PATH and a HOME that is the folder; nothing else is inherited. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
  /** Instead of `dist/bin.js`: a link to it, an installed copy. */
  readonly script?: string;
}

export interface ProgramEnd {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the program to its end, without a terminal. */
export function runProgram(args: readonly string[], { cwd, env, input, script }: ProgramRun): ProgramEnd {
  if (!existsSync(program)) throw new Error('dist/ is not there: run "npm run build" first');
  const { status, stdout, stderr, error } = spawnSync(process.execPath, [script ?? program, ...args], {
    cwd,
    env: { ...bareEnvironment(cwd), ...env },
    encoding: 'utf8',
    maxBuffer: 64 * 1024 * 1024,
    input: input ?? '',
    timeout: 60_000,
  });
  if (error) throw error;
  return { code: status, stdout, stderr };
}

/** An author for git, and nothing that is a user's own. */
export const bareEnvironment = (home: string): Record<string, string> => ({
  PATH: process.env.PATH ?? '',
  HOME: home,
  // Tests count what a run writes; test/e2e/code-cache.test.ts is about this.
  NODE_DISABLE_COMPILE_CACHE: '1',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: 'user.name',
  GIT_CONFIG_VALUE_0: 'Tester',
  GIT_CONFIG_KEY_1: 'user.email',
  GIT_CONFIG_VALUE_1: 'tester@example.com',
});

/** The document of a run with `--json`, of which there must be exactly one. */
export const documentOf = ({ stdout }: ProgramEnd): RunOutput => JSON.parse(stdout) as RunOutput;

/** What tests look at in it. */
export interface RunOutput {
  readonly ok: boolean;
  readonly code: number;
  readonly issues: readonly {
    readonly id: string;
    readonly message: string;
    readonly where?: string;
    readonly hint?: string;
  }[];
  readonly answers: Readonly<Record<string, unknown>>;
  readonly files: readonly { readonly path: string; readonly sha256?: string }[];
  readonly repeat: string;
}
