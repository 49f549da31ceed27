/** The laws of merging over random files, and merges that break one on purpose. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { stringify } from 'yaml';
import { mergeFile, type MergeFile } from '../../../src/merge/merge-file.ts';
import { mergeNarrowed, mergeStructure, readerOf } from '../../../src/merge/structure/merge-structure.ts';
import { mergeText } from '../../../src/merge/structure/merge-text.ts';
import { Unfaithful } from '../../../src/merge/structure/source.ts';
import { repoPath } from '../../../src/tree/repo-path.ts';
import { brokenLaw, parse, PATHS } from './laws.ts';
import { lineTriple, triple, type Format, type Triple } from './random-files.ts';

const FORMATS = ['yaml', 'json', 'toml'] as const;
const RUNS = 500;
const SEED = 20261121;
const MINUTES = 4 * 60_000;

const reader = async (format: Format) => {
  const read = await readerOf(repoPath(PATHS[format], 'test'));
  if (!read) throw new Error(`no reader of ${format}`);
  return read;
};

/** Whether the laws hold over some random triples; the first one that breaks a law otherwise. */
const firstBroken = async (
  merge: MergeFile,
  format: Format | 'lines',
  runs: number,
): Promise<string | undefined> => {
  const triples: fc.Arbitrary<Triple> = format === 'lines' ? lineTriple : triple(format);
  for (const sample of fc.sample(triples, { numRuns: runs, seed: SEED })) {
    const broken = await brokenLaw(merge, format, sample);
    if (broken !== undefined) return broken;
  }
  return undefined;
};

describe('T3: the laws of merging', () => {
  it.each([...FORMATS, 'lines'] as const)(
    'hold for %s',
    async (format) => {
      const triples: fc.Arbitrary<Triple> = format === 'lines' ? lineTriple : triple(format);
      await fc.assert(
        fc.asyncProperty(triples, async (sample) => {
          expect(await brokenLaw(mergeFile, format, sample)).toBeUndefined();
        }),
        { numRuns: RUNS, seed: SEED },
      );
    },
    MINUTES,
  );

  it.each(FORMATS)('most random %s merges by structure', async (format) => {
    const read = await reader(format);
    const samples = fc.sample(triple(format), { numRuns: RUNS, seed: SEED });
    const merged = samples.filter((sample) => mergeStructure(read, sample)?.text !== undefined);
    expect(merged.length / RUNS).toBeGreaterThan(0.85);
  });

  it.each(FORMATS)(
    'what was inserted into %s and is taken out again leaves the bytes as they were',
    async (format) => {
      const read = await reader(format);
      let count = 0;
      for (const { base, ours, theirs } of fc.sample(triple(format, ['add', 'push']), {
        numRuns: RUNS,
        seed: SEED,
      })) {
        const inserted = mergeStructure(read, { base, ours, theirs })?.text;
        if (inserted === undefined) continue;
        const removed = mergeStructure(read, { base: theirs, ours: inserted, theirs: base })?.text;
        if (removed === undefined) continue;
        expect(removed).toBe(ours);
        count += 1;
      }
      expect(count / RUNS).toBeGreaterThan(0.85);
    },
  );

  it('what is the same on all sides may be left out', async () => {
    const read = await reader('yaml');
    let count = 0;
    for (const sample of fc.sample(triple('yaml'), { numRuns: RUNS, seed: SEED })) {
      const narrowed = mergeNarrowed(read, sample);
      if (narrowed === undefined) continue;
      expect(narrowed).toBe(mergeStructure(read, sample)?.text);
      count += 1;
    }
    expect(count).toBeGreaterThan(RUNS / 20);
  });

  it.each(FORMATS)('%s takes over comments and blank lines of theirs to the last byte', async (format) => {
    const read = await reader(format);
    let count = 0;
    for (const { base, theirs } of fc.sample(triple(format), { numRuns: RUNS, seed: SEED })) {
      const [from, to] = [read(base)[0]?.source, read(theirs)[0]?.source];
      if (!from || !to) throw new Error('nothing was read');
      try {
        expect(mergeText({ base: from, ours: from, theirs: to })).toBe(theirs);
        count += 1;
      } catch (error) {
        if (!(error instanceof Unfaithful)) throw error;
      }
    }
    expect(count / RUNS).toBeGreaterThan(0.9);
  });
});

describe('T3: a merge that breaks a law is found out', () => {
  const broken =
    (change: (merged: string) => string): MergeFile =>
    async (sides, exec) => {
      const result = await mergeFile(sides, exec);
      return result && { ...result, content: Buffer.from(change(result.content.toString())) };
    };

  it('when it writes the file anew', async () => {
    const anew = broken((text) => (text.includes('<<<<<<<') ? text : stringify(parse('yaml', text))));
    expect(await firstBroken(anew, 'yaml', 20)).toBeDefined();
  });

  it.each(['yaml', 'lines'] as const)('when it drops a line of ours (%s)', async (format) => {
    const dropping: MergeFile = async (sides, exec) => {
      const result = await mergeFile(sides, exec);
      if (!result || sides.theirs.equals(sides.base) || sides.theirs.equals(sides.ours)) return result;
      const mine = /^.*\bo(?:urs |k)\d.*\n/m;
      return { ...result, content: Buffer.from(result.content.toString().replace(mine, '')) };
    };
    expect(await firstBroken(dropping, format, 60)).toMatch(/no line of ours is lost/);
  });

  it('when it takes theirs wholly', async () => {
    const theirs: MergeFile = async ({ theirs: content }) => ({ content, conflicts: [], by: 'lines' });
    expect(await firstBroken(theirs, 'json', 20)).toBe('what only ours changed is ours');
  });

  it('when it keeps ours wholly', async () => {
    const ours: MergeFile = async ({ ours: content, base, theirs }) => ({
      content: content.equals(base) ? theirs : content,
      conflicts: [],
      by: 'structure',
    });
    expect(await firstBroken(ours, 'toml', 40)).toMatch(/ is what theirs says| cannot be both| has /);
  });

  it('when it leaves a text that cannot be read', async () => {
    const twice = broken((text) => (text.includes('<<<<<<<') ? text : `${text}\nbk1: 1\nbk1: 2\n`));
    const only: MergeFile = async (sides, exec) =>
      sides.theirs.equals(sides.base) || sides.ours.equals(sides.base) || sides.ours.equals(sides.theirs)
        ? mergeFile(sides, exec)
        : twice(sides, exec);
    expect(await firstBroken(only, 'yaml', 60)).toMatch(/can be read|merged twice/);
  });
});
