/** Kubernetes by kustomize: one base, and an overlay for each environment; development brings its data services along. */
import { applicationOf } from '../src/component/application-view.ts';
import { accountOf, postgresDataFolderOf } from '../src/component/container-view.ts';
import { add, type View } from '../src/component/contribution.ts';
import {
  defineComponent,
  type ApplicationFacts,
  type Project,
  type Resources,
} from '../src/component/define.ts';
import { choice, integer, matching, text } from '../src/component/fields.ts';
import { KUBERNETES, TOOLS } from '../src/component/pins.ts';
import { literal } from '../src/render/view.ts';

/** RFC 1123 label: what names a namespace, a store, an issuer or a class. */
const LABEL = '^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$';
const OCTET = '(?:25[0-5]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])';
const IPV4_NETWORK = `^${OCTET}(?:\\.${OCTET}){3}/(?:3[0-2]|[12]?[0-9])$`;

const label = (title: string, help: string, fallback: string) =>
  text(title, {
    help,
    default: fallback,
    maxLength: 63,
    ...matching(LABEL, 'must be lower-case letters, digits and hyphens, such as production'),
  });

/** Whatever the image's own user is; kube-score and checkov ask for one above 10000. */
const FIRST_UID = 10_001;
/** How long a pod that is told to end goes on serving, until every proxy knows that it is leaving. */
const PRE_STOP_SECONDS = 5;
/** What an image is called before its first release. */
const FIRST_TAG = '0.1.0';
/** What one run of a job or of the migrations is granted, for it works on one thing at a time. */
const TASK: Resources = {
  cpuRequestMillis: 100,
  cpuLimitMillis: 1000,
  memoryRequestMb: 128,
  memoryLimitMb: 512,
};
/** What cert-manager grants its own pod. */
const CHALLENGE: Resources = {
  cpuRequestMillis: 10,
  cpuLimitMillis: 100,
  memoryRequestMb: 64,
  memoryLimitMb: 64,
};
/** What a development cluster promises; the limits are those of production. */
const DEVELOPMENT_REQUESTS = { cpuMillis: 100, memoryMb: 256 };

interface DataService {
  readonly component: string;
  readonly secret: string;
  /** Where it takes connections, also by TLS. */
  readonly ports: readonly number[];
  /** Its configuration, in files that begin with its name. */
  readonly files: readonly string[];
  /** In the development cluster. */
  readonly url: (account: string) => string;
  readonly resources: Resources;
}

/** `$password` is filled in by the script that makes the secrets. */
const DATA_SERVICES: readonly DataService[] = [
  {
    component: 'postgres',
    secret: 'DATABASE_URL',
    ports: [5432],
    files: ['application.sql', 'users'],
    url: (account) => `postgresql://${account}:$postgres_password@postgres:5432/${account}`,
    resources: { cpuRequestMillis: 100, cpuLimitMillis: 1000, memoryRequestMb: 128, memoryLimitMb: 512 },
  },
  {
    component: 'redis',
    secret: 'REDIS_URL',
    ports: [6379],
    files: ['start.sh', 'ping.sh'],
    url: (account) => `redis://${account}:$redis_password@redis:6379/0`,
    resources: { cpuRequestMillis: 100, cpuLimitMillis: 500, memoryRequestMb: 64, memoryLimitMb: 320 },
  },
  {
    component: 'rabbitmq',
    secret: 'RABBITMQ_URL',
    ports: [5672, 5671],
    files: ['application.conf'],
    url: (account) => `amqp://${account}:$rabbitmq_password@rabbitmq:5672/`,
    resources: { cpuRequestMillis: 100, cpuLimitMillis: 1000, memoryRequestMb: 256, memoryLimitMb: 768 },
  },
];

const MAIL: Resources = {
  cpuRequestMillis: 10,
  cpuLimitMillis: 250,
  memoryRequestMb: 32,
  memoryLimitMb: 128,
};
const MAIL_SECRET = 'SMTP_URL';

interface KustomizeAnswers {
  readonly replicas: number;
  readonly burstReplicas: number;
  readonly workerReplicas: number;
  readonly ingressClass: string;
  readonly ingressNamespace: string;
  readonly clusterIssuer: string;
  readonly monitoringNamespace: string;
  readonly secrets: 'external-secret' | 'existing';
  readonly secretStore: string;
  readonly dataNetwork: string;
}

/** What the application tells of itself, with what follows from it for a cluster. */
interface Workload {
  readonly app: ApplicationFacts;
  /** Name of the Deployment, its Service and its account. */
  readonly service: string;
  readonly data: readonly DataService[];
  readonly sendsMail: boolean;
}

function workloadOf(project: Project): Workload {
  const app = applicationOf(project);
  const names = new Set(app.secrets.map(({ name }) => name));
  return {
    app,
    service: app.service,
    data: DATA_SERVICES.filter(({ component, secret }) => project.has(component) && names.has(secret)),
    sendsMail: names.has(MAIL_SECRET),
  };
}

const hasPeers = ({ data, sendsMail }: Workload): boolean => data.length > 0 || sendsMail;

/** The hosts by the environment; production has the domain itself. */
const hostsOf = ({ domain }: Project) => ({
  dev: `dev.${domain}`,
  staging: `staging.${domain}`,
  production: domain,
});

/** A setting as it is in one environment: its name, and the address in which the domain stands, are the environment's. */
function valueIn(
  environment: keyof ReturnType<typeof hostsOf>,
  { name, value }: ApplicationFacts['settings'][number],
  project: Project,
): string {
  if (name === 'ENVIRONMENT') return environment === 'dev' ? 'development' : environment;
  return value.replace(`https://${project.domain}`, () => `https://${hostsOf(project)[environment]}`);
}

/** What is the same everywhere stands in the pods; what differs is generated for each environment. */
function settingsOf({ app, service }: Workload, project: Project) {
  const differs = (setting: ApplicationFacts['settings'][number]): boolean =>
    valueIn('staging', setting, project) !== setting.value;
  const different = app.settings.filter(differs);
  const inEnvironment = (environment: keyof ReturnType<typeof hostsOf>): readonly string[] =>
    different.map((setting) => `${setting.name}=${valueIn(environment, setting, project)}`);
  return {
    settings: [
      ...app.settings.filter((setting) => !differs(setting)).map(({ name, value }) => ({ name, value })),
      ...app.secrets.map(({ name }) => ({ name: `${name}_FILE`, value: `/run/secrets/${service}/${name}` })),
    ],
    hasDifferentSettings: different.length > 0,
    differentSettings: inEnvironment('production'),
    stagingSettings: inEnvironment('staging'),
    developmentSettings: inEnvironment('dev'),
  };
}

const deploymentsOf = ({ app, service }: Workload): readonly string[] => [
  service,
  ...app.workers.map(({ name }) => name),
];

/** What a new version replaces, by the component that its pods are labelled with. */
const workloadsOf = (workload: Workload): readonly string[] => [
  ...deploymentsOf(workload),
  ...workload.app.jobs.map(({ name }) => name),
];

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

/** Times a pod may be there: while it is rolled out, a Deployment has one more than it has replicas. */
interface Share {
  readonly count: number;
  readonly resources: Resources;
}

function sharesOf(answers: KustomizeAnswers, { app }: Workload): readonly Share[] {
  return [
    { count: answers.replicas + answers.burstReplicas + 1, resources: app.resources },
    { count: app.workers.length * (answers.workerReplicas + 1), resources: app.resources },
    // By which cert-manager answers for the domain.
    { count: 1, resources: CHALLENGE },
    // One that is still running and one that was made anew.
    { count: 2 * (app.jobs.length + (app.migrateTarget === undefined ? 0 : 1)), resources: TASK },
  ];
}

/** The most that the namespace may ask for: what its own pods come to when all are there at once. */
function quotaOf(shares: readonly Share[]) {
  const sum = (of: (resources: Resources) => number): number =>
    shares.reduce((total, { count, resources }) => total + count * of(resources), 0);
  return {
    pods: shares.reduce((total, { count }) => total + count, 0),
    cpuRequestMillis: sum(({ cpuRequestMillis }) => cpuRequestMillis),
    cpuLimitMillis: sum(({ cpuLimitMillis }) => cpuLimitMillis),
    memoryRequestMb: sum(({ memoryRequestMb }) => memoryRequestMb),
    memoryLimitMb: sum(({ memoryLimitMb }) => memoryLimitMb),
  };
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
    ...data.map(({ resources }) => ({ count: 1, resources })),
    ...(sendsMail ? [{ count: 1, resources: MAIL }] : []),
  ];
}

/** A secret of the development cluster: a URL of a service that runs there, or 64 random digits. */
function developmentSecret(name: string, { data }: Workload, account: string): string {
  const service = data.find(({ secret }) => secret === name);
  if (service) return service.url(account);
  return name === MAIL_SECRET ? 'smtp://mailpit:1025' : '$(random)';
}

const layersOf = (answers: KustomizeAnswers, workload: Workload): readonly string[] => [
  ...workload.data.map(({ component }) => component),
  ...(workload.sendsMail ? ['mail'] : []),
  ...(hasPeers(workload) ? ['peers'] : []),
  ...(workload.app.migrateTarget === undefined ? [] : ['migrations']),
  ...(workload.app.workers.length > 0 ? ['workers'] : []),
  ...(workload.app.jobs.length > 0 ? ['jobs'] : []),
  ...(workload.app.secrets.length > 0 ? ['secrets'] : []),
  ...(workload.app.secrets.length > 0 && answers.secrets === 'external-secret' ? ['external-secret'] : []),
];

function viewOf(answers: KustomizeAnswers, project: Project) {
  const workload = workloadOf(project);
  const { app, service, data, sendsMail } = workload;
  const workloads = workloadsOf(workload);
  const account = accountOf(project.names);
  const shares = sharesOf(answers, workload);
  const hosts = hostsOf(project);
  const migrates = app.migrateTarget !== undefined;
  const has = (component: string): boolean => data.some((service) => service.component === component);
  const settings = settingsOf(workload, project);
  return {
    ...answers,
    service,
    account,
    kubernetes: KUBERNETES,
    kubeconform: TOOLS.kubeconform,
    tag: FIRST_TAG,
    // The tag stands behind the last colon; a registry with a port has one before it.
    tagIndex: project.image.split(':').length,
    uid: Math.max(app.uid, FIRST_UID),
    port: app.port,
    livePath: app.livePath,
    readyPath: app.readyPath,
    hasMetrics: app.metricsPath !== undefined,
    resources: { ...app.resources },
    task: { ...TASK },
    preStopSeconds: PRE_STOP_SECONDS,
    graceSeconds: app.stopSeconds + PRE_STOP_SECONDS,
    maxReplicas: answers.replicas + answers.burstReplicas,
    hosts,
    ...settings,
    probesAreIdentical: app.livePath === app.readyPath,
    databaseClients: [...workloads, ...(migrates ? ['migrate'] : [])],
    quota: quotaOf(shares),
    developmentQuota: quotaOf(developmentShares(shares, workload)),
    developmentRequests: {
      cpuMillis: Math.min(app.resources.cpuRequestMillis, DEVELOPMENT_REQUESTS.cpuMillis),
      memoryMb: Math.min(app.resources.memoryRequestMb, DEVELOPMENT_REQUESTS.memoryMb),
    },
    baseResources: [
      'deployment.yaml',
      'horizontal-pod-autoscaler.yaml',
      'ingress.yaml',
      ...(app.jobs.length > 0 ? ['jobs.yaml'] : []),
      'limit-range.yaml',
      ...(migrates ? ['migrations.yaml'] : []),
      'network-policies.yaml',
      'pod-disruption-budget.yaml',
      'resource-quota.yaml',
      'service-account.yaml',
      'service.yaml',
      ...(app.workers.length > 0 ? ['workers.yaml'] : []),
    ],
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
      ...(hasPeers(workload) ? ['network-policies.yaml'] : []),
    ],
    developmentFiles: data.map(({ component, files }) => ({
      component,
      files: files.map((file) => `${file}=${component}-${file}`),
    })),
    hasGenerators: settings.hasDifferentSettings || data.length > 0,
    externalResources: layersOf(answers, workload).includes('external-secret')
      ? ['external-secret.yaml']
      : [],
    sendsMail,
    hasPeers: hasPeers(workload),
    migrates,
    ...(app.migrateSecret !== undefined && { migrateSecret: app.migrateSecret }),
    awaitsMigrations: app.awaitMigrationsCommand !== undefined,
    awaitMigrations: [...(app.awaitMigrationsCommand ?? [])],
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
    hasSecrets: app.secrets.length > 0,
    secretList: app.secrets.map(({ name, is }) => ({
      name,
      is,
      development: literal(developmentSecret(name, workload, account)),
    })),
    writesSecretStore: app.secrets.length > 0 && answers.secrets === 'external-secret',
    writesSecretsByHand: app.secrets.length > 0 && answers.secrets === 'existing',
    workloads,
    deployments: deploymentsOf(workload),
  };
}

export default defineComponent({
  id: 'kustomize',
  category: 'orchestration',
  description: 'Kubernetes by kustomize: base, overlays for dev, staging and production, restricted pods',
  chosenByDefault: false,
  requires: ['docker'],
  fields: {
    replicas: integer('Replicas', {
      help: 'How many pods of the service there are at least; two, so that one may be moved.',
      default: 2,
      min: 2,
      max: 100,
    }),
    burstReplicas: integer('Replicas under load', {
      help: 'How many more pods of the service there may be under load.',
      default: 4,
      min: 0,
      max: 400,
    }),
    workerReplicas: integer('Worker replicas', {
      help: 'How many pods there are of each worker, where the application has workers.',
      default: 2,
      min: 2,
      max: 100,
    }),
    ingressClass: label('Ingress class', 'Which controller of the cluster publishes the service.', 'nginx'),
    ingressNamespace: label(
      'Ingress namespace',
      'Where the ingress controller runs; nobody else outside of the namespace reaches the service.',
      'ingress-nginx',
    ),
    clusterIssuer: label(
      'Certificate issuer',
      'The ClusterIssuer of cert-manager that the TLS certificate comes from.',
      'letsencrypt',
    ),
    monitoringNamespace: label(
      'Monitoring namespace',
      'Where Prometheus runs, which may read the metrics.',
      'monitoring',
    ),
    secrets: choice('Kubernetes secrets', ['external-secret', 'existing'], {
      help: 'Whether the External Secrets Operator makes the Secret of staging and production, or somebody does by hand.',
      default: 'external-secret',
    }),
    secretStore: label(
      'Secret store',
      'The ClusterSecretStore of the External Secrets Operator that holds the values, where it makes the Secret.',
      'secrets',
    ),
    dataNetwork: text('Data network', {
      help: 'The IPv4 network of the databases and brokers of staging and production; pods reach no other.',
      default: '10.0.0.0/8',
      maxLength: 18,
      ...matching(IPV4_NETWORK, 'must be an IPv4 network, such as 10.20.0.0/16'),
    }),
  },
  layers: (answers, project) => layersOf(answers, workloadOf(project)),
  view: viewOf,
  jobs: () => ({ build: ['kubernetes'] }),
  contributes: () => [
    add.workflow('ci', 'ci/kubernetes.yml', { order: 77 }),
    add.makefile('make', 'make/kubernetes.mk', { order: 70 }),
    add.readme('readme', 'readme/readme.md', { order: 59 }),
    add.readme('deployment', 'readme/deployment.md', { order: 30 }),
    add.readme('rollback', 'readme/rollback.md', { order: 30 }),
  ],
  samples: {
    default: {},
    existing: { secrets: 'existing', replicas: 3, burstReplicas: 0, ingressClass: 'traefik' },
  },
});
