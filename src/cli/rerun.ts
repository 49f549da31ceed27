/** A run into a repository that bulwark looks after already: `add`, `remove` and `update` differ in the answers alone. */
import { readFileSync } from 'node:fs';
import { relative } from 'node:path';
import nodePlop from 'node-plop';
import { BulwarkError, ExitCode, usageError, type Issue } from '../errors.ts';
import { flattenAnswers } from '../plan/answers-document.ts';
import type { RawAnswers, Resolution } from '../plan/answers.ts';
import { planResolved, resolveRun } from '../plan/catalog.ts';
import type { Plan, Scope } from '../plan/plan-run.ts';
import bulwarkPack, { carryOut } from '../plopfile.ts';
import { conflictMarkerLine } from '../repo/failures.ts';
import { readManaged, type ManagedRepo } from '../repo/managed-repo.ts';
import { readExisting } from '../repo/open-repo.ts';
import { PENDING_PATH, type Pending } from '../repo/pending.ts';
import { uncommitted } from '../repo/uncommitted.ts';
import { startRun, undecided, type RunRequest, type RunState } from '../run.ts';
import type { ChangeSet } from '../tree/change-set.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { AskPorts } from './ask.ts';
import type { Decision } from '../merge/reconcile.ts';
import type { Settings } from '../repo/settings-file.ts';
import { onConflictOf, type ChosenRun } from './choose-run.ts';
import type { CommandContext } from './commands/command.ts';
import { managedRoot } from './managed-root.ts';
import { refuseUnanswered } from './refuse-unanswered.ts';
import { gatherAnswers, type GivenAnswers } from './raw-answers.ts';
import { repeatable } from './settled.ts';
import { teamRules } from './team-rules.ts';
import { tellRun, type Told } from './tell-run.ts';

/**
 * The repository that a person stands in.
 * @throws BulwarkError `not-managed` (code 2), `conflicts-left` (code 3), or what is wrong with its records
 */
export function openManaged(context: CommandContext): ManagedRepo {
  const root = managedRoot(context);
  const repo = readManaged(root);
  const left = unresolved(repo);
  const [first, ...rest] = left;
  if (first) throw new BulwarkError(ExitCode.conflicts, [first, ...rest]);
  return repo;
}

/** Where a run goes: a repository that bulwark looks after, or one that it has not seen before. */
export interface Place {
  /** Absolute. */
  readonly root: string;
  /** Absent: bulwark wrote nothing here yet. */
  readonly repo?: ManagedRepo;
  readonly preset: string | null;
  readonly scope: Scope;
  /** What is known without asking. */
  readonly known: RawAnswers;
  /** What becomes of a file that both have changed, where nobody has said it. */
  readonly undecided: Decision;
}

/** What a repository has bulwark look after, by its settings. */
export const scopeOf = ({ manages = 'repository', layout = {} }: Settings): Scope => ({ manages, layout });

export const managedPlace = (repo: ManagedRepo): Place => ({
  root: repo.root,
  repo,
  preset: repo.settings.preset,
  scope: scopeOf(repo.settings),
  known: { 'bulwark.json': flattenAnswers(repo.settings.answers) },
  // A conflict in the file is seen; one that was decided for the user is not.
  undecided: 'marker',
});

/** Conflicts of an earlier run that are still in the files. */
export function unresolved({ root, pending }: Pick<ManagedRepo, 'root' | 'pending'>): readonly Issue[] {
  if (!pending) return [];
  return openConflicts(root, pending).map(({ path, line }) => ({
    id: 'conflicts-left',
    message: line === undefined ? `${path} waits for a decision` : `${path} still holds a conflict`,
    where: line === undefined ? path : `${path}:${line}`,
    hint: 'edit it and run bulwark resolve, take a side with bulwark resolve --ours or --theirs, or go back: bulwark update --abort',
  }));
}

/** A file that was marked is resolved once its markers are gone; one that could not be marked, once somebody has said so. */
export function openConflicts(
  root: string,
  { conflicts }: Pending,
): readonly { readonly path: RepoPath; readonly line?: number }[] {
  const { files } = readExisting(
    root,
    conflicts.map(({ path }) => path),
  );
  return conflicts.flatMap(({ path, lines }) => {
    if (lines.length === 0) return [{ path }];
    const line = conflictMarkerLine(files.get(path)?.content.toString('utf8') ?? '');
    return line === undefined ? [] : [{ path, line }];
  });
}

export interface Rerun {
  readonly command: 'add' | 'remove' | 'update' | 'adopt';
  /** The folder, and what bulwark knows of it. */
  readonly place: Place;
  /** Puts the answers of this run over those that the repository has. */
  readonly change?: (raw: RawAnswers) => RawAnswers;
  /** Components that were asked for, for the words at the end. */
  readonly done: (state: RunState) => string;
}

/**
 * Renders what the answers say now, and merges it with baseline and disk.
 * @throws BulwarkError: wrong answers (code 2), `uncommitted` (code 2), input that is needed (code 5)
 */
export async function rerun(
  context: CommandContext,
  { command, place, change, done }: Rerun,
): Promise<ExitCode> {
  const { line, catalog, terminal } = context;
  const given = await gatherAnswers(
    { ...line, positionals: [] },
    catalog.questions,
    { ...terminal, environment: {} },
    () => readFileSync(0, 'utf8'),
  );
  if (given.issues.length > 0) throw usageError(given.issues);
  const kept: RawAnswers = { ...given.raw, ...place.known };
  const raw = change ? change(kept) : kept;
  const { preset, scope } = place;
  const choose = (resolution: Resolution, plan: Plan): Promise<ChosenRun> =>
    chosenRun(context, { command, place, resolution, plan });
  const isAsked = !line.options.has('yes') && !line.options.has('json') && terminal.interactive;
  const chosen = isAsked
    ? await askPerson(context, { ...given, raw, preset, directory: place.root }, { choose, scope })
    : await takeGiven(context, raw, place, choose);
  const state = startRun(chosen.request);
  await prepareAndCarryOut(context, state);
  return conclude(context, chosen, state, done);
}

async function takeGiven(
  context: CommandContext,
  raw: RawAnswers,
  { preset, scope }: Place,
  choose: (resolution: Resolution, plan: Plan) => Promise<ChosenRun>,
): Promise<ChosenRun> {
  const { catalog, line } = context;
  const resolution = resolveRun(catalog, raw, preset);
  if (resolution.issues.length > 0) throw usageError(resolution.issues);
  if (!line.options.has('yes')) refuseUnanswered(context, resolution, new Set());
  return choose(resolution, await planResolved(catalog, resolution, scope));
}

async function askPerson(
  context: CommandContext,
  given: GivenAnswers,
  ports: Pick<AskPorts, 'choose' | 'scope'>,
): Promise<ChosenRun> {
  const { askForRun } = await import('./ask.ts');
  return askForRun(context, given, ports);
}

interface Choice {
  readonly command: Rerun['command'];
  readonly place: Place;
  readonly resolution: Resolution;
  readonly plan: Plan;
}

async function chosenRun(
  context: CommandContext,
  { command, place, resolution, plan }: Choice,
): Promise<ChosenRun> {
  const { line, terminal, signal } = context;
  if (plan.issues.length > 0) throw usageError(plan.issues);
  const onConflict = onConflictOf(context);
  const holdToRules = await teamRules(context, place.root, {
    answers: resolution.answers,
    components: plan.project.components,
  });
  return {
    resolution,
    directory: relative(terminal.cwd, place.root) || '.',
    request: {
      command,
      target: place.root,
      preset: place.preset,
      answers: resolution.answers,
      plan: withRenames(plan, context.packs?.renames),
      ...(place.repo && { repo: place.repo }),
      ...(context.packs
        ? { packs: context.packs.recordsFor(place.root) }
        : { isRepeatable: repeatable(context.catalog, resolution.answers) }),
      splices: true,
      onConflict: onConflict === 'ask' ? place.undecided : onConflict,
      decisions: new Map(),
      dryRun: line.options.has('dry-run'),
      judge: !line.options.has('no-verify'),
      ...(holdToRules && { holdToRules }),
      signal,
    },
  };
}

/** The packs' own renames beside those of our components. */
const withRenames = (plan: Plan, renames: Plan['renames'] = new Map()): Plan => ({
  ...plan,
  renames: new Map([...plan.renames, ...renames]),
});

/** Plop runs the plan; between the comparison and the writing stands the look at what git has not got yet. */
async function prepareAndCarryOut(context: CommandContext, state: RunState): Promise<void> {
  const plop = await nodePlop();
  bulwarkPack(plop, {
    beforeCommit: async ({ request, changes = [] }) => {
      if (context.line.options.has('force') || request.dryRun || undecided(changes).length > 0) return;
      await refuseUncommitted(request, changes);
    },
  });
  await context.packs?.hook(plop);
  await carryOut(plop, state);
}

/** Git can give back what it has; what it has not got would be gone. */
async function refuseUncommitted({ target }: RunRequest, changes: ChangeSet): Promise<void> {
  const touched = changes.flatMap((change) =>
    (change.kind === 'update' || change.kind === 'delete' || change.kind === 'conflict') &&
    change.previous !== undefined &&
    change.path !== PENDING_PATH
      ? [change.path]
      : [],
  );
  if (touched.length === 0) return;
  const { exec } = await import('../exec.ts');
  const dirty = await uncommitted(target, touched, exec);
  const [first, ...rest] = dirty.map((path): Issue => ({
    id: 'uncommitted',
    message: `${path} has changes that are not committed, and would be written`,
    where: path,
    hint: 'commit or stash them first, or use --force',
  }));
  if (first) throw new BulwarkError(ExitCode.usage, [first, ...rest]);
}

async function conclude(
  context: CommandContext,
  chosen: ChosenRun,
  state: RunState,
  done: Rerun['done'],
): Promise<ExitCode> {
  const { say, style } = context;
  const told: Told = await tellRun(context, {
    state,
    directory: chosen.directory,
    notices: chosen.resolution.notices,
    next: state.request.plan.nextSteps,
    repeat: `bulwark ${state.request.command}`,
  });
  if (told.isDry) return told.code;
  say(`\n${style.bold(done(state))}\n`);
  return told.code;
}
