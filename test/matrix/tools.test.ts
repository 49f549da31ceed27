/**
 * No real tool finds anything in any pairwise row. All rows lie in one folder and each tool runs once over what it would
 * choose in each of them; those that read one stack or overlay at a time are shared out over the cores.
 */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { repoPath, type RepoPath } from '../../src/tree/repo-path.ts';
import type { CheckResult, JudgedTree } from '../../src/verify/check.ts';
import { tools } from '../../src/verify/tools/index.ts';
import type { ToolCheck } from '../../src/verify/tools/tool.ts';
import { rendered, toolRows, writeTree, type RenderedRow } from '../support/rows.ts';
import { describeWithTools, execWithTools, missingSchemas } from '../support/tools.ts';

const MINUTE = 60_000;
/** What no rendered repository has yet. */
const NOT_RENDERED = ['promtool'];
/** Tools that start a program for each of their paths. */
const ONE_BY_ONE = ['docker-compose', 'kube-score', 'kubeconform'];
/** Tools that judge what kubectl renders. */
const OF_MANIFESTS = ['kube-score', 'kubeconform'];

let rows: readonly RenderedRow[] = [];
let folder = '';

beforeAll(async () => {
  rows = await rendered(await toolRows());
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-matrix-')));
  for (const { name, tree } of rows) writeTree(withoutRecords(tree), join(folder, name));
}, MINUTE);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
}, MINUTE);

/** What bulwark keeps for itself is no part of what is judged. */
const withoutRecords = (tree: JudgedTree): JudgedTree =>
  new Map([...tree].filter(([path]) => !path.startsWith('.bulwark/')));

/** What a tool would choose in each row, as paths below the folder of all. */
const chosenBy = (tool: ToolCheck): readonly RepoPath[] =>
  rows.flatMap(({ name, tree }) => {
    const paths = [...withoutRecords(tree).keys()];
    const read = (path: RepoPath): string => tree.get(path)?.content.toString('utf8') ?? '';
    return tool.choose(paths, read).map((path) => repoPath(`${name}/${path}`, 'the pairwise rows'));
  });

async function judgeAll(tool: ToolCheck, paths: readonly RepoPath[]): Promise<readonly CheckResult[]> {
  const shares = ONE_BY_ONE.includes(tool.id) ? shareOut(paths) : [paths];
  return Promise.all(
    shares.map((share) => tool.run({ root: folder, paths: share, exec: execWithTools, timeout: 4 * MINUTE })),
  );
}

/** One share per core; the files of a row stay together, for an overlay is read on its base. */
function shareOut(paths: readonly RepoPath[]): readonly (readonly RepoPath[])[] {
  const cores = availableParallelism();
  const rowOf = (path: RepoPath): number => rows.findIndex(({ name }) => path.startsWith(`${name}/`));
  return Array.from({ length: cores }, (_, core) =>
    paths.filter((path) => rowOf(path) % cores === core),
  ).filter((share) => share.length > 0);
}

for (const tool of tools.filter(({ id }) => !NOT_RENDERED.includes(id))) {
  const needed = [tool.command, ...(OF_MANIFESTS.includes(tool.id) ? ['kubectl'] : [])];
  const obstacle = tool.id === 'kubeconform' ? missingSchemas() : undefined;
  const tests = (): void => {
    test(
      `${tool.id} finds nothing in any row`,
      async () => {
        const paths = chosenBy(tool);
        expect(paths.length).toBeGreaterThan(0);
        const results = await judgeAll(tool, paths);
        for (const result of results) {
          expect(result).toEqual({
            check: tool.id,
            outcome: 'passed',
            judged: expect.any(Number) as unknown,
          });
        }
        const judged = results.map((result) => (result.outcome === 'passed' ? result.judged : 0));
        expect(judged.reduce((total, count) => total + count, 0)).toBe(paths.length);
      },
      5 * MINUTE,
    );
  };
  describeWithTools('matrix', needed, tests, obstacle);
}

test('what no row has is not judged here', () => {
  const unseen = tools.filter((tool) => chosenBy(tool).length === 0).map(({ id }) => id);
  expect(unseen).toEqual(NOT_RENDERED);
});
