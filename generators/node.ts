/** A Node service: Fastify and Prisma on PostgreSQL and Redis; health, metrics, tracing, migrations, tests. */
import { containerView } from '../src/component/container-view.ts';
import { add, type Contribution } from '../src/component/contribution.ts';
import {
  defineComponent,
  type ApplicationFacts,
  type ExportedMetric,
  type FactlessProject,
  type MetricsEndpoint,
  type Project,
} from '../src/component/define.ts';
import {
  ACCOUNT_METRICS,
  counter,
  gauge,
  histogram,
  SERVICE_METRICS,
} from '../src/component/exported-metrics.ts';
import { boolean, choice, integer, matching, text } from '../src/component/fields.ts';
import { PRIVATE_NETWORKS } from '../src/component/private-networks.ts';
import { resourceFields, resourcesOf } from '../src/component/resource-fields.ts';
import type { Issue } from '../src/errors.ts';
import { literal } from '../src/render/view.ts';

const API_PREFIX = '^(?:/[a-z0-9]+(?:-[a-z0-9]+)*){1,4}$';

/** Beside the health and the API, and the same whatever the prefix is. */
const METRICS_PATH = '/api/metrics';

/** What prom-client tells of every process of Node.js, as far as somebody looks at it; and what only this stack's pool counts. */
const PROCESS_METRICS: readonly ExportedMetric[] = [
  gauge('db_pool_waiting'),
  gauge('process_start_time_seconds'),
  gauge('process_resident_memory_bytes'),
  counter('process_cpu_seconds_total'),
  gauge('nodejs_eventloop_lag_p99_seconds'),
  gauge('nodejs_heap_size_used_bytes'),
];

/** Nothing of a package runs while it is installed; what Prisma generates is made afterwards. */
const INSTALL = ['npm ci --ignore-scripts', 'npm run generate'];
const WITH_ENV = 'python3 scripts/with_env.py .env';

/** How it is run and tested depends on what there is to do it with. */
function commandsFor(project: Project): {
  readonly run: readonly string[];
  readonly test: readonly string[];
} {
  const compose = project.has('compose');
  if (project.has('make')) return { run: [compose ? 'make up' : 'make run'], test: ['make test'] };
  const makeEnv = 'python3 scripts/generate_env.py';
  const test = `${WITH_ENV} npm test`;
  return compose
    ? { run: [makeEnv, 'docker compose up --build --detach --wait'], test: [...INSTALL, test] }
    : {
        run: [makeEnv, ...INSTALL, `${WITH_ENV} npm run migrate`, `${WITH_ENV} npm run dev`],
        test: [test],
      };
}

/** With compose these start with the rest. */
const workflowCommandsFor = (project: Project): readonly string[] =>
  project.has('make')
    ? ['make worker', 'make websocket']
    : [`${WITH_ENV} npm run dev:worker`, `${WITH_ENV} npm run dev:websocket`];

/** Where the services of .env answer on this machine: with compose a variable says it. */
const hostPortsOfServices = (project: Project) => {
  const portOf = (variable: string, port: number) =>
    project.has('compose') ? literal(`\${${variable}}`) : port;
  return { postgresPort: portOf('POSTGRES_PORT', 5432), redisPort: portOf('REDIS_PORT', 6379) };
};

/** What accounts add to the shared files. */
const authContributions: readonly Contribution[] = [
  add.compose('base', 'compose/auth.yml', { order: 22 }),
  add.compose('production', 'compose/auth.production.yml', { order: 22 }),
  add.env('env', 'env/auth.env', { order: 15 }),
  add.readme('readme', 'readme/auth.md', { order: 20 }),
];

/** What workflows add to the shared files. */
const workflowContributions: readonly Contribution[] = [
  add.compose('base', 'compose/workflows.yml', { order: 23 }),
  add.compose('production', 'compose/workflows.production.yml', { order: 23 }),
  add.env('env', 'env/workflows.env', { order: 16 }),
  add.readme('readme', 'readme/workflows.md', { order: 25 }),
];

/** Where the worker tells its health and its metrics. */
const WORKER_METRICS_PORT = 9100;

/** What the two processes of workflows export, each on its own port. */
const workflowMetrics = (websocketPort: number): readonly MetricsEndpoint[] => [
  {
    process: 'websocket',
    port: websocketPort,
    path: METRICS_PATH,
    tokenSecret: 'METRICS_TOKEN',
    metrics: [
      gauge('websocket_connections'),
      counter('websocket_messages_total', 'direction'),
      counter('websocket_refused_total', 'status'),
      ...PROCESS_METRICS,
    ],
  },
  {
    process: 'worker',
    port: WORKER_METRICS_PORT,
    path: METRICS_PATH,
    tokenSecret: 'METRICS_TOKEN',
    metrics: [
      counter('workflow_runs_total', 'status'),
      histogram('workflow_run_duration_seconds', 'workflow'),
      gauge('workflow_queue_depth'),
      ...PROCESS_METRICS,
    ],
  },
];

interface NodeAnswers {
  readonly port: number;
  readonly apiPrefix: string;
  readonly uid: number;
  readonly auth: 'none' | 'database';
  readonly workflows: boolean;
  readonly websocketPort: number;
  readonly cpuLimit: number;
  readonly memoryLimitMb: number;
}

function applicationFacts(answers: NodeAnswers, project: FactlessProject): ApplicationFacts {
  const { port, apiPrefix, uid, workflows, websocketPort } = answers;
  const auth = answers.auth === 'database';
  return {
    service: 'api',
    port,
    livePath: `${apiPrefix}/health/live`,
    readyPath: `${apiPrefix}/health/ready`,
    metricsPath: METRICS_PATH,
    metrics: [
      {
        process: 'api',
        port,
        path: METRICS_PATH,
        tokenSecret: 'METRICS_TOKEN',
        metrics: [...SERVICE_METRICS, ...PROCESS_METRICS, ...(auth ? ACCOUNT_METRICS : [])],
      },
      ...(workflows ? workflowMetrics(websocketPort) : []),
    ],
    privatePaths: [METRICS_PATH, `${apiPrefix}/health/system`],
    ...(auth && { authenticationPath: `${apiPrefix}/auth` }),
    uid,
    productionTarget: 'runner',
    developmentTarget: 'development',
    migrateTarget: 'migrate',
    awaitMigrationsCommand: ['node', 'dist/commands/migrate.js', '--wait', '--timeout', '300'],
    listeners: workflows
      ? [
          {
            name: 'websocket',
            does: 'tells clients over WebSockets how their runs go',
            command: ['node', 'dist/commands/websocket.js'],
            port: websocketPort,
            path: '/ws',
            livePath: `${apiPrefix}/health/live`,
            readyPath: `${apiPrefix}/health/ready`,
            metricsPath: METRICS_PATH,
          },
        ]
      : [],
    workers: workflows
      ? [
          {
            name: 'worker',
            does: 'carries out the runs of workflows',
            command: ['node', 'dist/commands/worker.js'],
            healthCommand: ['node', 'dist/commands/healthcheck.js', 'worker'],
          },
        ]
      : [],
    jobs: auth
      ? [
          {
            name: 'audit-retention',
            does: 'deletes entries of the audit log that are older than they have to be kept',
            command: ['node', 'dist/commands/audit-retention.js'],
            schedule: '17 3 * * *',
          },
        ]
      : [],
    settings: [
      { name: 'ENVIRONMENT', value: 'production' },
      { name: 'LOG_LEVEL', value: 'INFO' },
      { name: 'PORT', value: String(port) },
      { name: 'FORWARDED_ALLOW_IPS', value: PRIVATE_NETWORKS.join(',') },
      ...(workflows
        ? [
            { name: 'WEBSOCKET_PORT', value: String(websocketPort) },
            { name: 'WORKER_METRICS_PORT', value: String(WORKER_METRICS_PORT) },
          ]
        : []),
      ...(auth
        ? [
            { name: 'PUBLIC_URL', value: `https://${project.domain}` },
            { name: 'MAIL_FROM', value: `no-reply@${project.domain}` },
          ]
        : []),
    ],
    trustedProxiesSetting: 'FORWARDED_ALLOW_IPS',
    secrets: [
      { name: 'DATABASE_URL', is: 'the URL of PostgreSQL, with user and password' },
      { name: 'REDIS_URL', is: 'the URL of Redis, with user and password' },
      { name: 'SYSTEM_HEALTH_TOKEN', is: 'the bearer token of the system health route' },
      { name: 'METRICS_TOKEN', is: 'the bearer token of the metrics' },
      ...(auth
        ? [
            { name: 'JWT_SECRET_KEY', is: 'what access tokens are signed with' },
            { name: 'SMTP_URL', is: 'the URL of the mail server, with user and password' },
          ]
        : []),
    ],
    migrateSecret: 'DATABASE_URL',
    stopSeconds: 40,
    resources: resourcesOf(answers),
  };
}

/** What a process needs under load, if the database has as many. */
const POOL = 10;
/** Connections that are no replica's: the migrations, the jobs, a backup, and who looks after it. */
const SPARE_CONNECTIONS = 20;

const replicasOf = (project: Project): number =>
  project.has('compose') ? Number(project.answer('compose.replicas')) : 1;

/** All that keep a pool of their own: the replicas, and with workflows the worker and the WebSocket server. */
const processesOf = ({ workflows }: NodeAnswers, project: Project): number =>
  replicasOf(project) + (workflows ? 2 : 0);

/** What the replicas may take of a database; a small one keeps a quarter back. */
function connectionsOfReplicas(project: Project): number {
  const all = Number(project.answer('postgres.maxConnections'));
  return all - Math.min(SPARE_CONNECTIONS, Math.ceil(all / 4));
}

/** What each process may open: all of them together stay within what the database accepts. */
const poolOf = (answers: NodeAnswers, project: Project): number =>
  Math.min(POOL, Math.max(1, Math.floor(connectionsOfReplicas(project) / processesOf(answers, project))));

/** On a development machine both listen side by side. */
const portFaults = ({ workflows, port, websocketPort }: NodeAnswers): readonly Issue[] =>
  workflows && [port, WORKER_METRICS_PORT].includes(websocketPort)
    ? [
        {
          id: 'same-port',
          message: `${websocketPort} is taken by ${port === websocketPort ? 'the API' : 'the worker'} already`,
          where: 'node.websocketPort',
          hint: 'another --node-websocket-port',
        },
      ]
    : [];

function connectionFaults(answers: NodeAnswers, project: Project): readonly Issue[] {
  const [processes, connections] = [processesOf(answers, project), connectionsOfReplicas(project)];
  if (processes <= connections) return [];
  const who = answers.workflows
    ? `${processes} processes, the worker and the WebSocket server among them,`
    : `${processes} replicas`;
  return [
    {
      id: 'too-few-connections',
      message: `${who} cannot share the ${connections} connections that the database has for them`,
      where: 'postgres.maxConnections',
      hint: 'a larger --postgres-max-connections, or fewer --compose-replicas',
    },
  ];
}

export default defineComponent({
  id: 'node',
  category: 'stack',
  description: 'Node service in TypeScript: Fastify and Prisma with PostgreSQL and Redis',
  chosenByDefault: false,
  requires: ['postgres', 'redis', 'env'],
  fields: {
    version: choice('Node version', ['22', '24'], {
      help: 'The Node.js of the image and of continuous integration.',
      default: '24',
      ask: true,
    }),
    base: choice('Base image', ['alpine', 'debian'], {
      help: 'What the image is built on: Alpine is smaller, Debian slim has the C library that most packages are tested with.',
      default: 'alpine',
    }),
    apiPrefix: text('API prefix', {
      help: 'The path under which every route of the API stands.',
      default: '/api/v1',
      ask: true,
      maxLength: 60,
      ...matching(API_PREFIX, 'must be a path of lower-case words, such as /api/v1'),
    }),
    port: integer('Port', {
      help: 'Where the service listens, in the container and on the development machine.',
      default: 3000,
      min: 1024,
      max: 65535,
      ask: true,
    }),
    uid: integer('User id', {
      help: 'The numeric user of the image; the image works under any other as well.',
      default: 1001,
      min: 1000,
      max: 65533,
    }),
    auth: choice('Authentication', ['none', 'database'], {
      help: 'Whether users register and log in, with accounts and sessions in the database.',
      default: 'none',
    }),
    workflows: boolean('Workflows', {
      help: 'Whether a worker carries out workflows, and a WebSocket server tells how they go.',
      default: false,
    }),
    websocketPort: integer('WebSocket port', {
      help: 'Where the WebSocket server listens, in the container and on the development machine.',
      default: 8001,
      min: 1024,
      max: 65535,
      when: {
        test: (known) => known.get('node.workflows') === true,
        reason: 'there is no WebSocket server without --node-workflows',
      },
    }),
    ...resourceFields,
  },
  facts: (answers, project) => ({ app: applicationFacts(answers, project) }),
  jobs: () => ({ quality: ['quality'], security: ['security'], test: ['test'] }),
  faults: (answers, project) => [...connectionFaults(answers, project), ...portFaults(answers)],
  layers: (answers, project) => [
    ...(answers.auth === 'database' ? ['auth'] : []),
    ...(answers.workflows ? ['workflows'] : []),
    ...(project.has('docker') ? ['docker'] : []),
  ],
  view: (answers, project) => ({
    ...answers,
    ...containerView(project, answers.port, 'API_PORTS'),
    ...hostPortsOfServices(project),
    nodeImage: answers.base === 'alpine' ? `${answers.version}-alpine` : answers.version,
    alpine: answers.base === 'alpine',
    auth: answers.auth === 'database',
    workerMetricsPort: WORKER_METRICS_PORT,
    exposedPorts: literal(
      answers.workflows
        ? `${answers.port} ${answers.websocketPort} ${WORKER_METRICS_PORT}`
        : String(answers.port),
    ),
    publishedWebsocketPort: literal(`\${WEBSOCKET_PORT:-${answers.websocketPort}}`),
    workflowCommands: workflowCommandsFor(project).map(literal),
    metricsPath: METRICS_PATH,
    poolSize: poolOf(answers, project),
    runCommands: commandsFor(project).run.map(literal),
    testCommands: commandsFor(project).test.map(literal),
    grantRole: literal(
      project.has('compose')
        ? 'docker compose exec api node dist/commands/grant-role.js user@example.com admin'
        : `${WITH_ENV} node src/commands/grant-role.ts user@example.com admin`,
    ),
    publicUrl: literal(`\${PUBLIC_URL:-http://localhost:${answers.port}}`),
    mailFrom: literal(`\${MAIL_FROM:-no-reply@${project.domain}}`),
    smtpPort: project.has('compose') ? literal('${MAIL_PORT}') : 1025,
  }),
  contributes: (answers, project) => [
    add.compose('base', 'compose/api.yml', { order: 20 }),
    add.compose('production', 'compose/api.production.yml', { order: 20 }),
    add.workflow('ci', 'ci/test.yml', { order: 30 }),
    ...(project.has('compose') ? [add.workflow('ci', 'ci/compose.yml', { order: 75 })] : []),
    add.env('env', 'env/service.env', { order: 10 }),
    add.env('env', 'env/postgres.env', { order: 31 }),
    add.env('env', 'env/redis.env', { order: 41 }),
    add.env('env', 'env/tracing.env', { order: 60 }),
    add.makefile('make', 'make/node.mk', { order: 30 }),
    add.ignore('git', 'ignore/gitignore', { order: 50 }),
    add.ignore('docker', 'ignore/dockerignore', { order: 50 }),
    add.dependabot('dependabot', 'dependabot.yml', { order: 30 }),
    add.preCommit('pre-commit', 'pre-commit.yml', { order: 30 }),
    add.readme('readme', 'readme/run.md', { order: 10 }),
    add.readme('dependencies', 'dependencies/npm.md', { order: 10 }),
    ...(project.has('docker') ? [add.readme('dependencies', 'dependencies/base.md', { order: 30 })] : []),
    add.readme('readme', 'readme/configuration.md', { order: 30 }),
    ...(answers.auth === 'database' ? authContributions : []),
    ...(answers.workflows ? workflowContributions : []),
    ...(project.has('ci') && project.answer('ci.coverage') === 'codecov'
      ? [add.workflow('ci', 'ci/codecov.yml', { order: 35 })]
      : []),
  ],
  diagram: ({ port, workflows, websocketPort }, project) => {
    const from = project.has('nginx') ? 'nginx' : 'clients';
    return [
      { from, to: project.names.slug, label: `HTTP ${port}` },
      ...(workflows
        ? [
            { from, to: 'websocket', label: `WebSocket ${websocketPort}` },
            { from: 'redis', to: 'websocket', label: 'how runs go' },
            { from: 'worker', to: 'redis', label: 'how runs go' },
            { from: 'worker', to: 'postgres', label: 'SQL' },
          ]
        : []),
    ];
  },
  nextSteps: (_, project) => [...commandsFor(project).run, ...commandsFor(project).test],
  seeded: ['src/', 'prisma/', 'tests/'],
  samples: {
    default: {},
    oldest: { version: '22', base: 'debian', apiPrefix: '/v2', port: 9000, uid: 20000 },
    accounts: { auth: 'database' },
    workflows: { workflows: true },
    all: { auth: 'database', workflows: true, websocketPort: 8100 },
  },
});
