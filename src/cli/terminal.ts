/** What the process stands in: streams, whether a person is there, colours, folder, package manager. */
import { resolve } from 'node:path';

export interface Terminal {
  /** Data. */
  readonly out: (text: string) => void;
  /** Words and progress. */
  readonly say: (text: string) => void;
  /** A person can be asked (SPEC section 1). */
  readonly interactive: boolean;
  readonly colour: boolean;
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  readonly packageManager: 'npm' | 'pnpm' | 'yarn' | 'bun';
}

export interface ProcessLike {
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: () => string;
  readonly stdin: { readonly isTTY?: boolean };
  readonly stdout: { readonly isTTY?: boolean; write(text: string): unknown };
  readonly stderr: { readonly isTTY?: boolean; write(text: string): unknown };
}

/** @param colour what `--color` or `--no-color` said, if anything */
export function terminalOf(
  process: ProcessLike,
  colour: boolean | undefined,
  cwd: string | undefined,
): Terminal {
  const { env } = process;
  // npm runs scripts in the package's folder; INIT_CWD is where the user stands.
  const stands =
    env.INIT_CWD !== undefined && env.npm_lifecycle_event !== undefined ? env.INIT_CWD : process.cwd();
  return {
    out: (text) => void process.stdout.write(text),
    say: (text) => void process.stderr.write(text),
    // Node opens a stream when it is looked at, which takes time; most runs without a person never ask.
    get interactive() {
      return isInteractive(process);
    },
    colour: colour ?? wantsColour(process),
    cwd: cwd === undefined ? stands : resolve(stands, cwd),
    environment: env,
    packageManager: packageManagerOf(env.npm_config_user_agent),
  };
}

function isInteractive({ env, stdin, stdout }: ProcessLike): boolean {
  return isUnset(env.CI) && env.TERM !== 'dumb' && stdout.isTTY === true && stdin.isTTY === true;
}

/** no-color.org and force-color.org; words go to standard error, so its terminal decides. */
function wantsColour({ env, stderr }: ProcessLike): boolean {
  if (!isUnset(env.NO_COLOR)) return false;
  if (env.FORCE_COLOR !== undefined) return env.FORCE_COLOR !== '0' && env.FORCE_COLOR !== 'false';
  return stderr.isTTY === true && env.TERM !== 'dumb';
}

const isUnset = (value: string | undefined): boolean => value === undefined || value === '';

function packageManagerOf(userAgent: string | undefined): Terminal['packageManager'] {
  const name = userAgent?.split('/')[0];
  return name === 'pnpm' || name === 'yarn' || name === 'bun' ? name : 'npm';
}
