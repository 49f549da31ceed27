/** Kubernetes by a Helm chart of the repository's own, with values for staging and production. */
import { BACKUP_SHARES, backupOf } from '../src/component/backup-view.ts';
import { clusterFields, workerReplicas } from '../src/component/cluster-fields.ts';
import {
  applicationRules,
  applicationValues,
  quotaFor,
  SECRET_SOURCES,
} from '../src/component/chart/application-values.ts';
import type { ChartAnswers } from '../src/component/chart/application-values.ts';
import { dependenciesFor, lockDigest } from '../src/component/chart/dependencies.ts';
import { schemaText, valueRows, valuesText } from '../src/component/chart/value.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { boolean, choice, integer } from '../src/component/fields.ts';
import { image, KUBERNETES, TOOLS } from '../src/component/pins.ts';
import {
  deploymentsOf,
  differs,
  FIRST_TAG,
  hostsOf,
  valueIn,
  workloadOf,
  type Environment,
  type Workload,
} from '../src/component/workload-view.ts';
import type { Issue } from '../src/errors.ts';
import { literal } from '../src/render/view.ts';

/** Staging is production in small. */
const STAGING = { minReplicas: 2, maxReplicas: 4 } as const;

function testImage(): { readonly repository: string; readonly tag: string } {
  const [repository = '', tag = ''] = image('alpine', '3.24').split(':');
  return { repository, tag };
}

const layersOf = ({ app }: Workload): readonly string[] => [
  ...(app.migrateTarget === undefined ? [] : ['migrations']),
  ...(app.listeners.length > 0 ? ['listeners'] : []),
  ...(app.jobs.length > 0 ? ['jobs'] : []),
  ...(app.secrets.length > 0 ? ['secrets'] : []),
  ...(app.metricsPath === undefined ? [] : ['metrics']),
];

/** What an environment's values file says beside the chart's own. */
function environmentOf(
  name: Exclude<Environment, 'dev'>,
  replicas: Pick<ChartAnswers, 'minReplicas' | 'maxReplicas' | 'workerReplicas'>,
  workload: Workload,
  project: Project,
) {
  const settings = workload.app.settings.filter((setting) => differs(setting, project));
  return {
    ...replicas,
    host: hostsOf(project)[name],
    settings: settings.map((setting) => ({ name: setting.name, value: valueIn(name, setting, project) })),
    quota: { ...quotaFor(workload, replicas, project.has('backup') ? BACKUP_SHARES : []) },
  };
}

function viewOf(answers: ChartAnswers, project: Project) {
  const workload = workloadOf(project);
  const { app, service } = workload;
  const { slug } = project.names;
  const backup = backupOf(project);
  const dependencies = dependenciesFor(workload.data);
  const names = dependencies.map(({ alias }) => alias);
  const settings = {
    everywhere: app.settings.filter((setting) => !differs(setting, project)),
    different: app.settings.filter((setting) => differs(setting, project)),
  };
  const values = applicationValues(
    workload,
    answers,
    {
      slug,
      image: project.image,
      domain: project.domain,
      testImage: testImage(),
      ...(backup && { backup }),
    },
    settings,
    names,
  );
  const { workerReplicas: workers } = answers;
  return {
    ...answers,
    service,
    listeners: app.listeners.map(({ name }) => ({ name })),
    tag: FIRST_TAG,
    kubernetes: KUBERNETES,
    helm: TOOLS.helm,
    kubeconform: TOOLS.kubeconform,
    values: valuesText(values),
    schema: schemaText(values, applicationRules(workload, names)),
    rows: valueRows(values),
    dependencies: dependencies.map((dependency) => ({ ...dependency })),
    lockDigest: lockDigest(dependencies),
    staging: environmentOf('staging', { ...STAGING, workerReplicas: workers }, workload, project),
    production: environmentOf('production', answers, workload, project),
    hosts: hostsOf(project),
    hasDifferentSettings: settings.different.length > 0,
    hasSecrets: app.secrets.length > 0,
    fetchesSecrets: app.secrets.length > 0 && answers.secrets === 'external-secret',
    namesSecret: app.secrets.length > 0 && answers.secrets === 'existing',
    rendersSecret: app.secrets.length > 0 && answers.secrets === 'rendered',
    ...secretOptions(answers, workload),
    secretList: app.secrets.map(({ name, is }) => ({ name, is })),
    migrates: app.migrateTarget !== undefined,
    hasJobs: app.jobs.length > 0,
    hasMetrics: app.metricsPath !== undefined,
    deployments: deploymentsOf(workload),
    hasPostgresql: names.includes('postgresql'),
    hasRedis: names.includes('redis'),
    alsoKustomize: project.has('kustomize'),
    backedUp: backup !== undefined,
  };
}

/** How secrets that the chart renders are given, by the script and by helm itself. */
function secretOptions({ secrets }: ChartAnswers, { app }: Workload) {
  const given =
    app.secrets.length > 0 && secrets === 'rendered' ? ' --values ../production-secrets.yaml' : '';
  return {
    valuesOption: literal(given),
    helmValuesOption: literal(given === '' ? '' : `${given} --set secrets.source=rendered`),
  };
}

function replicaFaults({ minReplicas, maxReplicas }: ChartAnswers): readonly Issue[] {
  if (minReplicas <= maxReplicas) return [];
  return [
    {
      id: 'more-replicas-than-the-most',
      message: `${minReplicas} pods are at least to run, and ${maxReplicas} at most`,
      where: 'helm.maxReplicas',
      hint: 'a larger --helm-max-replicas or a smaller --helm-min-replicas',
    },
  ];
}

export default defineComponent({
  id: 'helm',
  category: 'orchestration',
  description: 'Kubernetes by a Helm chart: values for staging and production, restricted pods',
  chosenByDefault: false,
  requires: ['docker'],
  fields: {
    minReplicas: integer('Chart replicas', {
      help: 'How many pods of the service there are at least.',
      default: 3,
      min: 2,
      max: 100,
    }),
    maxReplicas: integer('Chart replicas under load', {
      help: 'How many pods of the service there are at most.',
      default: 20,
      min: 2,
      max: 500,
    }),
    workerReplicas,
    ingressClass: clusterFields.ingressClass,
    ingressNamespace: clusterFields.ingressNamespace,
    clusterIssuer: clusterFields.clusterIssuer,
    monitoringNamespace: clusterFields.monitoringNamespace,
    serviceMonitor: boolean('ServiceMonitor', {
      help: 'Whether the Prometheus Operator is in the cluster and is told where the metrics are.',
      default: false,
    }),
    secrets: choice('Chart secrets', SECRET_SOURCES, {
      help: 'Whether the Secret is there by its name, fetched by the External Secrets Operator, or made from values given when it is installed.',
      default: 'external-secret',
    }),
    secretStore: clusterFields.secretStore,
    dataNetwork: clusterFields.dataNetwork,
  },
  faults: replicaFaults,
  layers: (_, project) => layersOf(workloadOf(project)),
  view: viewOf,
  jobs: () => ({ build: ['helm'] }),
  contributes: () => [
    add.workflow('ci', 'ci/helm.yml', { order: 78 }),
    add.makefile('make', 'make/helm.mk', { order: 71 }),
    add.ignore('git', 'ignore/gitignore', { order: 71 }),
    add.readme('readme', 'readme/readme.md', { order: 61 }),
    add.readme('deployment', 'readme/deployment.md', { order: 31 }),
    add.readme('rollback', 'readme/rollback.md', { order: 31 }),
  ],
  documents: (_, { names: { slug } }) => [
    {
      path: `helm/${slug}/README.md`,
      title: 'The Helm chart',
      tells: 'every value, secrets, roles, and data services in the cluster for trying out',
    },
  ],
  samples: {
    default: {},
    existing: { secrets: 'existing', serviceMonitor: true, minReplicas: 2, maxReplicas: 2 },
    rendered: { secrets: 'rendered' },
  },
});
