/**
 * The one way through the program, step by step: answers → plan → virtual tree → change set → verify → disk.
 * Each step is a function over the state of the run; plop's actions call them in order.
 */
import { leftOut } from './merge/left-out.ts';
import { isMarkdown } from './merge/splice/splice.ts';
import { mergersUntil } from './merge/mergers.ts';
import { reconcile, type BaseFile, type OnConflict, type ReconcileInput } from './merge/reconcile.ts';
import type { Answers } from './plan/answers.ts';
import { answersDocument } from './plan/answers-document.ts';
import type { PackRecords } from './packs/records.ts';
import type { Plan, Rendering } from './plan/plan-run.ts';
import { assembleTree, renderFile } from './render/render-plan.ts';
import type { Baseline, BaselineFile } from './repo/baseline.ts';
import { commitChanges } from './repo/commit-changes.ts';
import { baseFilesOf, type ManagedRepo } from './repo/managed-repo.ts';
import { openTarget, readTargetFiles } from './repo/open-repo.ts';
import { obsoleteRecords, pendingRecord, RECORD_PATHS, recordChanges, recordFiles } from './repo/records.ts';
import { serializeSettings, SETTINGS_PATH } from './repo/settings-file.ts';
import type { ChangeSet } from './tree/change-set.ts';
import type { RepoPath } from './tree/repo-path.ts';
import { virtualTree, type VirtualFile, type VirtualTree } from './tree/virtual-tree.ts';
import type { CheckResult, JudgedTree } from './verify/check.ts';
import { version } from 'bulwark:package';

/** What was asked for, beside the answers. */
export interface RunRequest {
  /** The command, for the records: `create`. */
  readonly command: string;
  /** Absolute path of the folder that the repository becomes. */
  readonly target: string;
  readonly preset: string | null;
  readonly answers: Answers;
  readonly plan: Plan;
  /** What bulwark wrote there last; absent where it wrote nothing yet. */
  readonly repo?: ManagedRepo;
  /** Put our part into shared files that are the user's, instead of calling them conflicts. */
  readonly splices: boolean;
  /** What it is rendered from besides our own catalog. */
  readonly packs?: PackRecords;
  readonly onConflict: Exclude<OnConflict, 'ask'>;
  /** Decisions for single files that a person made, by path. */
  readonly decisions: ReadonlyMap<RepoPath, Exclude<OnConflict, 'ask'>>;
  readonly dryRun: boolean;
  /** Judge the tree by the embedded checks before it is written. */
  readonly judge: boolean;
  /**
   * Whether settings, as they are written, come to the same answers when they are read again, with nothing to be said of it;
   * absent: nobody knows, as something besides them goes into the rendering.
   */
  readonly isRepeatable?: (settings: string) => boolean;
  /**
   * Judges the tree by the team's rules, also without `judge`; returns what is to be said of it.
   * Throws a BulwarkError (code 6) when one is broken.
   */
  readonly holdToRules?: (tree: JudgedTree) => Promise<readonly string[]>;
  /** Breaks the run off; what was written by then is taken back. */
  readonly signal: AbortSignal;
}

/** A run on its way; each step fills in its part. */
export interface RunState {
  readonly request: RunRequest;
  readonly files: VirtualFile[];
  tree?: VirtualTree;
  changes?: ChangeSet;
  judgements?: readonly CheckResult[];
  /** What team rules warn of. */
  remarks?: readonly string[];
  written?: boolean;
}

export const startRun = (request: RunRequest): RunState => ({ request, files: [] });

/** Step 1, once per template. */
export function renderStep(state: RunState, rendering: Rendering): void {
  state.files.push(renderFile(rendering));
}

/** Step 2: shared files, records, and the comparison with baseline and disk. */
export async function reconcileStep(state: RunState): Promise<ChangeSet> {
  const { request } = state;
  const assembled = await withPins(state, assembleTree(request.plan, state.files));
  const baseline = request.repo ? baseFilesOf(request.repo) : new Map<RepoPath, BaseFile>();
  const disk = readTargetFiles(openTarget(request.target), [
    ...assembled.keys(),
    ...baseline.keys(),
    ...RECORD_PATHS,
  ]);
  const decide: ReconcileInput['decide'] = ({ path }) => request.decisions.get(path) ?? request.onConflict;
  const without = request.splices
    ? leftOut(request.plan.companions, { rendered: assembled, baseline, disk, decide })
    : new Set<RepoPath>();
  const generated = new Map(
    [...assembled].filter(
      ([path, file]) =>
        !without.has(path) && (file.onlyIfPresent !== true || baseline.has(path) || isHost(file, disk)),
    ),
  );
  const compare = (rendered: VirtualTree) =>
    reconcile({
      rendered,
      baseline,
      originals: request.repo?.originals ?? new Map(),
      disk,
      renames: request.plan.renames,
      splices: request.splices,
      decide,
      mergers: mergersUntil(request.signal),
    });
  if (!request.repo && !request.splices) {
    // In a new repository the records are files like any other: what stands in their place is not ours.
    state.tree = virtualTree([
      ...generated.values(),
      ...(await recordsOf(state, generated, new Map(), true)),
    ]);
    state.changes = await compare(state.tree);
    return state.changes;
  }
  const changes = await compare(generated);
  const { ours, originals } = asAccepted(
    generated,
    { baseline, originals: request.repo?.originals },
    changes,
  );
  // What was accepted instead of the rendering, the next one would have to accept again.
  const isPure = originals.size === 0 && [...generated].every(([path, file]) => ours.get(path) === file);
  const records = await recordsOf(state, ours, originals, isPure);
  state.tree = virtualTree([...ours.values(), ...records]);
  const all = [...changes, ...recordChanges(records, disk), ...obsoleteRecords(records, disk)];
  const pending = pendingRecord(request.command, all, disk);
  state.changes = [...all, ...(pending ? recordChanges([pending], disk) : [])].sort((one, other) =>
    one.path < other.path ? -1 : 1,
  );
  return state.changes;
}

/** A file of the user's that our part may go into; sections of Markdown that nobody asked for have none in another format. */
const isHost = ({ path, shared }: VirtualFile, disk: ReconcileInput['disk']): boolean =>
  disk.has(path) && (shared !== 'readme' || isMarkdown(path));

/** What `bulwark pin` has found out is put into every rendering; a tag that the templates have moved on from waits for the next. */
async function withPins(state: RunState, tree: VirtualTree): Promise<VirtualTree> {
  const pins = state.request.repo?.settings.pins;
  if (!pins) return tree;
  const [{ pinTree, textsOf }, { stalePins }] = await Promise.all([
    import('./pin/pin-tree.ts'),
    import('./pin/pin-text.ts'),
  ]);
  const stale = stalePins(textsOf(tree.values()), pins);
  if (stale.length > 0) {
    state.remarks = [
      `no longer pinned, for the templates have other tags: ${stale.join(', ')}; run: bulwark pin`,
    ];
  }
  return pinTree(tree, pins);
}

/** What bulwark wrote last, and the user's files without our part. */
interface Before {
  readonly baseline: ReadonlyMap<RepoPath, BaseFile>;
  readonly originals: ManagedRepo['originals'] | undefined;
}

/**
 * What bulwark answers for from now on: where there is no safe place for our part, and where the user has kept a file of his own,
 * the file is his: what would have been written is remembered, so that it is told again only when it has become something else.
 */
function asAccepted(
  generated: VirtualTree,
  { baseline, originals: before = new Map() }: Before,
  changes: ChangeSet,
): { readonly ours: VirtualTree; readonly originals: ReadonlyMap<RepoPath, Buffer> } {
  const accepted = new Map(generated);
  const originals = new Map<RepoPath, Buffer>();
  for (const change of changes) {
    const file = accepted.get(change.path);
    if (!file) continue;
    if (change.kind === 'conflict' && change.remark !== undefined) {
      const [base, original] = [baseline.get(change.path), before.get(change.path)];
      accepted.set(change.path, { ...file, ...(base && original ? base : { ownership: 'kept' }) });
      // What was put there earlier can still be taken back.
      if (base && original) originals.set(change.path, original);
    }
    if ((change.kind === 'update' || change.kind === 'unchanged') && change.original && change.content) {
      // What was written there is the user's text with our part in it.
      accepted.set(change.path, { ...file, content: change.content });
      originals.set(change.path, change.original);
    }
    const was = baseline.get(change.path)?.ownership ?? 'kept';
    if (change.kind === 'keep' && (was === 'kept' || was === 'seeded'))
      accepted.set(change.path, { ...file, ownership: was });
  }
  return { ours: accepted, originals };
}

/** Step 3: the team's rules and the embedded checks over what would be written. */
export async function judgeStep(state: RunState): Promise<void> {
  const { request, tree, changes = [] } = state;
  if (!tree) return;
  const isGuest = request.plan.project.manages === 'components';
  // Files of the user's count as they are, not as we would have written them.
  const whole = isGuest && (request.judge || request.holdToRules) ? await wholeAfter(request, changes) : tree;
  if (request.holdToRules) {
    state.remarks = [...(state.remarks ?? []), ...(await request.holdToRules(whole))];
  }
  // What is written already was judged when it was.
  if (!request.judge || !isWriting(state)) return;
  if (isGuest) {
    const { judgeAdditions } = await import('./verify/judge-additions.ts');
    state.judgements = await judgeAdditions(changes, whole);
  } else {
    const { runEmbedded } = await import('./verify/run-embedded.ts');
    state.judgements = await runEmbedded(tree);
  }
}

async function wholeAfter({ target }: RunRequest, changes: ChangeSet): Promise<JudgedTree> {
  const [{ readTree }, { exec }, { treeAfter }] = await Promise.all([
    import('./repo/read-tree.ts'),
    import('./exec.ts'),
    import('./tree/tree-after.ts'),
  ]);
  return treeAfter(await readTree(target, exec), changes);
}

const isWriting = ({ changes = [] }: RunState): boolean =>
  changes.some(({ kind }) => kind !== 'unchanged' && kind !== 'keep');

/** Conflicts that nobody has decided on: with any, nothing is written. A remark says what is to be done by hand. */
export const undecided = (changes: ChangeSet): ChangeSet =>
  changes.filter(
    (change) => change.kind === 'conflict' && change.merged === undefined && change.remark === undefined,
  );

/** Step 4: all or nothing. */
export async function commitStep(state: RunState): Promise<void> {
  const { request, changes } = state;
  if (request.dryRun || !changes || undecided(changes).length > 0) return;
  await commitChanges(request.target, changes, { signal: request.signal });
  state.written = true;
}

/** @param isPure the tree is what the plan renders, and nothing else */
async function recordsOf(
  { request, remarks = [] }: RunState,
  tree: VirtualTree,
  originals: ReadonlyMap<RepoPath, Buffer>,
  isPure: boolean,
): Promise<readonly VirtualFile[]> {
  const { repo, plan, packs, isRepeatable } = request;
  const settings = await settingsText(request);
  return recordFiles({
    settings,
    tree,
    version,
    packs: packs?.locked ?? [],
    known: [...(repo ? [repo.baseline] : []), packedTexts(plan, tree)],
    originals,
    isSettled:
      isPure &&
      plan.project.manages === 'repository' &&
      (packs?.locked ?? []).length === 0 &&
      remarks.length === 0 &&
      isRepeatable?.(settings) === true,
  });
}

/** The file is made to be edited: how its owner has written it stays, and what the run has changed is put in. */
async function settingsText({ answers, preset, repo, plan, packs, signal }: RunRequest): Promise<string> {
  const { manages } = plan.project;
  const settings = serializeSettings({
    $schema: `https://unpkg.com/create-bulwark@${version}/schema/bulwark.schema.json`,
    preset,
    answers: answersDocument(answers),
    ...(manages === 'components' && { manages, layout: plan.layout }),
    packs: packs?.references ?? [],
    ...(repo?.settings.pins && { pins: repo.settings.pins }),
  });
  if (!repo || repo.settingsText === settings) return settings;
  const merged = await mergersUntil(signal).mergeFile({
    path: SETTINGS_PATH,
    base: Buffer.from(serializeSettings(repo.settings)),
    ours: Buffer.from(repo.settingsText),
    theirs: Buffer.from(settings),
    isShared: false,
  });
  return merged?.conflicts.length === 0 ? merged.content.toString('utf8') : settings;
}

/** Verbatim files come packed: to press them takes longer than to write them. */
export function packedTexts({ renderings }: Plan, generated: VirtualTree): Baseline {
  const texts = new Map<RepoPath, BaselineFile>();
  for (const { path, template } of renderings) {
    const content = generated.get(path)?.content;
    const { packed, body } = template;
    // A pin makes another text of it.
    const isVerbatim = content && Buffer.isBuffer(body) && (body === content || body.equals(content));
    if (isVerbatim && packed !== undefined) texts.set(path, { content, packed });
  }
  return texts;
}
