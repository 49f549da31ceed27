/** Variables of hostile files: what would fill the memory ends at once and is told; ordinary ones unfold as ever. */
import { describe, expect, test } from 'vitest';
import { repoPath } from '../../../src/tree/repo-path.ts';
import type { JudgedFile } from '../../../src/verify/check.ts';
import { readDockerfile } from '../../../src/verify/embedded/dockerfile-syntax.ts';
import { makefileOf } from '../../../src/verify/embedded/makefile-source.ts';

const fileOf = (name: string, text: string): JudgedFile => ({
  path: repoPath(name, 'test'),
  content: Buffer.from(text),
  executable: false,
});
const makefile = (...lines: readonly string[]) => makefileOf(fileOf('Makefile', `${lines.join('\n')}\n`));
const dockerfile = (...lines: readonly string[]) =>
  readDockerfile(fileOf('Dockerfile', `${lines.join('\n')}\n`));

/** What a person waits for without noticing it, on a machine that does something else too. */
const MILLISECONDS = 2000;

/** Ends in time, or the test does not. */
function inTime<Result>(work: () => Result): Result {
  const begin = performance.now();
  const result = work();
  expect(performance.now() - begin).toBeLessThan(MILLISECONDS);
  return result;
}

/** A0 is ten letters, and each of the others twice the one before: 2^count of them in the last. */
const doubling = (count: number): readonly string[] => [
  'A0 := aaaaaaaaaa',
  ...Array.from({ length: count }, (_, index) => `A${index + 1} := $(A${index})$(A${index})`),
];

describe('a Makefile', () => {
  test('unfolds variables in variables', () => {
    const { recipes, excess } = makefile(...doubling(5), 'all:', '\techo $(A5) $(call shout,$(A0)) $$HOME');
    expect(recipes).toEqual([{ text: `echo ${'a'.repeat(320)} "$UNKNOWN" $HOME`, line: 8 }]);
    expect(excess).toBeUndefined();
  });

  test('whose variables double with each line is told, with the line', () => {
    const read = inTime(() => makefile(...doubling(60), 'all:', '\techo $(A60)'));
    expect(read.excess).toEqual({ line: 12, is: 'variables that unfold to more than 16 KB' });
    // Nothing is said of targets that may stand in what was not read.
    expect(read.hasTarget('anything')).toBe(true);
  });

  test('whose variable names itself comes to an end', () => {
    const { recipes, excess } = inTime(() => makefile('A = $(A) x', 'all:', '\techo $(A)'));
    expect(recipes).toEqual([{ text: 'echo "$UNKNOWN" x', line: 3 }]);
    expect(excess).toBeUndefined();
  });

  test('with calls within calls is told from a depth on that nobody writes', () => {
    const nested = (depth: number) =>
      makefile('all:', `\techo ${'$(call f,'.repeat(depth)}x${')'.repeat(depth)}`);
    expect(nested(20)).toMatchObject({ recipes: [{ text: 'echo "$UNKNOWN"' }] });
    expect(nested(20).excess).toBeUndefined();
    expect(inTime(() => nested(800)).excess).toEqual({
      line: 2,
      is: 'calls within each other, more than 50 deep',
    });
  });

  test('with many long values, a long line, or too many lines ends in time', () => {
    const value = 'x'.repeat(8000);
    const many = Array.from({ length: 5000 }, () => '\techo $(V)');
    expect(inTime(() => makefile(`V := ${value}`, 'all:', ...many)).excess?.is).toContain('in all');
    expect(inTime(() => makefile(`${'a '.repeat(400_000)}: b`)).excess?.is).toContain('a line of more than');
    expect(inTime(() => makefile(...Array.from({ length: 30_000 }, () => 'a: b'))).excess?.is).toContain(
      'lines',
    );
    expect(inTime(() => makefile(`${'%'.repeat(4000)}: b`)).hasTarget('a'.repeat(100))).toBe(false);
  });
});

describe('a Dockerfile', () => {
  test('has its arguments put into the name of an image', () => {
    const { stages, excess } = dockerfile(
      'ARG TAG=3.13',
      'ARG NAME=python',
      'FROM $NAME:${TAG} AS a',
      'RUN true',
    );
    expect(stages[0]?.image).toBe('python:3.13');
    expect(excess).toBeUndefined();
  });

  test('whose arguments fill the memory is told', () => {
    const long = `ARG A=${'a'.repeat(60_000)}`;
    expect(inTime(() => dockerfile(long, `FROM ${'$A'.repeat(30_000)}`)).excess).toEqual({
      line: 1,
      is: 'an instruction of more than 8 KB',
    });
    const longest = dockerfile(`ARG A=${'a'.repeat(1000)}`, `FROM ${'$A'.repeat(500)}`);
    expect(longest.excess).toBeUndefined();
    expect(longest.stages[0]?.image).toHaveLength(1024);
    expect(dockerfile(`ARG A=${'a'.repeat(1100)}`, 'FROM $A').excess?.line).toBe(1);
  });

  test('with a thousand stages, or more bytes than are read, ends in time', () => {
    const stages = Array.from({ length: 1000 }, (_, index) => `FROM s${index} AS s${index + 1}`);
    expect(inTime(() => dockerfile(...stages)).excess).toEqual({ line: 101, is: 'more than 100 stages' });
    expect(
      inTime(() => dockerfile('FROM a', ...Array.from({ length: 40_000 }, () => 'RUN true'))).excess,
    ).toEqual({
      line: 1,
      is: 'more than 256 KB',
    });
  });
});
