/** A run into a repository that bulwark looks after already: `add`, `remove` and `update` differ in the answers alone. */
import { relative } from 'node:path';
import { BulwarkError, ExitCode, usageError, type Issue } from '../errors.ts';
import { flattenAnswers } from '../plan/answers-document.ts';
import type { RawAnswers, Resolution } from '../plan/answers.ts';
import { planResolved, resolveRun } from '../plan/catalog.ts';
import type { PackUpdate } from '../packs/pack-updates.ts';
import type { Plan, Scope } from '../plan/plan-run.ts';
import { conflictMarkerLine } from '../repo/failures.ts';
import { readManaged, type ManagedRepo } from '../repo/managed-repo.ts';
import { readExisting } from '../repo/open-repo.ts';
import { PENDING_PATH, type Pending } from '../repo/pending.ts';
import { uncommitted } from '../repo/uncommitted.ts';
import { startRun, undecided, type RunState } from '../run.ts';
import type { ChangeSet } from '../tree/change-set.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { AskPorts } from './ask.ts';
import type { Decision } from '../merge/reconcile.ts';
import type { Settings } from '../repo/settings-file.ts';
import { onConflictOf, type ChosenRun } from './choose-run.ts';
import type { CommandContext } from './commands/command.ts';
import { managedRoot } from './managed-root.ts';
import { carryOutRun, type PreparedRun } from './prepared-run.ts';
import { repeatRerun } from './repeat-command.ts';
import { refuseUnanswered } from './refuse-unanswered.ts';
import { gatherAnswers, type GivenAnswers } from './raw-answers.ts';
import { standardInput } from './standard-input.ts';
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
  /** What the command was called with: the components. */
  readonly words?: readonly string[];
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
export const rerun = async (context: CommandContext, asked: Rerun): Promise<ExitCode> =>
  carryOutRun(context, await prepareRerun(context, asked));

/** The same, up to where plop takes over. */
export async function prepareRerun(
  context: CommandContext,
  { command, words, place, change, done }: Rerun,
): Promise<PreparedRun> {
  const { line, catalog, terminal } = context;
  const given = await gatherAnswers(
    { ...line, positionals: [] },
    catalog.questions,
    { ...terminal, environment: {} },
    standardInput,
  );
  if (given.issues.length > 0) throw usageError(given.issues);
  const kept: RawAnswers = { ...given.raw, ...place.known };
  const raw = change ? change(kept) : kept;
  const { preset, scope } = place;
  const choose = (resolution: Resolution, plan: Plan): Promise<ChosenRun> =>
    chosenRun(context, { command, place, resolution, plan });
  const isAsked = !line.options.has('yes') && !line.options.has('json') && terminal.interactive;
  // Before it is asked about: what a pack's new version brings is a reason to look at the answers.
  const packUpdates = context.packs?.updatesFor(place.root) ?? [];
  if (packUpdates.length > 0) {
    const { formatPackUpdates } = await import('./tell-pack-updates.ts');
    context.say(`${formatPackUpdates(packUpdates)}\n`);
  }
  const chosen = isAsked
    ? await askPerson(context, { ...given, raw, preset, directory: place.root }, { choose, scope })
    : await takeGiven(context, raw, place, choose);
  const state = startRun(chosen.request);
  return {
    state,
    // Between the comparison and the writing stands the look at what git has not got yet.
    beforeCommit: async ({ request, changes = [] }) => {
      if (line.options.has('force') || request.dryRun || undecided(changes).length > 0) return;
      await refuseUncommitted(request.target, changes, request.signal);
    },
    conclude: async (telling) =>
      conclude(telling, {
        chosen,
        state,
        done,
        packUpdates,
        words: words ?? [],
        decided: changed(raw, kept),
      }),
  };
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

/**
 * Git can give back what it has; what it has not got would be gone.
 * @throws BulwarkError (code 2) `uncommitted`
 */
export async function refuseUncommitted(
  root: string,
  changes: ChangeSet,
  signal: AbortSignal,
): Promise<void> {
  const touched = changes.flatMap((change) =>
    (change.kind === 'update' || change.kind === 'delete' || change.kind === 'conflict') &&
    change.previous !== undefined &&
    change.path !== PENDING_PATH
      ? [change.path]
      : [],
  );
  if (touched.length === 0) return;
  const { execUntil } = await import('../exec.ts');
  const dirty = await uncommitted(root, touched, execUntil(signal));
  const [first, ...rest] = dirty.map((path): Issue => ({
    id: 'uncommitted',
    message: `${path} has changes that are not committed, and would be written`,
    where: path,
    hint: 'commit or stash them first, or use --force',
  }));
  if (first) throw new BulwarkError(ExitCode.usage, [first, ...rest]);
}

interface Ending {
  readonly chosen: ChosenRun;
  readonly state: RunState;
  readonly done: Rerun['done'];
  readonly packUpdates: readonly PackUpdate[];
  readonly words: readonly string[];
  /** Keys of answers that follow from the words. */
  readonly decided: ReadonlySet<string>;
}

async function conclude(
  context: CommandContext,
  { chosen, state, done, packUpdates, words, decided }: Ending,
): Promise<ExitCode> {
  const { say, style } = context;
  const told: Told = await tellRun(context, {
    state,
    directory: chosen.directory,
    notices: chosen.resolution.notices,
    next: state.request.plan.nextSteps,
    repeat: repeatRerun(context, state.request, words, decided),
    packUpdates,
  });
  if (told.isDry) return told.code;
  say(`\n${style.bold(done(state))}\n`);
  return told.code;
}

/** Answers that a command has put in the place of what was given. */
const changed = (raw: RawAnswers, kept: RawAnswers): ReadonlySet<string> =>
  new Set([...(raw.flag?.keys() ?? [])].filter((key) => kept.flag?.has(key) !== true));
