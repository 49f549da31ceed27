/** The parts of a fleet run that need no disk: the schedule, the rows, the exit code, the matrix. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BulwarkError, ExitCode } from '../../../src/errors.ts';
import type { ExecResult } from '../../../src/exec.ts';
import { issueOfEnd, readDocument } from '../../../src/fleet/child-document.ts';
import { branchOf } from '../../../src/fleet/distinct.ts';
import { readFleet } from '../../../src/fleet/fleet-file.ts';
import { matrixOf } from '../../../src/fleet/matrix.ts';
import { reportOf } from '../../../src/fleet/report.ts';
import { entryOf, readRepository, type FleetRepository } from '../../../src/fleet/repository.ts';
import { codeOfRows, countStates, MAX_FILES, type Row } from '../../../src/fleet/row.ts';
import { sideBySide } from '../../../src/fleet/side-by-side.ts';

const never = new AbortController().signal;
const later = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('side by side', () => {
  test('never more than the limit, all of them, in their order', async () => {
    let now = 0;
    let most = 0;
    const results = await sideBySide([...Array(20).keys()], 3, never, async (item) => {
      now += 1;
      most = Math.max(most, now);
      for (let turns = item % 4; turns >= 0; turns -= 1) await later();
      now -= 1;
      return item * 2;
    });
    expect(most).toBe(3);
    expect(results).toEqual([...Array(20).keys()].map((item) => item * 2));
  });

  test('an interruption begins nothing new, and waits for what is in work', async () => {
    const abort = new AbortController();
    const ended: number[] = [];
    const results = await sideBySide([0, 1, 2, 3, 4], 2, abort.signal, async (item) => {
      if (item === 1) abort.abort();
      await later();
      ended.push(item);
      return item;
    });
    expect(ended.sort()).toEqual([0, 1]);
    expect(results).toEqual([0, 1, undefined, undefined, undefined]);
  });

  test('a bug in one is thrown, after those in work', async () => {
    const ended: number[] = [];
    const run = sideBySide([0, 1, 2], 2, never, async (item) => {
      if (item === 0) throw new Error('bug');
      await later();
      ended.push(item);
    });
    await expect(run).rejects.toThrow('bug');
    expect(ended).toEqual([1]);
  });
});

const row = (code: number, state: Row['state'] = 'current'): Row => ({
  name: 'a',
  place: 'a',
  state,
  code,
  packs: [],
  edits: 0,
  updates: 0,
  conflicts: 0,
  rules: 0,
  issues: [],
});

describe('the report', () => {
  test.each([
    [[0, 0], 0],
    [[], 0],
    [[0, 7], 7],
    [[7, 6, 0], 6],
    [[7, 3], 3],
    [[3, 6], 6],
    [[2, 7], 2],
    [[6, 74, 3], 74],
    [[74, 70], 70],
    [[99], ExitCode.bug],
  ])('codes %j end with %i', (codes, end) => {
    expect(codeOfRows(codes.map((code) => row(code)))).toBe(end);
  });

  test('the order of the rows does not matter', () => {
    const codes = fc.array(fc.constantFrom(...Object.values(ExitCode)), { minLength: 1 });
    fc.assert(
      fc.property(codes, (list) => {
        const rows = list.map((code) => row(code));
        return codeOfRows(rows) === codeOfRows(rows.toReversed());
      }),
    );
  });

  test('counts states, and says what was left out', () => {
    const rows = [row(7, 'edited'), undefined, row(0), row(7, 'edited')];
    expect(reportOf('status', '1.0.0', rows)).toMatchObject({
      ok: false,
      code: 130,
      left: 1,
      counts: { current: 1, edited: 2 },
    });
    expect(countStates([])).toEqual({});
  });
});

const end = (document: unknown, exitCode = 0, more: Partial<ExecResult> = {}): ExecResult => ({
  outcome: 'exited',
  exitCode,
  stdout: JSON.stringify(document),
  stderr: '',
  ...more,
});

describe('what a child has printed', () => {
  test('keeps little of it', () => {
    const files = Array.from({ length: 5000 }, (_, index) => ({
      path: `${'x'.repeat(5000)}${index}`,
      change: index === 0 ? 'conflict' : 'update',
    }));
    const document = readDocument(
      end({ code: 3, issues: files.map(() => ({ id: 'x', message: 'y' })), files }, 3),
    );
    expect(document).toMatchObject({ updates: 5000, conflicts: 1, hasPlan: true });
    expect(document?.files).toHaveLength(MAX_FILES);
    expect(JSON.stringify(document).length).toBeLessThan(100_000);
  });

  test('what stays as it is, and records of bulwark, are no changes', () => {
    const files = [
      { path: 'a', change: 'unchanged' },
      { path: 'b', change: 'keep' },
      { path: '.bulwark/lock.json', change: 'update' },
      { path: 'c', change: 'create' },
      { path: 4, change: 'create' },
      'd',
    ];
    expect(readDocument(end({ code: 0, files }))?.files).toEqual([{ path: 'c', change: 'create' }]);
  });

  test.each([
    ['nothing', end(undefined, 0, { stdout: '' })],
    ['two documents', end({}, 0, { stdout: '{"code":0}{"code":0}' })],
    ['another code than it ended with', end({ code: 0, files: [] }, 70)],
    ['a list', end([])],
    ['what a killed process has said', end({ code: 0, files: [] }, 0, { outcome: 'signal' })],
    ['what took too long', end({ code: 0, files: [] }, 0, { outcome: 'timeout' })],
  ])('%s is no document', (_, ended) => {
    expect(readDocument(ended)).toBeUndefined();
    expect(issueOfEnd(ended).message).toMatch(/^bulwark /);
  });
});

const repository = (text: string, more: object = {}): FleetRepository => {
  const reading = readRepository({ ...entryOf(text), ...more });
  if ('fault' in reading) throw new Error(reading.fault);
  return reading.repository;
};

describe('the matrix', () => {
  const fleet = (count: number, owner: (index: number) => string): FleetRepository[] =>
    Array.from({ length: count }, (_, index) =>
      repository(`https://github.com/${owner(index)}/r${index}.git`),
    );

  test('has a job for each repository, whose fleet file is read again', async () => {
    const { include } = matrixOf(
      [
        repository('git@github.com:acme/a.git', { branch: 'develop', folder: 'x' }),
        ...fleet(1, () => 'other'),
      ],
      'github.com',
    );
    expect(include).toEqual([
      {
        name: 'acme/a#x',
        owner: 'acme',
        repositories: 'a',
        fleet:
          '{"repositories":[{"url":"https://github.com/acme/a.git","branch":"develop","folder":"x","name":"acme/a#x"}]}',
      },
      expect.objectContaining({ owner: 'other', repositories: 'r0' }),
    ]);
    for (const job of include) expect(await readFleet(job.fleet, 'fleet.json')).toHaveProperty('fleet');
  });

  test('never has more jobs than GitHub makes, leaves nobody out, and mixes no owners', () => {
    const counts = fc.array(fc.integer({ min: 1, max: 40 }), { minLength: 1, maxLength: 8 });
    fc.assert(
      fc.property(counts, fc.integer({ min: 8, max: 20 }), (owners, jobs) => {
        const all = owners.flatMap((count, index) => fleet(count, () => `o${index}`));
        const { include } = matrixOf(all, 'github.com', jobs);
        const named = include.flatMap(({ owner, repositories }) =>
          repositories.split('\n').map((name) => `${owner}/${name}`),
        );
        const expected = owners.flatMap((count, index) =>
          Array.from({ length: count }, (_, at) => `o${index}/r${at}`),
        );
        expect(include.length).toBeLessThanOrEqual(jobs);
        expect(named.sort()).toEqual(expected.sort());
      }),
      { numRuns: 50 },
    );
  });

  test('256 repositories are 256 jobs, 257 are fewer', () => {
    expect(
      matrixOf(
        fleet(256, () => 'o'),
        'github.com',
      ).include,
    ).toHaveLength(256);
    expect(
      matrixOf(
        fleet(257, () => 'o'),
        'github.com',
      ).include,
    ).toHaveLength(129);
    expect(matrixOf([], 'github.com')).toEqual({ include: [] });
  });

  test('refuses what a job cannot reach, all of it, and too many owners', () => {
    const refused = (repositories: FleetRepository[]): readonly string[] => {
      try {
        matrixOf(repositories, 'github.com');
        return [];
      } catch (error) {
        return error instanceof BulwarkError ? error.issues.map(({ id }) => id) : [];
      }
    };
    const foreign = ['../a', 'https://gitlab.com/o/r.git', 'https://github.com/r.git', 'file:///srv/r.git'];
    expect(refused(foreign.map((text) => repository(text)))).toEqual(foreign.map(() => 'fleet-matrix'));
    expect(refused(fleet(300, (index) => `o${index}`))).toEqual(['fleet-matrix']);
  });
});

test('each folder of a mono-repository has a branch of its own', () => {
  const mono = repository('https://h/o/r', { folder: 'services/api' });
  expect(branchOf(mono, 'bulwark/update')).toBe('bulwark/update-services-api');
  expect(branchOf(repository('https://h/o/r'), 'bulwark/update')).toBe('bulwark/update');
});
