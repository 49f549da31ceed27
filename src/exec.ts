/** Runs external programs: argument arrays, never a shell, always with a time-out. The only import of execa. */
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
  /** Aborted: the program is asked to end (SIGTERM), and waited for. */
  readonly signal?: AbortSignal;
  /** A program that says more is ended. Default: 64 MB. */
  readonly maxOutputBytes?: number;
}

export interface ExecResult {
  /** `missing`: no such program; `timeout`: ended by us; `signal`: died of one. */
  readonly outcome: 'exited' | 'missing' | 'timeout' | 'signal';
  /** Only for `exited`. */
  readonly exitCode?: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program; tests replace it by a function of the same type. Never rejects for what the program does. */
export type Exec = (execution: Execution) => Promise<ExecResult>;

const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;

export const exec: Exec = async (execution) => {
  const { command, args, cwd, input, env, timeout, signal, maxOutputBytes = MAX_OUTPUT_BYTES } = execution;
  try {
    const { exitCode, stdout, stderr } = await execa(command, args, {
      ...(cwd !== undefined && { cwd }),
      ...(input === undefined ? { stdin: 'ignore' as const } : { input }),
      ...(env && { env }),
      timeout,
      ...(signal && { cancelSignal: signal }),
      maxBuffer: maxOutputBytes,
      stripFinalNewline: false,
      reject: true,
    });
    return { outcome: 'exited', exitCode: exitCode ?? 0, stdout, stderr };
  } catch (error) {
    if (!(error instanceof ExecaError)) throw error;
    // A program that could not be started has no output, whatever the types say.
    const stdout = textOf(error.stdout);
    const stderr = textOf(error.stderr);
    if (error.timedOut) return { outcome: 'timeout', stdout, stderr };
    if (error.code === 'ENOENT') return { outcome: 'missing', stdout, stderr };
    if (error.exitCode !== undefined) return { outcome: 'exited', exitCode: error.exitCode, stdout, stderr };
    return { outcome: 'signal', stdout, stderr };
  }
};

const textOf = (output: unknown): string => (typeof output === 'string' ? output : '');
