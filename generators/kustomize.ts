/** Kubernetes by kustomize: one base, and an overlay for each environment; development brings its data services along. */
import { BACKUP_SHARES, backupOf } from '../src/component/backup-view.ts';
import { clusterFields, workerReplicas } from '../src/component/cluster-fields.ts';
import { accountOf, postgresDataFolderOf } from '../src/component/container-view.ts';
import { add, type View } from '../src/component/contribution.ts';
import { defineComponent, type Project, type Resources } from '../src/component/define.ts';
import { boolean, choice, integer, matching, text } from '../src/component/fields.ts';
import { KUBERNETES, TOOLS } from '../src/component/pins.ts';
import { knownSlug } from '../src/component/project-fields.ts';
import {
  deploymentsOf,
  differs,
  FIRST_TAG,
  graceSecondsOf,
  hostsOf,
  MAIL_SECRET,
  podUserOf,
  PRE_STOP_SECONDS,
  quotaOf,
  secretFilesOf,
  sharesOf,
  TASK,
  valueIn,
  workloadOf,
  workloadsOf,
  type Environment,
  type Share,
  type Workload,
} from '../src/component/workload-view.ts';
import { literal } from '../src/render/view.ts';

/** What a development cluster promises; the limits are those of production. */
const DEVELOPMENT_REQUESTS = { cpuMillis: 100, memoryMb: 256 };

/** A data service as it is in the development cluster. */
interface DevelopmentService {
  /** Its configuration, in files that begin with its name. */
  readonly files: readonly string[];
  /** `$password` is filled in by the script that makes the secrets. */
  readonly url: (account: string) => string;
  readonly resources: Resources;
}

const DEVELOPMENT_SERVICES: Readonly<Record<string, DevelopmentService>> = {
  postgres: {
    files: ['application.sql', 'users'],
    url: (account) => `postgresql://${account}:$postgres_password@postgres:5432/${account}`,
    resources: { cpuRequestMillis: 100, cpuLimitMillis: 1000, memoryRequestMb: 128, memoryLimitMb: 512 },
  },
  redis: {
    files: ['start.sh', 'ping.sh'],
    url: (account) => `redis://${account}:$redis_password@redis:6379/0`,
    resources: { cpuRequestMillis: 100, cpuLimitMillis: 500, memoryRequestMb: 64, memoryLimitMb: 320 },
  },
  rabbitmq: {
    files: ['application.conf'],
    url: (account) => `amqp://${account}:$rabbitmq_password@rabbitmq:5672/`,
    resources: { cpuRequestMillis: 100, cpuLimitMillis: 1000, memoryRequestMb: 256, memoryLimitMb: 768 },
  },
};

/** @throws (a bug) for a data service that no development cluster has */
function developmentServiceOf(component: string): DevelopmentService {
  const service = DEVELOPMENT_SERVICES[component];
  if (!service) throw new Error(`nothing is known of ${component} in a development cluster`);
  return service;
}

const MAIL: Resources = {
  cpuRequestMillis: 10,
  cpuLimitMillis: 250,
  memoryRequestMb: 32,
  memoryLimitMb: 128,
};

interface KustomizeAnswers {
  readonly replicas: number;
  readonly burstReplicas: number;
  readonly workerReplicas: number;
  readonly roles: boolean;
  readonly deployerGroup: string;
  readonly operatorGroup: string;
  readonly ingressClass: string;
  readonly ingressNamespace: string;
  readonly clusterIssuer: string;
  readonly monitoringNamespace: string;
  readonly secrets: 'external-secret' | 'existing';
  readonly secretStore: string;
  readonly dataNetwork: string;
}

const hasPeers = ({ data, sendsMail }: Workload): boolean => data.length > 0 || sendsMail;

/** Kinds of operators, of which kubeconform has no schema of its own. */
function skippedKindsOf(answers: KustomizeAnswers, workload: Workload, project: Project): string {
  const kinds = [
    ...(layersOf(answers, workload, project).includes('external-secret') ? ['ExternalSecret'] : []),
    ...(project.has('monitoring') ? ['PrometheusRule', 'ServiceMonitor'] : []),
  ];
  return kinds.length === 0 ? '' : ` -skip ${kinds.join(',')}`;
}

/** What production has that not every environment does. */
const productionComponentsOf = (workload: Workload, project: Project): readonly string[] => [
  ...(hasPeers(workload) ? ['external-services'] : []),
  ...(project.has('monitoring') ? ['monitoring'] : []),
];

/** What is the same everywhere stands in the pods; what differs is generated, and merged by the environments that differ from production. */
function settingsOf(workload: Workload, project: Project) {
  const { settings } = workload.app;
  const different = settings.filter((setting) => differs(setting, project));
  const inEnvironment = (environment: Environment): readonly string[] =>
    different.map((setting) => `${setting.name}=${valueIn(environment, setting, project)}`);
  const variables = [
    ...settings.filter((setting) => !differs(setting, project)),
    ...secretFilesOf(workload),
  ].map(({ name, value }) => ({ name, value }));
  return {
    settings: variables,
    hasSettings: variables.length > 0,
    hasDifferentSettings: different.length > 0,
    differentSettings: inEnvironment('production'),
    stagingSettings: inEnvironment('staging'),
    developmentSettings: inEnvironment('dev'),
  };
}

/** In which file the service, what listens beside it and the workers stand: where there are all three, the workers are the plain one. */
function deploymentFilesOf({ app, service }: Workload) {
  const hasAll = app.listeners.length > 0 && app.workers.length > 0;
  return {
    serviceFile: hasAll ? `deployment-${service}` : 'deployment',
    // All of them stand in one file, which is named after them.
    listenersFile: `deployment-${app.listeners.map(({ name }) => name).join('-')}`,
    workersFile: hasAll ? 'deployment' : 'workers',
  };
}

/** Who may reach whom in the development cluster. */
function devRoutesOf(workload: Workload): View[] {
  const { app, data, sendsMail } = workload;
  const routes = [
    {
      name: 'data-services',
      says: 'What serves and works reaches the data services.',
      from: workloadsOf(workload),
      to: data.map(({ component }) => component),
      ports: data.flatMap(({ ports }) => ports.slice(0, 1)),
    },
    {
      name: 'migrate',
      says: 'The migrations reach the database and nothing else.',
      from: app.migrateTarget === undefined ? [] : ['migrate'],
      to: ['postgres'],
      ports: [5432],
    },
    {
      name: 'mail',
      says: 'Mail ends in this cluster.',
      from: deploymentsOf(workload),
      to: sendsMail ? ['mailpit'] : [],
      ports: [1025],
    },
  ];
  return routes.filter(({ from, to }) => from.length > 0 && to.length > 0);
}

/** The development cluster has the data services too, and promises less. */
function developmentShares(shares: readonly Share[], { data, sendsMail }: Workload): readonly Share[] {
  return [
    ...shares.map(({ count, resources }) => ({
      count,
      resources: {
        ...resources,
        cpuRequestMillis: Math.min(resources.cpuRequestMillis, DEVELOPMENT_REQUESTS.cpuMillis),
        memoryRequestMb: Math.min(resources.memoryRequestMb, DEVELOPMENT_REQUESTS.memoryMb),
      },
    })),
    ...data.map(({ component }) => ({ count: 1, resources: developmentServiceOf(component).resources })),
    ...(sendsMail ? [{ count: 1, resources: MAIL }] : []),
  ];
}

/** A secret of the development cluster: a URL of a service that runs there, or 64 random digits. */
function developmentSecret(name: string, { data }: Workload, account: string): string {
  const service = data.find(({ secret }) => secret === name);
  if (service) return developmentServiceOf(service.component).url(account);
  return name === MAIL_SECRET ? 'smtp://mailpit:1025' : '$(random)';
}

/** The service and what listens beside it, as their Services, autoscalers, policies and routes have them. */
function serversOf({ app, service }: Workload, { ingressClass }: KustomizeAnswers): View[] {
  const named = { name: service, does: '', path: '/', hasMetrics: app.metricsPath !== undefined };
  // Traefik keeps a connection that was upgraded as it is; nginx ends one that is silent for a minute.
  const endsSilence = ingressClass !== 'traefik';
  return [
    { ...named, isFirst: true, isNext: false, staysOpen: false },
    ...app.listeners.map(({ name, does, path, metricsPath }) => ({
      ...{ name, does, path, hasMetrics: metricsPath !== undefined },
      ...{ isFirst: false, isNext: true, staysOpen: endsSilence },
    })),
  ];
}

const layersOf = (answers: KustomizeAnswers, workload: Workload, project: Project): readonly string[] => [
  ...(workload.app.settings.some((setting) => differs(setting, project)) ? ['settings'] : []),
  ...workload.data.map(({ component }) => component),
  ...(workload.sendsMail ? ['mail'] : []),
  ...(hasPeers(workload) ? ['peers'] : []),
  ...(workload.app.migrateTarget === undefined ? [] : ['migrations']),
  ...(workload.app.listeners.length > 0 ? ['listeners'] : []),
  ...(workload.app.workers.length > 0 ? ['workers'] : []),
  ...(workload.app.jobs.length > 0 ? ['jobs'] : []),
  ...(answers.roles ? ['roles'] : []),
  ...(workload.app.secrets.length > 0 ? ['secrets'] : []),
  ...(workload.app.secrets.length > 0 && answers.secrets === 'external-secret' ? ['external-secret'] : []),
];

function viewOf(answers: KustomizeAnswers, project: Project) {
  const workload = workloadOf(project);
  const { app, service, data, sendsMail } = workload;
  const workloads = workloadsOf(workload);
  const account = accountOf(project.names);
  const shares = sharesOf(workload, {
    service: answers.replicas + answers.burstReplicas,
    worker: answers.workerReplicas,
  });
  const backup = backupOf(project);
  const hosts = hostsOf(project);
  const migrates = app.migrateTarget !== undefined;
  const has = (component: string): boolean => data.some((service) => service.component === component);
  const settings = settingsOf(workload, project);
  const files = deploymentFilesOf(workload);
  const fetchesSecrets = layersOf(answers, workload, project).includes('external-secret');
  return {
    ...answers,
    service,
    account,
    kubernetes: KUBERNETES,
    kubeconform: TOOLS.kubeconform,
    tag: FIRST_TAG,
    // The tag stands behind the last colon; a registry with a port has one before it.
    tagIndex: project.image.split(':').length,
    uid: podUserOf(workload),
    port: app.port,
    livePath: app.livePath,
    readyPath: app.readyPath,
    resources: { ...app.resources },
    task: { ...TASK },
    preStopSeconds: PRE_STOP_SECONDS,
    graceSeconds: graceSecondsOf(workload),
    maxReplicas: answers.replicas + answers.burstReplicas,
    hosts,
    ...settings,
    probesAreIdentical: app.livePath === app.readyPath,
    databaseClients: [...workloads, ...(migrates ? ['migrate'] : [])],
    quota: quotaOf([...shares, ...(backup ? BACKUP_SHARES : [])]),
    developmentQuota: quotaOf(developmentShares(shares, workload)),
    developmentRequests: {
      cpuMillis: Math.min(app.resources.cpuRequestMillis, DEVELOPMENT_REQUESTS.cpuMillis),
      memoryMb: Math.min(app.resources.memoryRequestMb, DEVELOPMENT_REQUESTS.memoryMb),
    },
    servers: serversOf(workload, answers),
    // The name of a target is a pattern.
    ingresses: literal(
      app.listeners.length === 0
        ? service
        : `(${[service, ...app.listeners.map(({ name }) => name)].join('|')})`,
    ),
    ...files,
    budgets: deploymentsOf(workload).map((name, index) => ({ name, isNext: index > 0 })),
    baseResources: [
      ...['hpa', 'ingress', 'limit-range', 'namespace', 'networkpolicy', 'pdb', 'resourcequota'],
      ...['service', 'service-account', files.serviceFile],
      ...(app.listeners.length > 0 ? [files.listenersFile] : []),
      ...(app.workers.length > 0 ? [files.workersFile] : []),
      ...(app.jobs.length > 0 ? ['jobs'] : []),
      ...(migrates ? ['migrations'] : []),
      ...(answers.roles ? ['rbac'] : []),
      ...(fetchesSecrets ? ['external-secret'] : []),
      ...(backup ? ['backup-access', 'backup-cronjob'] : []),
    ]
      .map((name) => `${name}.yaml`)
      .sort(),
    dataServices: data.map(({ component, ports }) => ({ component, port: ports[0] ?? 0, ports })),
    hasData: data.length > 0,
    dataPorts: data.flatMap(({ ports }) => ports),
    devRoutes: devRoutesOf(workload),
    devSecrets: [`${service}-secrets`, ...data.map(({ component }) => component)],
    ...Object.fromEntries(
      ['Postgres', 'Redis', 'Rabbitmq'].map((name) => [`has${name}`, has(name.toLowerCase())]),
    ),
    ...(has('postgres') && {
      postgresVersion: String(project.answer('postgres.version')),
      postgresFolder: postgresDataFolderOf(String(project.answer('postgres.version'))),
    }),
    ...(has('redis') && {
      redisVersion: String(project.answer('redis.version')),
      redisEviction: String(project.answer('redis.eviction')),
    }),
    ...(has('rabbitmq') && { rabbitmqVersion: String(project.answer('rabbitmq.version')) }),
    developmentResources: [
      ...data.map(({ component }) => `${component}.yaml`),
      ...(sendsMail ? ['mail.yaml'] : []),
      ...(hasPeers(workload) ? ['networkpolicy.yaml'] : []),
    ],
    developmentFiles: data.map(({ component }) => ({
      component,
      files: developmentServiceOf(component).files.map((file) => `${file}=${component}-${file}`),
    })),
    hasGenerators: settings.hasDifferentSettings || data.length > 0,
    externalResources: backup && answers.secrets === 'external-secret' ? ['backup-secrets.yaml'] : [],
    backedUp: backup !== undefined,
    volumes: literal(backup ? 'persistentvolumeclaims, ' : ''),
    monitored: project.has('monitoring'),
    hasReplacements: backup !== undefined || migrates || fetchesSecrets,
    fetchesSecrets,
    // The namespace is the slug, a hyphen and the environment.
    environmentIndex: project.names.slug.split('-').length,
    leftOutOfDevelopment: [
      ...(fetchesSecrets
        ? [{ why: 'A script makes the secrets here.', selector: literal('kind: ExternalSecret') }]
        : []),
      ...(backup
        ? [
            {
              why: 'What is in it can be lost.',
              selector: literal('labelSelector: app.kubernetes.io/component=backup'),
            },
          ]
        : []),
    ],
    // In a template it would be one condition too many.
    developmentSecrets: literal(
      app.secrets.length > 0 ? ', and scripts/create-dev-secrets.sh makes the secrets' : '',
    ),
    sendsMail,
    hasPeers: hasPeers(workload),
    productionComponents: productionComponentsOf(workload, project).map((name) => `../../components/${name}`),
    hasComponents: productionComponentsOf(workload, project).length > 0,
    migrates,
    ...(app.migrateSecret !== undefined && { migrateSecret: app.migrateSecret }),
    awaitsMigrations: app.awaitMigrationsCommand !== undefined,
    awaitMigrations: [...(app.awaitMigrationsCommand ?? [])],
    listeners: app.listeners.map(({ name, does, command, port, path, livePath, readyPath }) => ({
      ...{ name, does, command: [...command], port, path, livePath, readyPath },
      probesAreIdentical: livePath === readyPath,
    })),
    hasListeners: app.listeners.length > 0,
    workers: app.workers.map(({ name, does, command, healthCommand }) => ({
      name,
      does,
      command: [...command],
      healthCommand: [...healthCommand],
    })),
    jobs: app.jobs.map(({ name, does, command, schedule }) => ({
      name,
      does,
      command: [...command],
      schedule,
    })),
    hasJobs: app.jobs.length > 0,
    operatorAlso: literal(migrates || app.jobs.length > 0 ? 'scale, run a job out of turn' : 'scale'),
    runsJobs: migrates || app.jobs.length > 0,
    hasSecrets: app.secrets.length > 0,
    secretList: app.secrets.map(({ name, is }) => ({
      name,
      is,
      development: literal(developmentSecret(name, workload, account)),
    })),
    skippedKinds: literal(skippedKindsOf(answers, workload, project)),
    writesSecretStore:
      (backup !== undefined || app.secrets.length > 0) && answers.secrets === 'external-secret',
    writesSecretsByHand: app.secrets.length > 0 && answers.secrets === 'existing',
    workloads,
    deployments: deploymentsOf(workload),
  };
}

const FOLDERS = ['kubernetes', 'k8s'] as const;

/** What an identity provider calls a group: a name, an address or an id, with what the cluster puts before it. */
const GROUP = '^[A-Za-z0-9](?:[A-Za-z0-9._:/@-]{0,251}[A-Za-z0-9])?$';

const group = (title: string, help: string, suffix: string) =>
  text(title, {
    help,
    default: (known) => `${knownSlug(known)}-${suffix}`,
    maxLength: 253,
    when: { test: (known) => known.get('kustomize.roles') === true, reason: 'there are no roles' },
    ...matching(GROUP, 'must be the name of a group, such as oidc:deployers'),
  });

export default defineComponent({
  id: 'kustomize',
  category: 'orchestration',
  description: 'Kubernetes by kustomize: base, overlays for dev, staging and production, restricted pods',
  chosenByDefault: false,
  requires: ['docker'],
  fields: {
    folder: choice('Folder of the manifests', FOLDERS, {
      help: 'Where base and overlays lie.',
      default: 'kubernetes',
    }),
    replicas: integer('Replicas', {
      help: 'How many pods of the service there are at least; two, so that one may be moved.',
      default: 2,
      min: 2,
      max: 100,
    }),
    scaleOnMemory: boolean('Scale on memory', {
      help: 'Whether a full memory brings more pods too; only for an application that gives memory back.',
      default: false,
    }),
    burstReplicas: integer('Replicas under load', {
      help: 'How many more pods of the service there may be under load.',
      default: 4,
      min: 0,
      max: 400,
    }),
    workerReplicas,
    roles: boolean('Kubernetes roles', {
      help: 'Whether each namespace has a role for those who deploy and one for those who operate.',
      default: false,
    }),
    deployerGroup: group(
      'Deployer group',
      'Who may roll a version out: a group as the cluster knows it.',
      'deployers',
    ),
    operatorGroup: group(
      'Operator group',
      'Who may look, restart, scale and run jobs, and reads no Secret: a group as the cluster knows it.',
      'operators',
    ),
    ingressClass: clusterFields.ingressClass,
    ingressNamespace: clusterFields.ingressNamespace,
    clusterIssuer: clusterFields.clusterIssuer,
    monitoringNamespace: clusterFields.monitoringNamespace,
    secrets: choice('Kubernetes secrets', ['external-secret', 'existing'], {
      help: 'Whether the External Secrets Operator makes the Secret of staging and production, or somebody does by hand.',
      default: 'external-secret',
    }),
    secretStore: clusterFields.secretStore,
    dataNetwork: clusterFields.dataNetwork,
  },
  layers: (answers, project) => layersOf(answers, workloadOf(project), project),
  view: viewOf,
  renames: ({ folder }) => [
    ...FOLDERS.filter((other) => other !== folder).map((other) => ({ from: `${other}/`, to: `${folder}/` })),
    ...['external-secret.yaml', 'namespace.yaml'].map((file) => ({
      from: `${folder}/overlays/production/${file}`,
      to: `${folder}/base/${file}`,
    })),
  ],
  jobs: () => ({ build: ['kubernetes'] }),
  contributes: ({ roles }, project) => [
    add.workflow('ci', 'ci/kubernetes.yml', { order: 77 }),
    ...(roles && project.has('ci') ? [add.workflow('ci', 'ci/roles.yml', { order: 78 })] : []),
    add.makefile('make', 'make/kubernetes.mk', { order: 70 }),
    add.readme('readme', 'readme/readme.md', { order: 60 }),
    add.readme('deployment', 'readme/deployment.md', { order: 30 }),
    add.readme('rollback', 'readme/rollback.md', { order: 30 }),
  ],
  samples: {
    default: {},
    roles: { roles: true, scaleOnMemory: true, operatorGroup: 'oidc:acme/operators@acme.dev' },
    existing: { folder: 'k8s', secrets: 'existing', replicas: 3, burstReplicas: 0, ingressClass: 'traefik' },
  },
});
