/**
 * Whatever is chosen, it renders and our own checks find nothing in it: over the pairwise rows, or with
 * BULWARK_MATRIX=full over BULWARK_MATRIX_ROWS rows drawn from the full product, which no machine gets through.
 */
import { describe, expect, it } from 'vitest';
import type { CheckResult, JudgedTree } from '../../src/verify/check.ts';
import { runEmbedded } from '../../src/verify/run-embedded.ts';
import { randomRows, type Row } from '../support/pairwise.ts';
import { catalog } from '../support/render.ts';
import { createdTree, namedRows } from '../support/rows.ts';

/** About ten minutes on one core. */
const DEFAULT_ROWS = 3000;
/** Any number does; another draws other rows. */
const SEED = Number(process.env.BULWARK_MATRIX_SEED ?? 7);
const MINUTES = 60_000;

/** What is wrong with a row, in words; nothing for a good one. */
async function faultsOf(answers: Row): Promise<readonly string[]> {
  let tree: JudgedTree;
  try {
    tree = await createdTree(answers);
  } catch (error) {
    // The pairwise set says that the row can be had; the resolver, or a template, says something else.
    return [`refused or not rendered: ${error instanceof Error ? error.message : String(error)}`];
  }
  return (await runEmbedded(tree)).flatMap(faultsIn);
}

function faultsIn(result: CheckResult): readonly string[] {
  switch (result.outcome) {
    case 'passed':
    case 'skipped':
      return [];
    case 'failed':
      return [`${result.check} gave no answer: ${result.reason}`];
    case 'findings':
      return result.findings.map(
        ({ rule, path, line, message }) => `${path}:${line ?? 1} ${rule}: ${message}`,
      );
  }
}

describe.runIf(process.env.BULWARK_MATRIX !== 'full')('T21: pairwise rows', () => {
  it.each(namedRows())('$name renders and has no finding', async ({ answers }) => {
    expect(await faultsOf(answers), JSON.stringify(answers)).toEqual([]);
  });
});

describe.runIf(process.env.BULWARK_MATRIX === 'full')('T21: rows of the full product', () => {
  it(
    'render and have no finding',
    async () => {
      const count = Number(process.env.BULWARK_MATRIX_ROWS ?? DEFAULT_ROWS);
      let judged = 0;
      for (const answers of randomRows(catalog.components, count, SEED)) {
        expect(await faultsOf(answers), JSON.stringify(answers)).toEqual([]);
        judged += 1;
      }
      expect(judged).toBe(count);
    },
    60 * MINUTES,
  );
});

it('judges a row that has a fault as one', async () => {
  expect(await faultsOf({ stack: 'none', containers: ['compose'] })).toEqual([
    expect.stringContaining('refused or not rendered') as unknown,
  ]);
});
