/** A FastAPI service: PostgreSQL, Redis and, if chosen, RabbitMQ; health, metrics, tracing, migrations, tests. */
import { containerView } from '../src/component/container-view.ts';
import { add, type Contribution } from '../src/component/contribution.ts';
import {
  defineComponent,
  type ApplicationFacts,
  type FactlessProject,
  type MetricsEndpoint,
  type Project,
} from '../src/component/define.ts';
import type { Issue } from '../src/errors.ts';
import { ACCOUNT_METRICS, counter, gauge, SERVICE_METRICS } from '../src/component/exported-metrics.ts';
import { choice, integer, matching, text } from '../src/component/fields.ts';
import { versionsOf } from '../src/component/pins.ts';
import { PRIVATE_NETWORKS } from '../src/component/private-networks.ts';
import { resourceFields, resourcesOf } from '../src/component/resource-fields.ts';
import { literal } from '../src/render/view.ts';

const API_PREFIX = '^(?:/[a-z0-9]+(?:-[a-z0-9]+)*){1,4}$';

/** Where the worker serves its metrics; it has no other port. */
const WORKER_METRICS_PORT = 9100;

const INSTALL = [
  'python3 -m venv .venv',
  '.venv/bin/pip install --quiet --require-hashes -r requirements-dev.txt',
];
const WITH_ENV = '.venv/bin/python scripts/with_env.py .env .venv/bin/python';

/** How it is run and tested depends on what there is to do it with. */
function commandsFor(project: Project): {
  readonly run: readonly string[];
  readonly test: readonly string[];
} {
  const compose = project.has('compose');
  if (project.has('make')) return { run: [compose ? 'make up' : 'make run'], test: ['make test'] };
  const makeEnv = 'python3 scripts/generate_env.py';
  const test = `${WITH_ENV} -m pytest`;
  return compose
    ? { run: [makeEnv, 'docker compose up --build --detach --wait'], test: [...INSTALL, test] }
    : {
        run: [makeEnv, ...INSTALL, `${WITH_ENV} -m database.migrate`, `${WITH_ENV} -m services.api.src`],
        test: [test],
      };
}

/** With compose the worker starts with the rest. */
const hasWorkerApart = (project: Project): boolean => project.has('rabbitmq') && !project.has('compose');

/** The worker is a process beside the one that the commands above start. */
const workerCommandFor = (project: Project): string =>
  project.has('make') ? 'make worker' : `${WITH_ENV} -m services.worker.src`;

/** Runs a command of the worker's where the worker's settings are. */
const replayCommandFor = (project: Project): string =>
  project.has('compose')
    ? 'docker compose exec worker python -m services.worker.src.replay'
    : `${WITH_ENV} -m services.worker.src.replay`;

/** uv keeps what a lock has already, unless it is told to raise it. */
const lockCommandsFor = (project: Project) =>
  project.has('make')
    ? { lockCommands: [literal('make lock')], raiseAll: literal('LOCK_FLAGS=--upgrade') }
    : {
        lockCommands: [
          'python3 -m venv .venv',
          '.venv/bin/pip install --quiet uv',
          ...['requirements', 'requirements-dev'].map(
            (name) =>
              `.venv/bin/uv pip compile --universal --python-version 3.12 --generate-hashes ${name}.in --output-file ${name}.txt`,
          ),
        ].map(literal),
        raiseAll: literal('--upgrade'),
      };

/** Where the services of .env answer on this machine: with compose a variable says it. */
const hostPortsOfServices = (project: Project) => {
  const portOf = (variable: string, port: number) =>
    project.has('compose') ? literal(`\${${variable}}`) : port;
  return {
    postgresPort: portOf('POSTGRES_PORT', 5432),
    redisPort: portOf('REDIS_PORT', 6379),
    rabbitmqPort: portOf('RABBITMQ_PORT', 5672),
  };
};

/** What accounts add to the shared files. */
const authContributions = (project: Project): readonly Contribution[] => [
  add.compose('base', 'compose/auth.yml', { order: 22 }),
  add.compose('production', 'compose/auth.production.yml', { order: 22 }),
  // It is the worker that sends the mails.
  ...(project.has('rabbitmq')
    ? [
        add.compose('base', 'compose/auth-worker.yml', { order: 23 }),
        add.compose('production', 'compose/auth-worker.production.yml', { order: 23 }),
      ]
    : []),
  add.env('env', 'env/auth.env', { order: 15 }),
  add.readme('readme', 'readme/auth.md', { order: 20 }),
];

interface FastapiAnswers {
  readonly port: number;
  readonly apiPrefix: string;
  readonly uid: number;
  readonly workers: number;
  readonly auth: 'none' | 'database';
  readonly cpuLimit: number;
  readonly memoryLimitMb: number;
}

/** Several workers add their metrics up, which leaves those of the single process out. */
const metricsOf = ({ port, auth }: FastapiAnswers, project: FactlessProject): readonly MetricsEndpoint[] => [
  {
    process: 'api',
    port,
    path: '/metrics',
    tokenSecret: 'METRICS_TOKEN',
    metrics: [...SERVICE_METRICS, ...(auth === 'database' ? ACCOUNT_METRICS : [])],
  },
  ...(project.has('rabbitmq')
    ? [
        {
          process: 'worker',
          port: WORKER_METRICS_PORT,
          path: '/metrics',
          tokenSecret: 'METRICS_TOKEN',
          metrics: [
            gauge('db_pool_size'),
            gauge('db_pool_in_use'),
            gauge('outbox_pending'),
            gauge('outbox_oldest_seconds'),
            counter('events_published_total', 'event', 'outcome'),
            counter('events_handled_total', 'event', 'outcome'),
            gauge('process_start_time_seconds'),
            gauge('process_resident_memory_bytes'),
            counter('process_cpu_seconds_total'),
          ],
        },
      ]
    : []),
];

function applicationFacts(answers: FastapiAnswers, project: FactlessProject): ApplicationFacts {
  const { port, apiPrefix, uid } = answers;
  const auth = answers.auth === 'database';
  const rabbitmq = project.has('rabbitmq');
  return {
    service: 'api',
    port,
    livePath: `${apiPrefix}/health/live`,
    readyPath: `${apiPrefix}/health/ready`,
    metricsPath: '/metrics',
    metrics: metricsOf(answers, project),
    privatePaths: ['/metrics', `${apiPrefix}/health/system`],
    ...(auth && { authenticationPath: `${apiPrefix}/auth` }),
    uid,
    productionTarget: 'production',
    developmentTarget: 'development',
    migrateTarget: 'migrate',
    awaitMigrationsCommand: ['python', '-m', 'database.migrate', '--wait', '--timeout', '300'],
    listeners: [],
    workers: rabbitmq
      ? [
          {
            name: 'worker',
            does: 'sends the events of the outbox and handles them',
            command: ['python', '-m', 'services.worker.src'],
            healthCommand: ['python', '-m', 'services.worker.src.healthcheck'],
          },
        ]
      : [],
    jobs: auth
      ? [
          {
            name: 'audit-retention',
            does: 'deletes entries of the audit log that are older than they have to be kept',
            command: ['python', '-m', 'services.jobs.audit_retention'],
            schedule: '17 3 * * *',
          },
        ]
      : [],
    settings: [
      { name: 'ENVIRONMENT', value: 'production' },
      { name: 'LOG_LEVEL', value: 'INFO' },
      { name: 'PORT', value: String(port) },
      { name: 'FORWARDED_ALLOW_IPS', value: PRIVATE_NETWORKS.join(',') },
      ...(rabbitmq ? [{ name: 'WORKER_METRICS_PORT', value: String(WORKER_METRICS_PORT) }] : []),
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
      ...(rabbitmq ? [{ name: 'RABBITMQ_URL', is: 'the URL of RabbitMQ, with user and password' }] : []),
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

/** The workers of all replicas, which share the connections of the database. */
const processesOf = ({ workers }: FastapiAnswers, project: Project): number =>
  workers * (project.has('compose') ? Number(project.answer('compose.replicas')) : 1);

/** What a worker needs under load, if the database has as many. */
const POOL = { size: 5, overflow: 5 };
/** Connections that are no worker's: the migrations, the processes beside the API, a backup, and who looks after it. */
const SPARE_CONNECTIONS = 20;

/** What the workers may take of a database; a small one keeps a quarter back. */
function connectionsOfWorkers(project: Project): number {
  const all = Number(project.answer('postgres.maxConnections'));
  return all - Math.min(SPARE_CONNECTIONS, Math.ceil(all / 4));
}

/** What each worker keeps and may open besides: all of them together stay within what the database accepts. */
function poolOf(answers: FastapiAnswers, project: Project): { poolSize: number; poolOverflow: number } {
  const share = Math.max(1, Math.floor(connectionsOfWorkers(project) / processesOf(answers, project)));
  const poolSize = Math.min(POOL.size, Math.ceil(share / 2));
  return { poolSize, poolOverflow: Math.min(POOL.overflow, share - poolSize) };
}

function connectionFaults(answers: FastapiAnswers, project: Project): readonly Issue[] {
  const processes = processesOf(answers, project);
  const connections = connectionsOfWorkers(project);
  if (processes <= connections) return [];
  return [
    {
      id: 'too-few-connections',
      message: `${processes} workers of all replicas cannot share the ${connections} connections that the database has for them`,
      where: 'postgres.maxConnections',
      hint: 'a larger --postgres-max-connections, or fewer --fastapi-workers or --compose-replicas',
    },
  ];
}

export default defineComponent({
  id: 'fastapi',
  category: 'stack',
  description: 'FastAPI service with PostgreSQL and Redis, RabbitMQ if chosen',
  chosenByDefault: true,
  requires: ['postgres', 'redis', 'env'],
  fields: {
    python: choice('Python version', versionsOf('python'), {
      help: 'The interpreter of the image, of the locks and of continuous integration.',
      default: '3.13',
      ask: true,
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
      default: 8000,
      min: 1024,
      max: 65535,
      ask: true,
    }),
    uid: integer('User id', {
      help: 'The numeric user of the image; the image works under any other as well.',
      default: 10001,
      min: 1000,
      max: 65533,
    }),
    workers: integer('Workers', {
      help: 'How many processes serve requests in one container.',
      default: 4,
      min: 1,
      max: 64,
    }),
    auth: choice('Authentication', ['none', 'database'], {
      help: 'Whether users register and log in, with accounts and sessions in the database.',
      default: 'none',
    }),
    ...resourceFields,
  },
  facts: (answers, project) => ({ app: applicationFacts(answers, project) }),
  jobs: () => ({ quality: ['quality'], security: ['security'], test: ['test'] }),
  faults: connectionFaults,
  layers: (answers, project) => {
    const rabbitmq = project.has('rabbitmq');
    const auth = answers.auth === 'database';
    return [
      // What is locked depends on both: one folder for each pair.
      ['lock', ...(auth ? ['auth'] : []), ...(rabbitmq ? ['rabbitmq'] : [])].join('-'),
      ...(rabbitmq ? ['rabbitmq'] : []),
      ...(auth ? ['auth', rabbitmq ? 'auth-rabbitmq' : 'auth-without-rabbitmq'] : []),
      ...(project.has('docker') ? ['docker'] : []),
    ];
  },
  view: (answers, project) => ({
    ...answers,
    ...containerView(project, answers.port, 'API_PORTS'),
    ...hostPortsOfServices(project),
    ...poolOf(answers, project),
    rabbitmq: project.has('rabbitmq'),
    auth: answers.auth === 'database',
    services: literal(project.has('rabbitmq') ? 'PostgreSQL, Redis and RabbitMQ' : 'PostgreSQL and Redis'),
    runCommands: commandsFor(project).run.map(literal),
    testCommands: commandsFor(project).test.map(literal),
    processes: literal(project.has('rabbitmq') ? 'the API and the worker' : 'the API'),
    workerApart: hasWorkerApart(project),
    workerCommand: literal(workerCommandFor(project)),
    ...lockCommandsFor(project),
    replayCommand: literal(replayCommandFor(project)),
    grantRole: literal(
      `${project.has('compose') ? 'docker compose exec api python' : WITH_ENV} -m services.jobs.grant_role user@example.com admin`,
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
    add.makefile('make', 'make/python.mk', { order: 30 }),
    add.ignore('git', 'ignore/gitignore', { order: 50 }),
    add.ignore('docker', 'ignore/dockerignore', { order: 50 }),
    add.dependabot('dependabot', 'dependabot.yml', { order: 30 }),
    add.preCommit('pre-commit', 'pre-commit.yml', { order: 30 }),
    add.readme('readme', 'readme/run.md', { order: 10 }),
    add.readme('readme', 'readme/configuration.md', { order: 30 }),
    add.readme('dependencies', 'dependencies/python.md', { order: 10 }),
    ...(answers.auth === 'database' ? authContributions(project) : []),
    ...(project.has('rabbitmq')
      ? [
          add.compose('base', 'compose/rabbitmq.yml', { order: 21 }),
          add.compose('production', 'compose/rabbitmq.production.yml', { order: 21 }),
          add.workflow('ci', 'ci/rabbitmq.yml', { order: 34 }),
          add.env('env', 'env/rabbitmq.env', { order: 51 }),
          add.readme('readme', 'readme/events.md', { order: 35 }),
        ]
      : []),
    ...(project.has('ci') && project.answer('ci.coverage') === 'codecov'
      ? [add.workflow('ci', 'ci/codecov.yml', { order: 35 })]
      : []),
  ],
  diagram: ({ port }, project) => [
    { from: project.has('nginx') ? 'nginx' : 'clients', to: project.names.slug, label: `HTTP ${port}` },
    ...(project.has('rabbitmq')
      ? [
          { from: 'rabbitmq', to: 'worker', label: 'events' },
          { from: 'worker', to: 'postgres', label: 'SQL' },
        ]
      : []),
  ],
  nextSteps: (_, project) => [
    ...commandsFor(project).run,
    ...(hasWorkerApart(project) ? [workerCommandFor(project)] : []),
    ...commandsFor(project).test,
  ],
  seeded: ['core/', 'infrastructure/', 'services/', 'database/', 'tests/'],
  samples: {
    default: {},
    oldest: { python: '3.12', apiPrefix: '/v2', port: 9000 },
    newest: { python: '3.14', workers: 1, uid: 20000 },
    accounts: { auth: 'database' },
  },
});
