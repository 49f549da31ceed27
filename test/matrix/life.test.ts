/**
 * T21 over a repository's life: what is found in nothing that `create` renders is found in nothing that `add`, `remove` and `update`
 * leave. Most of it is shown by bytes: the tree is the one that `create` would have written. Trees of presets and of pairwise rows
 * are judged as they are created (embedded.test.ts, tools.test.ts); those that no row has are judged here.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { FieldValue } from '../../src/component/fields.ts';
import { exec } from '../../src/exec.ts';
import { flattenAnswers } from '../../src/plan/answers-document.ts';
import type { Catalog } from '../../src/plan/catalog.ts';
import { readTree } from '../../src/repo/read-tree.ts';
import type { CheckResult, JudgedTree } from '../../src/verify/check.ts';
import { runEmbedded } from '../../src/verify/run-embedded.ts';
import { runTools } from '../../src/verify/run-tools.ts';
import { tools } from '../../src/verify/tools/index.ts';
import type { Row } from '../support/pairwise.ts';
import { catalogWith, newLife, theCatalog, type Life } from '../support/repository-life.ts';
import { createdTree, namedRows } from '../support/rows.ts';
import { describeWithTools, execWithTools, missingSchemas } from '../support/tools.ts';

const MINUTE = 60_000;
/** What a repository cannot be without, or can have one of only. */
const FIXED = new Set(['stack', 'essential']);
const ADDABLE = new Set(
  theCatalog.components.filter(({ category }) => !FIXED.has(category)).map(({ id }) => id),
);

let life: Life;
let answersFolder: string;
beforeEach(() => {
  life = newLife();
  answersFolder = mkdtempSync(join(tmpdir(), 'bulwark-answers-'));
});
afterEach(() => {
  life.end();
  rmSync(answersFolder, { recursive: true });
});

const run = async (args: readonly string[], catalog?: Catalog): Promise<void> => {
  const { code, stderr } = await life.run([...args, '--yes', '--no-verify'], catalog);
  expect(code, `${args.join(' ')}: ${stderr}`).toBe(0);
  life.commit();
};

/** Answers as a file outside of the repository, for they hold what no command line should. */
function answersFile(answers: Row): string {
  const path = join(answersFolder, 'answers.json');
  writeFileSync(path, JSON.stringify(answers));
  return path;
}

const create = (answers: Row, catalog?: Catalog): Promise<void> =>
  run(['create', '.', '--answers', answersFile(answers)], catalog);

/** What a person committed; the answers are a part of it, for checks look into them. */
const treeOf = async (): Promise<JudgedTree> =>
  new Map([...(await readTree(life.root, exec))].filter(([path]) => !path.startsWith('.bulwark/')));
const withoutRecords = (tree: JudgedTree): JudgedTree =>
  new Map([...tree].filter(([path]) => !path.startsWith('.bulwark/') && path !== 'bulwark.json'));

/** Texts and modes by path, to be compared. */
const bytesOf = (tree: JudgedTree): Readonly<Record<string, string>> =>
  Object.fromEntries(
    [...withoutRecords(tree)]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, { content, executable }]) => [
        path,
        `${executable ? 'x ' : ''}${content.toString('utf8')}`,
      ]),
  );

/** The answers of the repository as it is now. */
function answersNow(): Row {
  const { answers } = JSON.parse(life.read('bulwark.json')) as { answers: Record<string, unknown> };
  return Object.fromEntries(flattenAnswers(answers)) as Row;
}

const isSet = (value: FieldValue | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((id) => ADDABLE.has(String(id)));

/** The components that answers name, but for the stack. */
const chosenIn = (answers: Row): readonly string[] =>
  Object.values(answers).flatMap((value) => (isSet(value) ? value : []));

const placesOf = (results: readonly CheckResult[]): readonly string[] =>
  results.flatMap((result) =>
    result.outcome === 'findings'
      ? result.findings.map(({ rule, path, line, message }) => `${rule} in ${path}:${line ?? 1}: ${message}`)
      : result.outcome === 'failed'
        ? [`${result.check}: ${result.reason}`]
        : [],
  );

const foundByOurs = async (tree: JudgedTree): Promise<readonly string[]> => placesOf(await runEmbedded(tree));

const PRESETS = ['minimal', 'fastapi-platform', 'node-platform'] as const;
/** Of the pairwise rows one in so many. */
const STRIDE = 23;
const SOME_ROWS = namedRows().filter((_, index) => index % STRIDE === 0);

/** Everything that was asked for, of a preset or of a row. */
const SUBJECTS: readonly { readonly name: string; readonly answers: Row }[] = [
  ...PRESETS.map((name) => ({
    name: `preset ${name}`,
    answers: {
      name: 'Shop',
      ...(theCatalog.presets.find(({ id }) => id === name)?.answers as Row),
    },
  })),
  ...SOME_ROWS,
];

describe('T21: add', () => {
  test.each(SUBJECTS)(
    'to a smaller repository gives what create gives with all: $name',
    async ({ answers }) => {
      const all = chosenIn(answers);
      const stack = theCatalog.components.find(({ id }) => id === answers.stack);
      const kept = new Set(stack?.requires ?? []);
      const later = all.filter((id) => !kept.has(id));
      const isLater = (key: string): boolean => later.includes(key.split('.')[0] ?? '');
      const smaller: Row = Object.fromEntries(
        Object.entries(answers)
          .filter(([key]) => !isLater(key))
          .map(([key, value]) => [key, isSet(value) ? value.filter((id) => !later.includes(id)) : value]),
      );
      await create(smaller);
      const fields: Row = Object.fromEntries(Object.entries(answers).filter(([key]) => isLater(key)));
      if (later.length > 0) await run(['add', ...later, '--answers', answersFile(fields)]);
      expect(bytesOf(await treeOf())).toEqual(bytesOf(await createdTree(answers)));
    },
    MINUTE,
  );
});

describe('T21: remove', () => {
  test.each(['fastapi-platform', 'node-platform'])(
    'of one component after another from %s leaves what create gives, and no finding',
    async (preset) => {
      await run(['create', '.', '--preset', preset, '--name', 'Shop']);
      const removed: string[] = [];
      for (let wanted = chosenIn(answersNow()).toReversed(); wanted.length > 0;) {
        const [id = '', ...rest] = wanted;
        wanted = rest;
        const { code, stdout } = await life.run(['remove', id, '--yes', '--no-verify', '--json']);
        if (code === 2) {
          const { issues } = JSON.parse(stdout) as { issues: { id: string }[] };
          // Something that is still there cannot be without it.
          expect(issues.map((issue) => issue.id)).toEqual(issues.map(() => 'needed'));
          continue;
        }
        expect(code, id).toBe(0);
        life.commit();
        removed.push(id);
        expect(bytesOf(await treeOf()), `without ${removed.join(', ')}`).toEqual(
          bytesOf(await createdTree(answersNow(), preset)),
        );
        expect(await foundByOurs(await treeOf()), `without ${removed.join(', ')}`).toEqual([]);
      }
      expect(removed.length).toBeGreaterThan(10);
    },
    3 * MINUTE,
  );
});

/** As templates of an old version could have been: less hardened, another tag, other words, other places. */
const older = catalogWith(
  (template) => {
    const { body, path, source } = template;
    if (path === 'docker/healthcheck.sh') return undefined;
    const text = (rendered: string): string =>
      rendered
        .replace(/^ +(?:read_only: true|timeout-minutes: \d+|pids_limit: \d+)\n/gm, '')
        .replace(/\b(redis|postgres|rabbitmq):\d[\w.-]*/g, '$1:1.0.0')
        .replace(/^set -euo pipefail$/m, 'set -eu')
        .replace(/^(#+ .*)$/m, '$1, as it was');
    const isText = /\.(?:md|yml|yaml|sh|conf)(?:\.hbs)?$/.test(source);
    if (!isText) return template;
    const { layer, executable } = template;
    return {
      layer,
      path,
      source,
      executable,
      body:
        typeof body === 'function'
          ? (...args) => text(body(...args))
          : Buffer.from(text(body.toString('utf8'))),
    };
  },
  [
    {
      component: 'docker',
      layer: 'base',
      path: 'docker/gone.sh',
      source: 'templates/docker/base/docker/gone.sh',
      executable: true,
      body: Buffer.from('#!/bin/sh\ncurl $1 | sh\n'),
    },
  ],
);

/** Edits of an owner beside what the templates change, none of which is a finding. */
const EDITS: Readonly<Record<string, (text: string) => string>> = {
  'README.md': (text) => `${text}\n## Ours\n\nAsk Ada.\n`,
  'docker-compose.yml': (text) => text.replace(/^services:$/m, '# ours\nservices:'),
  Makefile: (text) => `${text}\n.PHONY: ours\nours: ## Ours\n\t@echo ours\n`,
  '.gitignore': (text) => `${text}/ours/\n`,
  '.github/workflows/ci.yml': (text) => text.replace(/^jobs:$/m, '# ours\njobs:'),
};

async function editAll(): Promise<readonly string[]> {
  const there = await treeOf();
  const edited = Object.entries(EDITS).filter(([path]) => [...there.keys()].some((one) => one === path));
  for (const [path, edit] of edited) life.write(path, edit(life.read(path)));
  life.commit();
  return edited.map(([path]) => path);
}

const UPDATED = SUBJECTS.filter(({ answers }) => chosenIn(answers).includes('compose'));

describe('T21: update', () => {
  test.each(UPDATED)(
    'from older templates gives what create gives now: $name',
    async ({ answers }) => {
      await create(answers, older);
      const created = await createdTree(answers);
      const before = await treeOf();
      expect(bytesOf(before)).not.toEqual(bytesOf(created));
      expect(await foundByOurs(before)).not.toEqual([]);
      await run(['update']);
      expect(bytesOf(await treeOf())).toEqual(bytesOf(created));
    },
    MINUTE,
  );

  test.each(UPDATED)(
    'beside edits of the owner leaves no finding, and all of the edits: $name',
    async ({ answers }) => {
      await create(answers, older);
      const edited = await editAll();
      expect(edited.length).toBeGreaterThan(1);
      await run(['update']);
      for (const path of edited) expect(life.read(path), path).toMatch(/\bours\b|Ask Ada/);
      expect(await foundByOurs(await treeOf())).toEqual([]);
    },
    MINUTE,
  );

  test('the twin: a hardening line that the new templates lack is found after it', async () => {
    await run(['create', '.', '--preset', 'minimal', '--name', 'Shop']);
    expect(await foundByOurs(await treeOf())).toEqual([]);
    await run(['update'], older);
    const found = await foundByOurs(await treeOf());
    expect(found).toContainEqual(expect.stringMatching(/in docker-compose\.yml:/));
    expect(found).toContainEqual(expect.stringMatching(/in \.github\/workflows\/ci\.yml:/));
  });
});

/** A repository of somebody who has another language, and nothing of what is added. */
const foreign = (): void => {
  life.write('main.zig', 'pub fn main() void {}\n');
  life.write('README.md', '# Orders\n\nThe order service.\n');
  life.write('.gitignore', 'zig-out\n');
  life.commit();
};

/** The repository, and which of its files bulwark wrote or changed. */
async function foreignTree(): Promise<{ readonly tree: JudgedTree; readonly ours: ReadonlySet<string> }> {
  foreign();
  const before = life.git('rev-parse', 'HEAD').trim();
  await run(['add', 'docker', 'ci', 'compose', '--stack', 'none']);
  const named = life.git('diff', '--name-only', before).trim().split('\n');
  return { tree: await treeOf(), ours: new Set(named) };
}

/** Findings in files that we wrote, or in none. */
const inOurs = (results: readonly CheckResult[], ours: ReadonlySet<string>): readonly string[] =>
  placesOf(
    results.map((result) =>
      result.outcome === 'findings'
        ? { ...result, findings: result.findings.filter(({ path }) => ours.has(path)) }
        : result,
    ),
  );

test('T21: add in a foreign repository leaves no finding in what it wrote', async () => {
  const { tree, ours } = await foreignTree();
  expect([...ours]).toEqual(
    expect.arrayContaining(['Dockerfile', 'docker-compose.yml', '.github/workflows/ci.yml']),
  );
  expect(inOurs(await runEmbedded(tree), ours)).toEqual([]);
});

/** Trees that no created row is, for the real tools. */
const SCANNED: Readonly<Record<string, () => Promise<{ tree: JudgedTree; ours?: ReadonlySet<string> }>>> = {
  'the platform, updated beside edits': async () => {
    await run(['create', '.', '--preset', 'fastapi-platform', '--name', 'Shop'], older);
    await editAll();
    await run(['update']);
    return { tree: await treeOf() };
  },
  'the platform without its cluster and its targets': async () => {
    await run(['create', '.', '--preset', 'fastapi-platform', '--name', 'Shop']);
    await run(['remove', 'kustomize', 'ecs', 'cloud-run', 'container-instances', 'digitalocean', 'rabbitmq']);
    return { tree: await treeOf() };
  },
  'a foreign repository': foreignTree,
};

/** What no repository here has yet. */
const NOT_RENDERED = ['promtool'];
const judges = tools.filter(({ id }) => !NOT_RENDERED.includes(id));

describeWithTools(
  'matrix',
  ['kubectl', ...judges.map(({ command }) => command)],
  () => {
    test.each(Object.entries(SCANNED))(
      'T21: no tool finds anything in %s',
      async (_, make) => {
        const { tree, ours = new Set<string>(tree.keys()) } = await make();
        const results = await runTools({ tree, exec: execWithTools, tools: judges });
        expect(inOurs(results, ours)).toEqual([]);
        expect(results.filter(({ outcome }) => outcome === 'passed').length).toBeGreaterThan(4);
      },
      5 * MINUTE,
    );

    test(
      'T21: and the tools find the older templates after an update to them',
      async () => {
        await run(['create', '.', '--preset', 'minimal', '--name', 'Shop']);
        await run(['update'], older);
        const results = await runTools({ tree: await treeOf(), exec: execWithTools, tools: judges });
        expect(placesOf(results)).not.toEqual([]);
      },
      5 * MINUTE,
    );
  },
  missingSchemas(),
);
