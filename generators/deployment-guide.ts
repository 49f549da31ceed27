/** How a version gets into production: what is the same everywhere; each place has a section of its own. */
import {
  applicationOf,
  isOurApplication,
  jobView,
  listenerView,
  processView,
} from '../src/component/application-view.ts';
import { backupOf } from '../src/component/backup-view.ts';
import { add, open } from '../src/component/contribution.ts';
import { defineComponent, STAGES, type ApplicationFacts, type Project } from '../src/component/define.ts';
import { choice } from '../src/component/fields.ts';
import { deployWayOf, makeDeploy } from '../src/component/deploy-view.ts';
import { hasCluster, isAskable, operationsView } from '../src/component/operations-view.ts';
import { TARGETS } from '../src/component/target-view.ts';
import { literal } from '../src/render/view.ts';

/** What `make` deploys with, where it does. */
function makeView(project: Project) {
  const way = project.has('make') ? deployWayOf(project) : undefined;
  return { hasMakeDeploy: way !== undefined, makeDeploy: literal(way ? makeDeploy(way) : '') };
}

/** The ways of this repository, with the heading that each section has. */
const WAYS = [
  ['compose', 'Docker Compose', 'one machine with Docker'],
  ['kustomize', 'Kubernetes', 'a cluster, by kustomize'],
  ['helm', 'Helm', 'a cluster, by the Helm chart'],
  ...Object.entries(TARGETS).map(
    ([id, { name, provider }]) => [id, name, `managed containers on ${provider}`] as const,
  ),
  ['delivery', 'How a commit is delivered', 'the pipeline that publishes images and deploys them'],
] as const;

const waysOf = (project: Project) => WAYS.filter(([id]) => project.has(id));

/** The data network of a cluster's pods; empty where the answer lets them reach any. */
const dataNetworkOf = (project: Project): string => {
  const way = ['kustomize', 'helm'].find((id) => project.has(id));
  return way === undefined ? '' : String(project.answer(`${way}.dataNetwork`));
};

const fetchesSecrets = (project: Project): boolean =>
  ['kustomize', 'helm'].some(
    (id) => project.has(id) && project.answer(`${id}.secrets`) === 'external-secret',
  );

/** What starts the development stack, with secrets of its own. */
const startLocal = ({ has }: Project): string =>
  has('make') ? 'make up' : 'docker compose up --build --detach --wait';

/** The commands that push what a version consists of, under the tag that everything else names. */
function publishCommands(project: Project): readonly string[] {
  const { productionTarget, migrateTarget } = applicationOf(project);
  const tag = `${project.image}:1.4.0`;
  const backup = backupOf(project);
  const file = `--file ${String(project.answer('docker.file'))}`;
  const images = [
    { options: `${file}${stageOption(productionTarget)}`, tag, context: '.' },
    ...(migrateTarget === undefined
      ? []
      : [{ options: `${file}${stageOption(migrateTarget)}`, tag: `${tag}-migrate`, context: '.' }]),
    ...(backup
      ? [{ options: '--file docker/backup/Dockerfile', tag: `${tag}-backup`, context: backup.folder }]
      : []),
  ];
  return [
    ...images.map((image) => `docker build ${image.options} --tag ${image.tag} ${image.context}`),
    ...images.map((image) => `docker push ${image.tag}`),
  ];
}

/** The stages of the pipeline that have jobs. */
const stagesOf = ({ jobs }: Project) =>
  STAGES.filter((stage) => jobs[stage].length > 0).map((stage) => ({
    name: stage,
    jobs: literal(jobs[stage].map((job) => `\`${job}\``).join(', ')),
  }));

/** The field takes names of stages alone. */
const stageOption = (target: string): string => (target === '' ? '' : ` --target ${target}`);

const hasProcesses = ({ listeners, workers, jobs }: ApplicationFacts): boolean =>
  listeners.length + workers.length + jobs.length > 0;

export default defineComponent({
  id: 'deployment-guide',
  category: 'operations',
  description:
    'the deployment guide: what is needed, settings and secrets, the way to each place, what to look at after',
  chosenByDefault: false,
  fields: {
    file: choice('Deployment guide', ['DEPLOYMENT.md', 'docs/DEPLOYMENT_GUIDE.md'], {
      help: 'Where the guide lies.',
      default: 'DEPLOYMENT.md',
    }),
  },
  renames: ({ file }) =>
    file === 'DEPLOYMENT.md'
      ? [{ from: 'docs/DEPLOYMENT_GUIDE.md', to: file }]
      : [{ from: 'DEPLOYMENT.md', to: file }],
  view: ({ file }, project) => ({
    // From the guide's own folder to the other documents.
    ours: isOurApplication(project),
    docs: file.startsWith('docs/') ? '' : 'docs/',
    readme: literal(file.startsWith('docs/') ? '../README.md' : 'README.md'),
    startLocal: literal(startLocal(project)),
    fetchesSecrets: fetchesSecrets(project),
    dataNetwork: dataNetworkOf(project),
    stages: stagesOf(project),
    released: literal(project.has('ci') ? 'a version whose run is green' : 'a version'),
    publishesByHand: project.has('docker') && !project.has('delivery'),
    publish: project.has('docker') ? publishCommands(project).map(literal) : [],
    ...makeView(project),
    ...operationsView(project),
    ways: waysOf(project).map(([, title, is]) => ({ title: literal(title), is: literal(is) })),
    askable: isAskable(project) && (project.stack !== 'fastapi' || project.has('runbooks')),
    hasWays: waysOf(project).length > 0,
    settings: applicationOf(project).settings.map(({ name, value }) => ({
      name,
      value: literal(value),
    })),
    secrets: applicationOf(project).secrets.map(({ name, is }) => ({ name, is: literal(is) })),
    hasSecrets: applicationOf(project).secrets.length > 0,
    asProcess: project.stack === 'fastapi' && waysOf(project).length === 0,
    asNodeProcess: project.stack === 'node' && waysOf(project).length === 0,
    asContainer: project.stack === 'none' && waysOf(project).length === 0 && project.has('docker'),
    listeners: applicationOf(project).listeners.map(listenerView),
    hasListeners: applicationOf(project).listeners.length > 0,
    workers: applicationOf(project).workers.map(processView),
    jobs: applicationOf(project).jobs.map(jobView),
    hasProcesses: hasProcesses(applicationOf(project)),
    ...(project.has('docker') && { dockerfile: String(project.answer('docker.file')) }),
    ofStage: literal(stageOption(applicationOf(project).productionTarget)),
  }),
  contributes: ({ file }, project) => [
    open.readme('deployment', file),
    add.readme('deployment', 'opening.md', { order: 0 }),
    add.readme('deployment', 'configuration.md', { order: 10 }),
    add.readme('deployment', 'process.md', { order: 15 }),
    ...(project.has('compose') ? [add.readme('deployment', 'local.md', { order: 16 })] : []),
    ...(hasCluster(project) ? [add.readme('deployment', 'cloud.md', { order: 35 })] : []),
    add.readme('deployment', 'pipeline.md', { order: 44 }),
    add.readme('deployment', 'zero-downtime.md', { order: 80 }),
    add.readme('deployment', 'verification.md', { order: 90 }),
    add.readme('deployment', 'troubleshooting.md', { order: 95 }),
  ],
  documents: ({ file }) => [
    {
      path: file,
      title: 'Deployment',
      tells: 'what has to be there, settings and secrets, and the commands of each place',
    },
  ],
  samples: { default: {}, amongDocuments: { file: 'docs/DEPLOYMENT_GUIDE.md' } },
});
