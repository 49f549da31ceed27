/** Each kind of rule on what keeps to it and on a twin that does not, with the place of what is wrong. */
import { describe, expect, test } from 'vitest';
import { BulwarkError, ExitCode } from '../../../src/errors.ts';
import {
  checkResultOf,
  refuseBroken,
  remarksOf,
  sarifRulesOf,
  type RuleSubject,
} from '../../../src/rules/enforce-rules.ts';
import { answersOf, judge, ruleOf, told, treeOf } from './support.ts';

const DEPLOYMENT = `apiVersion: v1
kind: Service
metadata: { name: api }
---
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  labels:
    acme.com/owner: team-shop
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: api
          image: ghcr.io/acme/api:1.2.3
          securityContext:
            capabilities:
              drop: [ALL]
`;
const MAIN_TF = `terraform {
  backend "s3" {
    encrypt = true
  }
}

# A comment with { a brace
resource "aws_s3_bucket" "logs" {
  bucket = "logs-\${var.name}"
  tags = {
    owner = "team-shop"
  }
}

resource "aws_ecs_task" "api" {
  image = "ghcr.io/acme/api:1.2.3"
}

provider "aws" {
  region = "eu-central-1"
}
`;
const WORKFLOW = `on: push
jobs:
  test:
    runs-on: ubuntu-24.04
    container: ghcr.io/acme/ci:1
    steps:
      - uses: actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1
      - uses: ./.github/actions/own
      - uses: docker://ghcr.io/acme/lint:2
  call:
    uses: acme/flows/.github/workflows/x.yml@3d3c42e5aac5ba805825da76410c181273ba90b1
`;

/** A case: the demand, what keeps to it, and what is told of a twin. */
interface Case {
  readonly demand: string;
  readonly good: Partial<RuleSubject>;
  readonly bad: Partial<RuleSubject>;
  readonly told: readonly string[];
}

const k8s = (text: string) => ({ tree: treeOf({ 'kubernetes/base/api.yaml': text }) });
const files = (all: Record<string, string>) => ({ tree: treeOf(all) });
const answers = (...given: Parameters<typeof answersOf>) => ({ answers: answersOf(...given) });

const CASES: Readonly<Record<string, Case>> = {
  'require component': {
    demand: 'require: { component: [disaster-recovery, runbooks] }',
    good: { components: ['disaster-recovery', 'runbooks', 'ci'] },
    bad: { components: ['runbooks'] },
    told: ['bulwark.json the component disaster-recovery is not in the repository | be in it'],
  },
  'deny component': {
    demand: 'deny: { component: flux }',
    good: { components: ['argocd'] },
    bad: { components: ['argocd', 'flux'] },
    told: ['bulwark.json the component flux is in the repository | not be in it'],
  },
  'require option': {
    demand: 'require: { option: { key: fastapi.python, at-least: 3.12 } }',
    good: answers({ 'fastapi.python': '3.13' }),
    bad: answers({ 'fastapi.python': '3.9' }),
    told: ['bulwark.json fastapi.python is 3.9 | be at least 3.12'],
  },
  'require option that does not apply': {
    demand: 'require: { option: { key: redis.version, at-least: 8 } }',
    good: answers({ owner: 'acme' }),
    bad: answers({ 'redis.version': '7.4' }),
    told: ['bulwark.json redis.version is 7.4 | be at least 8'],
  },
  'require option, a set': {
    demand: 'require: { option: { key: data, in: [postgres, redis] } }',
    good: answers({ data: [] }),
    bad: answers({ data: ['postgres', 'rabbitmq'] }),
    told: ['bulwark.json data is ["postgres","rabbitmq"] | be one of postgres, redis'],
  },
  'deny option, a set': {
    demand: 'deny: { option: { key: data, in: [rabbitmq] } }',
    good: answers({ data: ['postgres'] }),
    bad: answers({ data: ['postgres', 'rabbitmq'] }),
    told: ['bulwark.json data is ["postgres","rabbitmq"] | not be rabbitmq'],
  },
  lock: {
    demand: 'lock: { licence: proprietary, data: [redis, postgres] }',
    good: answers({ licence: 'proprietary', data: ['postgres', 'redis'] }),
    bad: answers({ licence: 'MIT', data: ['postgres', 'redis'] }),
    told: ['bulwark.json licence is MIT | be proprietary'],
  },
  'lock, with the line of bulwark.json': {
    demand: 'lock: { fastapi: { python: "3.13" } }',
    good: { ...answers({ 'fastapi.python': '3.13' }), ...files({}) },
    bad: {
      ...answers({ 'fastapi.python': '3.12' }),
      ...files({ 'bulwark.json': '{\n  "answers": {\n    "fastapi": {\n      "python": "3.12"\n    }\n  }\n}\n' }),
    },
    told: ['bulwark.json:4:17 fastapi.python is 3.12 | be 3.13'],
  },
  'deny region, an answer': {
    demand: 'deny: { region: { except: ["eu-*", westeurope] } }',
    good: { ...answers({ 'ecs.region': 'eu-west-1', 'container-instances.location': 'westeurope' }) },
    bad: { ...answers({ 'ecs.region': 'us-east-1', 'container-instances.location': 'eastus' }) },
    told: [
      'bulwark.json ecs.region is us-east-1 | be one of eu-*, westeurope',
      'bulwark.json container-instances.location is eastus | be one of eu-*, westeurope',
    ],
  },
  'require file': {
    demand: 'require: { file: ["docs/**/*.md", LICENSE] }',
    good: files({ 'docs/a/b.md': '', LICENSE: '' }),
    bad: files({ 'docs/b.txt': '', 'node_modules/docs/b.md': '', LICENSE: '' }),
    told: ['docs/**/*.md no file docs/**/*.md is in the repository | be there'],
  },
  'deny registry': {
    demand: 'deny: { registry: { except: [ghcr.io/acme, docker.io/library] } }',
    good: files({ 'compose.yml': 'services:\n  a:\n    image: postgres:17\n  b:\n    image: ghcr.io/acme/x/y:1\n' }),
    bad: files({ 'compose.yml': 'services:\n  a:\n    image: bitnami/postgres:17\n  b:\n    image: ghcr.io/acme2/x:1\n' }),
    told: [
      'compose.yml:3:12 the image bitnami/postgres:17 comes from docker.io/bitnami/postgres | be one of ghcr.io/acme, docker.io/library',
      'compose.yml:5:12 the image ghcr.io/acme2/x:1 comes from ghcr.io/acme2/x | be one of ghcr.io/acme, docker.io/library',
    ],
  },
  'deny registry everywhere': {
    demand: 'deny: { registry: quay.io }',
    good: files({ 'kubernetes/a.yaml': DEPLOYMENT, 'main.tf': MAIN_TF, '.github/workflows/ci.yml': WORKFLOW }),
    bad: files({
      Dockerfile: 'ARG BASE=quay.io/a/b\nFROM ${BASE}:1 AS build\nFROM build\nCOPY --from=quay.io/c/d:1 /a /a\n',
      'chart/Chart.yaml': 'name: x\n',
      'chart/templates/a.yaml': 'image: {{ .Values.image }}\n',
      'chart/values.yaml': 'image:\n  registry: quay.io\n  repository: acme/x\n  tag: ""\n',
      'deploy/task.json': '{ "containers": [{ "image": "quay.io/t/u:1" }] }',
      'kubernetes/a.yaml': DEPLOYMENT.replace('ghcr.io', 'quay.io'),
      'main.tf': MAIN_TF.replace('ghcr.io', 'quay.io'),
      '.github/workflows/ci.yml': WORKFLOW.replaceAll('ghcr.io', 'quay.io'),
      'k8s/kustomization.yaml': 'images:\n  - name: api\n    newName: quay.io/k/l\n    newTag: "1"\n',
    }),
    told: [
      '.github/workflows/ci.yml:5:16 the image quay.io/acme/ci:1 comes from quay.io/acme/ci | not be quay.io',
      '.github/workflows/ci.yml:9:15 the image quay.io/acme/lint:2 comes from quay.io/acme/lint | not be quay.io',
      'Dockerfile:2:1 the base image quay.io/a/b:1 comes from quay.io/a/b | not be quay.io',
      'Dockerfile:4:1 the base image quay.io/c/d:1 comes from quay.io/c/d | not be quay.io',
      'chart/values.yaml:2:3 the image quay.io/acme/x comes from quay.io/acme/x | not be quay.io',
      'deploy/task.json:1:29 the image quay.io/t/u:1 comes from quay.io/t/u | not be quay.io',
      'k8s/kustomization.yaml:3:14 the image quay.io/k/l:1 comes from quay.io/k/l | not be quay.io',
      'kubernetes/a.yaml:17:18 the image quay.io/acme/api:1.2.3 comes from quay.io/acme/api | not be quay.io',
      'main.tf:16:11 the image quay.io/acme/api:1.2.3 comes from quay.io/acme/api | not be quay.io',
    ],
  },
  'deny image': {
    demand: 'deny: { image: { in: ["*:latest", "docker.io/library/alpine*"], except: [busybox] } }',
    good: files({ 'compose.yml': 'services: { a: { image: "x/y:1" }, b: { image: busybox } }' }),
    bad: files({ 'compose.yml': 'services: { a: { image: "x/y" }, b: { image: "alpine:3" } }' }),
    told: [
      'compose.yml:1:25 the image x/y is used | not be *:latest, unless it is busybox',
      'compose.yml:1:46 the image alpine:3 is used | not be docker.io/library/alpine*, unless it is busybox',
    ],
  },
  'deny base image': {
    demand: 'deny: { baseImage: { except: ["python:*-slim*"] } }',
    good: files({ Dockerfile: 'FROM python:3.13-slim AS a\nFROM a\n', 'compose.yml': 'services: { a: { image: "x:1" } }' }),
    bad: files({ Dockerfile: 'FROM python:3.13-slim AS a\n\nFROM python:3.13\n' }),
    told: ['Dockerfile:3:1 the base image python:3.13 is used | be python:*-slim*'],
  },
  'deny unpinned images': {
    demand: 'deny: { unpinnedImages: true }',
    good: files({ 'compose.yml': 'services: { a: { image: "x:1" }, b: { image: "y:${V:?}" }, c: { build: ., image: z } }' }),
    bad: files({ 'compose.yml': 'services: { a: { image: "x" }, b: { image: "y:${V:-latest}" } }' }),
    told: [
      'compose.yml:1:25 the image x has no tag, which means "latest" | name one version',
      'compose.yml:1:44 the image y:${V:-latest} is tagged "latest", which moves | name one version',
    ],
  },
  'deny images without digest': {
    demand: 'deny: { unpinnedImages: digest }',
    good: files({ Dockerfile: `FROM a:1@sha256:${'0'.repeat(64)}\n` }),
    bad: files({ Dockerfile: 'FROM a:1\n' }),
    told: ['Dockerfile:1:1 the image a:1 has no digest | name a digest'],
  },
  'deny unpinned actions': {
    demand: 'deny: { unpinnedActions: true }',
    good: files({ '.github/workflows/ci.yml': WORKFLOW }),
    bad: files({ '.github/workflows/ci.yml': WORKFLOW.replaceAll('3d3c42e5aac5ba805825da76410c181273ba90b1', 'v7') }),
    told: [
      '.github/workflows/ci.yml:7:15 the action actions/checkout@v7 is named by what can be moved | be named by its commit',
      '.github/workflows/ci.yml:11:11 the action acme/flows/.github/workflows/x.yml@v7 is named by what can be moved | be named by its commit',
    ],
  },
  'deny region': {
    demand: 'deny: { region: ["us-*", us] }',
    good: files({ 'main.tf': MAIN_TF, 'a.yaml': 'region: eu-west-1\nx: { location: us }\n' }),
    bad: files({
      'main.tf': MAIN_TF.replace('eu-central-1', 'us-east-1'),
      'vars.tf': 'variable "aws_region" {\n  type    = string\n  default = "us-west-2"\n}\n',
      'a.yaml': 'env:\n  - name: AWS_REGION\n    value: us-east-2\nawslogs-region: "${{ vars.R || \'us-east-1\' }}"\n',
    }),
    told: [
      'a.yaml:3:12 the region us-east-2 is used | not be us-*',
      'a.yaml:4:17 the region us-east-1 is used | not be us-*',
      'main.tf:20:12 the region us-east-1 is used | not be us-*',
      'vars.tf:3:13 the region us-west-2 is used | not be us-*',
    ],
  },
  'assert, a label': {
    demand: 'assert:\n  files: "kubernetes/**/*.yaml"\n  where: { kind: [Deployment, StatefulSet] }\n  path: metadata.labels["acme.com/owner"]\n  matches: "^team-[a-z]+$"',
    good: k8s(DEPLOYMENT),
    bad: k8s(DEPLOYMENT.replace('team-shop', 'Shop')),
    told: ['kubernetes/base/api.yaml:10:21 metadata.labels["acme.com/owner"] is Shop | match ^team-[a-z]+$'],
  },
  'assert, nothing there': {
    demand: 'assert: { files: "kubernetes/**/*.yaml", where: { kind: Deployment }, path: \'metadata.labels["acme.com/owner"]\', exists: true }',
    good: k8s(DEPLOYMENT),
    bad: k8s(DEPLOYMENT.replace('  labels:\n    acme.com/owner: team-shop\n', '')),
    told: ['kubernetes/base/api.yaml:8:3 metadata.labels["acme.com/owner"] is not there (metadata lacks it) | be there'],
  },
  'assert, every item of a list': {
    demand: 'assert: { files: "kubernetes/**/*.yaml", where: { kind: Deployment }, path: "spec.template.spec.containers[*].securityContext.capabilities.drop", contains: ALL }',
    good: k8s(DEPLOYMENT),
    bad: k8s(`${DEPLOYMENT}        - name: other\n          image: a:1\n`),
    told: [
      'kubernetes/base/api.yaml:21:11 spec.template.spec.containers[*].securityContext.capabilities.drop is not there (spec.template.spec.containers[1] lacks it) | hold ALL',
    ],
  },
  'assert, a figure': {
    demand: 'assert: { files: "**/*.yaml", where: { kind: Deployment }, path: spec.replicas, at-least: 2, at-most: 5 }',
    good: k8s(DEPLOYMENT),
    bad: k8s(DEPLOYMENT.replace('replicas: 2', 'replicas: 1')),
    told: ['kubernetes/base/api.yaml:12:13 spec.replicas is 1 | be at least 2 and be at most 5'],
  },
  'assert, where with a condition': {
    demand: 'assert: { files: "**/*.yaml", where: { spec.replicas: { at-least: 3 } }, path: metadata.name, not: { equals: api } }',
    good: k8s(DEPLOYMENT),
    bad: k8s(DEPLOYMENT.replace('replicas: 2', 'replicas: 3')),
    told: ['kubernetes/base/api.yaml:8:9 metadata.name is api | not be api'],
  },
  'assert, JSON': {
    demand: 'assert: { files: deploy/*.json, path: "containers[*].readonly", equals: true }',
    good: files({ 'deploy/a.json': '{ "containers": [{ "readonly": true }] }' }),
    bad: files({ 'deploy/a.json': '{\n  "containers": [\n    { "readonly": true },\n    { "readonly": false }\n  ]\n}' }),
    told: ['deploy/a.json:4:19 containers[1].readonly is false | be true'],
  },
  'assert, HCL': {
    demand: 'assert: { files: "*.tf", path: "resource.aws_s3_bucket[*][0].tags.owner", matches: "^team-" }',
    good: files({ 'main.tf': MAIN_TF }),
    bad: files({ 'main.tf': MAIN_TF.replace('team-shop', 'nobody') }),
    told: ['main.tf:11:13 resource.aws_s3_bucket.logs[0].tags.owner is nobody | match ^team-'],
  },
  'assert, a block of HCL that lacks something': {
    demand: 'assert: { files: "*.tf", path: "terraform[0].backend.s3[0].encrypt", equals: true }',
    good: files({ 'main.tf': MAIN_TF }),
    bad: files({ 'main.tf': MAIN_TF.replace('    encrypt = true\n', '') }),
    told: ['main.tf:2:3 terraform[0].backend.s3[0].encrypt is not there (terraform[0].backend.s3[0] lacks it) | be true'],
  },
  'assert, a file that cannot be read': {
    demand: 'assert: { files: "*.yaml", path: a, equals: 1 }',
    good: files({ 'a.yaml': 'a: 1\n' }),
    bad: files({ 'a.yaml': 'x: 1\na: [1\n' }),
    told: [expect.stringMatching(/^a\.yaml:\d:1 the file cannot be read \(.*\) \| be readable to be judged$/) as string],
  },
  'assert, files that must exist': {
    demand: 'assert: { files: "*.yaml", must-exist: true, path: a, equals: 1 }',
    good: files({ 'a.yaml': 'a: 1\n' }),
    bad: files({ 'a.yml': 'a: 1\n' }),
    told: ['*.yaml there is no document to judge in *.yaml | be one'],
  },
}; // prettier-ignore

describe.each(Object.entries(CASES))('%s', (_, { demand, good, bad, told: expected }) => {
  test('kept', async () => {
    const report = await judge(ruleOf(demand), good);
    expect(told(report)).toEqual([]);
    expect(report.judged).toBe(demand.includes('region') && !good.tree ? 0 : 1);
    expect(() => {
      refuseBroken(report);
    }).not.toThrow();
  });

  test('broken', async () => {
    const report = await judge(ruleOf(demand), bad);
    expect(told(report)).toEqual(expected);
    for (const one of report.findings) {
      expect(one).toMatchObject({ rule: 'the-rule', severity: 'error', reason: 'because', sourceLine: 2 });
    }
  });

  test('a warning refuses nothing', async () => {
    const report = await judge(ruleOf(`severity: warning\n${demand}`), bad);
    expect(report.findings).toHaveLength(expected.length);
    expect(() => {
      refuseBroken(report);
    }).not.toThrow();
    expect(remarksOf(report).filter((line) => line.includes('Why: because'))).toHaveLength(expected.length);
  });
});

test('what is refused is told with code 6: what, where, by which rule, and why', async () => {
  const report = await judge(
    ruleOf('lock: { licence: proprietary }') + '  - { id: b, reason: why, require: { file: X } }\n',
    { ...answers({ licence: 'MIT' }, 'environment'), ...files({}) },
  );
  const refuse = (): void => {
    refuseBroken(report);
  };
  expect(refuse).toThrow(BulwarkError);
  try {
    refuse();
  } catch (error) {
    expect(error).toMatchObject({
      exitCode: ExitCode.ruleBroken,
      issues: [
        {
          id: 'rule-broken',
          message: 'no file X is in the repository; by the rule b (rules.yaml:5) it must be there',
          where: 'X',
        },
        {
          id: 'rule-broken',
          message: 'licence is MIT; by the rule the-rule (rules.yaml:2) it must be proprietary',
          where: 'BULWARK_SET_LICENCE',
          hint: 'it must be proprietary. Why: because',
        },
      ],
    });
  }
});

test('a rule without a reason is told without one', async () => {
  const report = await judge('rules: [{ id: a, deny: { component: flux } }]', { components: ['flux'] });
  expect(() => {
    refuseBroken(report);
  }).toThrow('the component flux is in the repository; by the rule a (rules.yaml:1) it must not be in it');
  const [issue] = checkResultOf(report).outcome === 'findings' ? report.findings : [];
  expect(issue && 'reason' in issue).toBe(false);
  expect(JSON.stringify([checkResultOf(report), sarifRulesOf(report)])).not.toMatch(/undefined|Why/);
});

describe('what is not judged', () => {
  const rule = ruleOf('deny: { registry: quay.io }\nexclude: [dev/**]');
  const compose = 'services: { a: { image: "quay.io/a/b:1" } }';

  test('excluded files', async () => {
    const { findings } = await judge(
      rule,
      files({ 'dev/compose.yml': compose, 'prod/compose.yml': compose }),
    );
    expect(findings.map(({ path }) => path)).toEqual(['prod/compose.yml']);
  });

  test("folders of tools and of other people's code", async () => {
    const text = {
      'vendor/a/compose.yml': compose,
      'node_modules/b/compose.yml': compose,
      '.bulwark/x.yml': compose,
    };
    expect(told(await judge(rule, files(text)))).toEqual([]);
    const assertion = ruleOf('assert: { files: "**/*.yml", path: services.a.image, exists: false }');
    expect(told(await judge(assertion, files(text)))).toEqual([]);
  });

  test('what the repository builds itself, and what a kustomization replaces', async () => {
    const only = ruleOf('deny: { registry: { except: [ghcr.io/acme] } }');
    const built = 'services: { a: { build: ., image: "own:dev" }, b: { image: "own:dev" } }';
    expect(told(await judge(only, files({ 'compose.yml': built })))).toEqual([]);
    const manifest = DEPLOYMENT.replace('ghcr.io/acme/api:1.2.3', 'api:version');
    const kustomization = 'images: [{ name: api, newName: ghcr.io/acme/api, newTag: "1" }]';
    const tree = { 'k/a.yaml': manifest, 'k/kustomization.yaml': kustomization };
    expect(told(await judge(only, files(tree)))).toEqual([]);
    expect(told(await judge(only, files({ ...tree, 'k/kustomization.yaml': 'images: []' })))).toHaveLength(1);
  });

  test('the rules file itself, which names what it denies', async () => {
    const text = ruleOf('deny: { image: busybox }');
    expect(told(await judge(text, files({ 'bulwark.rules.yaml': text })))).toEqual([]);
    expect(told(await judge(text, files({ 'other.yaml': text })))).toHaveLength(1);
  });

  test('variables are told, their defaults judged', async () => {
    const report = await judge(
      rule,
      files({ 'compose.yml': 'services: { a: { image: "${IMAGE:?}" }, b: { image: "${B:-quay.io/a:1}" } }' }),
    );
    expect(told(report)).toEqual([
      'compose.yml:1:53 the image ${B:-quay.io/a:1} comes from quay.io/a | not be quay.io',
    ]);
    expect(report.notices).toEqual([
      'the-rule: one image comes from a variable and cannot be judged (compose.yml:1)',
    ]);
  });

  test('an assertion that meets no file is a notice', async () => {
    const { notices, findings } = await judge(
      ruleOf('assert: { files: "*.yaml", path: a, exists: true }'),
      files({}),
    );
    expect([notices, findings]).toEqual([['the-rule: no document to judge in *.yaml'], []]);
  });

  test('without answers a rule of answers is told, and nothing is said of its waiver', async () => {
    const text = `${ruleOf('lock: { licence: MIT }')}waivers: [{ rule: the-rule, owner: "@acme", until: 2027-01-01, reason: x }]\n`;
    const { notices, judged } = await judge(text, files({}));
    expect(judged).toBe(0);
    expect(notices).toEqual(['the-rule: not judged, for the answers of this repository are not known']);
  });

  test('templates of a chart are no YAML yet', async () => {
    const { findings } = await judge(
      ruleOf('assert: { files: "chart/**", path: a, exists: true }'),
      files({ 'chart/Chart.yaml': 'a: 1\n', 'chart/templates/x.yaml': '{{ if }}\n' }),
    );
    expect(findings).toEqual([]);
  });

  test('an escape does not hide a value from `where`', async () => {
    const text = ruleOf('assert: { files: "*.yaml", where: { kind: Deployment }, path: a, exists: true }');
    expect(told(await judge(text, files({ 'a.yaml': 'kind: "Deploymen\\x74"\n' })))).toHaveLength(1);
  });
});

describe('waivers', () => {
  const waived = (fields: string): string =>
    `${ruleOf('deny: { registry: quay.io }')}waivers:\n  - { rule: the-rule, owner: jane@acme.com, reason: moving, ${fields} }\n`;
  const tree = files({
    'compose.yml': 'services: { a: { image: "quay.io/a/b:1" } }',
    'dev/compose.yml': 'services: { a: { image: "quay.io/a/b:1" } }',
  });
  const on = (day: string) => ({ ...tree, today: new Date(day) });

  test('lift findings, and keep who, why and until when', async () => {
    const report = await judge(waived('until: 2027-03-31'), tree);
    expect(report.findings).toEqual([]);
    expect(report.waived.map(({ finding, waiver }) => [finding.path, waiver.owner, waiver.until])).toEqual([
      ['compose.yml', 'jane@acme.com', '2027-03-31'],
      ['dev/compose.yml', 'jane@acme.com', '2027-03-31'],
    ]);
  });

  test('of a path lift those of the path alone', async () => {
    const report = await judge(waived('until: 2027-03-31, path: dev/**'), tree);
    expect(report.findings.map(({ path }) => path)).toEqual(['compose.yml']);
    expect(report.waived.map(({ finding }) => finding.path)).toEqual(['dev/compose.yml']);
  });

  test.each([
    ['2027-03-31T00:00:00Z', 2],
    ['2027-03-31T23:59:59.999Z', 2],
    ['2027-03-31T23:30:00-01:00', 0],
    ['2027-04-01T00:00:00Z', 0],
  ])('hold to the end of their last day in UTC: %s', async (day, count) => {
    const report = await judge(waived('until: 2027-03-31'), on(day));
    expect(report.waived).toHaveLength(count);
  });

  test('that are over lift nothing, and are a finding with the line of the waiver', async () => {
    const { findings } = await judge(waived('until: 2026-01-01'), tree);
    expect(findings.map(({ rule, path, line, severity }) => [rule, path, line, severity])).toEqual([
      ['the-rule', 'compose.yml', 1, 'error'],
      ['the-rule', 'dev/compose.yml', 1, 'error'],
      ['waiver-expired', 'rules.yaml', 6, 'warning'],
    ]);
  });

  test('that meet nothing are a notice', async () => {
    const { notices, findings } = await judge(waived('until: 2027-03-31, path: other.yml'), files({}));
    expect(findings).toEqual([]);
    expect(notices).toEqual(['rules.yaml:6: the waiver for the-rule in other.yml waives nothing; it can go']);
  });
});

test('a Dockerfile is judged by what it copies and mounts, not by its words', async () => {
  const text = `FROM a:1 AS build
RUN echo from=quay.io/no/b && pip install --from=quay.io/no/c
RUN --mount=type=bind,from=quay.io/yes/d:1,target=/x make
COPY --chown=1:1 --from=quay.io/yes/e:1 /a /a
COPY --from=build /a /a
`;
  const report = await judge(ruleOf('deny: { registry: quay.io }'), files({ Dockerfile: text }));
  expect(report.findings.map(({ line }) => line)).toEqual([3, 4]);
});

test.each([
  ['a deep list', `${'['.repeat(20_000)}${']'.repeat(20_000)}`],
  ['a long variable', `{ "image": "\${${'a'.repeat(1_000_000)}", "region": "\${${'a'.repeat(1_000_000)}" }`],
  ['many variables', `{ "image": "${'${a'.repeat(300_000)}" }`],
  ['a long list', JSON.stringify({ image: Array(100_000).fill('a') })],
])('hostile files end: %s', async (_, text) => {
  const rules = `rules:
  - { id: a, reason: r, deny: { registry: quay.io } }
  - { id: b, reason: r, deny: { region: us } }
  - { id: c, reason: r, assert: { files: "**", path: "[*]", not: { in: [a] } } }
  - { id: d, reason: r, assert: { files: "**", path: image, equals: a } }
  - { id: e, reason: r, assert: { files: "**", path: image, matches: "(a|b)*c$" } }
`;
  const start = performance.now();
  const report = await judge(rules, files({ 'a.json': text }));
  expect(report.judged).toBe(5);
  expect(report.findings.map(({ rule }) => rule)).toContain('d');
  expect(performance.now() - start).toBeLessThan(5000);
});
