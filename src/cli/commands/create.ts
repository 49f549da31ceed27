/** `bulwark create`: from answers to a new repository. */
import { readFileSync } from 'node:fs';
import nodePlop from 'node-plop';
import { BulwarkError, ExitCode, usageError, type Issue } from '../../errors.ts';
import { planResolved, presetNamed, resolveRun } from '../../plan/catalog.ts';
import type { Resolution } from '../../plan/answers.ts';
import { answersDocument } from '../../plan/answers-document.ts';
import type { Plan } from '../../plan/plan-run.ts';
import { flagOf } from '../../plan/questions.ts';
import { describeValues } from '../../plan/parse-value.ts';
import bulwarkPack, { carryOut } from '../../plopfile.ts';
import { startRun, undecided, type RunRequest, type RunState } from '../../run.ts';
import { resumeAnswers, savedAnswers, type SavedAnswers } from '../checkpoint.ts';
import { chooseRun, type ChosenRun } from '../choose-run.ts';
import { plannedFiles, serializeDocument, sourcesOf, type RunDocument } from '../document.ts';
import { recover } from '../recover.ts';
import { gatherAnswers, type GivenAnswers } from '../raw-answers.ts';
import { repeatCommand, shellWord } from '../repeat-command.ts';
import {
  formatAnswers,
  formatChanges,
  formatIssues,
  formatJudgements,
  formatSizes,
  formatSteps,
} from '../report.ts';
import type { Command, CommandContext } from './command.ts';

export const create: Command = async (context) => {
  const { line, catalog, terminal } = context;
  const fresh = await gatherAnswers(line, catalog.questions, terminal, () => readFileSync(0, 'utf8'));
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
  const plop = await nodePlop();
  bulwarkPack(plop);
  await context.packs?.hook(plop);
  await carryOut(plop, state);
  if (state.written === true && (isAsked || isResumed)) saved.forget();
  return conclude(context, chosen, state);
};

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

/** Without a terminal nothing is asked: code 5, and the exact flags. */
function refuseUnanswered(
  { catalog }: CommandContext,
  { answers }: Resolution,
  accepted: GivenAnswers['accepted'],
): void {
  const open = catalog.questions.filter(
    ({ key, field }) => field.ask === true && answers.get(key)?.source === 'default' && !accepted.has(key),
  );
  const issues = open.map(({ key, field }): Issue => {
    const value = answers.get(key)?.value;
    const shown = Array.isArray(value) ? value.join(',') || 'none' : String(value);
    return {
      id: 'input-needed',
      message: `${field.label} is not answered, and there is no terminal to ask on`,
      where: flagOf(key),
      hint: `add ${flagOf(key)}=${shellWord(shown)} (${describeValues(field)}), or --yes for all defaults`,
    };
  });
  const [first, ...rest] = issues;
  if (first) throw new BulwarkError(ExitCode.inputNeeded, [first, ...rest]);
}

async function conclude(context: CommandContext, chosen: ChosenRun, state: RunState): Promise<ExitCode> {
  const { line, terminal, style, say } = context;
  const { changes = [], judgements = [], request } = state;
  const open = undecided(changes);
  const conflicts = changes.filter(({ kind }) => kind === 'conflict');
  const code = open.length > 0 ? ExitCode.usage : conflicts.length > 0 ? ExitCode.conflicts : ExitCode.ok;
  const next = nextSteps(chosen, request.plan);
  const repeat = repeatCommand(
    chosen.directory,
    request.preset,
    request.answers,
    terminal.packageManager,
    context.packs?.flags,
  );
  const issues = open.map(({ path }): Issue => ({
    id: 'file-differs',
    message: `${path} is there and differs from what would be written`,
    where: path,
    hint: 'choose --on-conflict keep, overwrite or marker',
  }));
  if (line.options.has('json')) {
    const document: RunDocument = {
      ok: code === ExitCode.ok,
      code,
      issues,
      preset: request.preset,
      ...(request.packs && { packs: request.packs.locked }),
      answers: answersDocument(request.answers),
      sources: sourcesOf(request.answers),
      files: plannedFiles(changes),
      judgements,
      notices: chosen.resolution.notices,
      next,
      repeat,
    };
    terminal.out(serializeDocument(document));
  }
  for (const notice of chosen.resolution.notices) say(`note: ${notice}\n`);
  if (line.options.has('verbose')) say(formatAnswers(request.answers));
  if (request.judge) say(formatJudgements(judgements, style));
  if (open.length > 0) {
    if (line.options.has('json')) return code;
    throw usageError(issues);
  }
  if (!line.options.has('json') && (request.dryRun || line.options.has('diff'))) {
    terminal.out(line.options.has('diff') ? await formatDiffs(state) : formatChanges(changes));
  }
  say(`\n${formatSizes(changes)}`);
  if (request.dryRun) {
    say(`\nThis was a dry run: nothing was written to ${chosen.directory}.\n`);
    return code;
  }
  if (conflicts.length > 0)
    say(`\n${formatChanges(conflicts)}\nResolve the conflicts between the markers.\n`);
  await firstCommit(context, chosen);
  await verifyFully(context, request);
  say(
    `\n${style.bold(`${request.plan.project.names.display} is in ${chosen.directory}`)}\n\nNext:\n${formatSteps(next)}`,
  );
  say(`\nThe same again: ${repeat}\n`);
  return code;
}

async function formatDiffs(state: RunState): Promise<string> {
  const { formatDiff } = await import('../format-diff.ts');
  return (state.changes ?? []).map(formatDiff).join('');
}

const nextSteps = ({ directory }: ChosenRun, plan: Plan): string[] => [
  ...(directory === '.' ? [] : [`cd ${shellWord(directory)}`]),
  ...plan.nextSteps,
];

async function firstCommit(
  { line, say, style }: CommandContext,
  { request, workTree }: ChosenRun,
): Promise<void> {
  if (line.options.has('no-git')) return;
  const [{ initRepository }, { exec }] = await Promise.all([
    import('../../repo/git.ts'),
    import('../../exec.ts'),
  ]);
  const done = await initRepository(
    {
      root: request.target,
      force: line.options.has('git'),
      message: `Create ${request.plan.project.names.slug} with bulwark`,
      ...(workTree !== undefined && { workTree }),
    },
    exec,
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
