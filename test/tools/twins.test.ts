/** Takes each line of the hardening baseline out of the output, one at a time: the rule that stands for it must be found. */
import { describe, expect, test } from 'vitest';
import type { CheckResult, Finding, JudgedTree } from '../../src/verify/check.ts';
import { repoPath } from '../../src/tree/repo-path.ts';
import { runEmbedded } from '../../src/verify/run-embedded.ts';
import { runTools } from '../../src/verify/run-tools.ts';
import { tools } from '../../src/verify/tools/index.ts';
import { HARDENING, type HardeningTwin } from '../support/hardening-twins.ts';
import { createdTree } from '../support/rows.ts';
import { describeWithTools, execWithTools, missingSchemas } from '../support/tools.ts';

const MINUTE = 60_000;

/** The default output with everything that it can have, the smallest, and the one that runs on a cluster. */
const TREES = {
  default: await createdTree({ name: 'My Service', data: ['postgres', 'rabbitmq', 'redis'] }),
  minimal: await createdTree({ name: 'OrderDesk 2', owner: 'acme' }, 'minimal'),
  platform: await createdTree({ name: 'My Service' }, 'fastapi-platform'),
  proxied: await createdTree({ name: 'Desk', containers: ['docker', 'compose', 'nginx'] }),
};

const demands = Object.entries(HARDENING).flatMap(([section, demanded]) =>
  Object.entries(demanded).map(([demand, shown]) => ({ name: `${section}: ${demand}`, shown })),
);
const twins = demands.flatMap(({ name, shown }) =>
  'shownBy' in shown ? [] : shown.map((twin) => ({ name, twin })),
);

/** @throws when the output does not have the text that is to be exchanged, or the exchange changes nothing */
function spoilt({ of, file, from, to }: HardeningTwin): JudgedTree {
  const tree = TREES[of ?? 'default'];
  const path = repoPath(file, 'a twin');
  const before = tree.get(path);
  if (!before) throw new Error(`${file} is not rendered`);
  const text = before.content.toString('utf8');
  const has = typeof from === 'string' ? text.includes(from) : from.test(text);
  const after = text.replace(from, () => to);
  if (!has || after === text) throw new Error(`${file} has no ${String(from)}`);
  return new Map([...tree, [path, { ...before, content: Buffer.from(after) }]]);
}

const findingsOf = (results: readonly CheckResult[]): readonly Finding[] =>
  results.flatMap((result) => (result.outcome === 'findings' ? result.findings : []));

/** `rule in file` of all that was found. */
const placesOf = (results: readonly CheckResult[]): readonly string[] => [
  ...new Set(findingsOf(results).map(({ rule, path }) => `${rule} in ${path}`)),
];

const expected = (rule: string, { file, in: other }: HardeningTwin): string => `${rule} in ${other ?? file}`;

describe('the hardening baseline', () => {
  test('has for every demand a twin, or what else shows it', () => {
    expect(demands.filter(({ shown }) => !('shownBy' in shown) && shown.length === 0)).toEqual([]);
    for (const { name, twin } of twins) {
      expect(twin.embedded !== undefined || twin.tools !== undefined, `${name}: nobody finds its twin`).toBe(
        true,
      );
    }
  });

  test.each(Object.entries(TREES))('has no finding in the untouched %s output', async (_, tree) => {
    const results = await runEmbedded(tree);
    expect(placesOf(results)).toEqual([]);
    expect(results.filter(({ outcome }) => outcome === 'failed')).toEqual([]);
  });

  test.each(twins.filter(({ twin }) => twin.embedded !== undefined))(
    '$name: $twin.embedded',
    async ({ twin }) => {
      expect(placesOf(await runEmbedded(spoilt(twin)))).toContain(expected(twin.embedded ?? '', twin));
    },
  );
});

const byTool = tools.map((tool) => ({
  tool,
  cases: twins.flatMap(({ name, twin }) => {
    const rule = twin.tools?.[tool.id];
    return rule === undefined ? [] : [{ name, twin, rule }];
  }),
}));

for (const { tool, cases } of byTool.filter((each) => each.cases.length > 0)) {
  const needed = [tool.command, ...(tool.id.startsWith('kube') ? ['kubectl'] : [])];
  const obstacle = tool.id === 'kubeconform' ? missingSchemas() : undefined;
  const tests = (): void => {
    const judge = (tree: JudgedTree): Promise<readonly CheckResult[]> =>
      runTools({ tree, exec: execWithTools, tools: [tool] });

    test.each(Object.entries(TREES))(
      `${tool.id} finds nothing in the untouched %s output`,
      async (_, tree) => {
        const [result] = await judge(tree);
        // A script that is not rendered is not judged.
        expect(['passed', 'skipped'], JSON.stringify(result)).toContain(result?.outcome);
      },
      2 * MINUTE,
    );

    test.each(cases)(
      `${tool.id} finds $rule ($name)`,
      async ({ twin, rule }) => {
        const results = await judge(spoilt(twin));
        expect(placesOf(results), JSON.stringify(results)).toContain(expected(rule, twin));
      },
      2 * MINUTE,
    );
  };
  describeWithTools('twins', needed, tests, obstacle);
}
