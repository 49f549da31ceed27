/** Asks a person for what a run needs, shows what it would do, and lets every answer be changed before. */
import { resolve } from 'node:path';
import { deriveNames } from '../component/names.ts';
import { BulwarkError, ExitCode, usageError } from '../errors.ts';
import type { Scope } from '../plan/plan-run.ts';
import { targetFault, openTarget } from '../repo/open-repo.ts';
import type { RunRequest } from '../run.ts';
import type { Change, ChangeSet } from '../tree/change-set.ts';
import { isBinary } from '../tree/is-binary.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import { askQuestion, type AskOptions } from './ask-question.ts';
import type { AnswersSoFar } from './checkpoint.ts';
import { onConflictOf, usableTarget, type ChosenRun } from './choose-run.ts';
import type { CommandContext } from './commands/command.ts';
import { Draft, PRESET } from './draft.ts';
import { printable } from '../printable.ts';
import { inquirerPrompter, type Heading, type Option, type Prompter } from './prompter.ts';
import type { GivenAnswers } from './raw-answers.ts';
import { formatChanges } from './report.ts';
import { formatReview, reviewOf, type ChooseRun, type Review } from './review.ts';

export interface AskPorts {
  /** Keeps the answers for `--resume`, after each of them; absent: they are lost when the person leaves. */
  readonly save?: (answers: AnswersSoFar) => void;
  /** Puts the run together from what was answered; absent: a new repository. */
  readonly choose?: ChooseRun;
  /** Default: the repository as a whole. */
  readonly scope?: Scope;
  /** Tests script it. */
  readonly prompter?: Prompter;
}

/**
 * Leads a person from the first question to a run that is ready to be carried out; nothing is written before.
 * @throws BulwarkError (code 130) when the person leaves, (code 2 or 74) when what was given cannot work
 */
export async function askForRun(
  context: CommandContext,
  given: GivenAnswers,
  { save, choose, scope, prompter }: AskPorts,
): Promise<ChosenRun> {
  let isSaved = given.raw.prompt !== undefined;
  const draft = new Draft(context.catalog, given, (answers) => {
    const { directory } = answers;
    // Resumed from another folder, it is the same place.
    save?.({ ...answers, directory: directory && resolve(context.terminal.cwd, directory) });
    isSaved = save !== undefined;
  });
  const cancelled = (): BulwarkError => cancellation(isSaved);
  refuseEarly(context, draft);
  const person = prompter ?? (await openPrompter(context, cancelled));

  for (;;) {
    await askOpen(context, draft, person);
    const review = await reviewOf(context, draft, choose, scope);
    person.show(formatReview(context, draft, review));
    const run = await decideOnReview(context, draft, review, person, cancelled);
    if (run) return run;
  }
}

const openPrompter = (context: CommandContext, onLeave: () => Error): Promise<Prompter> =>
  inquirerPrompter({
    input: process.stdin,
    output: process.stdout,
    style: context.style,
    colour: context.terminal.colour,
    signal: context.signal,
    onLeave,
  });

const cancellation = (isSaved: boolean): BulwarkError =>
  new BulwarkError(ExitCode.interrupted, [
    {
      id: 'cancelled',
      message: 'cancelled: nothing was written',
      ...(isSaved && { hint: 'the same command with --resume goes on with these answers' }),
    },
  ]);

/** Faults that no answer can mend are told before anything is asked. */
function refuseEarly({ terminal }: CommandContext, draft: Draft): void {
  const { answers, issues } = draft.resolve();
  const lasting = issues.filter(
    ({ id, where }) =>
      id === 'unknown-answer' || (id === 'invalid-answer' && where?.endsWith('(directory)') !== true),
  );
  if (lasting.length > 0) throw usageError(lasting);
  if (draft.directory !== undefined) usableTarget(resolve(terminal.cwd, draft.directory));
  else if (answers.get('name')?.source !== 'default') usableTarget(resolve(terminal.cwd, slugIn(draft)));
}

const slugIn = (draft: Draft): string => deriveNames(String(draft.resolve().answers.get('name')?.value)).slug;

/** Asks what is open: where the name decides on the folder it comes first, then preset or stack, then the rest in order. */
async function askOpen(context: CommandContext, draft: Draft, prompter: Prompter): Promise<void> {
  const options: AskOptions = { isEdit: false, folderFault: folderFault(context) };
  const name = draft.open().find(({ key }) => key === 'name');
  if (name && draft.directory === undefined) await askQuestion(prompter, draft, name, options);
  if (draft.isStartOpen && context.catalog.presets.length > 0) await askStart(context, draft, prompter);
  for (;;) {
    // Anew each time: what applies depends on what was just answered.
    const [question] = draft.open();
    if (!question) return;
    await askQuestion(prompter, draft, question, options);
  }
}

const folderFault =
  ({ terminal }: CommandContext) =>
  (slug: string): string | undefined => {
    try {
      const fault = targetFault(openTarget(resolve(terminal.cwd, slug)));
      return fault && `${fault.message}: ${fault.where ?? slug}`;
    } catch (error) {
      if (error instanceof BulwarkError) return error.message;
      throw error;
    }
  };

async function askStart({ catalog }: CommandContext, draft: Draft, prompter: Prompter): Promise<void> {
  const preset = await prompter.choose<string | null>({
    label: 'Start from',
    help: 'A preset answers most questions at once; every answer can still be changed before anything is written.',
    options: [
      { name: 'a stack that you choose yourself', value: null },
      ...catalog.presets.map(({ id, description }) => ({
        name: `${id}: ${description}`,
        short: id,
        value: id,
      })),
    ],
    initial: draft.preset,
  });
  draft.startFrom(preset);
}

type Step = 'write' | 'change' | 'leave-out' | 'files' | 'cancel';

/** @returns the run, or undefined when an answer was changed and all is to be looked at again */
async function decideOnReview(
  context: CommandContext,
  draft: Draft,
  review: Review,
  prompter: Prompter,
  cancelled: () => BulwarkError,
): Promise<ChosenRun | undefined> {
  const { problems, run, changes } = review;
  const isDryRun = context.line.options.has('dry-run');
  const canLeaveOut = problems.some(({ id }) => id === 'does-not-apply');
  for (;;) {
    const step: Step = await prompter.choose<Step>({
      label: 'What now',
      help: 'Nothing is written before you choose to.',
      options: [
        ...(run ? [{ name: isDryRun ? 'Go on with the dry run' : 'Write it', value: 'write' as const }] : []),
        { name: 'Change an answer', value: 'change' },
        ...(canLeaveOut ? [{ name: 'Leave out what does not apply', value: 'leave-out' as const }] : []),
        ...(run ? [{ name: 'Show the files', value: 'files' as const }] : []),
        { name: 'Cancel', value: 'cancel' },
      ],
      initial: run ? 'write' : 'change',
    });
    switch (step) {
      case 'write':
        if (run) return decideOnFiles(context, run, changes, prompter);
        break;
      case 'change':
        if (await changeAnswer(context, draft, review, prompter)) return undefined;
        break;
      case 'leave-out':
        draft.leaveOutInapplicable();
        return undefined;
      case 'files':
        prompter.show(`\n${formatChanges(changes)}\n`);
        break;
      case 'cancel':
        throw cancelled();
    }
  }
}

/** @returns whether one was chosen */
async function changeAnswer(
  context: CommandContext,
  draft: Draft,
  { resolution }: Review,
  prompter: Prompter,
): Promise<boolean> {
  const { catalog } = context;
  const options: (Option<string> | Heading)[] = [];
  let group = 'Project';
  options.push({ heading: group });
  if (catalog.presets.length > 0) {
    options.push({
      name: `Start from: ${draft.preset ?? 'a stack that you choose yourself'}`,
      value: PRESET,
    });
  }
  for (const { key, field, component = 'Project' } of catalog.questions) {
    const answer = resolution.answers.get(key);
    if (!answer) continue;
    if (component !== group) options.push({ heading: (group = component) });
    const shown = Array.isArray(answer.value) ? answer.value.join(', ') || 'none' : String(answer.value);
    options.push({ name: printable(`${field.label}: ${shown}`).slice(0, 100), value: key });
  }
  options.push({ heading: '' }, { name: 'Back', value: '' });
  const chosen = await prompter.choose({
    label: 'Change',
    help: 'Answers that depend on the one you change follow it.',
    options,
    initial: 'name',
  });
  if (chosen === PRESET) await askStart(context, draft, prompter);
  const question = catalog.questions.find(({ key }) => key === chosen);
  if (question) {
    await askQuestion(prompter, draft, question, { isEdit: true, folderFault: folderFault(context) });
  }
  return chosen !== '';
}

type Verdict = 'keep' | 'overwrite' | 'marker';

/** Asks for each file that is there and differs, unless `--on-conflict` has said it for all. */
async function decideOnFiles(
  context: CommandContext,
  run: ChosenRun,
  changes: ChangeSet,
  prompter: Prompter,
): Promise<ChosenRun> {
  if (onConflictOf(context) !== 'ask') return run;
  const decisions = new Map<RepoPath, Verdict>();
  for (const change of changes) {
    const differing = asUpdate(change);
    if (differing) decisions.set(change.path, await decideOnFile(differing, prompter));
  }
  const request: RunRequest = { ...run.request, decisions };
  return { ...run, request };
}

type Update = Extract<Change, { kind: 'update' }>;

/** What overwriting would do to a file that nobody has decided on. */
function asUpdate(change: Change): Update | undefined {
  if (change.kind !== 'conflict' && change.kind !== 'keep') return undefined;
  const isOpen =
    change.kind === 'conflict'
      ? change.merged === undefined && change.remark === undefined
      : change.reason === 'harmless';
  if (!isOpen || !change.file || !change.previous) return undefined;
  const { path, file, previous } = change;
  return { path, kind: 'update', file, content: file.content, previous };
}

async function decideOnFile(change: Update, prompter: Prompter): Promise<Verdict> {
  const canMark = ![change.previous, change.file.content].some(isBinary);
  for (;;) {
    const verdict = await prompter.choose<Verdict | 'diff'>({
      label: `${printable(change.path)} is there and differs`,
      help: 'Yours stays untouched if you keep it.',
      options: [
        { name: 'Keep mine', value: 'keep' },
        { name: 'Overwrite it', value: 'overwrite' },
        ...(canMark ? [{ name: 'Write both, with conflict markers', value: 'marker' as const }] : []),
        { name: 'Show the difference', value: 'diff' },
      ],
      initial: 'keep',
    });
    if (verdict !== 'diff') return verdict;
    const { formatDiff } = await import('./format-diff.ts');
    prompter.show(`\n${formatDiff(change)}\n`);
  }
}
