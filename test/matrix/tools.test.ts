/**
 * No real tool finds anything in any pairwise row. The rows are shared out into a folder for each core, and each tool runs
 * once in each over what it would choose.
 */
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { repoPath, type RepoPath } from '../../src/tree/repo-path.ts';
import type { CheckResult, JudgedTree } from '../../src/verify/check.ts';
import { tools } from '../../src/verify/tools/index.ts';
import type { ToolCheck } from '../../src/verify/tools/tool.ts';
import { digestOf } from '../support/cache.ts';
import { rendered, toolRows, writeTree, type RenderedRow } from '../support/rows.ts';
import { describeWithTools, execWithTools, missingSchemas } from '../support/tools.ts';

const MINUTE = 60_000;
const TRIVY = '.trivyignore.yaml';
/** What no rendered repository has yet. */
const NOT_RENDERED: readonly string[] = [];
/** One for each core; checkov's report on all rows at once would be larger than what is read of a program. */
const SHARES = Math.max(2, availableParallelism());
/** Tools that judge each file by itself: what stands in several rows at the same place is judged once. */
const OF_FILES = ['hadolint', 'yamllint'];
/** A script is judged with those beside it, which it takes in. */
const OF_FOLDERS = ['shellcheck'];
/** Tools that judge what kubectl and helm render. */
const OF_MANIFESTS = ['kube-score', 'kubeconform'];

/** Rows that lie in one folder. */
interface Share {
  readonly root: string;
  readonly rows: readonly RenderedRow[];
}

let shares: readonly Share[] = [];
let folder = '';

beforeAll(async () => {
  const rows = await rendered(await toolRows());
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-matrix-')));
  shares = Array.from({ length: SHARES }, (_, share) => ({
    root: join(folder, String(share)),
    rows: rows.filter((_row, index) => index % SHARES === share),
  }));
  for (const share of shares) {
    for (const { name, tree } of share.rows) writeTree(withoutRecords(tree), join(share.root, name));
    writeFileSync(join(share.root, TRIVY), trivyOf(share));
  }
}, 10 * MINUTE);

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
}, MINUTE);

/** What trivy is told of each row, which looks for it in the folder of all. */
const trivyOf = ({ rows }: Share): string =>
  JSON.stringify({
    misconfigurations: rows.flatMap(({ name, tree }) => {
      const file = tree.get(repoPath(TRIVY, 'the pairwise rows'));
      if (!file) return [];
      const { misconfigurations } = parse(file.content.toString('utf8')) as {
        misconfigurations: readonly { readonly id: string; readonly paths: readonly string[] }[];
      };
      return misconfigurations.map(({ id, paths }) => ({
        id,
        paths: paths.map((path) => `${name}/${path}`),
      }));
    }),
  });

/** What bulwark keeps for itself is no part of what is judged. */
const withoutRecords = (tree: JudgedTree): JudgedTree =>
  new Map([...tree].filter(([path]) => !path.startsWith('.bulwark/')));

/** What a tool would choose in each row of a share, as paths below its folder. */
function chosenBy(tool: ToolCheck, { rows }: Share): readonly RepoPath[] {
  const seen = new Set<string>();
  return rows.flatMap(({ name, tree }) => {
    const paths = [...withoutRecords(tree).keys()];
    const read = (path: RepoPath): string => tree.get(path)?.content.toString('utf8') ?? '';
    const chosen = tool.choose(paths, read);
    const judgedWith = (path: RepoPath): readonly RepoPath[] =>
      OF_FOLDERS.includes(tool.id) ? chosen.filter((other) => dirname(other) === dirname(path)) : [path];
    const isOnce = [...OF_FILES, ...OF_FOLDERS].includes(tool.id);
    const digests = new Map(
      chosen.map((path) => [path, digestOf(path, ...judgedWith(path).map((other) => read(other)))]),
    );
    const isNew = (path: RepoPath): boolean => !isOnce || !seen.has(digests.get(path) ?? '');
    const left = chosen.filter(isNew);
    for (const digest of digests.values()) seen.add(digest);
    return left.map((path) => repoPath(`${name}/${path}`, 'the pairwise rows'));
  });
}

const judgeAll = (tool: ToolCheck): Promise<readonly (readonly [CheckResult, number])[]> =>
  Promise.all(
    shares.map(async (share) => {
      const paths = chosenBy(tool, share);
      const { root } = share;
      return [
        await tool.run({ root, paths, exec: execWithTools, timeout: 4 * MINUTE }),
        paths.length,
      ] as const;
    }),
  );

for (const tool of tools.filter(({ id }) => !NOT_RENDERED.includes(id))) {
  const needed = [tool.command, ...(OF_MANIFESTS.includes(tool.id) ? ['kubectl', 'helm'] : [])];
  const obstacle = tool.id === 'kubeconform' ? missingSchemas() : undefined;
  const tests = (): void => {
    test(
      `T21: ${tool.id} finds nothing in any row`,
      async () => {
        for (const [result, chosen] of await judgeAll(tool)) {
          expect(chosen).toBeGreaterThan(0);
          expect(result).toEqual({ check: tool.id, outcome: 'passed', judged: chosen });
        }
      },
      5 * MINUTE,
    );
  };
  describeWithTools('matrix', needed, tests, obstacle);
}

test('what no row has is not judged here', () => {
  const unseen = tools
    .filter((tool) => shares.every((share) => chosenBy(tool, share).length === 0))
    .map(({ id }) => id);
  expect(unseen).toEqual(NOT_RENDERED);
});
