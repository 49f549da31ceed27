/** Files as people write them, and what two sides do to them: the table of cases for the merge by structure. */

/** Text that is replaced, and by what. */
export type Edit = readonly [from: string, to: string];

export interface Case {
  readonly name: string;
  readonly path: string;
  readonly base: string;
  readonly ours: readonly Edit[];
  readonly theirs: readonly Edit[];
  /** On ours, where they are not those of theirs. */
  readonly merged?: readonly Edit[];
  /** Both sides changed one thing: the lines show it. */
  readonly conflict?: true;
}

/** @throws when the text to be replaced is not there exactly once: the case would say nothing */
export const edit = (text: string, edits: readonly Edit[]): string =>
  edits.reduce((whole, [from, to]) => {
    const parts = whole.split(from);
    if (parts.length !== 2) throw new Error(`"${from}" stands ${parts.length - 1} times in\n${whole}`);
    return parts.join(to);
  }, text);

const WORKFLOW = `# Owned by the platform team.
name: CI

on:
  pull_request:
  push:
    branches: [main, develop]

# Nothing unless a job asks for it.
permissions: {}

jobs:
  # Fails fast.
  lint:
    name: Lint
    runs-on: ubuntu-24.04
    timeout-minutes: 10
    steps:
      - uses: actions/checkout@1111111111111111111111111111111111111111 # v6.0.0
        with:
          persist-credentials: false
      - name: Lint
        run: |
          npm ci

          npm run lint
      - run: npm run format

  test:
    name: Tests
    runs-on: ubuntu-24.04
    needs: [lint]
    env:
      TOKEN: \${{ secrets.TOKEN }}
      LEVEL: "1"
    steps:
      - name: Check out
        uses: actions/checkout@1111111111111111111111111111111111111111 # v6.0.0
      - name: Test
        run: npm test
`;

const COMPOSE = `x-logging: &logging
  driver: json-file
  options:
    max-size: 10m

services:
  app:
    image: "acme/app:1.2.3"
    restart: unless-stopped
    logging: *logging
    environment:
      - A=1
      - B=2
    ports:
      - "127.0.0.1:8080:8080"   # loopback only
    healthcheck:
      test: ["CMD", "healthcheck"]
      interval: 10s
    # The database first.
    depends_on:
      db: { condition: service_healthy }

  db:
    image: postgres:17.1
    <<: &hardened
      read_only: true
    volumes:
    - data:/var/lib/postgresql/data
    command: >-
      postgres
      -c max_connections=100

volumes:
  data:
# The end.
`;

const KUBERNETES = `apiVersion: v1
kind: Service
metadata:
  name: api
spec:
  ports:
    - name: http
      port: 80
---
# The workload.
apiVersion: apps/v1
kind: Deployment
metadata:
  name: api
  labels: {app: api}
spec:
  replicas: 2
  template:
    spec:
      containers:
        - name: api
          image: acme/api:1
          env:
            - name: LOG_LEVEL
              value: info
            - name: PORT
              value: "8080"
          ports:
            - containerPort: 8080
`;

const VALUES = `# Default values.
replicaCount: 2

image:
    repository: acme/api
    tag: ""          # the chart's version

resources:
    limits:
        cpu: 500m

tolerations: []
nodeSelector: {}
`;

const PACKAGE = `{
\t"name": "orders",
\t"version": "1.0.0",
\t"private": true,
\t"scripts": {
\t\t"build": "tsc -p .",
\t\t"test": "vitest run"
\t},
\t"files": ["dist", "README.md"],
\t"engines": { "node": ">=20" },
\t"dependencies": {
\t\t"fastify": "^5.0.0"
\t},
\t"devDependencies": {}
}
`;

const TSCONFIG = `{
  // Checked by CI.
  "compilerOptions": {
    "target": "ES2022", // Node 20
    "strict": true,
    /* Paths as the bundler sees them. */
    "paths": {
      "@/*": ["./src/*"],
    },
    "lib": [
      "ES2023",
      "DOM",
    ],
  },
  "include": ["src"],
}
`;

const PYPROJECT = `# Built by hatchling.
[build-system]
requires = ["hatchling==1.27.0"]
build-backend = "hatchling.build"

[project]
name = "orders"
version = "1.0.0"
requires-python = ">=3.12" # what the image has
dependencies = [
    "fastapi==0.120.0",
    "uvicorn==0.38.0", # with its own loop
]

[project.optional-dependencies]
dev = ["pytest==8.4.0"]

[tool.ruff]
line-length = 100

[tool.ruff.lint]
select = ["E", "F", "I"]
# Tests may assert.
per-file-ignores = { "tests/*" = ["S101"] }

[[tool.mypy.overrides]]
module = "legacy.*"
ignore_errors = true

[[tool.mypy.overrides]]
module = "vendor.*"
ignore_missing_imports = true
`;

const workflow = '.github/workflows/ci.yml';
const compose = 'docker-compose.yml';
const pyproject = 'pyproject.toml';

export const CASES: readonly Case[] = [
  // Workflows
  {
    name: 'an action moves to another version with its comment, while a step of the user follows',
    path: workflow,
    base: WORKFLOW,
    ours: [
      ['      - run: npm run format\n', '      - run: npm run format\n      - run: npm run mine # mine\n'],
    ],
    theirs: [
      [
        'checkout@1111111111111111111111111111111111111111 # v6.0.0\n        with',
        'checkout@2222222222222222222222222222222222222222 # v7.0.1\n        with',
      ],
    ],
  },
  {
    name: 'a job comes between two, beside a job of the user at the same place',
    path: workflow,
    base: WORKFLOW,
    ours: [['\n  test:\n', '\n  mine:\n    runs-on: [self-hosted]\n    steps: []\n\n  test:\n']],
    theirs: [
      [
        '\n  test:\n',
        '\n  # Leaked secrets.\n  secrets:\n    runs-on: ubuntu-24.04\n    steps: []\n\n  test:\n',
      ],
    ],
    merged: [
      [
        '\n  mine:\n',
        '\n  # Leaked secrets.\n  secrets:\n    runs-on: ubuntu-24.04\n    steps: []\n\n  mine:\n',
      ],
    ],
  },
  {
    name: 'a job is added at the end, below one of the user',
    path: workflow,
    base: WORKFLOW,
    ours: [
      [
        '        run: npm test\n',
        '        run: npm test\n\n  mine:\n    uses: ./.github/workflows/mine.yml\n',
      ],
    ],
    theirs: [
      [
        '        run: npm test\n',
        '        run: npm test\n\n  scan:\n    uses: acme/scan/.github/workflows/scan.yml@v1\n',
      ],
    ],
    merged: [['\n  mine:\n', '\n  scan:\n    uses: acme/scan/.github/workflows/scan.yml@v1\n\n  mine:\n']],
  },
  {
    name: 'a job goes, with its comment and the blank line',
    path: workflow,
    base: WORKFLOW,
    ours: [['LEVEL: "1"', 'LEVEL: "2"']],
    theirs: [
      [WORKFLOW.slice(WORKFLOW.indexOf('  # Fails fast.'), WORKFLOW.indexOf('  test:')), ''],
      ['    needs: [lint]\n', ''],
    ],
  },
  {
    name: 'a branch joins a list in brackets on each side',
    path: workflow,
    base: WORKFLOW,
    ours: [['name: CI', 'name: My CI']],
    theirs: [['[main, develop]', '[main, release, develop]']],
  },
  {
    name: 'a branch leaves a list in brackets',
    path: workflow,
    base: WORKFLOW,
    ours: [['timeout-minutes: 10', 'timeout-minutes: 20']],
    theirs: [['[main, develop]', '[develop]']],
  },
  {
    name: 'a trigger without a value is added',
    path: workflow,
    base: WORKFLOW,
    ours: [['name: CI', 'name: "CI"  # mine']],
    theirs: [['  pull_request:\n', '  pull_request:\n  workflow_dispatch:\n']],
  },
  {
    name: 'permissions in braces become a map',
    path: workflow,
    base: WORKFLOW,
    ours: [['name: Lint\n    runs-on', 'name: Lint it\n    runs-on']],
    theirs: [['permissions: {}\n', 'permissions:\n  contents: read # to check out\n']],
  },
  {
    name: 'a comment above a key changes',
    path: workflow,
    base: WORKFLOW,
    ours: [['name: CI', 'name: Mine']],
    theirs: [['# Nothing unless a job asks for it.', '# Nothing.\n# A job asks for more.']],
  },
  {
    name: 'a comment of the user stays above what changes',
    path: workflow,
    base: WORKFLOW,
    ours: [['    timeout-minutes: 10', '    # The runner is slow.\n    timeout-minutes: 10']],
    theirs: [['timeout-minutes: 10', 'timeout-minutes: 15']],
  },
  {
    name: 'a key is added to the map of a step',
    path: workflow,
    base: WORKFLOW,
    ours: [['          npm ci\n', '          npm ci --ignore-scripts\n']],
    theirs: [
      [
        '          persist-credentials: false\n',
        '          persist-credentials: false\n          fetch-depth: 0 # all of it\n',
      ],
    ],
  },
  {
    name: 'a script of several lines changes, with its blank line',
    path: workflow,
    base: WORKFLOW,
    ours: [['LEVEL: "1"', 'LEVEL: "1"\n      MINE: "2"']],
    theirs: [
      ['          npm run lint\n', '          npm run lint -- --max-warnings 0\n\n          npm run types\n'],
    ],
  },
  {
    name: 'a step comes first in its list',
    path: workflow,
    base: WORKFLOW,
    ours: [['        run: npm test\n', '        run: npm test -- --mine\n']],
    theirs: [
      [
        '      - name: Check out\n',
        '      - name: Harden\n        uses: step-security/harden-runner@v2\n      - name: Check out\n',
      ],
    ],
  },
  {
    name: 'a key comes before the first one of a step',
    path: workflow,
    base: WORKFLOW,
    ours: [['        run: npm test\n', '        run: npm test\n        shell: bash\n']],
    theirs: [['      - name: Test\n', '      - id: test\n        name: Test\n']],
    conflict: true,
  },
  {
    name: 'the whole file is indented otherwise by the user, and stays so',
    path: 'chart/values.yaml',
    base: VALUES,
    ours: [['replicaCount: 2', 'replicaCount: 3']],
    theirs: [
      [
        '    limits:\n        cpu: 500m\n',
        '    limits:\n        cpu: 500m\n        memory: 1Gi\n    requests:\n        cpu: 100m\n',
      ],
    ],
  },
  // Values
  {
    name: 'a tag changes before its comment, which stays where it is',
    path: 'chart/values.yaml',
    base: VALUES,
    ours: [['replicaCount: 2', 'replicaCount: 5 # Black Friday']],
    theirs: [['tag: ""          # the', 'tag: "2.0"          # the']],
  },
  {
    name: 'an empty list in brackets gets items',
    path: 'chart/values.yaml',
    base: VALUES,
    ours: [['acme/api', 'mine/api']],
    theirs: [['tolerations: []', 'tolerations:\n    - key: spot\n      operator: Exists']],
  },
  {
    name: 'both empty a map and a list differently, and each keeps its own',
    path: 'chart/values.yaml',
    base: VALUES,
    ours: [['nodeSelector: {}', 'nodeSelector: { disk: ssd }']],
    theirs: [['tolerations: []', 'tolerations: [{ key: spot }]']],
  },
  {
    name: 'keys at the end of the file, one of each side',
    path: 'chart/values.yaml',
    base: VALUES,
    ours: [['nodeSelector: {}\n', 'nodeSelector: {}\nmine: true\n']],
    theirs: [['nodeSelector: {}\n', 'nodeSelector: {}\naffinity: {}\n']],
    merged: [['mine: true\n', 'affinity: {}\nmine: true\n']],
  },
  {
    name: 'the first key of the file gets one before it, below the heading',
    path: 'chart/values.yaml',
    base: VALUES,
    ours: [['cpu: 500m', 'cpu: 750m']],
    theirs: [['# Default values.\nreplicaCount', '# Default values.\nglobal: {}\nreplicaCount']],
  },
  {
    name: 'a value that the user quoted otherwise changes',
    path: 'chart/values.yaml',
    base: VALUES,
    ours: [['tag: ""', "tag: ''"]],
    theirs: [['tag: ""', 'tag: "1"']],
    conflict: true,
  },
  {
    name: 'a number and a text of the same digits are not the same',
    path: 'chart/values.yaml',
    base: VALUES,
    ours: [['replicaCount: 2', 'replicaCount: "2"']],
    theirs: [['replicaCount: 2', 'replicaCount: 4']],
    conflict: true,
  },
  {
    name: 'both change one value alike',
    path: 'chart/values.yaml',
    base: VALUES,
    ours: [
      ['cpu: 500m', 'cpu: 1'],
      ['replicaCount: 2', 'replicaCount: 7'],
    ],
    theirs: [
      ['cpu: 500m', 'cpu: 1'],
      ['acme/api', 'acme/api2'],
    ],
    merged: [['acme/api', 'acme/api2']],
  },
  {
    name: 'what the user took out stays out',
    path: 'chart/values.yaml',
    base: VALUES,
    ours: [['nodeSelector: {}\n', '']],
    theirs: [['cpu: 500m', 'cpu: 600m']],
  },
  {
    name: 'what the user took out and theirs changed is a conflict',
    path: 'chart/values.yaml',
    base: VALUES,
    ours: [['    limits:\n        cpu: 500m\n', '    limits: {}\n']],
    theirs: [['cpu: 500m', 'cpu: 600m']],
    conflict: true,
  },
  {
    name: 'what theirs took out and the user changed is a conflict',
    path: 'chart/values.yaml',
    base: VALUES,
    ours: [['acme/api', 'mine/api']],
    theirs: [['image:\n    repository: acme/api\n    tag: ""          # the chart\'s version\n\n', '']],
    conflict: true,
  },
  // Compose
  {
    name: 'an image changes in its quotes, with anchors around',
    path: compose,
    base: COMPOSE,
    ours: [['      - B=2\n', '      - B=2\n      - MINE=3\n']],
    theirs: [['acme/app:1.2.3', 'acme/app:1.3.0']],
  },
  {
    name: 'what an anchor names changes, and an alias follows',
    path: compose,
    base: COMPOSE,
    ours: [['max-size: 10m', 'max-size: 10m\n    mine: "1"']],
    theirs: [['max-size: 10m', 'max-size: 20m']],
  },
  {
    name: 'a service goes between two, blank lines and all',
    path: compose,
    base: COMPOSE,
    ours: [['restart: unless-stopped', 'restart: always']],
    theirs: [['\n  db:\n', '\n  redis:\n    image: redis:8\n    logging: *logging\n\n  db:\n']],
  },
  {
    name: 'a list at the margin of its key gets an item',
    path: compose,
    base: COMPOSE,
    ours: [['interval: 10s', 'interval: 30s']],
    theirs: [
      [
        '    - data:/var/lib/postgresql/data\n',
        '    - data:/var/lib/postgresql/data\n    - ./init:/docker-entrypoint-initdb.d:ro\n',
      ],
    ],
  },
  {
    name: 'a folded text changes',
    path: compose,
    base: COMPOSE,
    ours: [['postgres:17.1', 'postgres:17.2']],
    theirs: [['      -c max_connections=100\n', '      -c max_connections=200\n      -c fsync=on\n']],
  },
  {
    name: 'a dependency in braces joins',
    path: compose,
    base: COMPOSE,
    ours: [['      - A=1\n', '']],
    theirs: [
      [
        '      db: { condition: service_healthy }\n',
        '      db: { condition: service_healthy }\n      redis: { condition: service_started }\n',
      ],
    ],
  },
  {
    name: 'a key joins a map in braces',
    path: compose,
    base: COMPOSE,
    ours: [['A=1', 'A=9']],
    theirs: [['{ condition: service_healthy }', '{ condition: service_healthy, restart: true }']],
  },
  {
    name: 'a port changes, and the user kept his comment behind it',
    path: compose,
    base: COMPOSE,
    ours: [['# loopback only', '# only here']],
    theirs: [['      - B=2\n', '      - B=2\n      - C=3\n']],
  },
  {
    name: 'a volume without a value is added before the comment that ends the file',
    path: compose,
    base: COMPOSE,
    ours: [['acme/app:1.2.3', 'mine/app:1.2.3']],
    theirs: [['  data:\n# The end.', '  data:\n  cache:\n# The end.']],
  },
  {
    name: 'a merge key gets a key',
    path: compose,
    base: COMPOSE,
    ours: [['postgres:17.1', 'postgres:17.5']],
    theirs: [['      read_only: true\n', '      read_only: true\n      init: true\n']],
  },
  {
    name: 'a section is added behind one of the user',
    path: compose,
    base: COMPOSE,
    ours: [['volumes:\n  data:\n', 'configs:\n  mine:\n    file: ./mine\n\nvolumes:\n  data:\n']],
    theirs: [['volumes:\n  data:\n', 'networks:\n  back:\n    internal: true\n\nvolumes:\n  data:\n']],
    merged: [['configs:\n', 'networks:\n  back:\n    internal: true\n\nconfigs:\n']],
  },
  {
    name: 'both add the same service alike',
    path: compose,
    base: COMPOSE,
    ours: [['\n  db:\n', '\n  redis:\n    image: redis:8\n\n  db:\n']],
    theirs: [
      ['\n  db:\n', '\n  redis:\n    image: redis:8\n\n  db:\n'],
      ['interval: 10s', 'interval: 5s'],
    ],
    merged: [['interval: 10s', 'interval: 5s']],
  },
  {
    name: 'both add one service with different keys, and it has them all',
    path: compose,
    base: COMPOSE,
    ours: [['\n  db:\n', '\n  redis:\n    image: redis:8\n    mine: true\n\n  db:\n']],
    theirs: [['\n  db:\n', '\n  redis:\n    image: redis:8\n    read_only: true\n\n  db:\n']],
    merged: [['    image: redis:8\n    mine', '    image: redis:8\n    read_only: true\n    mine']],
  },
  {
    name: 'both add one service with another image',
    path: compose,
    base: COMPOSE,
    ours: [['\n  db:\n', '\n  redis:\n    image: redis:7\n\n  db:\n']],
    theirs: [['\n  db:\n', '\n  redis:\n    image: redis:8\n\n  db:\n']],
    conflict: true,
  },
  {
    name: 'both add one service, far apart: no key stands twice',
    path: compose,
    base: COMPOSE,
    ours: [['services:\n', 'services:\n  redis:\n    image: redis:7\n']],
    theirs: [['\nvolumes:\n', '  redis:\n    image: redis:8\n\nvolumes:\n']],
    conflict: true,
  },
  // Kubernetes: several documents
  {
    name: 'two documents of one file change',
    path: 'k8s/api.yaml',
    base: KUBERNETES,
    ours: [['port: 80\n', 'port: 81\n']],
    theirs: [['replicas: 2', 'replicas: 3']],
  },
  {
    name: 'a document is added between two',
    path: 'k8s/api.yaml',
    base: KUBERNETES,
    ours: [['replicas: 2', 'replicas: 9']],
    theirs: [
      [
        '---\n# The workload.',
        '---\napiVersion: v1\nkind: ServiceAccount\nmetadata:\n  name: api\n---\n# The workload.',
      ],
    ],
  },
  {
    name: 'a document goes',
    path: 'k8s/api.yaml',
    base: KUBERNETES,
    ours: [['port: 80\n', 'port: 443\n']],
    theirs: [[KUBERNETES.slice(KUBERNETES.indexOf('---\n')), '']],
  },
  {
    name: 'a variable is added by name beside one of the user',
    path: 'k8s/api.yaml',
    base: KUBERNETES,
    ours: [
      [
        '            - name: PORT\n',
        '            - name: MINE\n              value: "1"\n            - name: PORT\n',
      ],
    ],
    theirs: [
      [
        '              value: "8080"\n',
        '              value: "8080"\n            - name: WORKERS\n              value: "2"\n',
      ],
    ],
  },
  {
    name: "one variable of a list changes, another is the user's",
    path: 'k8s/api.yaml',
    base: KUBERNETES,
    ours: [['value: info', 'value: debug']],
    theirs: [['value: "8080"', 'value: "9090"']],
  },
  {
    name: 'a label joins a map in braces without blanks',
    path: 'k8s/api.yaml',
    base: KUBERNETES,
    ours: [['acme/api:1', 'acme/api:2']],
    theirs: [['{app: api}', '{app: api, tier: web}']],
  },
  // JSON
  {
    name: 'scripts of both sides, in tabs',
    path: 'package.json',
    base: PACKAGE,
    ours: [['"vitest run"\n', '"vitest run",\n\t\t"mine": "x"\n']],
    theirs: [['"vitest run"\n', '"vitest run",\n\t\t"lint": "eslint ."\n']],
    merged: [['\t\t"mine"', '\t\t"lint": "eslint .",\n\t\t"mine"']],
  },
  {
    name: 'the last script goes, and with it the comma before',
    path: 'package.json',
    base: PACKAGE,
    ours: [['"1.0.0"', '"1.0.1"']],
    theirs: [[',\n\t\t"test": "vitest run"', '']],
  },
  {
    name: 'the first script goes',
    path: 'package.json',
    base: PACKAGE,
    ours: [['"1.0.0"', '"1.0.1"']],
    theirs: [['\t\t"build": "tsc -p .",\n', '']],
  },
  {
    name: 'an empty object gets its first key',
    path: 'package.json',
    base: PACKAGE,
    ours: [['^5.0.0', '^5.1.0']],
    theirs: [['"devDependencies": {}', '"devDependencies": {\n\t\t"vitest": "^4.0.0"\n\t}']],
  },
  {
    name: 'a version changes beside a dependency of the user',
    path: 'package.json',
    base: PACKAGE,
    ours: [['"fastify": "^5.0.0"\n', '"fastify": "^5.0.0",\n\t\t"mine": "1"\n']],
    theirs: [['"fastify": "^5.0.0"', '"fastify": "^6.0.0"']],
  },
  {
    name: 'a list in one line gets items',
    path: 'package.json',
    base: PACKAGE,
    ours: [['"private": true', '"private": false']],
    theirs: [['["dist", "README.md"]', '["bin", "dist", "README.md", "schema"]']],
  },
  {
    name: 'an object in one line gets a key',
    path: 'package.json',
    base: PACKAGE,
    ours: [['tsc -p .', 'tsc -b']],
    theirs: [['{ "node": ">=20" }', '{ "node": ">=22", "npm": ">=10" }']],
  },
  {
    name: 'a key is added to the root',
    path: 'package.json',
    base: PACKAGE,
    ours: [['\t"private": true,\n', '\t"private": true,\n\t"mine": 1,\n']],
    theirs: [['\t"private": true,\n', '\t"private": true,\n\t"type": "module",\n']],
    merged: [['\t"mine"', '\t"type": "module",\n\t"mine"']],
  },
  {
    name: 'one version is changed by both',
    path: 'package.json',
    base: PACKAGE,
    ours: [['^5.0.0', '^5.1.0']],
    theirs: [['^5.0.0', '^6.0.0']],
    conflict: true,
  },
  {
    name: 'comments and commas at the end stay',
    path: 'tsconfig.json',
    base: TSCONFIG,
    ours: [['// Node 20', '// Node 22']],
    theirs: [['    "strict": true,\n', '    "strict": true,\n    "noEmit": true, // tsc only checks\n']],
  },
  {
    name: 'an item is added where commas end lines',
    path: 'tsconfig.json',
    base: TSCONFIG,
    ours: [['"strict": true', '"strict": false']],
    theirs: [['      "DOM",\n', '      "DOM",\n      "DOM.Iterable",\n']],
  },
  {
    name: 'the last item goes where commas end lines',
    path: 'tsconfig.json',
    base: TSCONFIG,
    ours: [['["src"]', '["src", "mine"]']],
    theirs: [['      "DOM",\n', '']],
  },
  {
    name: 'a value goes with the comment above it',
    path: 'tsconfig.json',
    base: TSCONFIG,
    ours: [['ES2022', 'ES2024']],
    theirs: [
      ['    /* Paths as the bundler sees them. */\n    "paths": {\n      "@/*": ["./src/*"],\n    },\n', ''],
    ],
  },
  {
    name: 'a comment of theirs changes',
    path: 'tsconfig.json',
    base: TSCONFIG,
    ours: [['"include": ["src"]', '"include": ["src", "mine"]']],
    theirs: [['// Checked by CI.', '// Checked by CI and editors.']],
  },
  // TOML
  {
    name: 'dependencies of both sides',
    path: pyproject,
    base: PYPROJECT,
    ours: [
      [
        '    "uvicorn==0.38.0", # with its own loop\n',
        '    "uvicorn==0.38.0", # with its own loop\n    "mine==1.0",\n',
      ],
    ],
    theirs: [
      [
        '    "uvicorn==0.38.0", # with its own loop\n',
        '    "uvicorn==0.38.0", # with its own loop\n    "redis==7.0.0",\n',
      ],
    ],
    merged: [['    "mine', '    "redis==7.0.0",\n    "mine']],
  },
  {
    name: 'a version changes and keeps its comment',
    path: pyproject,
    base: PYPROJECT,
    ours: [['version = "1.0.0"', 'version = "1.1.0"']],
    theirs: [['requires-python = ">=3.12" #', 'requires-python = ">=3.13" #']],
  },
  {
    name: 'a table is added between two',
    path: pyproject,
    base: PYPROJECT,
    ours: [['line-length = 100', 'line-length = 120']],
    theirs: [['[tool.ruff.lint]', '[tool.ruff.format]\nquote-style = "single"\n\n[tool.ruff.lint]']],
  },
  {
    name: 'a table is added below one of the user',
    path: pyproject,
    base: PYPROJECT,
    ours: [['ignore_missing_imports = true\n', 'ignore_missing_imports = true\n\n[tool.mine]\nx = 1\n']],
    theirs: [['ignore_missing_imports = true\n', 'ignore_missing_imports = true\n\n[tool.pytest]\ny = 2\n']],
    merged: [['[tool.mine]', '[tool.pytest]\ny = 2\n\n[tool.mine]']],
  },
  {
    name: 'a table goes',
    path: pyproject,
    base: PYPROJECT,
    ours: [['"orders"', '"mine"']],
    theirs: [['[tool.ruff]\nline-length = 100\n\n', '']],
  },
  {
    name: 'a key is added to a table',
    path: pyproject,
    base: PYPROJECT,
    ours: [['line-length = 100\n', 'line-length = 100\nmine = true\n']],
    theirs: [['line-length = 100\n', 'line-length = 100\ntarget-version = "py312"\n']],
    merged: [['mine = true', 'target-version = "py312"\nmine = true']],
  },
  {
    name: 'a list in one line gets an item',
    path: pyproject,
    base: PYPROJECT,
    ours: [['["pytest==8.4.0"]', '["pytest==8.4.0", "mine==1"]']],
    theirs: [['["E", "F", "I"]', '["E", "F", "I", "S"]']],
  },
  {
    name: 'an inline table gets a key',
    path: pyproject,
    base: PYPROJECT,
    ours: [['hatchling==1.27.0', 'hatchling==1.28.0']],
    theirs: [['{ "tests/*" = ["S101"] }', '{ "tests/*" = ["S101"], "scripts/*" = ["T20"] }']],
  },
  {
    name: "a table of an array is added, another is the user's",
    path: pyproject,
    base: PYPROJECT,
    ours: [['module = "legacy.*"\nignore_errors = true', 'module = "legacy.*"\nignore_errors = false']],
    theirs: [['ignore_missing_imports = true\n', 'ignore_missing_imports = true\nfollow_imports = "skip"\n']],
  },
  {
    name: 'a comment above a key changes in its table',
    path: pyproject,
    base: PYPROJECT,
    ours: [['"E", "F", "I"', '"E", "F", "I", "B"']],
    theirs: [['# Tests may assert.', '# Tests may assert, and hold passwords.']],
  },
  {
    name: 'one version is changed by both, in a list',
    path: pyproject,
    base: PYPROJECT,
    ours: [['fastapi==0.120.0', 'fastapi==0.121.0']],
    theirs: [['fastapi==0.120.0', 'fastapi==0.130.0']],
    conflict: true,
  },
  {
    name: 'one value is changed by both',
    path: pyproject,
    base: PYPROJECT,
    ours: [['line-length = 100', 'line-length = 88']],
    theirs: [['line-length = 100', 'line-length = 120']],
    conflict: true,
  },
];
