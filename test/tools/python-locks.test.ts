/** Every package that a rendered application locks has a wheel for each Python and processor, with the locked hash. */
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { cacheFolder, digestOf } from '../support/cache.ts';
import { createdTree } from '../support/rows.ts';
import { PYTHON, registryAnswers, wheelsFor, type Target } from '../support/python-packages.ts';
import { describeWithTools, skipInGroup } from '../support/tools.ts';

const MINUTE = 60_000;
const NO_REGISTRY = 'the package registry does not answer';

const TARGETS = ['3.12', '3.13', '3.14'].flatMap((python) =>
  (['x86_64', 'aarch64'] as const).map((machine): Target => ({ python, machine })),
);

/** Every pair of the two options that change what is locked. */
const VARIANTS = ['none', 'database'].flatMap((auth) =>
  [
    ['postgres', 'redis'],
    ['postgres', 'rabbitmq', 'redis'],
  ].map((data) => ({ stack: 'fastapi', data, 'fastapi.auth': auth })),
);

/** The packages of a lock, each with its hashes, without the comments on who wants it. */
function packagesOf(lock: string): readonly string[] {
  const lines = lock.split('\n').filter((line) => !/^\s*(?:#|$)/.test(line));
  return lines
    .join('\n')
    .split(/\n(?=\S)/)
    .map((entry) => `${entry.trim()}\n`);
}

const nameOf = (entry: string): string => /^[^=\s]+/.exec(entry)?.[0] ?? '';

/**
 * All packages of all locks, each once: whether there is a wheel is a matter of the package alone. One that is locked
 * differently in two locks stands on a second sheet.
 */
function sheetsOf(locks: readonly string[]): readonly string[] {
  const sheets: Map<string, string>[] = [];
  for (const entry of new Set(locks.flatMap(packagesOf))) {
    const free = sheets.find((sheet) => !sheet.has(nameOf(entry)));
    if (free) free.set(nameOf(entry), entry);
    else sheets.push(new Map([[nameOf(entry), entry]]));
  }
  return sheets.map((sheet) => [...sheet.values()].join(''));
}

describeWithTools('python-locks', [PYTHON], () => {
  let locks: readonly string[] = [];
  let registry: Promise<boolean> | undefined;
  const answers = (): Promise<boolean> => (registry ??= registryAnswers());

  beforeAll(async () => {
    const trees = await Promise.all(VARIANTS.map((answers) => createdTree(answers)));
    locks = trees.flatMap((tree) =>
      [...tree.values()]
        .filter(({ path }) => /(?:^|\/)requirements[^/]*\.txt$/.test(path))
        .map(({ content }) => content.toString('utf8')),
    );
  }, MINUTE);

  test('there is a lock for the image and one for development, in every variant', () => {
    expect(new Set(locks).size).toBe(8);
  });

  test('every package has an exact version and hashes', () => {
    for (const entry of locks.flatMap(packagesOf)) {
      expect(entry).toMatch(/^[\w.-]+(?:\[[\w,-]+\])?==\S+.*(?:\n\s+--hash=sha256:[0-9a-f]{64}[ \\]*)+\n$/);
    }
  });

  test('no package depends on the version of Python, which pip would judge by its own', () => {
    expect(locks.flatMap(packagesOf).filter((entry) => /python_(?:full_)?version/.test(entry))).toEqual([]);
  });

  for (const target of TARGETS) {
    test.concurrent(
      `every package has a wheel for Python ${target.python} on ${target.machine}`,
      async (context) => {
        for (const sheet of sheetsOf(locks)) {
          const stamp = join(cacheFolder('locks'), digestOf(JSON.stringify(target), sheet));
          if (existsSync(stamp)) continue;
          if (!(await answers())) skipInGroup('python-locks', context, NO_REGISTRY);
          const { exitCode, stderr } = await wheelsFor(sheet, target);
          context.expect(exitCode, stderr).toBe(0);
          writeFileSync(stamp, '');
        }
      },
      10 * MINUTE,
    );
  }

  test(
    'a lock with one other hash is refused',
    async (context) => {
      if (!(await answers())) skipInGroup('python-locks', context, NO_REGISTRY);
      const [target] = TARGETS;
      // One wheel for all systems: its hash is the one that counts, and it is small.
      const entry = locks.flatMap(packagesOf).find((candidate) => nameOf(candidate) === 'idna');
      if (!target || entry === undefined) throw new Error('no lock has the package idna');
      expect(await wheelsFor(entry, target)).toMatchObject({ exitCode: 0 });
      const changed = entry.replaceAll(
        /sha256:(.)/g,
        (_, digit: string) => `sha256:${digit === '0' ? '1' : '0'}`,
      );
      expect(changed).not.toBe(entry);
      const { exitCode, stderr } = await wheelsFor(changed, target);
      expect(exitCode).toBe(1);
      expect(stderr).toContain('DO NOT MATCH THE HASHES');
    },
    10 * MINUTE,
  );

  test(
    'a package that has no wheel is refused',
    async (context) => {
      if (!(await answers())) skipInGroup('python-locks', context, NO_REGISTRY);
      const entry = locks.flatMap(packagesOf).find((candidate) => nameOf(candidate) === 'asyncpg');
      if (entry === undefined) throw new Error('no lock has the package asyncpg');
      const { exitCode } = await wheelsFor(entry, { python: '3.7', machine: 'x86_64' });
      expect(exitCode).toBe(1);
    },
    10 * MINUTE,
  );
});
