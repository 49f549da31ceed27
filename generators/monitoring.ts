/** Prometheus, Alertmanager and Grafana: what the stack exports is read, judged, told of and shown. */
import { applicationOf, hasOwnCertificate, kubernetesFolderOf } from '../src/component/application-view.ts';
import { backupOf, cronJobsOf } from '../src/component/backup-view.ts';
import { accountOf } from '../src/component/container-view.ts';
import { add, open, type Contribution, type Opening } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { choice, matching, set, text } from '../src/component/fields.ts';
import { dashboardsFor, dashboardText } from '../src/component/monitoring/dashboards.ts';
import {
  clusterSelectorOf,
  rulesView,
  selectorOf,
  type Selector,
} from '../src/component/monitoring/rules-view.ts';
import { COLUMNS, thresholdFields, thresholdsOf } from '../src/component/monitoring/thresholds.ts';
import { listOf } from '../src/component/names.ts';
import { alertNameOf, pagesOf, topicsOf, type Place } from '../src/component/monitoring/topics.ts';
import { operationsView } from '../src/component/operations-view.ts';
import { emailFault } from '../src/component/project-fields.ts';
import { literal } from '../src/render/view.ts';

const FOLDER = '^[a-z0-9]+(?:[-_][a-z0-9]+)*(?:/[a-z0-9]+(?:[-_][a-z0-9]+)*){0,3}$';
/** https://api.slack.com/methods/conversations.create#naming */
const CHANNEL = '^#[a-z0-9_-]{1,80}$';
const SERVER =
  '^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\\.){1,8}[a-z][a-z0-9-]{0,61}[a-z0-9]:[1-9][0-9]{1,4}$';

/** The role and the user by which exporters read a server's state. */
const EXPORTER_ROLE = 'monitoring';

const RECEIVERS = ['slack', 'email', 'pagerduty'] as const;
type Receiver = (typeof RECEIVERS)[number];

/** The secret by which each is told, the variable that it is given in, and what people call the receiver. */
const SECRETS = {
  slack: { name: 'slack_webhook_url', variable: 'SLACK_WEBHOOK_URL', receiver: 'Slack' },
  email: { name: 'smtp_password', variable: 'SMTP_PASSWORD', receiver: 'a mailbox' },
  pagerduty: {
    name: 'pagerduty_routing_key',
    variable: 'PAGERDUTY_ROUTING_KEY',
    receiver: 'PagerDuty',
  },
} as const;

/** The processes whose metrics want a token, which Prometheus has to know. */
const guardedProcesses = (project: Project): readonly string[] =>
  applicationOf(project)
    .metrics.filter(({ tokenSecret }) => tokenSecret !== undefined)
    .map(({ process }) => process);

const readsMetrics = (project: Project): boolean => applicationOf(project).metricsPath !== undefined;

/** The chart has its switch for the operator only where there are metrics. */
const isWatchedBy = (id: string, project: Project): boolean => id === 'kustomize' || readsMetrics(project);

function secretsView(receivers: readonly Receiver[], project: Project) {
  const given = receivers.map((receiver) => SECRETS[receiver]);
  const readsToken = guardedProcesses(project).length > 0;
  return {
    readsToken,
    hasReceivers: given.length > 0,
    givenSecrets: given.map(({ name, variable }) => ({ name, variable })),
    secretFiles: [
      ...(readsToken ? [{ name: 'metrics_token', from: literal('METRICS_TOKEN of .env') }] : []),
      ...given.map(({ name, variable }) => ({
        name,
        from: literal(`given as ${variable}, as the receiver's own page tells it`),
      })),
      { name: 'grafana_admin_password', from: literal('made at random, for the user admin of Grafana') },
    ],
    secretsCommand: literal(
      [...given.map(({ variable }) => `${variable}=…`), 'scripts/make_monitoring_secrets.sh'].join(' '),
    ),
    receiversText: literal(
      given.length === 0
        ? 'nobody yet'
        : listOf(
            given.map(({ receiver }) => receiver),
            'and',
          ),
    ),
  };
}

/** A cache that may forget is full by design: it matters once it forgets. */
function redisView(project: Project) {
  const forgets = project.has('redis') && project.answer('redis.eviction') !== 'noeviction';
  return {
    evicting: literal(forgets ? '\n            and rate(redis_evicted_keys_total[5m]) > 0' : ''),
    consequence: literal(forgets ? ', and keys are evicted' : '; soon it refuses to write'),
  };
}

const processesOf = (project: Project, namespace?: string) =>
  applicationOf(project).metrics.map(({ process }) => ({
    name: process,
    up: literal(`{job="${process}"${namespace === undefined ? '' : `,namespace="${namespace}"`}}`),
    first: literal(`{job="${process}",instance="${process}-1"}`),
    second: literal(`{job="${process}",instance="${process}-2"}`),
  }));

/** What the Prometheus of a cluster reads: a worker on a port for metrics, everything else on the one that it answers on. */
function watchedIn(project: Project) {
  const { metrics, workers } = applicationOf(project);
  const all = metrics.map(({ process, port, path, tokenSecret }) => {
    const isWorker = workers.some(({ name }) => name === process);
    return { name: process, isWorker, port, path, guarded: tokenSecret !== undefined };
  });
  const listed = (some: typeof all) =>
    some.map(({ isWorker, ...one }) => ({ ...one, portName: isWorker ? 'metrics' : 'http' }));
  const watchedWorkers = listed(all.filter(({ isWorker }) => isWorker));
  return { watched: listed(all), watchedWorkers, hasWatchedWorkers: watchedWorkers.length > 0 };
}

/** How old the last backup may be: as long as until the next is due, and the time that one takes. */
function backupView(project: Project) {
  const hours = (backupOf(project)?.intervalHours ?? 24) + BACKUP_HOURS;
  return {
    backupHours: hours,
    // In the tests of the rule: how long, and an hour to either side of what is borne.
    backupMinutes: (hours + 3) * 60,
    backupBefore: hours - 1,
    backupAfter: hours + 1,
    backupInCluster: backupOf(project) !== undefined && cronJobsOf(project).length > 0,
    backupCronJobs: backupOf(project) ? cronJobsOf(project).map((name) => ({ name })) : [],
  };
}

/** Generous, for a large database. */
const BACKUP_HOURS = 2;

const EXPORTED_SERVICES = ['postgres', 'redis', 'nginx'] as const;
const SCRAPED_SERVICES = [...EXPORTED_SERVICES, 'rabbitmq'] as const;

/** The jobs of the application's processes, then those of the services beside it. */
function scrapeFragments(project: Project): readonly Contribution[] {
  return [
    ...applicationOf(project).metrics.map(({ process, port, path, tokenSecret }, index) =>
      add.prometheus('prometheus', 'scrape/process.yml', {
        order: 10 + index,
        view: { process, port, path, guarded: tokenSecret !== undefined },
      }),
    ),
    ...SCRAPED_SERVICES.filter((id) => project.has(id)).map((id, index) =>
      add.prometheus('prometheus', `scrape/${id}.yml`, { order: 30 + index }),
    ),
  ];
}

const ruleFragments = (project: Project): readonly Contribution[] =>
  topicsOf(project, 'compose').flatMap(({ id }, index) => [
    add.prometheus('alerts', `alerts/${id}.yml`, { order: 10 + index }),
    add.prometheus('rule-tests', `tests/${id}.yml`, { order: 10 + index }),
  ]);

/** Helm fills in the namespace of the release. */
const ANY_NAMESPACE = '@namespace@';

const placesOf = ({ has }: Project): readonly Place[] => [
  'compose',
  ...(has('kustomize') || has('helm') ? (['cluster'] as const) : []),
];

const alertPagesOf = (project: Project): readonly string[] => pagesOf(project, placesOf(project));

const dashboardsIn = (place: Place, project: Project, of: Selector) =>
  dashboardsFor(project, {
    of,
    hasExporters: place === 'compose',
  });

/** The same rules for a cluster, whose series are told apart by their namespace. */
function clusterContributions(
  answers: Parameters<typeof figuresOf>[0] & Pick<Answers, 'thresholds'>,
  project: Project,
): readonly (Opening | Contribution)[] {
  const view = (namespace: string) => ({
    ...rulesView(
      project,
      { ...thresholdsOf(answers.thresholds), ...figuresOf(answers) },
      clusterSelectorOf(project, namespace),
      namespace,
    ),
    processes: processesOf(project, namespace),
  });
  const topics = topicsOf(project, 'cluster');
  const { slug } = project.names;
  return [
    ...(project.has('kustomize')
      ? [
          open.prometheusRule(
            'cluster-alerts',
            `${kubernetesFolderOf(project)}/components/monitoring/prometheus-rule.yaml`,
          ),
          add.prometheusRule('cluster-alerts', 'cluster/prometheus-rule.yml', { order: 0 }),
          ...topics.map(({ id }, index) =>
            add.prometheusRule('cluster-alerts', `alerts/${id}.yml`, {
              order: 10 + index,
              view: view(`${slug}-production`),
            }),
          ),
        ]
      : []),
    ...(project.has('helm') && readsMetrics(project)
      ? [
          open.prometheus('chart-alerts', `helm/${slug}/rules/alerts.yaml`),
          add.prometheus('chart-alerts', 'cluster/rules.yml', { order: 0 }),
          ...topics.map(({ id }, index) =>
            add.prometheus('chart-alerts', `alerts/${id}.yml`, {
              order: 10 + index,
              view: view(ANY_NAMESPACE),
            }),
          ),
        ]
      : []),
  ];
}

const pages = (project: Project): readonly (Opening | Contribution)[] =>
  alertPagesOf(project).flatMap((page) => [
    open.readme(`alert-${page}`, `docs/runbooks/alerts/${page}.md`),
    add.readme(`alert-${page}`, `runbooks/${page}.md`, { order: 0 }),
    add.readme(`alert-${page}`, 'runbooks/closing.md', { order: 90 }),
  ]);

interface Answers {
  readonly thresholds: (typeof COLUMNS)[number];
}

export default defineComponent({
  id: 'monitoring',
  category: 'containers',
  description: 'Prometheus with rules and their tests, Alertmanager, Grafana, a runbook for each alert',
  chosenByDefault: false,
  requires: ['docker', 'compose'],
  fields: {
    folder: text('Monitoring folder', {
      help: 'Where the configuration of Prometheus, Alertmanager and Grafana lies.',
      default: 'monitoring',
      maxLength: 60,
      ...matching(FOLDER, 'must be a folder of lower-case words, such as monitoring'),
    }),
    thresholds: choice('Alert thresholds', COLUMNS, {
      help: 'Whether people are told of what lasts, or early, while there is more room left.',
      default: 'measured',
    }),
    ...thresholdFields,
    receivers: set('Alert receivers', RECEIVERS, {
      help: 'By what people are told of alerts; PagerDuty wakes them, for critical ones alone.',
      default: ['slack', 'email', 'pagerduty'],
    }),
    slackChannel: text('Slack channel', {
      help: 'The channel that alerts are posted to.',
      default: '#alerts',
      maxLength: 81,
      ...matching(CHANNEL, 'must be a channel, such as #alerts'),
    }),
    alertEmail: text('Alert address', {
      help: 'The mailbox that critical alerts are sent to, and warnings where nothing else is told of them.',
      default: (known) => `on-call@${String(known.get('domain') ?? 'example.com')}`,
      maxLength: 254,
      validate: emailFault,
    }),
    smtpServer: text('Alert mail server', {
      help: 'The host and port that alerts are mailed through, with STARTTLS.',
      default: (known) => `smtp.${String(known.get('domain') ?? 'example.com')}:587`,
      maxLength: 260,
      ...matching(SERVER, 'must be a host and a port, such as smtp.acme.com:587'),
    }),
  },
  jobs: () => ({ quality: ['monitoring'] }),
  layers: (_, project) => [
    ...(project.has('postgres') ? ['postgres'] : []),
    ...dashboardsIn('compose', project, selectorOf(project)).map(({ id }) => `dashboard-${id}`),
    ...['kustomize', 'helm']
      .filter((id) => project.has(id) && isWatchedBy(id, project))
      .flatMap((id) => [
        id,
        ...dashboardsIn('cluster', project, selectorOf(project)).map(
          (dashboard) => `${id}-dashboard-${dashboard.id}`,
        ),
      ]),
    ...(project.has('kustomize') && readsMetrics(project) ? ['kustomize-metrics'] : []),
    ...(watchedIn(project).hasWatchedWorkers
      ? ['kustomize', 'helm'].filter((id) => project.has(id)).map((id) => `${id}-workers`)
      : []),
  ],
  view: (answers, project) => {
    const of = selectorOf(project);
    const onCall = project.has('on-call');
    const inNamespace = (namespace: string) => clusterSelectorOf(project, namespace);
    const clusterDashboards = (selector: Selector) => dashboardsIn('cluster', project, selector);
    const texts = (dashboards: ReturnType<typeof dashboardsIn>) =>
      Object.fromEntries(
        dashboards.map((dashboard) => [
          dashboard.id,
          literal(dashboardText(dashboard, project.names.slug).trimEnd()),
        ]),
      );
    return {
      ...operationsView(project),
      ...rulesView(project, { ...thresholdsOf(answers.thresholds), ...figuresOf(answers) }, of),
      ...secretsView(answers.receivers, project),
      folder: answers.folder,
      account: accountOf(project.names),
      exporterRole: EXPORTER_ROLE,
      processes: processesOf(project),
      ...watchedIn(project),
      monitoringNamespace: project.has('kustomize')
        ? String(project.answer('kustomize.monitoringNamespace'))
        : '',
      redis: redisView(project),
      runbooks: literal(
        `https://github.com/${project.owner}/${project.names.slug}/blob/${project.mainBranch}/docs/runbooks/alerts`,
      ),
      runbooksComponent: project.has('runbooks'),
      onCall,
      escalateMinutes: onCall ? 2 * Number(project.answer('on-call.acknowledgeMinutes')) : 30,
      slack: answers.receivers.includes('slack'),
      email: answers.receivers.includes('email'),
      pagerduty: answers.receivers.includes('pagerduty'),
      // A warning is mailed to nobody who reads it in a channel.
      mailsWarnings: answers.receivers.includes('email') && !answers.receivers.includes('slack'),
      slackChannel: answers.slackChannel,
      alertEmail: answers.alertEmail,
      smtpServer: answers.smtpServer,
      smtpFrom: `alertmanager@${project.domain}`,
      teamIsTold: literal(
        answers.receivers.includes('slack') ? `The channel ${answers.slackChannel}` : 'The team',
      ),
      alertPages: alertPagesOf(project).map((page) => ({
        name: alertNameOf(page),
        file: `${page}.md`,
      })),
      hasBackup: project.has('backup'),
      watchedInCluster: ['kustomize', 'helm'].some((id) => project.has(id) && isWatchedBy(id, project)),
      watchedInChart: project.has('helm') && isWatchedBy('helm', project),
      certificateIsIssued: project.has('nginx') && !hasOwnCertificate(project),
      ...backupView(project),
      measuresPostgres: project.has('postgres'),
      measuresRedis: project.has('redis'),
      // Made here, because in a template the braces of compose and of Handlebars run together.
      grafanaPort: literal('${GRAFANA_PORT:-3001}'),
      postgresPassword: literal('${POSTGRES_EXPORTER_PASSWORD:?set it in .env}'),
      redisPassword: literal('${REDIS_EXPORTER_PASSWORD:?set it in .env}'),
      dashboards: texts(dashboardsIn('compose', project, of)),
      clusterDashboards: clusterDashboards(of).map(({ id }) => ({ id })),
      clusterDashboard: texts(clusterDashboards(inNamespace(`${project.names.slug}-production`))),
      chartDashboard: texts(clusterDashboards(inNamespace(ANY_NAMESPACE))),
    };
  },
  secretScripts: () => [
    {
      order: 20,
      command: 'scripts/make_monitoring_secrets.sh --without-receivers',
      makes: 'secrets of a monitoring that tells nobody',
      section: '[Monitoring](#monitoring)',
    },
  ],
  contributes: ({ folder, ...answers }, project) => [
    open.prometheus('prometheus', `${folder}/prometheus/prometheus.yml`),
    add.prometheus('prometheus', 'scrape/header.yml', { order: 0 }),
    ...scrapeFragments(project),
    open.prometheus('alerts', `${folder}/prometheus/alerts/app-alerts.yml`),
    add.prometheus('alerts', 'alerts/header.yml', { order: 0 }),
    open.prometheus('rule-tests', `${folder}/prometheus/tests/app-alerts.test.yml`),
    add.prometheus('rule-tests', 'tests/header.yml', { order: 0 }),
    ...ruleFragments(project),
    // Further sources, such as logs and traces, are contributed by what brings them.
    open.prometheus('grafana-datasources', `${folder}/grafana/datasources/datasources.yml`),
    add.prometheus('grafana-datasources', 'datasources.yml', { order: 0 }),
    ...clusterContributions(answers, project),
    ...pages(project),
    add.compose('production', 'compose/monitoring.production.yml', { order: 70 }),
    // Prometheus shows the token: a process that has none would be open to everybody.
    ...guardedProcesses(project).map((process) =>
      add.compose('production', 'compose/metrics-token.production.yml', { order: 70, view: { process } }),
    ),
    ...EXPORTED_SERVICES.filter((id) => project.has(id)).map((id, index) =>
      add.compose('production', `compose/${id}.production.yml`, { order: 71 + index }),
    ),
    add.workflow('ci', 'ci/monitoring.yml', { order: 26 }),
    add.makefile('make', 'make/monitoring.mk', { order: 25 }),
    add.env('env', 'env/monitoring.env', { order: 75 }),
    add.ignore('git', 'ignore/gitignore', { order: 61 }),
    add.readme('readme', 'readme/monitoring.md', { order: 57 }),
    add.readme('deployment', 'deployment/monitoring.md', { order: 92 }),
  ],
  documents: () => [
    {
      path: 'docs/runbooks/alerts/README.md',
      title: 'Alerts',
      tells: 'what each alert means, how to check it, and what helps',
    },
  ],
  diagram: (_, { names }) => [{ from: 'prometheus', to: names.slug, label: 'metrics' }],
  samples: {
    default: {},
    early: { thresholds: 'early', receivers: ['email'], folder: 'docker' },
    silent: { receivers: [] },
  },
});

/** The figures that are asked for, without the other answers. */
function figuresOf(answers: Readonly<Record<keyof typeof thresholdFields, number>>) {
  const { errorPercent, latencyMillis, downSeconds, memoryPercent, diskFreePercent, certificateDays } =
    answers;
  return { errorPercent, latencyMillis, downSeconds, memoryPercent, diskFreePercent, certificateDays };
}
