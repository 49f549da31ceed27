/** Every kind of file that names images or actions: exactly which bytes change. */
import { describe, expect, test } from 'vitest';
import { findReferences } from '../../../src/pin/find-references.ts';
import { pinText } from '../../../src/pin/pin-text.ts';
import type { Pins } from '../../../src/pin/reference.ts';

const D = `sha256:${'d'.repeat(64)}`;
const C = 'c'.repeat(40);
const PINS: Pins = {
  images: Object.fromEntries(
    [
      'postgres:17',
      'alpine:3.22',
      'alpine:latest',
      'docker/dockerfile:1.7',
      'ghcr.io/acme/tool:v1',
      'localhost:5000/a/b:1',
      'python:3.13-slim',
      'redis:8',
    ].map((key) => [key, D]),
  ),
  actions: {
    'actions/checkout@v4': { sha: C, version: 'v4.1.2' },
    'acme/flows@v1.0.0': { sha: C, version: 'v1.0.0' },
    'github/codeql-action@v3': { sha: C, version: 'v3.30.1' },
  },
};

interface Case {
  readonly name: string;
  readonly path: string;
  readonly before: string;
  readonly after: string;
}

const CASES: readonly Case[] = [
  {
    name: 'FROM with a platform and a name, COPY --from and RUN --mount of an image',
    path: 'Dockerfile',
    before:
      '# syntax=docker/dockerfile:1.7\nFROM --platform=$BUILDPLATFORM python:3.13-slim AS build\nFROM build AS next\n' +
      'COPY --from=build /a /a\nCOPY --from=0 /a /a\nCOPY --chown=1:1 --from=ghcr.io/acme/tool:v1 /t /t\n' +
      'RUN --mount=type=bind,from=alpine:3.22,target=/x true\nFROM scratch\n',
    after:
      `# syntax=docker/dockerfile:1.7@${D}\nFROM --platform=$BUILDPLATFORM python:3.13-slim@${D} AS build\nFROM build AS next\n` +
      `COPY --from=build /a /a\nCOPY --from=0 /a /a\nCOPY --chown=1:1 --from=ghcr.io/acme/tool:v1@${D} /t /t\n` +
      `RUN --mount=type=bind,from=alpine:3.22@${D},target=/x true\nFROM scratch\n`,
  },
  {
    name: 'a FROM that goes over lines, a heredoc with FROM in it, no tag, CRLF',
    path: 'docker/Dockerfile.dev',
    before: 'FROM \\\r\n  # why\r\n  alpine\r\nRUN <<END\r\nFROM postgres:17\r\nEND\r\nFROM postgres:17\r\n',
    after: `FROM \\\r\n  # why\r\n  alpine:latest@${D}\r\nRUN <<END\r\nFROM postgres:17\r\nEND\r\nFROM postgres:17@${D}\r\n`,
  },
  {
    name: 'a build argument that is a whole image',
    path: 'Dockerfile',
    before: 'ARG BASE="python:3.13-slim"\nFROM ${BASE} AS a\nFROM $BASE AS b\n',
    after: `ARG BASE="python:3.13-slim@${D}"\nFROM \${BASE} AS a\nFROM $BASE AS b\n`,
  },
  {
    name: 'a build argument that ends the image',
    path: 'Dockerfile',
    before: 'ARG TAG=3.13-slim\nFROM python:${TAG}\n',
    after: `ARG TAG=3.13-slim@${D}\nFROM python:\${TAG}\n`,
  },
  {
    name: 'compose services: quoted, anchored, merged; built ones and comments stay',
    path: 'docker-compose.yml',
    before:
      'x-db: &db\n  image: "postgres:17" # the database\nservices:\n  a:\n    <<: *db\n  b:\n    image: \'redis:8\'\n  c: { image: alpine:3.22, init: true }\n  d:\n    image: localhost:5000/a/b:1\n',
    after: `x-db: &db\n  image: "postgres:17@${D}" # the database\nservices:\n  a:\n    <<: *db\n  b:\n    image: 'redis:8@${D}'\n  c: { image: alpine:3.22@${D}, init: true }\n  d:\n    image: localhost:5000/a/b:1@${D}\n`,
  },
  {
    name: 'pods of several manifests in one file',
    path: 'k8s/all.yaml',
    before:
      'apiVersion: batch/v1\nkind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          initContainers:\n            - image: alpine:3.22\n          containers:\n            - image: postgres:17\n---\napiVersion: serving.knative.dev/v1\nkind: Service\nspec:\n  template:\n    spec:\n      containers:\n        - image: redis:8\n---\napiVersion: v1\nkind: ConfigMap\ndata:\n  image: redis:8\n',
    after: `apiVersion: batch/v1\nkind: CronJob\nspec:\n  jobTemplate:\n    spec:\n      template:\n        spec:\n          initContainers:\n            - image: alpine:3.22@${D}\n          containers:\n            - image: postgres:17@${D}\n---\napiVersion: serving.knative.dev/v1\nkind: Service\nspec:\n  template:\n    spec:\n      containers:\n        - image: redis:8@${D}\n---\napiVersion: v1\nkind: ConfigMap\ndata:\n  image: redis:8\n`,
  },
  {
    name: 'a container group of Azure',
    path: 'deploy/group.yaml',
    before:
      'apiVersion: "2023-05-01"\ntype: Microsoft.ContainerInstance/containerGroups\nproperties:\n  containers:\n    - name: a\n      properties:\n        image: redis:8\n',
    after: `apiVersion: "2023-05-01"\ntype: Microsoft.ContainerInstance/containerGroups\nproperties:\n  containers:\n    - name: a\n      properties:\n        image: redis:8@${D}\n`,
  },
  {
    name: 'a kustomization, whose digest is a key of its own',
    path: 'k8s/kustomization.yaml',
    before:
      'images:\n  - name: db\n    newName: postgres\n    newTag: "17" # why\n  - {name: redis, newTag: 8}\n',
    after: `images:\n  - name: db\n    newName: postgres\n    newTag: "17" # why\n    digest: ${D}\n  - {name: redis, newTag: 8, digest: ${D}}\n`,
  },
  {
    name: 'values of a chart, where they have a digest or one text',
    path: 'chart/values.yaml',
    before:
      'a:\n  registry: ghcr.io\n  repository: acme/tool\n  tag: v1\n  digest: ""\nb:\n  repository: postgres\n  tag: 17\n  digest:\nc:\n  repository: redis\n  tag: "8"\nd:\n  image: alpine:3.22\ne:\n  image: alpine\n',
    after: `a:\n  registry: ghcr.io\n  repository: acme/tool\n  tag: v1\n  digest: "${D}"\nb:\n  repository: postgres\n  tag: 17\n  digest: ${D}\nc:\n  repository: redis\n  tag: "8"\nd:\n  image: alpine:3.22@${D}\ne:\n  image: alpine\n`,
  },
  {
    name: 'an app of the App Platform, where a digest takes the place of the tag',
    path: '.do/app.yaml',
    before:
      'services:\n  - image:\n      registry_type: GHCR\n      registry: acme\n      repository: tool\n      tag: v1\n  - image:\n      registry_type: DOCR\n      repository: tool\n      tag: v1\n  - image: { registry_type: DOCKER_HUB, repository: redis, tag: "8" }\n',
    after: `services:\n  - image:\n      registry_type: GHCR\n      registry: acme\n      repository: tool\n      digest: ${D} # v1\n  - image:\n      registry_type: DOCR\n      repository: tool\n      tag: v1\n  - image: { registry_type: DOCKER_HUB, repository: redis, digest: ${D} }\n`,
  },
  {
    name: 'a task definition of ECS',
    path: 'deploy/task.json',
    before: '{\n\t"containerDefinitions": [{ "image": "redis:8", "name": "a" }],\n\t"image": "redis:8"\n}\n',
    after: `{\n\t"containerDefinitions": [{ "image": "redis:8@${D}", "name": "a" }],\n\t"image": "redis:8"\n}\n`,
  },
  {
    name: 'actions and images of a workflow',
    path: '.github/workflows/ci.yml',
    before:
      'jobs:\n  a:\n    container: alpine:3.22\n    services:\n      db:\n        image: postgres:17\n    steps:\n      - uses: actions/checkout@v4\n      - uses: "actions/checkout@v4" # v4\n      - uses: actions/checkout@v4 # the code\n      - { uses: github/codeql-action/init@v3 }\n      - uses: docker://redis:8\n      - uses: ./local\n      - uses: a/b@' +
      `${C} # v1\n  b:\n    container:\n      image: alpine:3.22\n  c:\n    uses: acme/flows/.github/workflows/x.yml@v1.0.0\n`,
    after: `jobs:\n  a:\n    container: alpine:3.22@${D}\n    services:\n      db:\n        image: postgres:17@${D}\n    steps:\n      - uses: actions/checkout@${C} # v4.1.2\n      - uses: "actions/checkout@${C}" # v4.1.2\n      - uses: actions/checkout@${C} # v4.1.2 # the code\n      - { uses: github/codeql-action/init@${C} } # v3.30.1\n      - uses: docker://redis:8@${D}\n      - uses: ./local\n      - uses: a/b@${C} # v1\n  b:\n    container:\n      image: alpine:3.22@${D}\n  c:\n    uses: acme/flows/.github/workflows/x.yml@${C} # v1.0.0\n`,
  },
  {
    name: 'a composite action',
    path: '.github/actions/setup/action.yml',
    before: 'runs:\n  using: composite\n  steps:\n    - uses: actions/checkout@v4\n',
    after: `runs:\n  using: composite\n  steps:\n    - uses: actions/checkout@${C} # v4.1.2\n`,
  },
  {
    name: 'hooks of pre-commit are left',
    path: '.pre-commit-config.yaml',
    before:
      'repos:\n  - repo: https://github.com/a/b\n    rev: v4\n    hooks:\n      - id: x\n        image: redis:8\n',
    after:
      'repos:\n  - repo: https://github.com/a/b\n    rev: v4\n    hooks:\n      - id: x\n        image: redis:8\n',
  },
  {
    name: 'a byte order mark stays',
    path: 'compose.yaml',
    before: '\uFEFFservices:\r\n  a:\r\n    image: redis:8\r\n',
    after: `\uFEFFservices:\r\n  a:\r\n    image: redis:8@${D}\r\n`,
  },
];

describe.each(CASES)('$name', ({ path, before, after }) => {
  test('only the reference changes', () => {
    expect(pinText(path, before, PINS).text).toBe(after);
  });

  test('twice is once', () => {
    expect(pinText(path, after, PINS)).toEqual({ text: after, replaced: [], suppressionsRemoved: [] });
  });

  test('without pins nothing changes', () => {
    expect(pinText(path, before, { images: {}, actions: {} }).text).toBe(before);
  });
});

const leftIn = (path: string, text: string) =>
  findReferences(path, text).map((reference) =>
    reference.kind === 'left' ? [reference.key, reference.reason] : [reference.key],
  );

describe('what cannot be pinned is told with its reason', () => {
  test.each([
    ['ARG A\nFROM python:$A\n', 'python:$A', /without a default/],
    ['ARG A=3.13\nFROM python:${A}-slim\n', 'python:3.13-slim', /no place/],
    ['ARG A=3.13\nFROM python:$A\nFROM node:$A\n', 'python:3.13', /something else/],
    ['ARG A=3.13\nFROM python:$A\nARG A\nRUN x==$A\n', 'python:3.13', /something else/],
  ])('%j', (text, key, reason) => {
    expect(leftIn('Dockerfile', text)[0]).toEqual([key, expect.stringMatching(reason)]);
    expect(pinText('Dockerfile', text, { images: { [key]: D }, actions: {} }).text).toBe(text);
  });

  test('a variable of compose, values without a digest, no tag of an action', () => {
    expect(leftIn('compose.yml', 'services:\n  a:\n    image: a/b:${V:-1}\n')).toEqual([
      ['a/b:${V:-1}', 'it is composed of a variable'],
    ]);
    expect(leftIn('values.yaml', 'a:\n  repository: redis\n  tag: "8"\n')[0]?.[1]).toMatch(/digest/);
    expect(leftIn('.github/workflows/a.yml', 'jobs:\n  a:\n    steps:\n      - uses: a/b\n')).toEqual([
      ['a/b', 'it names no tag'],
    ]);
  });

  test('a line that says so keeps its tag', () => {
    const allowed = 'services:\n  a:\n    # bulwark:allow pin always the newest\n    image: redis:8\n';
    expect(pinText('compose.yml', allowed, PINS).text).toBe(allowed);
    const without = allowed.replace(' always the newest', '');
    expect(pinText('compose.yml', without, PINS).text).toContain(D);
  });

  test.each([
    ['{{ .Values.image }}', 'templates/pod.yaml'],
    ['&a [*a', 'compose.yml'],
  ])('%j is no YAML to be changed', (value, path) => {
    expect(
      findReferences(path, `apiVersion: v1\nkind: Pod\nspec:\n  containers:\n    - image: ${value}\n`),
    ).toEqual([]);
  });

  test('aliases that swell and names of prototypes do no harm', () => {
    const levels = Array.from({ length: 12 }, (_, level) => {
      const before = level === 0 ? 'redis:8' : Array.from({ length: 9 }, () => `*a${level - 1}`).join(', ');
      return `a${level}: &a${level} ${level === 0 ? '{ image: redis:8 }' : `{ <<: [${before}] }`}`;
    });
    const bomb = `${levels.join('\n')}\nservices:\n  x: *a11\n  __proto__: { image: constructor:toString }\n`;
    const started = performance.now();
    expect(pinText('compose.yml', bomb, PINS).replaced).toEqual([{ key: 'redis:8', pin: D, line: 1 }]);
    expect(performance.now() - started).toBeLessThan(2000);
  });
});
