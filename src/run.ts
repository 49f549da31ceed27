/**
 * The one way through the program, step by step: answers → plan → virtual tree → change set → verify → disk.
 * Each step is a function over the state of the run; plop's actions call them in order.
 */
import { markBothSides } from './merge/mark-both-sides.ts';
import { reconcile, type OnConflict } from './merge/reconcile.ts';
import type { Answers } from './plan/answers.ts';
import { answersDocument } from './plan/answers-document.ts';
import type { PackRecords } from './packs/records.ts';
import type { Plan, Rendering } from './plan/plan-run.ts';
import { assembleTree, renderFile } from './render/render-plan.ts';
import { BASELINE_PATH, serializeBaseline, type Baseline, type BaselineFile } from './repo/baseline.ts';
import { commitChanges } from './repo/commit-changes.ts';
import { LOCK_PATH, lockOf, serializeLock } from './repo/lockfile.ts';
import { openTarget, readTargetFiles } from './repo/open-repo.ts';
import { serializeSettings, SETTINGS_PATH } from './repo/settings-file.ts';
import type { ChangeSet } from './tree/change-set.ts';
import type { RepoPath } from './tree/repo-path.ts';
import { virtualTree, type VirtualFile, type VirtualTree } from './tree/virtual-tree.ts';
import type { CheckResult } from './verify/check.ts';
import { version } from 'bulwark:package';

/** What was asked for, beside the answers. */
export interface RunRequest {
  /** Absolute path of the folder that the repository becomes. */
  readonly target: string;
  readonly preset: string | null;
  readonly answers: Answers;
  readonly plan: Plan;
  /** What it is rendered from besides our own catalog. */
  readonly packs?: PackRecords;
  readonly onConflict: Exclude<OnConflict, 'ask'>;
  /** Decisions for single files that a person made, by path. */
  readonly decisions: ReadonlyMap<RepoPath, Exclude<OnConflict, 'ask'>>;
  readonly dryRun: boolean;
  /** Judge the tree by the embedded checks before it is written. */
  readonly judge: boolean;
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
  written?: boolean;
}

export const startRun = (request: RunRequest): RunState => ({ request, files: [] });

/** Step 1, once per template. */
export function renderStep(state: RunState, rendering: Rendering): void {
  state.files.push(renderFile(rendering));
}

/** Step 2: shared files, records, and the comparison with the disk. */
export function reconcileStep(state: RunState): ChangeSet {
  const { request } = state;
  const generated = assembleTree(request.plan, state.files);
  state.tree = virtualTree([...generated.values(), ...recordsOf(request, generated)]);
  const disk = readTargetFiles(openTarget(request.target), [...state.tree.keys()]);
  state.changes = reconcile({
    rendered: state.tree,
    disk,
    decide: ({ path }) => request.decisions.get(path) ?? request.onConflict,
    markConflict: markBothSides,
  });
  return state.changes;
}

/** Step 3: the embedded checks over what would be written. */
export async function judgeStep(state: RunState): Promise<void> {
  if (!state.request.judge || !state.tree) return;
  const { runEmbedded } = await import('./verify/run-embedded.ts');
  state.judgements = await runEmbedded(state.tree);
}

/** Conflicts that nobody has decided on: with any, nothing is written. */
export const undecided = (changes: ChangeSet): ChangeSet =>
  changes.filter((change) => change.kind === 'conflict' && change.merged === undefined);

/** Step 4: all or nothing. */
export async function commitStep(state: RunState): Promise<void> {
  const { request, changes } = state;
  if (request.dryRun || !changes || undecided(changes).length > 0) return;
  await commitChanges(request.target, changes, { signal: request.signal });
  state.written = true;
}

/** What bulwark itself keeps in the repository (SPEC section 2). */
function recordsOf(request: RunRequest, generated: VirtualTree): VirtualFile[] {
  const { answers, preset, packs } = request;
  const settings = serializeSettings({
    $schema: `https://unpkg.com/create-bulwark@${version}/schema/bulwark.schema.json`,
    preset,
    answers: answersDocument(answers),
    packs: packs?.references ?? [],
  });
  return [
    record(SETTINGS_PATH, settings),
    record(LOCK_PATH, serializeLock(lockOf(generated, version, packs?.locked))),
    record(BASELINE_PATH, serializeBaseline(generated, packedTexts(request.plan, generated))),
  ];
}

/** Large verbatim files come packed: to press them takes longer than to write them. */
function packedTexts({ renderings }: Plan, generated: VirtualTree): Baseline {
  const texts = new Map<RepoPath, BaselineFile>();
  for (const { path, template } of renderings) {
    const content = generated.get(path)?.content;
    const { packed } = template;
    if (content && packed !== undefined) texts.set(path, { content, packed });
  }
  return texts;
}

const record = (path: RepoPath, text: string): VirtualFile => ({
  path,
  content: Buffer.from(text),
  executable: false,
  origin: { component: 'bulwark', template: path },
  ownership: 'managed',
});
