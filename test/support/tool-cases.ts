/** For each real tool a small repository that it passes, the bad twin of it, and what must be found there. */
import type { Finding } from '../../src/verify/check.ts';
import type { ToolGroup } from './tool-groups.ts';

/** Files by path. */
type Files = Readonly<Record<string, string>>;

export interface ToolCase {
  readonly group: ToolGroup;
  readonly good: Files;
  /** How many of them it says that it judged; all, unless it is said here. */
  readonly judged?: number;
  /** Programs that it needs beside its own. */
  readonly needs?: readonly string[];
  /** What differs in the twin. */
  readonly bad: Files;
  readonly finds: Pick<Finding, 'rule' | 'path'> & { readonly line?: number };
}

const DOCKERFILE = `FROM debian:12.8-slim
COPY app /app
USER 10001
HEALTHCHECK CMD ["/app", "--health"]
ENTRYPOINT ["/app"]
`;

const WORKFLOW = `name: CI
on:
  push:
    branches: [main]
permissions: {}
concurrency:
  group: ci-\${{ github.ref }}
  cancel-in-progress: true
jobs:
  lint:
    name: Lint
    runs-on: ubuntu-24.04
    timeout-minutes: 5
    permissions:
      contents: read # to check the code out
    steps:
      - name: Check out
        uses: actions/checkout@11bd71901bbe5b1630ceea73d27597364c9af683 # v4.2.2
        with:
          persist-credentials: false
      - name: Greet
        run: echo hello
`;

const COMPOSE = `services:
  app:
    image: "registry.example/app:\${TAG:?set TAG}"
    ports: ["127.0.0.1:\${PORT:-8000}:8000"]
    env_file: [.env]
`;

const OVERLAY = `services:
  app:
    ports: !reset []
    mem_limit: \${MEMORY:-512m}
`;

const RULES = `groups:
  - name: app
    rules:
      - alert: Down
        expr: up == 0
        for: 5m
`;

const SCRAPES = `scrape_configs:
  - job_name: app
    static_configs:
      - targets: [app:8000]
`;

const SERVICE = `apiVersion: v1
kind: Service
metadata:
  name: app
spec:
  type: ExternalName
  externalName: app.example
`;

/** One manifest stands alone; the other is judged as the overlay renders it. */
const MANIFESTS = {
  'cluster/service.yaml': SERVICE,
  'kubernetes/base/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
resources:
  - service.yaml
`,
  'kubernetes/base/service.yaml': SERVICE,
  'kubernetes/overlays/test/kustomization.yaml': `apiVersion: kustomize.config.k8s.io/v1beta1
kind: Kustomization
namespace: app-test
resources:
  - ../../base
`,
};

/** With a dependency that is not there, and a file of values. */
const CHART = {
  'deploy/chart/Chart.yaml': `apiVersion: v2
name: app
version: 1.0.0
dependencies:
  - name: cache
    version: ^2.1.0
    repository: https://charts.example
    condition: cache.enabled
`,
  'deploy/chart/values.yaml': 'host: app.example\ncache:\n  enabled: false\n',
  'deploy/chart/values-production.yaml': 'host: www.example\n',
  'deploy/chart/templates/service.yaml': SERVICE.replace('app.example', '{{ .Values.host }}').replace(
    'name: app',
    'name: app\n  namespace: {{ .Release.Namespace }}',
  ),
};

const SCHEMA = JSON.stringify({ properties: { host: { type: 'string' } } });

const NGINX = `events {}
http {
  server_tokens off;
  server {
    listen 127.0.0.1:8080;
    server_name app.example;
    root /srv/app;
  }
}
`;

const workflow = '.github/workflows/ci.yml';

/** By the id of the tool. */
export const TOOL_CASES: Readonly<Record<string, ToolCase>> = {
  hadolint: {
    group: 'hadolint',
    good: { Dockerfile: DOCKERFILE, 'worker/Dockerfile-dev': DOCKERFILE },
    bad: { 'worker/Dockerfile-dev': DOCKERFILE.replace('USER 10001', 'RUN cd /app') },
    finds: { rule: 'DL3003', path: 'worker/Dockerfile-dev', line: 3 },
  },
  actionlint: {
    group: 'actionlint',
    good: { [workflow]: WORKFLOW },
    bad: { [workflow]: WORKFLOW.replace('    runs-on', '    needs: [tests]\n    runs-on') },
    finds: { rule: 'job-needs', path: workflow, line: 10 },
  },
  zizmor: {
    group: 'zizmor',
    good: { [workflow]: WORKFLOW, '.github/dependabot.yml': 'version: 2\nupdates: []\n' },
    bad: { [workflow]: WORKFLOW.replace('persist-credentials: false', 'fetch-depth: 1') },
    finds: { rule: 'artipacked', path: workflow, line: 17 },
  },
  'docker-compose': {
    group: 'compose',
    good: { 'deploy/compose.yaml': COMPOSE, 'deploy/compose.prod.yaml': OVERLAY },
    bad: { 'deploy/compose.prod.yaml': OVERLAY.replace('mem_limit', 'memory') },
    finds: { rule: 'compose-config', path: 'deploy/compose.prod.yaml' },
  },
  shellcheck: {
    group: 'shellcheck',
    good: { 'scripts/a.sh': '#!/bin/sh\necho "$1"\n', 'scripts/b': '#!/usr/bin/env bash\necho "$1"\n' },
    bad: { 'scripts/b': '#!/usr/bin/env bash\necho $1\n' },
    finds: { rule: 'SC2086', path: 'scripts/b', line: 2 },
  },
  yamllint: {
    group: 'yamllint',
    good: { 'a.yaml': 'a: 1\n', 'b/c.yml': 'on:\n  - push # why\n' },
    bad: { 'b/c.yml': 'a: 1\nb:   2\n' },
    finds: { rule: 'colons', path: 'b/c.yml', line: 2 },
  },
  gitleaks: {
    group: 'gitleaks',
    good: { 'README.md': '# Nothing to hide\n' },
    // Put together here, so that no scanner of this repository finds it.
    bad: { 'src/settings.py': `\nTOKEN = "${['ghp', 'a8Bd93kLq0ZxWv7Uy2Rt5Pm1Nc6Jh4Gf8sDe'].join('_')}"\n` },
    finds: { rule: 'github-pat', path: 'src/settings.py', line: 2 },
  },
  checkov: {
    group: 'checkov',
    good: { Dockerfile: DOCKERFILE, 'web/Dockerfile.dev': DOCKERFILE, [workflow]: WORKFLOW },
    bad: { 'web/Dockerfile.dev': DOCKERFILE.replace('debian:12.8-slim', 'debian:latest') },
    finds: { rule: 'CKV_DOCKER_7', path: 'web/Dockerfile.dev', line: 1 },
  },
  trivy: {
    group: 'trivy',
    good: { Dockerfile: DOCKERFILE, 'web/app.dockerfile': DOCKERFILE },
    bad: { 'web/app.dockerfile': DOCKERFILE.replace('debian:12.8-slim', 'debian:latest') },
    finds: { rule: 'DS001', path: 'web/app.dockerfile', line: 1 },
  },
  kubeconform: {
    group: 'kubeconform',
    needs: ['kubectl'],
    good: MANIFESTS,
    judged: 2,
    bad: { 'kubernetes/base/service.yaml': SERVICE.replace('app.example', '8') },
    finds: { rule: 'kubeconform-invalid', path: 'kubernetes/overlays/test/kustomization.yaml' },
  },
  'kube-score': {
    group: 'kube-score',
    needs: ['kubectl'],
    good: MANIFESTS,
    judged: 2,
    bad: { 'kubernetes/base/service.yaml': SERVICE.replace('ExternalName', 'NodePort') },
    finds: { rule: 'service-type', path: 'kubernetes/overlays/test/kustomization.yaml' },
  },
  helm: {
    group: 'helm',
    good: CHART,
    judged: 1,
    bad: { 'deploy/chart/values-production.yaml': 'host: {}\n', 'deploy/chart/values.schema.json': SCHEMA },
    finds: { rule: 'helm-lint', path: 'deploy/chart/values-production.yaml' },
  },
  promtool: {
    group: 'promtool',
    good: { 'monitoring/rules.yml': RULES, 'monitoring/prometheus.yml': SCRAPES },
    bad: { 'monitoring/rules.yml': RULES.replace('up == 0', 'sum(up') },
    finds: { rule: 'promtool-rules', path: 'monitoring/rules.yml', line: 5 },
  },
  gixy: {
    group: 'gixy',
    good: { 'nginx/nginx.conf': NGINX },
    bad: { 'nginx/nginx.conf': NGINX.replace('server_tokens off;', '') },
    finds: { rule: 'version_disclosure', path: 'nginx/nginx.conf', line: 4 },
  },
};
