/** The pairwise set really has every pair that can occur, over the components that are discovered. */
import { components } from 'bulwark:components';
import { describe, expect, it } from 'vitest';
import { pairsIn, pairwiseRows, possiblePairs } from '../support/pairwise.ts';

describe('pairwise rows', () => {
  const rows = pairwiseRows(components, 7);

  it('have every possible pair', () => {
    const covered = new Set(rows.flatMap(({ settings }) => pairsIn(settings)));
    const missing = [...possiblePairs(components)].filter((pair) => !covered.has(pair));
    expect(missing).toEqual([]);
    expect(covered.size).toBeGreaterThan(100);
  });

  it('have no pair that cannot occur', () => {
    const possible = possiblePairs(components);
    const impossible = rows
      .flatMap(({ settings }) => pairsIn(settings))
      .filter((pair) => !possible.has(pair));
    expect(impossible).toEqual([]);
  });

  it('are the same in every run', () => {
    expect(pairwiseRows(components, 7).map(({ answers }) => answers)).toEqual(
      rows.map(({ answers }) => answers),
    );
  });
});
