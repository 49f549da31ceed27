/** What a run would do, put before a person who can still change it. */
import { RECORD_PATHS } from '../repo/records.ts';
import { BulwarkError, ExitCode, type Issue } from '../errors.ts';
import type { Resolution } from '../plan/answers.ts';
import { planResolved } from '../plan/catalog.ts';
import { WHOLE, type Plan, type Scope } from '../plan/plan-run.ts';
import { reconcileStep, renderStep, startRun, type RunRequest, type RunState } from '../run.ts';
import type { ChangeSet } from '../tree/change-set.ts';
import { chooseRun, type ChosenRun } from './choose-run.ts';
import type { CommandContext } from './commands/command.ts';
import type { Draft } from './draft.ts';
import { derivedNames } from './ask-question.ts';
import { formatAnswers, formatChanges, formatIssues, formatSizes, sizesByComponent } from './report.ts';

export interface Review {
  readonly resolution: Resolution;
  /** With any of them nothing can be written. */
  readonly problems: readonly Issue[];
  readonly run?: ChosenRun;
  readonly changes: ChangeSet;
}

/** Puts a run together from resolved answers. @throws BulwarkError (code 2) for what the person can mend */
export type ChooseRun = (resolution: Resolution, plan: Plan) => Promise<ChosenRun>;

/**
 * Renders the run of the present answers in memory and compares it with the disk.
 * @throws BulwarkError when the machine fails; what the person can mend is among the problems
 */
export async function reviewOf(
  context: CommandContext,
  draft: Draft,
  choose: ChooseRun = intoNewFolder(context, draft),
  scope: Scope = WHOLE,
): Promise<Review> {
  const resolution = draft.resolve();
  const problems = resolution.issues;
  if (problems.length > 0) return { resolution, problems, changes: [] };
  try {
    const run = await choose(resolution, await planResolved(context.catalog, resolution, scope));
    const { changes = [], tree } = await renderedRun(run.request);
    if (tree) await run.request.holdToRules?.(tree);
    return { resolution, problems: [], run, changes };
  } catch (error) {
    if (!(error instanceof BulwarkError) || !MENDABLE.has(error.exitCode)) throw error;
    return { resolution, problems: error.issues, changes: [] };
  }
}

const intoNewFolder =
  (context: CommandContext, draft: Draft): ChooseRun =>
  (resolution, plan) =>
    chooseRun(context, {
      directory: draft.directory,
      resolution,
      plan,
      preset: draft.preset,
      decisions: new Map(),
    });

/** What other answers can change. */
const MENDABLE: ReadonlySet<ExitCode> = new Set([ExitCode.usage, ExitCode.ruleBroken]);

async function renderedRun(request: RunRequest): Promise<RunState> {
  const state = startRun({ ...request, dryRun: true });
  for (const rendering of request.plan.renderings) renderStep(state, rendering);
  await reconcileStep(state);
  return state;
}

/** The whole screen, except for what to do next. */
export function formatReview(
  { style }: CommandContext,
  draft: Draft,
  { resolution, problems, run, changes }: Review,
): string {
  const name = String(resolution.answers.get('name')?.value);
  const derived = derivedNames(draft, name);
  const title = run ? `Review: ${name} in ${run.directory}` : `Review: ${name}`;
  const present = changes.filter(
    // In a repository of ours only what happens to the user's files; the records are bulwark's business.
    ({ kind, path }) =>
      kind !== 'create' && (!run?.request.repo || (kind !== 'unchanged' && !RECORD_PATHS.includes(path))),
  );
  return [
    `\n${style.bold(title)}\n\n`,
    formatAnswers(resolution.answers),
    ...(derived === undefined ? [] : [`\nFrom the name: ${derived}\n`]),
    ...resolution.notices.map((notice) => `\nnote: ${notice}\n`),
    ...(run ? [`\nTo be written: ${totals(changes)}\n\n${formatSizes(changes)}`] : []),
    ...(present.length === 0 ? [] : [`\nFiles that are there already:\n\n${formatChanges(present)}`]),
    ...(problems.length === 0 ? [] : [`\n${formatIssues(problems, style)}`]),
    '\n',
  ].join('');
}

function totals(changes: ChangeSet): string {
  const sizes = sizesByComponent(changes);
  const sum = (count: 'files' | 'lines'): number => sizes.reduce((total, size) => total + size[count], 0);
  return `${sum('files')} files, ${sum('lines')} lines`;
}
