/** Do the real scanners find nothing in the Dockerfile of each toolchain, and something in its twin? */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import none from '../../generators/none.ts';
import type { FieldValue } from '../../src/component/fields.ts';
import { repoPath, type RepoPath } from '../../src/tree/repo-path.ts';
import type { JudgedTree } from '../../src/verify/check.ts';
import { tools } from '../../src/verify/tools/index.ts';
import { createdTree, writeTree } from '../support/rows.ts';
import { describeWithTools, execWithTools } from '../support/tools.ts';

const MINUTE = 60_000;
const DOCKERFILE = repoPath('Dockerfile', 'the stack none');
const SCANNERS = ['hadolint', 'trivy', 'checkov'] as const;

const folders = { good: '', bad: '' };
let paths: readonly RepoPath[] = [];

/** As a careless hand would change it: the user is root's, the base is any, a command is left to the shell. */
const careless = (tree: JudgedTree): JudgedTree =>
  new Map(
    [...tree].map(([path, file]) => {
      const text = file.content
        .toString('utf8')
        .replace(/^USER .*$/m, 'USER root')
        .replace(/^FROM \S+:\S+/m, 'FROM debian:latest')
        .replace(/^(CMD|ENTRYPOINT) \[.*$/m, '$1 server start')
        .replace(/^HEALTHCHECK [^]*?CMD .*$/m, '');
      return [path, { ...file, content: Buffer.from(text) }];
    }),
  );

beforeAll(async () => {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-toolchains-')));
  folders.good = join(root, 'good');
  folders.bad = join(root, 'bad');
  const found: RepoPath[] = [];
  for (const [name, sample] of Object.entries(none.samples)) {
    const own = Object.entries(sample).map(([field, value]): [string, FieldValue] => [
      `none.${field}`,
      value ?? '',
    ]);
    const tree = await createdTree({ stack: 'none', containers: ['docker'], ...Object.fromEntries(own) });
    const only = new Map([...tree].filter(([path]) => path === DOCKERFILE));
    writeTree(only, join(folders.good, name));
    writeTree(careless(only), join(folders.bad, name));
    found.push(repoPath(`${name}/Dockerfile`, 'the samples'));
  }
  paths = found;
}, MINUTE);

afterAll(() => {
  rmSync(join(folders.good, '..'), { recursive: true, force: true });
});

for (const id of SCANNERS) {
  describeWithTools(id, [id], () => {
    const judge = async (root: string) => {
      const tool = tools.find((one) => one.id === id);
      if (!tool) throw new Error(`there is no tool ${id}`);
      return tool.run({ root, paths, exec: execWithTools, timeout: 4 * MINUTE });
    };

    test(
      'finds nothing in any toolchain’s image',
      async () => {
        expect(await judge(folders.good)).toEqual({ check: id, outcome: 'passed', judged: paths.length });
      },
      5 * MINUTE,
    );

    test(
      'finds the twin of each',
      async () => {
        const result = await judge(folders.bad);
        const found = result.outcome === 'findings' ? result.findings.map(({ path }) => path) : [];
        expect([...new Set(found)].sort()).toEqual([...paths].sort());
      },
      5 * MINUTE,
    );
  });
}
