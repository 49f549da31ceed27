#!/usr/bin/env node
/** The edge of the process: arguments in, exit code out; the only place that ends the process. */
import { basename } from 'node:path';
import { help } from 'bulwark:help';
import { version } from 'bulwark:package';
import { ExitCode } from './errors.ts';

const argv = process.argv.slice(2);
const text = fixedText(argv);
if (text === undefined) void run();
else process.stdout.write(text);

/** What can be said without loading the program: its version, and the help that was written when it was built. */
function fixedText(argv: readonly string[]): string | undefined {
  const words = [...argv];
  const option = words.pop() ?? '';
  if (words.length === 0 && ['--version', '-V'].includes(option)) return `${version}\n`;
  if (words.length > 1 || !['--help', '-h'].includes(option)) return undefined;
  const [command = 'create'] = words;
  return Object.hasOwn(help, command) ? help[command] : undefined;
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
  // A reader that went away (`| head`) is not an error.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(ExitCode.ok);
    throw error;
  });
  const { main } = await import('./cli/main.ts');
  const code = await main(argv, basename(process.argv[1] ?? ''), process, abort.signal);
  process.exitCode = interruptedBy ?? code;
}
