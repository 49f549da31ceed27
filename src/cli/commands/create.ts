/** `bulwark create`: from answers to a new repository. */
import { usageError, type ExitCode } from '../../errors.ts';
import { planResolved, presetNamed, resolveRun } from '../../plan/catalog.ts';
import type { Plan } from '../../plan/plan-run.ts';
import { startRun, type RunRequest, type RunState } from '../../run.ts';
import { resumeAnswers, savedAnswers, type SavedAnswers } from '../checkpoint.ts';
import { chooseRun, type ChosenRun } from '../choose-run.ts';
import { carryOutRun, type PreparedRun } from '../prepared-run.ts';
import { recover } from '../recover.ts';
import { gatherAnswers, type GivenAnswers } from '../raw-answers.ts';
import { repeatCommand, repeatedOptions, shellWord } from '../repeat-command.ts';
import { formatIssues, formatSteps } from '../report.ts';
import { refuseUnanswered } from '../refuse-unanswered.ts';
import { standardInput } from '../standard-input.ts';
import { tellRun } from '../tell-run.ts';
import type { Command, CommandContext } from './command.ts';

export const create: Command = async (context) => carryOutRun(context, await prepareCreate(context));

/**
 * From what was given, or asked, to a run that is ready.
 * @throws BulwarkError: what is wrong with the answers (code 2), what nobody has answered (code 5)
 */
export async function prepareCreate(context: CommandContext): Promise<PreparedRun> {
  const { line, catalog, terminal } = context;
  const fresh = await gatherAnswers(line, catalog.questions, terminal, standardInput);
  if (fresh.issues.length > 0) {
    // Whoever mends one fault should hear of the others at once.
    const { issues } = resolveRun(catalog, fresh.raw, null);
    throw usageError([...fresh.issues, ...issues]);
  }
  const saved = savedAnswers(terminal.environment);
  const isResumed = line.options.has('resume');
  const given = isResumed ? resumeAnswers(fresh, saved, catalog) : fresh;
  if (given.preset !== null) presetNamed(catalog, given.preset);

  const isAsked = !line.options.has('yes') && !line.options.has('json') && terminal.interactive;
  const chosen = isAsked ? await askPerson(context, given, saved) : await takeGiven(context, given);
  const state = startRun(chosen.request);
  recover(chosen.request.target, context.say);
  return {
    state,
    conclude: async (telling) => {
      if (state.written === true && (isAsked || isResumed)) saved.forget();
      return conclude(telling, chosen, state);
    },
  };
}

/** The run without a person: everything must be given, or defaults be allowed. */
async function takeGiven(context: CommandContext, given: GivenAnswers): Promise<ChosenRun> {
  const { catalog, line } = context;
  const resolution = resolveRun(catalog, given.raw, given.preset);
  if (resolution.issues.length > 0) throw usageError(resolution.issues);
  if (!line.options.has('yes')) refuseUnanswered(context, resolution, given.accepted);
  return chooseRun(context, {
    directory: given.directory,
    resolution,
    plan: await planResolved(catalog, resolution),
    preset: given.preset,
    decisions: new Map(),
  });
}

async function askPerson(
  context: CommandContext,
  given: GivenAnswers,
  { save }: SavedAnswers,
): Promise<ChosenRun> {
  // Prompts are loaded only for a person: they cost more than the whole rest.
  const { askForRun } = await import('../ask.ts');
  return askForRun(context, given, { save });
}

async function conclude(context: CommandContext, chosen: ChosenRun, state: RunState): Promise<ExitCode> {
  const { terminal, style, say } = context;
  const { request } = state;
  const next = nextSteps(chosen, request.plan);
  const repeat = repeatCommand(chosen.directory, request.preset, request.answers, terminal.packageManager, [
    ...(context.packs?.flags ?? []),
    ...repeatedOptions(context.line),
  ]);
  const { notices } = chosen.resolution;
  const { code, isDry } = await tellRun(context, {
    state,
    directory: chosen.directory,
    notices,
    next,
    repeat,
  });
  if (isDry) return code;
  await firstCommit(context, chosen);
  await verifyFully(context, request);
  say(
    `\n${style.bold(`${request.plan.project.names.display} is in ${chosen.directory}`)}\n\nNext:\n${formatSteps(next)}`,
  );
  say(`\nThe same again: ${repeat}\n`);
  return code;
}

const nextSteps = ({ directory }: ChosenRun, plan: Plan): string[] => [
  ...(directory === '.' ? [] : [`cd ${shellWord(directory)}`]),
  ...plan.nextSteps,
];

async function firstCommit(
  { line, say, style, signal }: CommandContext,
  { request, workTree }: ChosenRun,
): Promise<void> {
  if (line.options.has('no-git')) return;
  const [{ initRepository }, { execUntil }] = await Promise.all([
    import('../../repo/git.ts'),
    import('../../exec.ts'),
  ]);
  const done = await initRepository(
    {
      root: request.target,
      force: line.options.has('git'),
      branch: request.plan.project.mainBranch,
      message: `Create ${request.plan.project.names.slug} with bulwark`,
      ...(workTree !== undefined && { workTree }),
    },
    execUntil(signal),
  );
  if (done.outcome === 'failed') say(formatIssues([done.issue], style).replace('error', 'warning'));
  if (done.outcome === 'skipped' && done.reason === 'no-git')
    say('note: git is not installed, so nothing was committed\n');
}

async function verifyFully(context: CommandContext, request: RunRequest): Promise<void> {
  if (context.line.options.get('verify') !== 'full') return;
  const { verifyWithTools } = await import('./verify.ts');
  await verifyWithTools(context, request.target);
}
