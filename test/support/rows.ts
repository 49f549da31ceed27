/** The pairwise rows of the real catalog, rendered, in memory and on the disk: what tests of the output judge. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { JudgedTree } from '../../src/verify/check.ts';
import { pairwiseRows, type Row } from './pairwise.ts';
import { catalog, render, type Rendered } from './render.ts';

/** Any number does; one for all tests, so that they speak of the same rows. */
const SEED = 7;

export interface NamedRow {
  /** `row-01`, the folder of its files. */
  readonly name: string;
  readonly answers: Row;
}

/** Every pair of two options' values occurs in one of them. */
export function namedRows(): readonly NamedRow[] {
  return pairwiseRows(catalog.components, SEED).map(({ answers }, index) => ({
    name: `row-${String(index + 1).padStart(2, '0')}`,
    answers,
  }));
}

export interface RenderedRow extends NamedRow, Rendered {}

/** @throws when a row is refused or does not render */
export async function renderedRows(): Promise<readonly RenderedRow[]> {
  return Promise.all(namedRows().map(async (row) => ({ ...row, ...(await render(row.answers)) })));
}

/** Writes a tree into a folder, with its modes. */
export function writeTree(tree: JudgedTree, folder: string): void {
  for (const { path, content, executable } of tree.values()) {
    const target = join(folder, path);
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, content, { mode: executable ? 0o755 : 0o644 });
  }
}
