/** The hardening baseline of the specification, demand by demand: the change of the output that breaks it, and who finds that. */

/** The output with one text exchanged, and what must be found in it. */
export interface HardeningTwin {
  /** Which rendered repository; the default one unless it says so. */
  readonly of?: 'minimal' | 'platform' | 'proxied';
  readonly file: string;
  /** Exchanged at its first occurrence, which must exist. */
  readonly from: string | RegExp;
  readonly to: string;
  /** The rule of an embedded check that finds it. */
  readonly embedded?: string;
  /** The rules of real tools that find it, by the tool. */
  readonly tools?: Readonly<Record<string, string>>;
  /** The file that the finding is in, where it is another than the one that was changed. */
  readonly in?: string;
}

/** A demand that no line of the output can be judged by, and what shows it instead. */
interface ShownElsewhere {
  readonly shownBy: string;
}

const DOCKERFILE = 'Dockerfile';
const COMPOSE = 'docker-compose.yml';
const PRODUCTION = 'docker-compose.prod.yml';
const WORKFLOW = '.github/workflows/ci.yml';
const SCRIPT = 'docker/redis/start.sh';
const DEPLOYMENT = 'kubernetes/base/deployment.yaml';
/** What the tools for Kubernetes judge is an overlay as it renders. */
const OVERLAY = 'kubernetes/overlays/production/kustomization.yaml';
const NGINX = 'docker/nginx/nginx.conf';
const NGINX_SERVERS = 'docker/nginx/conf.d/default.conf';

// Put together here, so that no scanner of this repository finds it.
const TOKEN = ['ghp', 'a8Bd93kLq0ZxWv7Uy2Rt5Pm1Nc6Jh4Gf8sDe'].join('_');

/** By what section 4 of the specification says, in its words and its order. */
export const HARDENING: Readonly<
  Record<string, Readonly<Record<string, readonly HardeningTwin[] | ShownElsewhere>>>
> = {
  Dockerfile: {
    'multi-stage': [
      {
        of: 'minimal',
        file: DOCKERFILE,
        from: /FROM \S+ AS builder[^]*?(?=FROM)/,
        to: '',
        embedded: 'dockerfile-multi-stage',
      },
    ],
    'pinned base': [
      {
        file: DOCKERFILE,
        from: /FROM python:\S+ AS runtime/,
        to: 'FROM python:latest AS runtime',
        embedded: 'dockerfile-from-tag',
        tools: { hadolint: 'DL3007', checkov: 'CKV_DOCKER_7', trivy: 'DS001' },
      },
      {
        file: DOCKERFILE,
        from: /FROM python:\S+ AS runtime/,
        to: 'FROM python AS runtime',
        embedded: 'dockerfile-from-tag',
        tools: { hadolint: 'DL3006' },
      },
    ],
    'dependencies from a lock file with hashes': [
      {
        file: DOCKERFILE,
        from: 'install --require-hashes',
        to: 'install',
        embedded: 'dockerfile-locked-packages',
      },
    ],
    'in a cached layer': { shownBy: 'the order of the instructions, seen in the golden tree' },
    'no compiler, package manager cache': [
      {
        file: DOCKERFILE,
        from: 'WORKDIR /app\nCOPY --from=builder',
        to: 'RUN apt-get update && apt-get install -y --no-install-recommends gcc\nWORKDIR /app\nCOPY --from=builder',
        embedded: 'dockerfile-apt',
        tools: { hadolint: 'DL3008' },
      },
      {
        file: DOCKERFILE,
        from: 'WORKDIR /app\nCOPY --from=builder',
        to: 'RUN apt-get update && apt-get install -y gcc=4:14.2.0-1 && rm -rf /var/lib/apt/lists/*\nWORKDIR /app\nCOPY --from=builder',
        embedded: 'dockerfile-apt',
        tools: { hadolint: 'DL3015', trivy: 'DS029' },
      },
    ],
    'no test file in the last stage': [
      {
        file: DOCKERFILE,
        from: 'COPY services services',
        to: 'COPY services services\nCOPY tests tests',
        embedded: 'dockerfile-test-files',
      },
    ],
    'numeric non-root user': [
      {
        file: DOCKERFILE,
        from: 'USER 10001:10001\nSTOPSIGNAL SIGTERM\n\n\nFROM runtime',
        to: 'STOPSIGNAL SIGTERM\n\n\nFROM runtime',
        embedded: 'dockerfile-user',
      },
      {
        file: DOCKERFILE,
        from: 'USER 10001:10001\nSTOPSIGNAL SIGTERM\n\n\nFROM runtime',
        to: 'USER app\nSTOPSIGNAL SIGTERM\n\n\nFROM runtime',
        embedded: 'dockerfile-user',
      },
      {
        of: 'minimal',
        file: DOCKERFILE,
        from: 'USER 10001:10001',
        to: 'USER root',
        embedded: 'dockerfile-user',
        tools: { hadolint: 'DL3002', checkov: 'CKV_DOCKER_8', trivy: 'DS002' },
      },
    ],
    'nothing writable but declared': { shownBy: 'the service started under a read-only root' },
    HEALTHCHECK: [
      {
        of: 'minimal',
        file: DOCKERFILE,
        from: /HEALTHCHECK [^]*?\n {4}CMD .*\n/,
        to: '',
        embedded: 'dockerfile-healthcheck',
        tools: { checkov: 'CKV_DOCKER_2', trivy: 'DS026' },
      },
      {
        file: DOCKERFILE,
        from: /(?<=AS production\n[^]*)HEALTHCHECK [^]*?\n {4}CMD .*\n/,
        to: '',
        embedded: 'dockerfile-healthcheck',
      },
    ],
    'exec-form entry point': [
      {
        file: DOCKERFILE,
        from: 'CMD ["python", "-m", "services.api.src"]',
        to: 'CMD python -m services.api.src',
        embedded: 'dockerfile-exec-form',
        tools: { hadolint: 'DL3025' },
      },
      {
        of: 'minimal',
        file: DOCKERFILE,
        from: 'ENTRYPOINT ["start"]',
        to: 'ENTRYPOINT start',
        embedded: 'dockerfile-exec-form',
        tools: { hadolint: 'DL3025' },
      },
    ],
    'signals reach the process, graceful shutdown': {
      shownBy: "the rendered application's tests of its process",
    },
    'OCI labels': [{ file: DOCKERFILE, from: /LABEL org[^]*$/, to: '', embedded: 'dockerfile-labels' }],
    '.dockerignore deny-all': [
      { file: '.dockerignore', from: '\n*\n', to: '\n', embedded: 'dockerfile-ignore-file' },
    ],
  },
  Compose: {
    read_only: [{ file: COMPOSE, from: '    read_only: true\n', to: '', embedded: 'compose-read-only' }],
    cap_drop: [
      { file: COMPOSE, from: '    cap_drop:\n      - ALL\n', to: '', embedded: 'compose-cap-drop' },
      { file: COMPOSE, from: '      - ALL\n', to: '      - NET_RAW\n', embedded: 'compose-cap-drop' },
    ],
    'no-new-privileges': [
      {
        file: COMPOSE,
        from: '    security_opt:\n      - no-new-privileges:true\n',
        to: '',
        embedded: 'compose-no-new-privileges',
      },
      {
        file: COMPOSE,
        from: '    read_only: true\n',
        to: '    read_only: true\n    privileged: true\n',
        embedded: 'compose-privileged',
      },
    ],
    tmpfs: { shownBy: 'the service started under a read-only root' },
    limits: [
      {
        file: COMPOSE,
        from: '          memory: 256M\n          pids: 64\n',
        to: '          pids: 64\n',
        embedded: 'compose-limits',
      },
      {
        file: COMPOSE,
        from: /(?<=limits:\n) {10}cpus: .*\n(?= {10}memory: 256M\n {10}pids: 64\n)/,
        to: '',
        embedded: 'compose-limits',
      },
    ],
    reservations: [
      {
        file: COMPOSE,
        from: / {8}reservations:\n {10}cpus: .*\n {10}memory: 64M\n/,
        to: '',
        embedded: 'compose-reservations',
      },
    ],
    'pids limit': [{ file: COMPOSE, from: '          pids: 64\n', to: '', embedded: 'compose-pids-limit' }],
    'health checks': [
      {
        file: COMPOSE,
        from: / {4}healthcheck:\n {6}test: \[CMD, redis-cli[^]*?retries: \d+\n/,
        to: '',
        embedded: 'compose-healthcheck',
      },
    ],
    'depends_on conditions': [
      {
        file: COMPOSE,
        from: 'condition: service_healthy',
        to: 'condition: service_started',
        embedded: 'compose-depends-on',
      },
    ],
    'internal networks': [
      {
        file: COMPOSE,
        from: 'backend:\n    internal: true\n',
        to: 'backend: {}\n',
        embedded: 'compose-internal-network',
        in: PRODUCTION,
      },
      {
        file: PRODUCTION,
        from: /(?<= {2}postgres:\n[^]*?) {4}ports: !reset \[\]\n/,
        to: '',
        embedded: 'compose-internal-network',
        in: COMPOSE,
      },
    ],
    'loopback-only dev ports': [
      { file: COMPOSE, from: '"127.0.0.1:${PORT', to: '"${PORT', embedded: 'compose-loopback-port' },
      {
        file: COMPOSE,
        from: '"127.0.0.1:${POSTGRES_PORT',
        to: '"0.0.0.0:${POSTGRES_PORT',
        embedded: 'compose-loopback-port',
      },
    ],
    'secrets as required variables': [
      {
        file: COMPOSE,
        from: 'POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:?set it in .env}',
        to: 'POSTGRES_PASSWORD: ${POSTGRES_PASSWORD:-postgres}',
        embedded: 'compose-default-password',
      },
    ],
    'log rotation': [
      {
        file: PRODUCTION,
        from: /logging:\n {6}options:\n {8}max-size: .*\n {8}max-file: .*\n/,
        to: 'logging: !override\n      driver: json-file\n',
        embedded: 'compose-log-rotation',
      },
    ],
    'no default password': [
      {
        file: COMPOSE,
        from: 'RABBITMQ_DEFAULT_PASS: ${RABBITMQ_PASSWORD:?set it in .env}',
        to: 'RABBITMQ_DEFAULT_PASS: guest',
        embedded: 'compose-default-password',
      },
      {
        file: COMPOSE,
        from: /(?<=DATABASE_URL: postgresql:\/\/\w+:)\$\{[^}]*\}/,
        to: 'postgres',
        embedded: 'secrets-url-password',
      },
    ],
    'data services are reached by nobody but containers, behind a proxy too': [
      {
        of: 'proxied',
        file: PRODUCTION,
        from: '    ports: !reset []\n    networks: !override\n      - backend\n',
        to: '    ports: !reset []\n',
        embedded: 'compose-internal-network',
        in: COMPOSE,
      },
    ],
    'the proxy is confined as all others are': [
      {
        of: 'proxied',
        file: PRODUCTION,
        from: '    read_only: true\n',
        to: '',
        embedded: 'compose-read-only',
      },
      {
        of: 'proxied',
        file: PRODUCTION,
        from: '    cap_drop:\n      - ALL\n',
        to: '',
        embedded: 'compose-cap-drop',
      },
      {
        of: 'proxied',
        file: PRODUCTION,
        from: /(?<=image: nginx:)\S+/,
        to: 'latest',
        embedded: 'compose-image-tag',
      },
    ],
    'restart policy in production': [
      {
        file: PRODUCTION,
        from: / {6}restart_policy:\n {8}condition: any\n {8}delay: 5s\n/,
        to: '',
        embedded: 'compose-restart',
        in: COMPOSE,
      },
    ],
    'files that Compose reads': [
      {
        file: COMPOSE,
        from: '    cap_drop:',
        to: '    cap_dropp:',
        embedded: 'compose-schema',
        tools: { 'docker-compose': 'compose-config' },
      },
    ],
  },
  Kubernetes: {
    'Pod Security restricted': [
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: '        runAsNonRoot: true\n',
        to: '',
        embedded: 'kubernetes-run-as-non-root',
      },
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: '            allowPrivilegeEscalation: false\n',
        to: '',
        embedded: 'kubernetes-privilege-escalation',
      },
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: 'drop: [ALL]',
        to: 'drop: [NET_RAW]',
        embedded: 'kubernetes-drop-all',
      },
      {
        of: 'platform',
        file: 'kubernetes/overlays/dev/postgres.yaml',
        from: '        runAsNonRoot: true\n',
        to: '',
        embedded: 'kubernetes-run-as-non-root',
      },
    ],
    'read-only root': [
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: '            readOnlyRootFilesystem: true\n',
        to: '',
        embedded: 'kubernetes-read-only-root',
      },
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: 'readOnlyRootFilesystem: true',
        to: 'readOnlyRootFilesystem: false',
        embedded: 'kubernetes-read-only-root',
      },
    ],
    seccomp: [
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: '        seccompProfile:\n          type: RuntimeDefault\n',
        to: '',
        embedded: 'kubernetes-seccomp',
      },
    ],
    'no service-account token unless needed': [
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: 'automountServiceAccountToken: false',
        to: 'automountServiceAccountToken: true',
        embedded: 'kubernetes-token',
      },
    ],
    'requests and limits': [
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: /(?<=containers:\n[^]*) {12}limits:\n(?: {14}.*\n)+/,
        to: '',
        embedded: 'kubernetes-limits',
      },
    ],
    'three probes': [
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: / {10}startupProbe:\n(?: {12}.*\n)+/,
        to: '',
        embedded: 'kubernetes-probes',
      },
      {
        of: 'platform',
        file: 'kubernetes/base/workers.yaml',
        from: / {10}livenessProbe:\n(?: {12}.*\n)+/,
        to: '',
        embedded: 'kubernetes-probes',
      },
    ],
    'spread and anti-affinity': [
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: / {6}affinity:\n(?: {8}.*\n)+/,
        to: '',
        tools: { 'kube-score': 'deployment-has-host-podantiaffinity' },
        in: OVERLAY,
      },
    ],
    PDB: [
      {
        of: 'platform',
        file: 'kubernetes/base/pdb.yaml',
        from: 'component: api\nspec:\n  maxUnavailable: 1',
        to: 'component: api\nspec:\n  maxUnavailble: 1',
        tools: { kubeconform: 'kubeconform-invalid' },
        in: OVERLAY,
      },
      {
        of: 'platform',
        file: 'kubernetes/base/kustomization.yaml',
        from: '  - pdb.yaml\n',
        to: '',
        tools: { 'kube-score': 'deployment-has-poddisruptionbudget' },
        in: OVERLAY,
      },
    ],
    'HPA with behaviour': [
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: 'spec:\n',
        to: 'spec:\n  replicas: 2\n',
        tools: { 'kube-score': 'deployment-targeted-by-hpa-does-not-have-replicas-configured' },
        in: OVERLAY,
      },
      {
        of: 'platform',
        file: 'kubernetes/base/hpa.yaml',
        from: 'stabilizationWindowSeconds: 300',
        to: 'stabilizationWindowSecond: 300',
        tools: { kubeconform: 'kubeconform-invalid' },
        in: OVERLAY,
      },
    ],
    'default-deny network policies': [
      {
        of: 'platform',
        file: 'kubernetes/base/kustomization.yaml',
        from: '  - networkpolicy.yaml\n',
        to: '',
        tools: { 'kube-score': 'pod-networkpolicy' },
        in: OVERLAY,
      },
    ],
    'with DNS and the named peers only': { shownBy: 'the policies read in test/tools/kubernetes.test.ts' },
    'quota, rolling update with maxUnavailable: 0': {
      shownBy: 'the roll-outs under full load and with failing migrations in test/tools/kubernetes.test.ts',
    },
    preStop: [
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: 'preStop:',
        to: 'preStopp:',
        tools: { kubeconform: 'kubeconform-invalid' },
        in: OVERLAY,
      },
    ],
    'config checksum': { shownBy: 'the names in test/tools/kubernetes.test.ts' },
    'uid 10001 or higher': [
      {
        of: 'platform',
        file: DEPLOYMENT,
        from: 'runAsUser: 10001',
        to: 'runAsUser: 1000',
        embedded: 'kubernetes-user-id',
      },
    ],
    "no secret's value in git": [
      {
        of: 'platform',
        file: 'kubernetes/base/service.yaml',
        from: /$/,
        to: '\n---\napiVersion: v1\nkind: Secret\nmetadata:\n  name: api-secrets\nstringData:\n  TOKEN: abc\n',
        embedded: 'kubernetes-secret-value',
      },
    ],
    'migrations run before as a Job; a failure stops the roll-out': {
      shownBy: 'the roll-outs in test/tools/kubernetes.test.ts',
    },
  },
  'Images and actions': {
    'images by exact tag': [
      {
        file: COMPOSE,
        from: /image: redis:\S+/,
        to: 'image: redis:latest',
        embedded: 'compose-image-tag',
      },
      { file: COMPOSE, from: /image: redis:\S+/, to: 'image: redis', embedded: 'compose-image-tag' },
    ],
    'a rule about digests suppressed at the line, with its reason': [
      {
        file: WORKFLOW,
        from: / # zizmor: ignore\[unpinned-images\].*/,
        to: '',
        tools: { zizmor: 'unpinned-images' },
      },
    ],
  },
  Workflows: {
    'every action by commit SHA': [
      {
        file: WORKFLOW,
        from: /actions\/checkout@\S+ # \S+/,
        to: 'actions/checkout@v7',
        embedded: 'workflows-unpinned-action',
        tools: { zizmor: 'unpinned-uses' },
      },
    ],
    'with its version in a comment': [
      {
        file: WORKFLOW,
        from: /(?<=actions\/checkout@\S+) # \S+/,
        to: '',
        embedded: 'workflows-pin-comment',
      },
      {
        file: WORKFLOW,
        from: /(?<=actions\/checkout@\S+) # \S+/,
        to: ' # v3.0.0',
        embedded: 'workflows-pin-comment',
      },
    ],
    'permissions: {} at the top': [
      {
        file: WORKFLOW,
        from: 'permissions: {}\n',
        to: '',
        embedded: 'workflows-permissions',
      },
      {
        file: WORKFLOW,
        from: 'permissions: {}\n',
        to: 'permissions: write-all\n',
        embedded: 'workflows-permissions',
        tools: { zizmor: 'excessive-permissions', checkov: 'CKV2_GHA_1' },
      },
    ],
    'the least per job': [
      {
        file: WORKFLOW,
        from: /permissions:\n {6}contents: read .*\n/,
        to: 'permissions: write-all\n',
        tools: { zizmor: 'excessive-permissions' },
      },
    ],
    'no expression inside run': [
      {
        file: WORKFLOW,
        from: 'run: ruff check .',
        to: 'run: ruff check ${{ github.head_ref }}',
        embedded: 'workflows-expression-in-run',
        tools: { zizmor: 'template-injection', actionlint: 'expression' },
      },
    ],
    'persist-credentials: false': [
      {
        file: WORKFLOW,
        from: / {8}with:\n {10}persist-credentials: false\n/,
        to: '',
        embedded: 'workflows-persist-credentials',
        tools: { zizmor: 'artipacked' },
      },
    ],
    timeouts: [{ file: WORKFLOW, from: / {4}timeout-minutes: .*\n/, to: '', embedded: 'workflows-timeout' }],
    concurrency: [
      {
        file: WORKFLOW,
        from: /concurrency:\n {2}group: .*\n {2}cancel-in-progress: .*\n/,
        to: '',
        embedded: 'workflows-concurrency',
        tools: { zizmor: 'concurrency-limits' },
      },
    ],
    'pinned runners': [
      {
        file: WORKFLOW,
        from: /runs-on: ubuntu-\S+/,
        to: 'runs-on: ubuntu-latest',
        embedded: 'workflows-runner',
      },
      {
        file: WORKFLOW,
        from: /runner: ubuntu-\S+/,
        to: 'runner: ubuntu-latest',
        embedded: 'workflows-runner',
      },
    ],
    'inputs that the action has': [
      { file: WORKFLOW, from: 'cache: pip', to: 'caches: pip', embedded: 'workflows-unknown-input' },
    ],
    'needs that exist': [
      {
        file: WORKFLOW,
        from: '    timeout-minutes:',
        to: '    needs: [nobody]\n    timeout-minutes:',
        embedded: 'workflows-needs-unknown',
        tools: { actionlint: 'job-needs' },
      },
    ],
    'keys that GitHub knows': [
      {
        file: WORKFLOW,
        from: 'timeout-minutes:',
        to: 'timeout-minute:',
        embedded: 'workflows-syntax',
        tools: { actionlint: 'syntax-check' },
      },
    ],
    'OIDC, provenance, SBOM and signature': {
      shownBy: 'nothing yet: no rendered workflow publishes anything',
    },
  },
  nginx: {
    'TLS 1.2 and 1.3': [
      {
        of: 'proxied',
        file: NGINX,
        from: 'ssl_protocols TLSv1.2',
        to: 'ssl_protocols TLSv1.1 TLSv1.2',
        tools: { gixy: 'weak_ssl_tls' },
      },
    ],
    'headers on every answer': [
      {
        of: 'proxied',
        file: NGINX_SERVERS,
        from: 'location / {\n        proxy_pass',
        to: 'location / {\n        add_header X-Else 1;\n        proxy_pass',
        tools: { gixy: 'add_header_redefinition' },
        // Told of where the headers are that are lost.
        in: NGINX,
      },
    ],
    'no version': [
      {
        of: 'proxied',
        file: NGINX,
        from: 'server_tokens off;',
        to: 'server_tokens on;',
        tools: { gixy: 'version_disclosure' },
      },
    ],
    'HSTS, CSP, limits per client, timeouts, body limits, hidden paths': {
      shownBy: 'test/tools/nginx.test.ts, which starts it, and each time spoils what it then asks for',
    },
  },
  Scripts: {
    'set -euo pipefail': [{ file: SCRIPT, from: 'set -eu\n', to: '', embedded: 'shell-strict-mode' }],
    'shellcheck-clean': [
      { file: SCRIPT, from: '"$REDISCLI_AUTH"', to: '$REDISCLI_AUTH', tools: { shellcheck: 'SC2086' } },
      { file: SCRIPT, from: '"$@"', to: '$@', tools: { shellcheck: 'SC2068' } },
    ],
    '--help, a dry run': { shownBy: "the rendered application's tests of its scripts" },
  },
  Application: {
    'no default credentials': [
      {
        file: '.env.example',
        from: 'SYSTEM_HEALTH_TOKEN=\n',
        to: 'SYSTEM_HEALTH_TOKEN=admin123\n',
        embedded: 'secrets-env-example',
      },
    ],
    "no secret's value in git": [
      {
        file: 'core/settings.py',
        from: /$/,
        to: `\nGITHUB = "${TOKEN}"\n`,
        embedded: 'secrets-token',
        tools: { gitleaks: 'github-pat' },
      },
    ],
    'secrets validated at start, logs, health, metrics, validation, migrations, tracing': {
      shownBy: "the rendered application's own tests",
    },
  },
  Docs: {
    'every command exists': [
      { file: 'README.md', from: 'make up\n', to: 'make upp\n', embedded: 'references-make-target' },
    ],
    'paths are the rendered ones': [
      {
        file: 'README.md',
        from: /$/,
        to: '\nSee [the guide](docs/guide.md).\n',
        embedded: 'references-link',
      },
    ],
    'no placeholder is left': [
      { file: 'README.md', from: /$/, to: '\nTODO: more\n', embedded: 'placeholders-marker' },
      {
        file: '.env.example',
        from: 'LOG_LEVEL=INFO',
        to: 'LOG_LEVEL=changeme',
        embedded: 'placeholders-value',
      },
      { file: 'README.md', from: /$/, to: '\n{{slug}}\n', embedded: 'templating-leftover' },
    ],
  },
  'Every file': {
    'YAML that parses': [
      {
        file: COMPOSE,
        from: 'services:\n',
        to: 'services:\n\tapi: 1\n',
        embedded: 'syntax-yaml',
        tools: { yamllint: 'syntax' },
      },
      {
        file: WORKFLOW,
        from: 'permissions: {}\n',
        to: 'permissions: {}\npermissions: {}\n',
        embedded: 'syntax-duplicate-key',
        tools: { yamllint: 'key-duplicates' },
      },
    ],
  },
};
