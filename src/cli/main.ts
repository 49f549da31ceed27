/** From the command line to an exit code: parses, dispatches, and says what went wrong. */
import { components, presets } from 'bulwark:components';
import { templates } from 'bulwark:templates';
import { version } from 'bulwark:package';
import { BulwarkError, ExitCode, usageError } from '../errors.ts';
import { catalogOf } from '../plan/catalog.ts';
import { parseCommandLine, type CommandLine } from './args.ts';
import type { Question } from '../plan/questions.ts';
import type { Command, CommandContext } from './commands/command.ts';
import { create } from './commands/create.ts';
import { failureDocument, serializeDocument } from './document.ts';
import { formatHelp } from './help.ts';
import type { CommandName } from './options.ts';
import { recoverBefore } from './recover.ts';
import { formatIssues, styleOf } from './report.ts';
import { terminalOf, type ProcessLike } from './terminal.ts';
import { withPacks, withPacksOrNote } from './with-packs.ts';

/** The others are loaded when they are called: `create` should not pay for them. */
const COMMANDS: Readonly<Record<CommandName, () => Promise<Command>>> = {
  create: async () => create,
  add: async () => (await import('./commands/add.ts')).add,
  remove: async () => (await import('./commands/remove.ts')).remove,
  adopt: async () => (await import('./commands/adopt.ts')).adopt,
  update: async () => (await import('./commands/update.ts')).update,
  resolve: async () => (await import('./commands/resolve.ts')).resolve,
  diff: async () => (await import('./commands/diff.ts')).diff,
  check: async () => (await import('./commands/check.ts')).check,
  eject: async () => (await import('./commands/eject.ts')).eject,
  verify: async () => (await import('./commands/verify.ts')).verify,
  list: async () => (await import('./commands/list.ts')).list,
  info: async () => (await import('./commands/info.ts')).info,
  pin: async () => (await import('./commands/pin.ts')).pin,
  pack: async () => (await import('./commands/pack.ts')).pack,
  fleet: async () => (await import('./commands/fleet.ts')).fleet,
  doctor: async () => (await import('./commands/doctor.ts')).doctor,
  completion: async () => (await import('./commands/completion.ts')).completion,
};

/**
 * Runs one command.
 * @param argv without node and script
 * @param programName `bulwark` demands a command word, any other name takes a folder
 * @param signal aborted when the process is asked to end
 */
export async function main(
  argv: readonly string[],
  programName: string,
  process: ProcessLike,
  signal: AbortSignal,
): Promise<ExitCode> {
  const catalog = catalogOf(components, presets, templates);
  const isStrict = programName === 'bulwark';
  const line = parseCommandLine(argv, catalog.questions, isStrict);
  const cwd = line.options.get('cwd');
  const terminal = terminalOf(process, colourOption(line), typeof cwd === 'string' ? cwd : undefined);
  const style = styleOf(terminal.colour);
  const isQuiet = line.options.has('quiet') || line.options.has('json') || line.options.has('sarif');
  return carryOut(
    {
      line,
      catalog,
      terminal,
      style,
      say: isQuiet ? () => undefined : terminal.say,
      signal,
    },
    (questions) => parseCommandLine(argv, questions, isStrict),
  );
}

/**
 * Runs the command of a line, and says what went wrong.
 * @param parse reads the line again: with packs there are more questions, and so more flags
 */
export async function carryOut(
  plain: CommandContext,
  parse: (questions: readonly Question[]) => CommandLine,
): Promise<ExitCode> {
  const { line, terminal, style } = plain;
  let context = plain;
  try {
    if (line.options.has('version')) {
      terminal.out(`${version}\n`);
      return ExitCode.ok;
    }
    if (line.options.has('help')) {
      context = await withPacksOrNote(plain, parse);
      terminal.out(formatHelp(context.catalog.questions, line.command, await remarksOn(context)));
      return ExitCode.ok;
    }
    recoverBefore(line.command, terminal.cwd, plain.say);
    const isScript = line.command === 'completion' && !line.options.has('pack');
    context = await (isScript ? withPacksOrNote : withPacks)(plain, parse);
    if (context.line.issues.length > 0) throw usageError(context.line.issues);
    const command = await COMMANDS[line.command]();
    return await command(context);
  } catch (error) {
    const known = error instanceof BulwarkError ? error : (context.packs?.defectOf(error) ?? bugOf(error));
    if (line.options.has('json')) terminal.out(serializeDocument(failureDocument(known)));
    else terminal.say(formatIssues(known.issues, style));
    if (line.options.has('verbose')) terminal.say(`${(error as Error).stack ?? String(error)}\n`);
    return known.exitCode;
  }
}

/** What the packs have settled, by the question's key. */
async function remarksOn(context: CommandContext): Promise<ReadonlyMap<string, string>> {
  if (!context.packs) return new Map();
  const { saysSettled, settledBy } = await import('./provenance.ts');
  return new Map(settledBy(context).map((settled) => [settled.key, saysSettled(settled)]));
}

/** What is thrown and no BulwarkError. */
export function bugOf(error: unknown): BulwarkError {
  const message = error instanceof Error ? error.message : String(error);
  return new BulwarkError(
    ExitCode.bug,
    [
      {
        id: 'bug',
        message: `this is a bug of bulwark: ${message}`,
        hint: 'run again with --verbose and report what it prints',
      },
    ],
    { cause: error },
  );
}

const colourOption = ({ options }: CommandLine): boolean | undefined =>
  options.has('color') ? true : options.has('no-color') ? false : undefined;
