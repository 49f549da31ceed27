/** The judge of the project, which knows nothing of bulwark's own checks, finds nothing in what is rendered. */
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { exec } from '../../src/exec.ts';
import type { JudgedTree } from '../../src/verify/check.ts';
import { tools } from '../../src/verify/tools/index.ts';
import type { Row } from '../support/pairwise.ts';
import { createdTree, namedRows, writeTree } from '../support/rows.ts';
import { describeWithTools, missingSchemas, requireTool } from '../support/tools.ts';

const JUDGE = join(import.meta.dirname, 'judge', 'judge.py');
const MINUTE = 60_000;

const ALL_DATA = ['postgres', 'rabbitmq', 'redis'];

interface Subject {
  readonly name: string;
  readonly preset: string | null;
  readonly answers: Row;
}

const SUBJECTS: readonly Subject[] = [
  { name: 'the default', preset: null, answers: {} },
  { name: 'the default with RabbitMQ', preset: null, answers: { data: ALL_DATA } },
  { name: 'the platform', preset: 'fastapi-platform', answers: {} },
  {
    name: 'the platform by its chart',
    preset: 'fastapi-platform',
    answers: { orchestration: ['helm'], 'helm.serviceMonitor': true, 'helm.secrets': 'existing' },
  },
  { name: 'the Node platform', preset: 'node-platform', answers: {} },
  { name: 'minimal', preset: 'minimal', answers: {} },
  { name: 'minimal with services', preset: 'minimal', answers: { data: ALL_DATA } },
  {
    name: 'minimal of FastAPI',
    preset: 'minimal',
    answers: { stack: 'fastapi', data: ['postgres', 'redis'], repository: ['env', 'readme'] },
  },
  ...fullestRows().map(({ name, answers }) => ({ name, preset: null, answers })),
];

/** The first row of each kind that has everything the judge has a tool for. */
function fullestRows(): ReturnType<typeof namedRows> {
  const has = (answers: Row, key: string, value: string): boolean => {
    const answer = answers[key];
    return Array.isArray(answer) && answer.includes(value);
  };
  // trivy takes an image of a registry with a port for one without a tag (KSV013), whatever its tag is.
  const isTakenForUntagged = (answers: Row): boolean =>
    ['kustomize', 'helm'].some((id) => has(answers, 'orchestration', id)) &&
    /:\d/.test(String(answers.registry));
  const judged = namedRows().filter(
    ({ answers }) =>
      has(answers, 'containers', 'compose') &&
      has(answers, 'workflows', 'ci') &&
      !isTakenForUntagged(answers),
  );
  const kindOf = ({ answers }: (typeof judged)[number]): string =>
    `${String(answers.stack)} ${has(answers, 'data', 'rabbitmq') ? 'with' : 'without'} RabbitMQ`;
  return [...new Map(judged.toReversed().map((row) => [kindOf(row), row])).values()];
}

/** What `judge.py --json` prints, as far as it is looked at. */
interface Judgement {
  readonly total: number;
  readonly errors: number;
  readonly results: Readonly<
    Record<string, { readonly judged: number; readonly findings: readonly string[]; readonly error: string }>
  >;
}

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-judge-')));

afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

async function judge(
  name: string,
  tree: JudgedTree,
): Promise<{ exitCode: number | undefined; said: Judgement }> {
  const target = join(folder, name.replaceAll(' ', '-'));
  writeTree(tree, target);
  const { exitCode, stdout, stderr } = await exec({
    command: requireTool('python3'),
    args: [JUDGE, target, '--json'],
    env: { VALIDATORS: process.env.BULWARK_VALIDATORS ?? '' },
    timeout: 5 * MINUTE,
  });
  if (!stdout.startsWith('{')) throw new Error(`the judge said nothing: ${stderr}`);
  return { exitCode, said: JSON.parse(stdout) as Judgement };
}

/** Of a tool that judges several things one by one, the name without the thing. */
const programOf = (result: string): string => result.split(' ')[0] ?? '';

// Where these are missing the judge says so of itself; here it is told before.
const needed = tools
  .map(({ command }) => command)
  .filter((command) => !['gixy', 'promtool'].includes(command));

const tests = (): void => {
  test.concurrent.each(SUBJECTS)(
    'finds nothing in $name',
    async ({ name, preset, answers }) => {
      const { exitCode, said } = await judge(name, await createdTree(answers, preset));
      const faults = Object.entries(said.results).filter(
        ([, { judged, findings, error }]) => judged === 0 || findings.length > 0 || error !== '',
      );
      expect(faults).toEqual([]);
      expect({ exitCode, total: said.total, errors: said.errors }).toEqual({
        exitCode: 0,
        total: 0,
        errors: 0,
      });
      const programs = new Set(Object.keys(said.results).map(programOf));
      expect([...programs]).toEqual(
        expect.arrayContaining(['hadolint', 'actionlint', 'zizmor', 'checkov', 'trivy', 'docker-compose']),
      );
    },
    6 * MINUTE,
  );

  test(
    'finds what is wrong',
    async () => {
      const tree = await createdTree({}, 'minimal');
      const spoilt = new Map(
        [...tree].map(([path, file]) => {
          const text = file.content.toString('utf8').replace(/^USER .*$/gm, 'USER root');
          return [path, path === 'Dockerfile' ? { ...file, content: Buffer.from(text) } : file] as const;
        }),
      );
      const { exitCode, said } = await judge('spoilt', spoilt);
      expect(exitCode).toBe(1);
      expect(said.total).toBeGreaterThan(0);
    },
    6 * MINUTE,
  );
};

describeWithTools('judge', ['python3', 'kubectl', ...needed], tests, missingSchemas());
