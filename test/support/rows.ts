/** The pairwise rows of the real catalog, as `create` would write them, in memory and on the disk. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { reconcileStep, renderStep, startRun } from '../../src/run.ts';
import type { FieldValue } from '../../src/component/fields.ts';
import type { JudgedTree } from '../../src/verify/check.ts';
import { pairwiseRows, type PairwiseRow, type Row } from './pairwise.ts';
import { catalog, planFor, render } from './render.ts';

/** Any number does; one for all tests, so that they speak of the same rows. */
const SEED = 7;

export interface NamedRow {
  /** `row-01`, the folder of its files. */
  readonly name: string;
  readonly answers: Row;
}

/** Rows in which every pair of two options' values occurs. */
export const namedRows = (): readonly NamedRow[] => named('row', pairwiseRows(catalog.components, SEED));

/** Components of the preset that its users take or leave. */
const OPTIONAL_IN_PLATFORM = ['rabbitmq', 'ecs', 'cloud-run', 'container-instances', 'digitalocean'];

/** Rows of the preset fastapi-platform in which every pair of its options' values occurs. */
export async function platformRows(): Promise<readonly NamedRow[]> {
  const { plan } = await planFor({}, 'fastapi-platform');
  const given = catalog.components
    .filter(({ id, category }) => category !== 'stack' && !OPTIONAL_IN_PLATFORM.includes(id))
    .map(({ id }): [string, FieldValue] => [id, plan.project.has(id)]);
  return named('platform', pairwiseRows(catalog.components, SEED, new Map([...given, ['stack', 'fastapi']])));
}

/**
 * Real tools take minutes for a hundred rows: every so many of them is judged (BULWARK_MATRIX_STRIDE says another number), and
 * all with BULWARK_MATRIX=full.
 */
const STRIDE = process.env.BULWARK_MATRIX === 'full' ? 1 : Number(process.env.BULWARK_MATRIX_STRIDE ?? 8);

/** What real tools judge: rows of everything, and rows of the preset. */
export const toolRows = async (): Promise<readonly NamedRow[]> =>
  [...namedRows(), ...(await platformRows())].filter((_, index) => index % STRIDE === 0);

const named = (kind: string, rows: readonly PairwiseRow[]): readonly NamedRow[] =>
  rows.map(({ answers }, index) => ({ name: `${kind}-${String(index + 1).padStart(2, '0')}`, answers }));

/**
 * All files that `create` would write, with the records that it keeps.
 * @throws with the issues when the answers are refused or the plan has any
 */
export async function createdTree(answers: Row, preset: string | null = null): Promise<JudgedTree> {
  const { resolution, plan } = await render(answers, preset);
  const state = startRun({
    // Nothing is there and nothing will be: the run ends before it writes.
    target: join(tmpdir(), 'bulwark-never-written'),
    preset,
    answers: resolution.answers,
    plan,
    command: 'create',
    splices: false,
    onConflict: 'fail',
    decisions: new Map(),
    dryRun: true,
    judge: false,
    signal: new AbortController().signal,
  });
  for (const rendering of plan.renderings) renderStep(state, rendering);
  await reconcileStep(state);
  if (!state.tree) throw new Error('the run has no tree after its second step');
  return state.tree;
}

export interface RenderedRow extends NamedRow {
  readonly tree: JudgedTree;
}

/** @throws when a row is refused or does not render */
export const rendered = (rows: readonly NamedRow[]): Promise<readonly RenderedRow[]> =>
  Promise.all(rows.map(async (row) => ({ ...row, tree: await createdTree(row.answers) })));

/** Writes a tree into a folder, with its modes. */
export function writeTree(tree: JudgedTree, folder: string): void {
  for (const { path, content, executable } of tree.values()) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, { mode: executable ? 0o755 : 0o644 });
  }
}
