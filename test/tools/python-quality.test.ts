/**
 * Its own linters, at the versions it locks, find nothing in any rendered application. Applications of different rows
 * that are the same are judged once.
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test, type TestContext } from 'vitest';
import { exec } from '../../src/exec.ts';
import type { JudgedFile, JudgedTree } from '../../src/verify/check.ts';
import { digestOf, virtualEnvironment } from '../support/cache.ts';
import { PYTHON, registryAnswers } from '../support/python-packages.ts';
import { rendered, toolRows, writeTree } from '../support/rows.ts';
import { describeWithTools, skipInGroup } from '../support/tools.ts';

const MINUTE = 60_000;

/** One application, whatever rows it is of. */
interface Application {
  /** The rows, for the name of a failing test. */
  readonly rows: string[];
  readonly folder: string;
  readonly tree: JudgedTree;
  /** Paths of what no application before it had with this lock: all in the first. */
  readonly fresh: readonly string[];
}

/** Applications that have the same lock, and so the same tools. */
interface Family {
  readonly applications: Application[];
  /** The folder of the tools; empty until they are installed. */
  bin: string;
}

/** How the rendered CI, Makefile and README start each tool, and the line that says it judged something. */
interface Linter {
  readonly args: readonly string[];
  readonly judged: RegExp;
  /** Judges each file by itself, whatever lies beside it. */
  readonly isOfFiles?: true;
}

const LINTERS: Readonly<Record<string, Linter>> = {
  ruff: { args: ['check', '.'], judged: /All checks passed!/ },
  black: { args: ['--check', '.'], judged: /\d+ files? would be left unchanged/, isOfFiles: true },
  isort: { args: ['--check-only', '--verbose', '.'], judged: /SUCCESS: / },
  bandit: {
    args: [
      ...['--recursive', 'core', 'database', 'infrastructure', 'scripts', 'services'],
      ...['--configfile', 'pyproject.toml'],
    ],
    judged: /Total lines of code: [1-9]/,
  },
};

const LOCK = 'requirements-dev.txt';

const isPython = ({ path }: JudgedFile): boolean => path.endsWith('.py');

const root = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-python-')));
const families = new Map<string, Family>();
let unavailable: string | undefined;

/** What the tools read of a tree. */
const contentOf = (tree: JudgedTree): readonly JudgedFile[] =>
  [...tree.values()].filter((file) => isPython(file) || file.path === 'pyproject.toml');

async function prepare(): Promise<void> {
  const seen = new Map<string, Application>();
  const known = new Set<string>();
  for (const { name, tree } of await rendered(await toolRows())) {
    const lock = [...tree.values()].find(({ path }) => path === LOCK)?.content.toString('utf8');
    // An application of one's own has no Python but the scripts on .env, which the others have as well.
    if (lock === undefined) continue;
    const family = digestOf(lock);
    const id = digestOf(
      family,
      ...contentOf(tree).flatMap(({ path, content }) => [path, content.toString('utf8')]),
    );
    const same = seen.get(id);
    if (same) {
      same.rows.push(name);
      continue;
    }
    const fresh = contentOf(tree).filter(({ path, content }) => {
      const key = digestOf(family, path, content.toString('utf8'));
      if (known.has(key)) return false;
      known.add(key);
      return true;
    });
    const folder = join(root, name);
    writeTree(tree, folder);
    const application = { rows: [name], folder, tree, fresh: fresh.map(({ path }) => path) };
    seen.set(id, application);
    const applications = families.get(family)?.applications ?? [];
    families.set(family, { applications: [...applications, application], bin: '' });
  }
  try {
    for (const family of families.values()) {
      family.bin = await virtualEnvironment(PYTHON, join(family.applications[0]?.folder ?? '', LOCK));
    }
  } catch (error) {
    // A lock that does not install is a fault; a registry that is not there says nothing about it.
    if (await registryAnswers()) throw error;
    unavailable = 'the package registry does not answer';
  }
}

interface Said {
  readonly exitCode: number | undefined;
  readonly words: string;
}

async function run(bin: string, folder: string, module: string, args: readonly string[]): Promise<Said> {
  const { exitCode, stdout, stderr } = await exec({
    command: join(bin, 'python'),
    args: ['-m', module, ...args],
    cwd: folder,
    env: { NO_COLOR: '1', PYTHONDONTWRITEBYTECODE: '1' },
    timeout: 5 * MINUTE,
  });
  return { exitCode, words: `${stdout}\n${stderr}`.slice(-4000) };
}

const mypy = (family: string): readonly string[] => ['--strict', '--cache-dir', join(root, `mypy-${family}`)];

/** What of an application is new to its family, where the rest was judged in another. */
const newModules = ({ fresh }: Application): readonly string[] =>
  fresh.filter((path) => path.endsWith('.py'));

/** The first application whole; of the others, whose remaining files are the same, what is new in them. */
function pylintPaths(application: Application, isFirst: boolean): readonly string[] {
  const { tree } = application;
  if (!isFirst) return newModules(application);
  const folders = [...tree.values()].filter(isPython).map(({ path }) => path.split('/')[0] ?? '');
  return [...new Set(folders)].sort();
}

/** Something of which each tool must say something. */
const SPOILT = `import sys
import os
def run(command):
    assert command
    return eval(command, {'os': os})
`;

describeWithTools('python-quality', [PYTHON], () => {
  beforeAll(prepare, 15 * MINUTE);

  afterAll(() => {
    rmSync(root, { recursive: true, force: true });
  });

  const available = (context: TestContext): void => {
    if (unavailable !== undefined) skipInGroup('python-quality', context, unavailable);
  };

  /** Runs over all applications and says which are not clean. */
  async function faultsOf(
    judge: (
      family: string,
      bin: string,
      application: Application,
      isFirst: boolean,
    ) => Promise<Said | undefined>,
    judged: RegExp,
  ): Promise<readonly string[]> {
    // The families are independent of each other, also in their caches.
    const faults = await Promise.all(
      [...families].map(async ([family, { bin, applications }]) => {
        const found: string[] = [];
        for (const [index, application] of applications.entries()) {
          const said = await judge(family, bin, application, index === 0);
          if (said === undefined || (said.exitCode === 0 && judged.test(said.words))) continue;
          found.push(`${application.rows.join(', ')}: ${said.exitCode ?? '-'} ${said.words}`);
        }
        return found;
      }),
    );
    return faults.flat();
  }

  test('there are applications with and without RabbitMQ, with and without accounts, under several names', (context) => {
    available(context);
    expect(families.size).toBe(4);
    for (const { applications } of families.values()) expect(applications.length).toBeGreaterThan(1);
  });

  for (const [linter, { args, judged, isOfFiles }] of Object.entries(LINTERS)) {
    test(
      `${linter} finds nothing`,
      async (context) => {
        available(context);
        const faults = await faultsOf(async (_, bin, application, isFirst) => {
          const whole = isFirst || isOfFiles !== true;
          const words = whole ? args : [...args.slice(0, -1), ...newModules(application)];
          return !whole && newModules(application).length === 0
            ? undefined
            : run(bin, application.folder, linter, words);
        }, judged);
        expect(faults).toEqual([]);
      },
      10 * MINUTE,
    );
  }

  test(
    'mypy --strict finds nothing',
    async (context) => {
      available(context);
      const faults = await faultsOf(
        (family, bin, { folder }) => run(bin, folder, 'mypy', mypy(family)),
        /no issues found in [1-9]\d* source files/,
      );
      expect(faults).toEqual([]);
    },
    10 * MINUTE,
  );

  test(
    'pylint finds nothing',
    async (context) => {
      available(context);
      const faults = await faultsOf(async (_, bin, application, isFirst) => {
        const paths = pylintPaths(application, isFirst);
        return paths.length === 0 ? undefined : run(bin, application.folder, 'pylint', paths);
      }, /rated at 10\.00\/10/);
      expect(faults).toEqual([]);
    },
    10 * MINUTE,
  );

  describe('in a file that is spoilt', () => {
    const pathOf = ({ folder }: Application): string => join(folder, 'core', 'spoilt.py');

    test.each([
      ['ruff', LINTERS.ruff?.args ?? [], 'F401'],
      ['black', LINTERS.black?.args ?? [], 'would reformat'],
      ['isort', LINTERS.isort?.args ?? [], 'Imports are incorrectly sorted'],
      ['bandit', LINTERS.bandit?.args ?? [], 'B307'],
      ['mypy', mypy('spoilt'), 'no-untyped-def'],
      ['pylint', ['core/spoilt.py'], 'eval-used'],
    ])(
      '%s finds it',
      async (tool, args, rule) => {
        const [family] = families.values();
        const application = family?.applications[0];
        if (!family || !application) throw new Error('no row has an application');
        writeFileSync(pathOf(application), SPOILT);
        try {
          const { exitCode, words } = await run(family.bin, application.folder, tool, args);
          expect(exitCode).not.toBe(0);
          expect(words).toContain(rule);
        } finally {
          rmSync(pathOf(application));
        }
      },
      5 * MINUTE,
    );
  });
});
