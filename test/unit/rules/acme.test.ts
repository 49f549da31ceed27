/** A platform team's whole rules file on the largest preset: all are kept, each has a twin that breaks it, and it is quick. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import type { FieldValue } from '../../../src/component/fields.ts';
import type { Answers } from '../../../src/plan/answers.ts';
import { enforceRules, type RuleReport } from '../../../src/rules/enforce-rules.ts';
import { parseRules } from '../../../src/rules/parse-rules.ts';
import { repoPath } from '../../../src/tree/repo-path.ts';
import type { JudgedFile, JudgedTree } from '../../../src/verify/check.ts';
import { runEmbedded } from '../../../src/verify/run-embedded.ts';
import { catalog, render, type Rendered } from '../../support/render.ts';

const TEXT = readFileSync(join(import.meta.dirname, '../../rules/acme.rules.yaml'), 'utf8');
const SOURCE = { name: 'acme.rules.yaml', text: TEXT };
const TODAY = new Date('2026-11-20T00:00:00Z');

let rendered: Rendered;
beforeAll(async () => {
  // What the golden tree test/golden/trees/fastapi-platform holds, and the answers that it comes from.
  rendered = await render({ name: 'My Service' }, 'fastapi-platform');
});

interface Changes {
  readonly answers?: Readonly<Record<string, FieldValue>>;
  readonly components?: (ids: readonly string[]) => readonly string[];
  /** By path: one text for another, or null to take the file out. */
  readonly files?: Readonly<Record<string, readonly [from: string, to: string] | null>>;
}

/** New files, so that nothing is known of them from a test before. */
function changedTree(files: NonNullable<Changes['files']>): JudgedTree {
  const tree = new Map<JudgedFile['path'], JudgedFile>(
    [...rendered.tree].map(([path, file]) => [path, { ...file }]),
  );
  for (const [name, change] of Object.entries(files)) {
    const path = repoPath(name, 'twin');
    const file = tree.get(path);
    const text = file?.content.toString() ?? '';
    if (!file || (change && !text.includes(change[0])))
      throw new Error(`the twin of ${name} changes nothing`);
    if (change) tree.set(path, { ...file, content: Buffer.from(text.replace(change[0], () => change[1])) });
    else tree.delete(path);
  }
  return tree;
}

function judge({ answers = {}, components = (ids) => ids, files = {} }: Changes): Promise<RuleReport> {
  const { resolution } = rendered;
  const changed: Answers = new Map([
    ...resolution.answers,
    ...Object.entries(answers).map(([key, value]) => [key, { value, source: 'flag' as const }] as const),
  ]);
  return enforceRules([SOURCE], {
    answers: changed,
    components: components(resolution.components.map(({ id }) => id)),
    tree: changedTree(files),
    today: TODAY,
    known: { components: catalog.components.map(({ id }) => id), questions: catalog.questions },
  });
}

test('the platform keeps all of them', async () => {
  const { findings, judged, rules } = await judge({});
  expect(findings).toEqual([]);
  expect(rules.length).toBeGreaterThanOrEqual(15);
  expect(judged).toBe(rules.length);
});

const DEPLOYMENT = 'kubernetes/base/deployment.yaml';
const CI = '.github/workflows/ci.yml';

/** By rule: what breaks it, and the places at which that is told. */
const TWINS: Readonly<Record<string, readonly [changes: Changes, places: readonly string[]]>> = {
  'recovers-from-disaster': [
    { components: (ids) => ids.filter((id) => id !== 'disaster-recovery') },
    ['bulwark.json'],
  ],
  'has-runbooks': [{ files: { 'docs/ON_CALL.md': null } }, ['docs/ON_CALL.md']],
  licence: [{ answers: { licence: 'MIT' } }, ['bulwark.json']],
  'supported-python': [{ answers: { 'fastapi.python': '3.9' } }, ['bulwark.json']],
  'no-rust-stack': [{ answers: { stack: 'python-rust' } }, ['bulwark.json']],
  'not-on-flux': [{ components: (ids) => [...ids, 'flux'] }, ['bulwark.json']],
  'only-known-registries': [
    { files: { 'docker-compose.yml': ['image: postgres:', 'image: quay.io/sclorg/postgres:'] } },
    ['docker-compose.yml:282'],
  ],
  'no-latest': [
    { files: { 'docker-compose.prod.yml': ['image: nginx:1.30.4-alpine3.24', 'image: nginx:latest'] } },
    ['docker-compose.prod.yml:101'],
  ],
  'slim-bases': [
    { files: { 'Dockerfile.production': ['AS builder', 'AS builder\nCOPY --from=debian:13 /a /a'] } },
    ['Dockerfile.production:5'],
  ],
  'images-have-versions': [
    { files: { [CI]: ['image: redis:8.10.1-alpine3.23', 'image: redis'] } },
    [`${CI}:150`],
  ],
  'actions-by-commit': [
    { files: { [CI]: ['actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1', 'actions/checkout@v7'] } },
    [`${CI}:24`],
  ],
  'europe-only': [
    {
      answers: { 'ecs.region': 'us-east-1' },
      files: { 'deploy/ecs/task-definition.json': ['"eu-central-1"', '"us-east-1"'] },
    },
    ['bulwark.json', 'deploy/ecs/task-definition.json:53'],
  ],
  'workloads-are-named': [
    { files: { [DEPLOYMENT]: ['    app.kubernetes.io/component: api\n', ''] } },
    [`${DEPLOYMENT}:6`],
  ],
  'containers-drop-everything': [
    { files: { 'kubernetes/overlays/dev/mail.yaml': ['drop: [ALL]', 'drop: [NET_RAW]'] } },
    ['kubernetes/overlays/dev/mail.yaml:82'],
  ],
  'memory-is-limited': [
    { files: { [DEPLOYMENT]: ['memory: 2048Mi', 'memory: 6Gi'] } },
    [`${DEPLOYMENT}:167`],
  ],
  'enough-replicas': [
    { files: { 'kubernetes/base/hpa.yaml': ['minReplicas: 2', 'minReplicas: 1'] } },
    ['kubernetes/base/hpa.yaml:13'],
  ],
  'jobs-end': [{ files: { [CI]: ['    timeout-minutes: 10\n', ''] } }, [`${CI}:18`]],
  'no-privileged-container': [
    {
      files: { 'docker-compose.yml': ['    image: postgres:', '    privileged: true\n    image: postgres:'] },
    },
    ['docker-compose.yml:282'],
  ],
  'tasks-read-only': [
    {
      files: {
        'deploy/ecs/task-definition.json': [
          '"readonlyRootFilesystem": true',
          '"readonlyRootFilesystem": false',
        ],
      },
    },
    ['deploy/ecs/task-definition.json:21'],
  ],
  'no-public-nodes': [
    { files: { 'kubernetes/base/service.yaml': ['type: ClusterIP', 'type: NodePort'] } },
    ['kubernetes/base/service.yaml:9'],
  ],
};

describe('twins', () => {
  test('every rule has one', () => {
    expect(Object.keys(TWINS)).toEqual(parseRules([SOURCE]).rules.map(({ id }) => id));
  });

  test.each(Object.entries(TWINS))('%s', async (rule, [changes, places]) => {
    const { findings } = await judge(changes);
    expect([...new Set(findings.map((one) => one.rule))]).toContain(rule);
    expect(
      findings
        .filter((one) => one.rule === rule)
        .map(({ path, line }) => (line === undefined ? path : `${path}:${line}`)),
    ).toEqual(places);
    // A twin breaks its own rule alone; an image without a version is "latest" as well, and so breaks two.
    const others = findings.filter((one) => one.rule !== rule).map((one) => one.rule);
    expect(
      others.filter((other) => !['no-latest', 'images-have-versions', 'slim-bases'].includes(other)),
    ).toEqual([]);
  });
});

test('twenty rules over the platform take less than 150 ms of a processor beside the embedded checks', async () => {
  const times: number[] = [];
  for (let run = 0; run < 5; run += 1) {
    const tree = changedTree({});
    // The checks read the same files, of which each is parsed once.
    await runEmbedded(tree);
    const { resolution } = rendered;
    const before = process.cpuUsage();
    await enforceRules([SOURCE], {
      answers: resolution.answers,
      components: resolution.components.map(({ id }) => id),
      tree,
      today: TODAY,
    });
    const { user, system } = process.cpuUsage(before);
    times.push((user + system) / 1000);
  }
  expect(Math.min(...times)).toBeLessThan(150);
});
