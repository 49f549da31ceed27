/** The values of the application's chart, with what is known of it as their defaults. */
import { CHARTS } from '../pins.ts';
import { BACKUP_RESOURCES, BACKUP_SHARES, backupScheduleOf, type Backup } from '../backup-view.ts';
import type { ApplicationFacts, ListenerProcess, Resources } from '../define.ts';
import {
  deploymentsOf,
  graceSecondsOf,
  MAIL_PORTS,
  NOT_ON_THE_INTERNET,
  podUserOf,
  PRE_STOP_SECONDS,
  quotaOf,
  sharesOf,
  TASK,
  workloadsOf,
  type Share,
  type Workload,
} from '../workload-view.ts';
import type { DependencyName } from './dependencies.ts';
import {
  ANYTHING,
  BUCKET,
  CRON,
  DIGEST,
  HOST,
  LABEL,
  LABEL_OR_EMPTY,
  NAME_OR_EMPTY,
  NETWORK,
  NETWORKS,
  OBJECTS,
  oneOf,
  PATH,
  PATH_OR_EMPTY,
  PERCENT,
  PORT,
  PORTS,
  QUANTITY,
  REGION,
  REPLICAS,
  REPOSITORY,
  SECONDS,
  TAG,
  TEXTS,
  USER,
  VARIABLES,
  WORDS,
} from './schemas.ts';
import { value, values, type Branch, type ChartValue, type Schema } from './value.ts';

/** How the Secret comes to be. */
export const SECRET_SOURCES = ['existing', 'external-secret', 'rendered'] as const;
export type SecretSource = (typeof SECRET_SOURCES)[number];

/** What is asked of the chart. */
export interface ChartAnswers {
  readonly minReplicas: number;
  readonly maxReplicas: number;
  readonly workerReplicas: number;
  readonly ingressClass: string;
  readonly ingressNamespace: string;
  readonly clusterIssuer: string;
  readonly monitoringNamespace: string;
  readonly serviceMonitor: boolean;
  readonly secrets: SecretSource;
  readonly secretStore: string;
  readonly dataNetwork: string;
}

/** What the values say of the project. */
export interface ChartProject {
  readonly slug: string;
  readonly image: string;
  readonly domain: string;
  /** Where one was chosen. */
  readonly backup?: Backup;
  readonly testImage: { readonly repository: string; readonly tag: string };
}

export interface Figures {
  readonly cpuRequestMillis: number;
  readonly cpuLimitMillis: number;
  readonly memoryRequestMb: number;
  readonly memoryLimitMb: number;
  readonly pods: number;
}

/** What the namespace may ask for, when there are as many pods as the answers allow. */
export const quotaFor = (
  workload: Workload,
  { maxReplicas, workerReplicas }: Pick<ChartAnswers, 'maxReplicas' | 'workerReplicas'>,
  more: readonly Share[] = [],
): Figures => {
  // A chart's test is one more pod for each that listens.
  const test = { count: 1 + workload.app.listeners.length, resources: TASK };
  return quotaOf([...sharesOf(workload, { service: maxReplicas, worker: workerReplicas }), test, ...more]);
};

const AMOUNTS = {
  cpu: 'Processor, in thousandths of a core.',
  memory: 'Memory.',
  'ephemeral-storage': 'What it may write into its own folders.',
} as const;

const amount = (key: keyof typeof AMOUNTS, quantity: string): ChartValue =>
  value(key, quantity, AMOUNTS[key], QUANTITY);

const resources = (says: string, { ...granted }: Resources, disk: readonly [string, string]): Branch =>
  values('resources', says, [
    values('requests', 'Promised.', [
      amount('cpu', `${granted.cpuRequestMillis}m`),
      amount('memory', `${granted.memoryRequestMb}Mi`),
      amount('ephemeral-storage', disk[0]),
    ]),
    values('limits', 'Held to.', [
      amount('cpu', `${granted.cpuLimitMillis}m`),
      amount('memory', `${granted.memoryLimitMb}Mi`),
      amount('ephemeral-storage', disk[1]),
    ]),
  ]);

const SERVER_DISK = ['64Mi', '256Mi'] as const;
const TASK_DISK = ['16Mi', '128Mi'] as const;

/** How many there are of what listens. */
const scaling = (answers: ChartAnswers): readonly ChartValue[] => [
  value('replicas', answers.minReplicas, 'How many there are while it is not scaled by load.', REPLICAS),
  values('autoscaling', 'How many there are under load.', [
    value('enabled', true, 'Whether it is there.'),
    value('minReplicas', answers.minReplicas, 'Two or more, so that one may be moved.', {
      ...REPLICAS,
      minimum: 1,
    }),
    value('maxReplicas', answers.maxReplicas, 'The quota below has to bear as many.', {
      ...REPLICAS,
      minimum: 1,
    }),
    value('targetCPUUtilizationPercentage', 70, 'Of what is requested; above it there are more.', PERCENT),
    value('targetMemoryUtilizationPercentage', 80, 'The same for memory.', PERCENT),
  ]),
];

/** Where what listens is asked. */
const paths = ({
  livePath,
  readyPath,
  metricsPath = '',
}: Pick<ListenerProcess, 'livePath' | 'readyPath' | 'metricsPath'>): readonly ChartValue[] => [
  value('livePath', livePath, 'Answers 200 while the process lives.', PATH),
  value('readyPath', readyPath, 'Answers 200 while it can serve.', PATH),
  value('metricsPath', metricsPath, 'Where Prometheus reads; empty: nowhere.', PATH_OR_EMPTY),
];

/** The process that answers HTTP. */
function server({ app, service }: Workload, answers: ChartAnswers): ChartValue {
  return values(service, 'Answers HTTP.', [
    value('command', [], "What is run, word by word; empty: the image's own.", WORDS),
    value('port', app.port, 'Where it listens in its container.', PORT),
    ...paths(app),
    value('ingressPath', '/', 'The path of the host that leads to it; empty: none.', PATH_OR_EMPTY),
    ...scaling(answers),
    resources('What one of them is promised and held to.', app.resources, SERVER_DISK),
  ]);
}

/** One that listens beside it. */
const listener = (process: ListenerProcess, app: ApplicationFacts, answers: ChartAnswers): ChartValue =>
  values(process.name, `It ${process.does}.`, [
    value('command', process.command, 'What is run, word by word.', { ...WORDS, minItems: 1 }),
    value('port', process.port, 'Where it listens in its container.', PORT),
    ...paths(process),
    value(
      'upgradePath',
      process.path,
      'The path of the host that leads to it, by connections that stay open; empty: none.',
      PATH_OR_EMPTY,
    ),
    ...scaling(answers),
    resources('What one of them is promised and held to.', app.resources, SERVER_DISK),
  ]);

/** Traefik leaves a connection that was upgraded alone; nginx ends one that is silent for a minute. */
const upgradeAnnotations = ({ ingressClass }: ChartAnswers): ChartValue =>
  values(
    'upgradeAnnotations',
    'For the controller too, of the paths whose connections stay open.',
    ingressClass === 'traefik'
      ? []
      : ['proxy-read-timeout', 'proxy-send-timeout'].map((name) =>
          value(`nginx.ingress.kubernetes.io/${name}`, '3600', 'Seconds that either side may be silent for.'),
        ),
    TEXTS,
  );

const worker = (
  { name, does, command, healthCommand }: ApplicationFacts['workers'][number],
  app: ApplicationFacts,
  { workerReplicas }: ChartAnswers,
): ChartValue =>
  values(name, `It ${does}.`, [
    value('command', command, 'What is run, word by word.', { ...WORDS, minItems: 1 }),
    value('healthCommand', healthCommand, 'Ends with 0 while it works.', { ...WORDS, minItems: 1 }),
    value('replicas', workerReplicas, 'How many there are.', REPLICAS),
    resources('What one of them is promised and held to.', app.resources, SERVER_DISK),
  ]);

const peer = (
  key: string,
  says: string,
  from: readonly string[],
  { cidr, except, ports }: { cidr: string; except: readonly string[]; ports: readonly number[] },
): ChartValue =>
  values(key, says, [
    value('from', from, 'The components whose pods may.', WORDS),
    value('cidr', cidr, 'Where to.', NETWORK),
    value('except', except, 'But not there.', NETWORKS),
    value('ports', ports, 'By which ports, over TCP.', PORTS),
  ]);

/** What a user adds has the same form. */
const PEER: Schema = {
  additionalProperties: {
    type: 'object',
    required: ['from', 'cidr', 'ports'],
    properties: {
      from: WORDS,
      cidr: { type: 'string', ...NETWORK },
      except: NETWORKS,
      ports: PORTS,
    },
    additionalProperties: false,
  },
};

function peersOf(
  workload: Workload,
  { dataNetwork }: ChartAnswers,
  backup: Backup | undefined,
): readonly ChartValue[] {
  const { app, data, sendsMail } = workload;
  return [
    ...(backup && backup.ports.length > 0
      ? [
          peer('backup-data', 'The backup reads the data services.', ['backup'], {
            cidr: dataNetwork,
            except: [],
            ports: backup.ports,
          }),
        ]
      : []),
    ...(backup
      ? [
          peer('backup', 'The API server and the buckets, over TLS alone, wherever they are.', ['backup'], {
            cidr: '0.0.0.0/0',
            except: [],
            ports: [443, 6443],
          }),
        ]
      : []),
    ...(data.length > 0
      ? [
          peer('data-services', 'Databases and brokers outside of the cluster.', workloadsOf(workload), {
            cidr: dataNetwork,
            except: [],
            ports: data.flatMap(({ ports }) => ports),
          }),
        ]
      : []),
    ...(app.migrateTarget === undefined
      ? []
      : [
          peer('migrate', 'The migrations reach the database and nothing else.', ['migrate'], {
            cidr: dataNetwork,
            except: [],
            ports: [5432],
          }),
        ]),
    ...(sendsMail
      ? [
          peer('mail', 'The mail server, wherever it is on the internet.', deploymentsOf(workload), {
            cidr: '0.0.0.0/0',
            except: NOT_ON_THE_INTERNET,
            ports: MAIL_PORTS,
          }),
        ]
      : []),
  ];
}

const image = (
  says: string,
  { repository, tag }: { readonly repository: string; readonly tag: string },
  tagSays: string,
): Branch =>
  values('image', says, [
    value('repository', repository, 'With its registry, without a tag.', REPOSITORY),
    value('tag', tag, tagSays, TAG),
    value('digest', '', 'Goes before the tag: sha256:…', DIGEST),
  ]);

function secretsValue({ app }: Workload, answers: ChartAnswers, { slug }: ChartProject): ChartValue {
  return values('secrets', 'What the pods read as files, and where the Secret with it comes from.', [
    value(
      'source',
      // Whoever renders it says so with the values, so that the chart can be shown and judged without them.
      answers.secrets === 'rendered' ? 'existing' : answers.secrets,
      'existing: by the name below; external-secret: fetched from a store; rendered: from the values below.',
      oneOf(...SECRET_SOURCES),
    ),
    value('existingSecret', `${slug}-secrets`, 'Name of the Secret that somebody makes.', NAME_OR_EMPTY),
    values('externalSecret', 'For the External Secrets Operator.', [
      value(
        'storeKind',
        'ClusterSecretStore',
        'Whether it is of the cluster or of the namespace.',
        oneOf('ClusterSecretStore', 'SecretStore'),
      ),
      value('store', answers.secretStore, 'Name of the store.', LABEL),
      value('key', `${slug}/production`, 'The entry of the store whose properties are the keys.', {
        minLength: 1,
      }),
      value('refreshInterval', '1h', 'How often it is asked.', { pattern: '^([0-9]+(s|m|h))+$' }),
    ]),
    values(
      'values',
      'The keys that the Secret has. Their values stand here only for rendered, and never in a file of git.',
      app.secrets.map(({ name, is }) => value(name, '', `It is ${is}.`)),
      VARIABLES,
    ),
  ]);
}

function migrationsValue({ app }: Workload, { image: repository }: ChartProject): ChartValue {
  return values(
    'migrations',
    'They run before the pods of a version; when they fail, nothing is rolled out.',
    [
      value('enabled', true, 'Whether it is there.'),
      image(
        'Of the same version as the application.',
        { repository, tag: '' },
        "Empty: the application's tag and -migrate.",
      ),
      value('secretKey', app.migrateSecret ?? '', 'The key with the URL of the database.', { minLength: 1 }),
      value('backoffLimit', 3, 'How often it is tried again.', { type: 'integer', minimum: 0, maximum: 10 }),
      value('activeDeadlineSeconds', 900, 'All tries together.', SECONDS),
      resources('What a run is promised and held to.', TASK, TASK_DISK),
    ],
  );
}

const jobsValue = ({ app }: Workload): ChartValue =>
  values(
    'jobs',
    'What runs at its times, in UTC.',
    app.jobs.map(({ name, does, command, schedule }) =>
      values(name, `It ${does}.`, [
        value('command', command, 'What is run, word by word.', { ...WORDS, minItems: 1 }),
        value('schedule', schedule, 'Minute, hour, day, month, day of the week.', CRON),
        value('suspend', false, 'Whether its times are left out.'),
        resources('What a run is promised and held to.', TASK, TASK_DISK),
      ]),
    ),
  );

const bucketValue = (key: string, says: string, bucket: Backup['buckets'][number] | undefined): ChartValue =>
  values(key, says, [
    value('name', bucket?.name ?? '', 'Empty: none.', BUCKET),
    value('region', bucket?.region ?? '', 'Where it is.', REGION),
  ]);

const backupValue = (
  backup: Backup,
  answers: ChartAnswers,
  { image: repository, slug }: ChartProject,
): ChartValue =>
  values('backup', 'Archives that are restored on trial, encrypted, and copied.', [
    value('enabled', true, 'Whether it is there.'),
    image(
      'Of the same version as the application.',
      { repository, tag: '' },
      "Empty: the application's tag and -backup.",
    ),
    value(
      'schedule',
      backupScheduleOf(backup.intervalHours),
      'Minute, hour, day, month, day of the week, in UTC.',
      CRON,
    ),
    value('suspend', false, 'Whether its times are left out.'),
    value('days', backup.days, 'How long an archive is kept.', {
      type: 'integer',
      minimum: 1,
      maximum: 3650,
    }),
    bucketValue('bucket', 'The S3 bucket that each archive is copied to.', backup.buckets[0]),
    bucketValue('secondBucket', 'One far away.', backup.buckets[1]),
    value('uploadsClaim', backup.uploads, 'The claim that holds files of users; empty: none.', NAME_OR_EMPTY),
    values('storage', 'Where archives are kept, and where they are restored on trial.', [
      value('size', `${backup.volumeGb}Gi`, 'How much, when the claim is made.', QUANTITY),
      value('className', '', 'Empty: the default of the cluster.', NAME_OR_EMPTY),
    ]),
    value('secret', `${slug}-backup-secrets`, 'Name of the Secret that it reads.', LABEL),
    value(
      'secretKeys',
      backup.secrets.map(({ name }) => name),
      'The keys that the Secret has.',
      WORDS,
    ),
    values('externalSecret', 'For the External Secrets Operator.', [
      value('enabled', answers.secrets === 'external-secret', 'Off where somebody makes the Secret.'),
      value('store', answers.secretStore, 'Name of the ClusterSecretStore.', LABEL),
      value('key', `${slug}/production-backup`, 'The entry of the store whose properties are the keys.', {
        minLength: 1,
      }),
    ]),
    value('activeDeadlineSeconds', 14_400, 'All tries together.', SECONDS),
    resources('What a run is promised and held to.', BACKUP_RESOURCES, TASK_DISK),
  ]);

const SUBJECTS: Schema = {
  type: 'array',
  items: {
    type: 'object',
    required: ['kind', 'name'],
    properties: {
      kind: { enum: ['User', 'Group', 'ServiceAccount'] },
      name: { type: 'string', minLength: 1 },
      namespace: { type: 'string' },
    },
    additionalProperties: false,
  },
};

const rbacValue = (): ChartValue =>
  values(
    'rbac',
    'Roles in the namespace, made for those who are named here; somebody who has them all makes them.',
    [
      values('deployer', 'May roll this chart out, and nothing else.', [
        value('subjects', [], 'As a RoleBinding has them.', SUBJECTS),
      ]),
      values('operator', 'May look, restart, scale and run jobs; reads no Secret.', [
        value('subjects', [], 'As a RoleBinding has them.', SUBJECTS),
      ]),
    ],
  );

/** @param tokenKey the secret by which the metrics are read, where there is one */
const monitorValue = (answers: ChartAnswers, tokenKey: string): ChartValue =>
  values('serviceMonitor', 'For the Prometheus Operator, which has to be there.', [
    value('enabled', answers.serviceMonitor, 'Whether it is there.'),
    value('interval', '30s', 'How often the metrics are read.', { pattern: '^[0-9]+(s|m)$' }),
    value('tokenKey', tokenKey, 'The key of the Secret with the bearer token; empty: none is asked for.'),
    values('labels', 'By which the operator chooses it.', [], TEXTS),
  ]);

/** A part of another chart's values, which has more of them: Helm holds all of these against our schema too. */
const foreign = (key: string, says: string, children: readonly ChartValue[]): ChartValue =>
  values(key, says, children, ANYTHING);

const disabled = (key: string, says: string, more: readonly ChartValue[]): ChartValue =>
  foreign(key, says, [value('enabled', false, 'Whether it is there.'), ...more]);

/** What other charts are told, should they be switched on: small, for trying out. */
function dependencyValue(name: DependencyName, { slug }: ChartProject): ChartValue {
  switch (name) {
    case 'postgresql':
      return disabled(
        name,
        `PostgreSQL in the cluster, by the chart cluster ${CHARTS.cluster.version} of CloudNativePG, whose operator has to be there.`,
        [
          foreign('version', 'Of the server.', [value('postgresql', '17', 'Its major version.')]),
          foreign('cluster', 'As CloudNativePG has it.', [
            value('instances', 1, 'More than one are replicas.'),
            foreign('storage', 'Of each.', [value('size', '2Gi', 'How much.')]),
            value('enableSuperuserAccess', false, 'The application has no use for it.'),
            value('enablePDB', false, 'It would keep a node with the only one from being drained.'),
            foreign('initdb', 'Made at the first start.', [
              value('database', 'app', 'Its name.'),
              value('owner', 'app', 'Its role.'),
            ]),
          ]),
        ],
      );
    case 'redis':
      return disabled(
        name,
        `Valkey in the cluster, which speaks as Redis does (chart valkey ${CHARTS.valkey.version}).`,
        [
          foreign('auth', 'Nobody gets in without a password.', [
            value('enabled', true, 'Whether it is there.'),
            value('usersExistingSecret', `${slug}-secrets`, 'Has its password under REDIS_PASSWORD.'),
            foreign('aclUsers', 'Who may do what.', [
              foreign('default', 'The one user.', [
                value(
                  'permissions',
                  '~* &* +@all -@admin -@dangerous +info',
                  'Neither to administrate the server nor to empty it.',
                ),
                value('passwordKey', 'REDIS_PASSWORD', 'Where in the Secret its password is.'),
              ]),
            ]),
          ]),
        ],
      );
    case 'monitoring':
      return disabled(
        name,
        `Prometheus and Grafana in the cluster (chart kube-prometheus-stack ${CHARTS['kube-prometheus-stack'].version}).`,
        [
          foreign('grafana', 'Dashboards.', [value('enabled', true, 'Whether it is there.')]),
          foreign('nodeExporter', 'Wants the host, which no restricted namespace gives.', [
            value('enabled', false, 'Whether it is there.'),
          ]),
        ],
      );
  }
}

/**
 * All values, in the order in which values.yaml has them.
 * @param settings of production; an environment's file says what differs
 */
export function applicationValues(
  workload: Workload,
  answers: ChartAnswers,
  project: ChartProject,
  settings: Readonly<Record<'everywhere' | 'different', ApplicationFacts['settings']>>,
  dependencies: readonly DependencyName[],
): readonly ChartValue[] {
  const { app } = workload;
  const quota = quotaFor(workload, answers, project.backup ? BACKUP_SHARES : []);
  const metricsToken = app.secrets.find(({ name }) => name === 'METRICS_TOKEN')?.name ?? '';
  return [
    value('nameOverride', '', "In place of the chart's name.", LABEL_OR_EMPTY),
    value(
      'fullnameOverride',
      '',
      'What all names begin with; empty: the name of the release.',
      LABEL_OR_EMPTY,
    ),
    image('The application.', { repository: project.image, tag: '' }, 'Empty: the appVersion of the chart.'),
    value('imagePullSecrets', [], 'Secrets for a private registry, each a map with its name.', OBJECTS),
    values(
      'processes',
      'What runs until it is told to stop, by the component that its pods are labelled with.',
      [
        server(workload, answers),
        ...app.listeners.map((one) => listener(one, app, answers)),
        ...app.workers.map((one) => worker(one, app, answers)),
      ],
    ),
    values(
      'settings',
      'Variables of all processes that are no secrets and are the same everywhere.',
      settings.everywhere.map(({ name, value: text }) => value(name, text, 'Read by the application.')),
      VARIABLES,
    ),
    values(
      'environment',
      'Those that differ from one environment to another, kept in a ConfigMap; a change replaces the pods.',
      settings.different.map(({ name, value: text }) => value(name, text, 'Read by the application.')),
      VARIABLES,
    ),
    ...(app.secrets.length > 0 ? [secretsValue(workload, answers, project)] : []),
    ...(app.migrateTarget === undefined ? [] : [migrationsValue(workload, project)]),
    ...(app.jobs.length > 0 ? [jobsValue(workload)] : []),
    ...(project.backup ? [backupValue(project.backup, answers, project)] : []),
    values('ingress', 'How the application is reached from outside.', [
      value('enabled', true, 'Whether it is there.'),
      value('className', answers.ingressClass, 'The controller that publishes it.', LABEL),
      value('host', project.domain, 'The name that leads to it.', HOST),
      value('clusterIssuer', answers.clusterIssuer, "cert-manager's, of whom the certificate is.", LABEL),
      values('annotations', 'For the controller.', [], TEXTS),
      ...(app.listeners.length > 0 ? [upgradeAnnotations(answers)] : []),
    ]),
    values('serviceAccount', 'Of all pods; it has no role, and they have no token.', [
      value('create', true, 'Whether the chart makes it.'),
      value('name', '', 'Empty: the name of the release.', NAME_OR_EMPTY),
      values('annotations', 'For the identity that a cloud gives.', [], TEXTS),
    ]),
    value('runAsUser', podUserOf(workload), "User and group of all pods, whatever the image's own is.", USER),
    value(
      'preStopSeconds',
      PRE_STOP_SECONDS,
      'Requests still come in until every proxy knows that a pod leaves.',
      SECONDS,
    ),
    value(
      'terminationGracePeriodSeconds',
      graceSecondsOf(workload),
      'The seconds above, and the longest that a process takes to finish.',
      SECONDS,
    ),
    values('nodeSelector', 'Labels of the nodes that pods may run on.', [], TEXTS),
    value('tolerations', [], 'Of tainted nodes.', OBJECTS),
    value('priorityClassName', '', 'Empty: the default of the cluster.', NAME_OR_EMPTY),
    values('podDisruptionBudget', 'A node that is drained takes so many pods at a time.', [
      value('enabled', true, 'Whether it is there.'),
      value('maxUnavailable', 1, 'So many.', { type: 'integer', minimum: 1, maximum: 100 }),
    ]),
    values('networkPolicy', 'Nobody reaches a pod and no pod reaches anybody, unless it stands here.', [
      value('enabled', true, 'Whether it is there.'),
      value('ingressNamespace', answers.ingressNamespace, 'Where the ingress controller runs.', LABEL),
      value('monitoringNamespace', answers.monitoringNamespace, 'Where Prometheus runs.', LABEL),
      value('dnsNamespace', 'kube-system', "Where the cluster's DNS runs.", LABEL),
      values(
        'dnsLabels',
        'By which its pods are known.',
        [value('k8s-app', 'kube-dns', 'One of them.')],
        TEXTS,
      ),
      values(
        'peers',
        'Who reaches whom outside of the cluster.',
        peersOf(workload, answers, project.backup),
        PEER,
      ),
    ]),
    values('resourceQuota', 'What all pods of the namespace may come to while a version is rolled out.', [
      value('enabled', true, 'Off where others run in the namespace too, such as the charts below.'),
      values(
        'hard',
        'As a ResourceQuota has it.',
        [
          value('pods', String(quota.pods), 'How many there are.'),
          value('requests.cpu', `${quota.cpuRequestMillis}m`, 'Promised in all.'),
          value('requests.memory', `${quota.memoryRequestMb}Mi`, 'Promised in all.'),
          value('limits.cpu', `${quota.cpuLimitMillis}m`, 'Held to in all.'),
          value('limits.memory', `${quota.memoryLimitMb}Mi`, 'Held to in all.'),
          value('services.loadbalancers', '0', 'No second way into the cluster.'),
        ].map((one) => ({ ...one, schema: { type: 'string', ...QUANTITY } })),
        { additionalProperties: { type: 'string', ...QUANTITY } },
      ),
    ]),
    ...(app.metricsPath === undefined ? [] : [monitorValue(answers, metricsToken)]),
    rbacValue(),
    values('test', 'What `helm test` starts: it asks each process that listens whether it is there.', [
      image('Has a wget.', project.testImage, 'Exact.'),
    ]),
    ...dependencies.map((name) => dependencyValue(name, project)),
  ];
}

/** What holds of several values together. */
export function applicationRules({ app }: Workload, dependencies: readonly DependencyName[]): Schema {
  if (app.secrets.length === 0) return {};
  const sourceIs = (source: SecretSource): Schema => ({
    properties: { secrets: { properties: { source: { const: source } }, required: ['source'] } },
  });
  const filled = (names: readonly string[]): Schema => ({
    properties: {
      secrets: {
        properties: {
          values: {
            properties: Object.fromEntries(names.map((name) => [name, { type: 'string', minLength: 1 }])),
            required: names,
          },
        },
      },
    },
  });
  const ofDatabase = dependencies.includes('postgresql') ? ['DATABASE_URL'] : [];
  const names = app.secrets.map(({ name }) => name);
  return {
    allOf: [
      {
        if: sourceIs('existing'),
        then: { properties: { secrets: { properties: { existingSecret: { minLength: 1 } } } } },
      },
      { if: sourceIs('rendered'), then: filled(names.filter((name) => !ofDatabase.includes(name))) },
      ...ofDatabase.map((name) => ({
        if: {
          allOf: [
            sourceIs('rendered'),
            { properties: { postgresql: { properties: { enabled: { const: false } } } } },
          ],
        },
        then: filled([name]),
      })),
    ],
  };
}
