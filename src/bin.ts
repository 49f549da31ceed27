#!/usr/bin/env node
/** The edge of the process: arguments in, exit code out; the only place that ends the process. */
import { basename } from 'node:path';
import { help } from 'bulwark:help';
import { version } from 'bulwark:package';
import { standsInPacks } from './cli/packs-nearby.ts';
import type { ProcessLike } from './cli/terminal.ts';
import { ExitCode } from './errors.ts';

const argv = process.argv.slice(2);
/** What can be said without loading the program: its version, and the help that was written when it was built. */
function fixedText(argv: readonly string[]): string | undefined {
  const words = [...argv];
  const option = words.pop() ?? '';
  if (words.length === 0 && ['--version', '-V'].includes(option)) return `${version}\n`;
  if (words.length > 1 || !['--help', '-h'].includes(option)) return undefined;
  const [command = 'create'] = words;
  // The packs of a repository bring answers that no help of ours knows.
  if (command === 'create' && standsInPacks(process.cwd())) return undefined;
  const texts = help();
  return Object.hasOwn(texts, command) ? texts[command] : undefined;
}

async function run(): Promise<void> {
  const abort = new AbortController();
  let interruptedBy: ExitCode | undefined;
  const interrupt = (code: ExitCode) => (): void => {
    // A second signal does not wait for the first to be cleaned up after.
    if (interruptedBy !== undefined) process.exit(code);
    interruptedBy = code;
    abort.abort();
  };
  process.on('SIGINT', interrupt(ExitCode.interrupted));
  process.on('SIGTERM', interrupt(ExitCode.terminated));
  // The terminal was closed: programs in groups of their own do not hear of it.
  process.on('SIGHUP', interrupt(ExitCode.terminated));
  const { keepCompiled } = await import('./code-cache.ts');
  keepCompiled(DIST);
  const { main } = await import('./program.ts');
  const code = await main(argv, basename(process.argv[1] ?? ''), standing, abort.signal);
  process.exitCode = interruptedBy ?? code;
  // All is said and done: taking the heap apart piece by piece would be for nothing.
  await Promise.all([...opened].map(written));
  process.exit();
}

/** Settles when all that was written to a stream has left it, or its reader has. */
const written = (stream: NodeJS.WriteStream): Promise<void> =>
  new Promise((resolve) => {
    if (stream.writableLength === 0 || stream.destroyed) resolve();
    else
      stream.write('', () => {
        resolve();
      });
  });

/** The streams that were looked at. */
const opened = new Set<NodeJS.WriteStream>();

/** The process as the program sees it. Node opens a stream when it is looked at, which takes time. */
const standing: ProcessLike = {
  env: process.env,
  cwd: () => process.cwd(),
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    // A reader that went away (`| head`) is not an error.
    if (process.stdout.listenerCount('error') === 0) process.stdout.on('error', leaveQuietly);
    opened.add(process.stdout);
    return process.stdout;
  },
  get stderr() {
    opened.add(process.stderr);
    return process.stderr;
  },
};

function leaveQuietly(error: NodeJS.ErrnoException): void {
  if (error.code === 'EPIPE') process.exit(ExitCode.ok);
  throw error;
}

const text = fixedText(argv);
if (text === undefined) void run();
else standing.stdout.write(text);
