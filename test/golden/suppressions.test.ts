/**
 * Every comment in the output that silences a tool is listed here, with its reason: a new one is seen in review.
 * `npm run golden` writes the list anew.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { rendered, namedRows } from '../support/rows.ts';
import { IGNORE_FILES, suppressionsIn, type Suppression } from '../support/suppressions.ts';
import { treeOf } from '../support/tool-trees.ts';

const LIST = join(import.meta.dirname, 'suppressions.json');

let found: readonly Suppression[] = [];
let files: readonly string[] = [];
let trivy: readonly string[] = [];

const TRIVY = '.trivyignore.yaml';

const keyOf = ({ file, rule, reason }: Suppression): string => JSON.stringify([file, rule, reason]);

beforeAll(async () => {
  const rows = await rendered(namedRows());
  const all = new Map(rows.flatMap(({ tree }) => suppressionsIn(tree)).map((one) => [keyOf(one), one]));
  found = [...all.values()].sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  trivy = rows.flatMap(({ tree }) =>
    [...tree.values()].filter(({ path }) => path === TRIVY).map(({ content }) => content.toString('utf8')),
  );
  files = [...new Set(rows.flatMap(({ tree }) => [...tree.keys()]))];
}, 400_000);

test('every suppression says why', () => {
  expect(found.filter(({ reason }) => reason === '')).toEqual([]);
});

test('every suppression names its rule', () => {
  expect(found.filter(({ rule }) => rule.endsWith(' everything'))).toEqual([]);
});

test('the suppressions are those of the list', () => {
  if (process.env.BULWARK_GOLDEN === 'write') writeFileSync(LIST, `${JSON.stringify(found, null, 2)}\n`);
  const listed = existsSync(LIST) ? (JSON.parse(readFileSync(LIST, 'utf8')) as Suppression[]) : [];
  expect(found).toEqual(listed);
});

test('no file silences a tool for a whole repository', () => {
  expect(files.filter((path) => IGNORE_FILES.test(path) && path !== TRIVY)).toEqual([]);
});

/** An overlay as kustomize renders it, into which the file goes. */
const RENDERING = '*_overlays_*.yaml';

/** The rules that it silences beyond one file and what is rendered of it. */
const silencedEverywhere = (text: string): readonly string[] =>
  (parse(text) as { misconfigurations: { id: string; paths?: string[] }[] }).misconfigurations
    .filter(({ paths = [] }) => {
      const files = paths.filter((path) => path !== RENDERING);
      return files.length !== 1 || files.some((path) => !/^[\w/-]+\.\w+$/.test(path));
    })
    .map(({ id }) => id);

test('trivy, which cannot be told at the line of a manifest, is silenced for one file at a time', () => {
  expect(trivy.length).toBeGreaterThan(0);
  for (const text of trivy) expect(silencedEverywhere(text)).toEqual([]);
  expect(
    silencedEverywhere(
      'misconfigurations: [{ id: A }, { id: B, paths: [k/*.yaml] }, { id: C, paths: [k/a.yaml] }, ' +
        '{ id: D, paths: ["*_overlays_*.yaml"] }, { id: E, paths: [k/a.yaml, "*_overlays_*.yaml"] }]',
    ),
  ).toEqual(['A', 'B', 'D']);
});

test.each([
  ['hadolint', '# hadolint ignore=DL3008,DL3015', ['hadolint DL3008', 'hadolint DL3015']],
  ['checkov', '# checkov:skip=CKV_DOCKER_2', ['checkov CKV_DOCKER_2']],
  ['trivy', '#trivy:ignore:AVD-DS-0002', ['trivy AVD-DS-0002']],
  ['zizmor', 'image: a:1 # zizmor: ignore[unpinned-images]', ['zizmor unpinned-images']],
  ['bandit', 'run(x)  # nosec B602', ['bandit B602']],
  ['bandit for all', 'run(x)  # nosec', ['bandit everything']],
  ['ruff', 'x = 1  # noqa: E501, F401', ['ruff E501', 'ruff F401']],
  ['mypy', 'x = y  # type: ignore[attr-defined]', ['mypy attr-defined']],
  ['pylint', '# pylint: disable-next=no-member', ['pylint no-member']],
  ['shellcheck', '# shellcheck disable=SC2086', ['shellcheck SC2086']],
  ['gitleaks', 'key = "a"  # gitleaks:allow', ['gitleaks allow']],
  ['yamllint', 'a:  1 # yamllint disable-line rule:colons', ['yamllint colons']],
  ['kube-score', '  kube-score/ignore: pod-probes', ['kube-score pod-probes']],
  ['bulwark', '# bulwark:allow compose-read-only', ['bulwark compose-read-only']],
  ['a step that may fail', '  continue-on-error: true', ['workflow continue-on-error']],
])('a suppression of %s without a reason is found', (_, line, rules) => {
  const text = `first\n${line}\nlast\n`;
  expect(suppressionsIn(treeOf({ 'a/file': text }))).toEqual(
    rules.map((rule) => ({ file: 'a/file', rule, reason: '' })),
  );
});

test.each([
  ['behind it', 'x = y  # type: ignore[misc]  # theirs has no types', 'theirs has no types'],
  ['above it', '# Theirs has no types.\nx = y  # type: ignore[misc]', 'Theirs has no types.'],
  ['below it', 'x = y  # type: ignore[misc]\n# Theirs has no types.', 'Theirs has no types.'],
])('a reason %s is one', (_, text, reason) => {
  expect(suppressionsIn(treeOf({ a: text }))).toEqual([{ file: 'a', rule: 'mypy misc', reason }]);
});
