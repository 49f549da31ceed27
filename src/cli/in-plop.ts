/** A run of ours when plop's own command has loaded our pack: the same questions, and the same words at the end. */
import { basename, resolve } from 'node:path';
import { components, presets } from 'bulwark:components';
import { templates } from 'bulwark:templates';
import type { NodePlopAPI } from 'node-plop';
import { BulwarkError, ExitCode, usageError, type Issue } from '../errors.ts';
import { catalogOf } from '../plan/catalog.ts';
import type { Question } from '../plan/questions.ts';
import { perform } from '../plop/carry-out.ts';
import type { PlanAction, RunData } from '../plop/plan-actions.ts';
import { parseCommandLine, type CommandLine } from './args.ts';
import { prepareAdd } from './commands/add.ts';
import type { CommandContext } from './commands/command.ts';
import { prepareCreate } from './commands/create.ts';
import { prepareUpdate } from './commands/update.ts';
import { bugOf } from './main.ts';
import type { OptionName } from './options.ts';
import type { PreparedRun } from './prepared-run.ts';
import { formatIssues, styleOf } from './report.ts';
import { terminalOf } from './terminal.ts';
import { recoverBefore } from './recover.ts';
import { withPacks } from './with-packs.ts';

/** What plop has no place for: another document, another end than a run. */
const NOT_IN_PLOP: readonly OptionName[] = ['help', 'version', 'json', 'abort', 'rebuild'];

const PREPARE: Readonly<Record<string, (context: CommandContext) => Promise<PreparedRun>>> = {
  create: prepareCreate,
  add: prepareAdd,
  update: prepareUpdate,
};

/**
 * Leads to a run that is ready, as the command line of these words does; what stands after `--` on plop's command line are flags
 * of ours.
 * @param words `create`, `update`, or `add` and a component
 * @param plop whose base path is where one stands
 * @throws BulwarkError whose message is all that is wrong and how to mend it, for a message is all that plop shows
 */
export async function prepareInPlop(words: readonly string[], plop: NodePlopAPI): Promise<RunData> {
  const catalog = catalogOf(components, presets, templates);
  const parse = (questions: readonly Question[]): CommandLine =>
    parseCommandLine([...words, ...flagsForUs(process.argv)], questions, true);
  const line = parse(catalog.questions);
  const cwd = line.options.get('cwd');
  const place = plop.getDestBasePath();
  const terminal = terminalOf(process, undefined, typeof cwd === 'string' ? resolve(place, cwd) : place);
  const plain: CommandContext = {
    line,
    catalog,
    terminal,
    style: styleOf(terminal.colour),
    say: line.options.has('quiet') ? () => undefined : terminal.say,
    // plop has no way to break a run off; Ctrl-C at a prompt is heard by the prompt.
    signal: new AbortController().signal,
  };
  let context = plain;
  try {
    refuseForeign(line);
    recoverBefore(line.command, terminal.cwd, plain.say);
    context = await withPacks(plain, parse);
    if (context.line.issues.length > 0) throw usageError(context.line.issues);
    const { state, beforeCommit, conclude } = await prepared(context);
    await context.packs?.hook(plop);
    return {
      run: state,
      ...(beforeCommit && { beforeCommit }),
      tell: () => told(context, conclude),
    };
  } catch (error) {
    throw inFull(error, context);
  }
}

/** Does one action of the run, and says in full what went wrong. */
export async function performInPlop(data: RunData, action: PlanAction): Promise<string> {
  try {
    return await perform(data, action);
  } catch (error) {
    throw inFull(error);
  }
}

async function prepared(context: CommandContext): Promise<PreparedRun> {
  const prepare = PREPARE[context.line.command];
  if (!prepare) throw new Error(`plop does not run "${context.line.command}"`);
  return prepare(context);
}

/** Plop's own command keeps what stands before `--` for itself; in any other program the arguments are not ours to read. */
function flagsForUs([, script = '', ...args]: readonly string[]): readonly string[] {
  const cut = args.indexOf('--');
  return cut >= 0 && /^plop(?:\.[cm]?js)?$/.test(basename(script)) ? args.slice(cut + 1) : [];
}

function refuseForeign({ options, command }: CommandLine): void {
  const issues = NOT_IN_PLOP.filter((name) => options.has(name)).map((name): Issue => ({
    id: 'not-in-plop',
    message: `--${name} has no meaning for a generator of plop`,
    where: `--${name}`,
    hint: `run: npx -p create-bulwark bulwark ${command} --${name}`,
  }));
  if (issues.length > 0) throw usageError(issues);
}

/**
 * What the command line would say at the end, as one text.
 * @throws BulwarkError (code 3) with it where conflicts are left: plop then ends with its code for failure
 */
async function told(context: CommandContext, conclude: PreparedRun['conclude']): Promise<string> {
  let text = '';
  const take = (more: string): void => {
    text += more;
  };
  const isQuiet = context.line.options.has('quiet');
  const code = await conclude({
    ...context,
    terminal: { ...context.terminal, out: take, say: take },
    say: isQuiet ? () => undefined : take,
  });
  if (code === ExitCode.ok) return text.trim() === '' ? 'done' : `\n${text.trim()}\n`;
  throw new BulwarkError(code, [{ id: 'left-to-do', message: `\n${text.trim()}\n` }]);
}

/** An error whose message is what the command line would have printed. */
class ToldInFull extends BulwarkError {
  constructor({ exitCode, issues }: BulwarkError, text: string, cause: unknown) {
    const [first, ...rest] = issues;
    super(exitCode, [first ?? { id: 'bug', message: text }, ...rest], { cause });
    this.message = text;
  }
}

function inFull(error: unknown, context?: CommandContext): BulwarkError {
  if (error instanceof ToldInFull) return error;
  const known = error instanceof BulwarkError ? error : (context?.packs?.defectOf(error) ?? bugOf(error));
  if (known.issues[0]?.id === 'left-to-do') return new ToldInFull(known, known.message, error);
  const hint =
    known.exitCode === ExitCode.inputNeeded
      ? '  in plop, flags stand after "--": plop create -- my-service --yes\n'
      : '';
  const text = formatIssues(known.issues, styleOf(false));
  return new ToldInFull(known, `\n${text}${hint}`, error);
}
