/** What documents for operators print alike: where the system runs, and the command that does a thing there. */
import { posix } from 'node:path';
import { literal } from '../render/view.ts';
import { applicationOf, DATA_SERVICES, productionStackOf, runningStackOf } from './application-view.ts';
import { accountOf } from './container-view.ts';
import type { View, ViewValue } from './contribution.ts';
import type { Project } from './define.ts';
import { TARGETS, targetsOf } from './target-view.ts';

const COMPOSE = 'Docker Compose';
const composeUp = (project: Project): string => `${productionStackOf(project)} up --detach --wait`;

/** What an operator does in any place; each is said as Markdown that fits into a cell of a table. */
interface Place {
  readonly where: string;
  readonly state: string;
  readonly logs: string;
  readonly version: string;
  readonly restart: string;
  readonly usage: string;
  readonly stop: string;
  readonly start: string;
  /** A program of the application, where it runs and with its settings. */
  readonly program: (process: string, text: string) => string;
}

const ACTIONS = ['state', 'logs', 'version', 'restart', 'usage', 'stop', 'start'] as const;

const command = (text: string): string => `\`${text}\``;

/** All that runs of the application, and writes to the database: the service, what listens beside it, and the workers. */
function processesOf(project: Project): readonly string[] {
  const { service, listeners, workers } = applicationOf(project);
  return [service, ...[...listeners, ...workers].map(({ name }) => name)];
}

function compose(project: Project): Place {
  const stack = runningStackOf(project);
  const processes = processesOf(project).join(' ');
  return {
    where: COMPOSE,
    state: command(`${stack} ps --all`),
    logs: command(`${stack} logs --no-log-prefix --since=15m ${processes}`),
    version: command(`${stack} images ${processes}`),
    restart: command(`${stack} restart ${processes}`),
    usage: command(`${stack} stats --no-stream`),
    stop: command(`${stack} stop ${processes}`),
    start: command(composeUp(project)),
    program: (process, text) => command(`${stack} exec ${process} ${text}`),
  };
}

/** A cluster, by either of the two that deploy to it. */
interface ClusterWay {
  readonly where: string;
  /** What the names of its Deployments begin with. */
  readonly prefix: string;
  readonly script: string;
  /** How many the autoscaler begins with. */
  readonly replicas: number;
}

const byKustomize = (project: Project): ClusterWay => ({
  where: 'Kubernetes',
  prefix: '',
  script: 'scripts/deploy-kubernetes.sh',
  replicas: Number(project.answer('kustomize.replicas')),
});

const byHelm = (project: Project): ClusterWay => ({
  where: project.has('kustomize') ? 'Kubernetes, by Helm' : 'Kubernetes',
  prefix: `${project.names.slug}-`,
  script: 'scripts/deploy-helm.sh',
  replicas: Number(project.answer('helm.minReplicas')),
});

function kubernetes(project: Project, { where, prefix, script, replicas }: ClusterWay): Place {
  const namespace = productionNamespace(project);
  const names = processesOf(project);
  const deployments = names.map((name) => `deployment/${prefix}${name}`).join(' ');
  // One label, or any of several.
  const labels = names.length === 1 ? `=${names.join()}` : ` in (${names.join(', ')})`;
  const selector = `app.kubernetes.io/component${labels}`;
  const kubectl = (text: string): string => command(`kubectl --namespace ${namespace} ${text}`);
  return {
    where,
    state: kubectl('get pods --output=wide'),
    logs: kubectl(`logs --selector=${names.length === 1 ? selector : `'${selector}'`} --since=15m --tail=-1`),
    version: kubectl(`get ${deployments} --output=wide`),
    restart: kubectl(`rollout restart ${deployments}`),
    usage: kubectl('top pods'),
    stop: kubectl(`scale ${deployments} --replicas=0`),
    // The autoscaler lets a Deployment alone that somebody has scaled to 0.
    start: `${command(`${script} production`)}, then ${kubectl(`scale ${deployments} --replicas=${replicas}`)}`,
    program: (process, text) => kubectl(`exec deployment/${prefix}${process} -- ${text}`),
  };
}

/** The script tells which version is live; the rest is on the platform's own pages. */
const platform = (id: keyof typeof TARGETS): Place => ({
  where: TARGETS[id].name,
  state: command(`scripts/deploy-blue-green.sh status ${id} production`),
  logs: 'the logs of the service on its page in the console',
  version: command(`scripts/deploy-blue-green.sh status ${id} production`),
  restart: 'deploy the version that runs once more',
  usage: 'processor and memory on its page in the console',
  stop: 'set its number of instances to 0',
  start: 'deploy the version that ran last',
  program: (process, text) => `${command(text)} in a container of the ${process}`,
});

/** Without containers whatever starts the process keeps its output, too. */
function machine(project: Project): Place {
  const { port, readyPath, listeners } = applicationOf(project);
  const asked = [{ port, readyPath }, ...listeners];
  const supervisor = 'whatever starts the process on the machine';
  return {
    where: 'The machine',
    state: asked.map((one) => command(`curl --fail http://127.0.0.1:${one.port}${one.readyPath}`)).join(', '),
    logs: `standard output of the process, where ${supervisor} keeps it`,
    version: command('git describe --always --tags'),
    restart: `SIGTERM by ${supervisor}; it finishes its requests and is started again`,
    usage: command('ps -eo pid,pcpu,rss,args'),
    stop: `stop it by ${supervisor}`,
    start: `start it by ${supervisor}`,
    program: (_, text) => command(withEnvironment(project, text)),
  };
}

function placesOf(project: Project): readonly Place[] {
  const places = [
    ...(project.has('compose') ? [compose(project)] : []),
    ...(project.has('kustomize') ? [kubernetes(project, byKustomize(project))] : []),
    ...(project.has('helm') ? [kubernetes(project, byHelm(project))] : []),
    ...targetsOf(project).map(platform),
  ];
  return places.length > 0 ? places : [machine(project)];
}

const productionNamespace = ({ names }: Project): string => `${names.slug}-production`;

/** Whether it runs on Kubernetes, whoever deploys it there. */
export const hasCluster = ({ has }: Pick<Project, 'has'>): boolean => has('kustomize') || has('helm');

/** Where the database of production is: in compose beside the application, elsewhere at a provider. */
export const databaseIsOutside = (project: Project): boolean =>
  project.has('postgres') &&
  (!project.has('compose') || hasCluster(project) || targetsOf(project).length > 0);

function metricsUrlOf(project: Project): string {
  const { port, metricsPath } = applicationOf(project);
  return metricsPath === undefined ? '' : `http://127.0.0.1:${port}${metricsPath}`;
}

/** Programs of the application that runbooks call, by stack and by the name of their rows: the process, and what is typed. */
const PROGRAMS: Readonly<Record<string, Readonly<Record<string, readonly [process: string, text: string]>>>> =
  {
    fastapi: {
      askSystem: ['api', 'python -m services.api.src.ask system'],
      askMetrics: ['api', 'python -m services.api.src.ask metrics'],
      replay: ['worker', 'python -m services.worker.src.replay'],
    },
    node: {
      askSystem: ['api', 'node dist/commands/ask.js system'],
      askMetrics: ['api', 'node dist/commands/ask.js metrics'],
      askWorker: ['worker', 'node dist/commands/ask.js metrics worker'],
      askWebsocket: ['websocket', 'node dist/commands/ask.js metrics websocket'],
    },
  };

/** Whether the application has a program that tells what only those learn who have its tokens. */
export const isAskable = (project: Project): boolean => PROGRAMS[project.stack]?.askSystem !== undefined;

/** A program with the settings of `.env`, on a machine where the application is no container. */
const withEnvironment = (project: Project, text: string): string =>
  project.stack === 'fastapi'
    ? `.venv/bin/python scripts/with_env.py .env .venv/bin/${text}`
    : `python3 scripts/with_env.py .env ${text}`;

const programs = (project: Project): Record<string, ViewValue> =>
  Object.fromEntries(
    Object.entries(PROGRAMS[project.stack] ?? {}).map(([name, [process, text]]) => [
      name,
      placesOf(project).map((place) => ({
        where: literal(place.where),
        how: literal(place.program(process, text)),
      })),
    ]),
  );

/** How one gets to type SQL, by where the database is. */
function psqlOf(project: Project): string {
  const inContainer = `${runningStackOf(project)} exec postgres psql --username=postgres ${accountOf(project.names)}`;
  const ways = [
    ...(project.has('compose') && project.has('postgres') ? [command(inContainer)] : []),
    ...(databaseIsOutside(project) ? [command('psql "$DATABASE_URL"')] : []),
  ];
  return ways.join(', or at its provider ');
}

/** One table row for each place, by action: `{{#each restart}}| {{where}} | {{how}} |{{/each}}`. */
function tables(project: Project): Record<string, ViewValue> {
  const rows = (places: readonly Place[], action: (typeof ACTIONS)[number]): ViewValue =>
    places.map((place) => ({ where: literal(place.where), how: literal(place[action]) }));
  const places = placesOf(project);
  // Compose brings its database along.
  const outside = places.filter(({ where }) => where !== COMPOSE);
  return {
    ...Object.fromEntries(ACTIONS.map((action) => [action, rows(places, action)])),
    troubles: places.map(({ where, state, logs }) => ({
      where: literal(where),
      state: literal(state),
      logs: literal(logs),
    })),
    stopOutside: rows(outside, 'stop'),
    startOutside: rows(outside, 'start'),
  };
}

const GUIDE = 'deployment-guide';

/** The way from a document in `folder` to the deployment guide, as a link has it; empty where there is none. */
export const deploymentGuideFrom = (folder: string, project: Project): string =>
  project.has(GUIDE) ? posix.relative(folder, String(project.answer(`${GUIDE}.file`))) : '';

/** What every document for operators may print. */
export function operationsView(project: Project): View {
  const app = applicationOf(project);
  const insideCompose = project.has('compose') && project.has('postgres');
  const account = accountOf(project.names);
  return {
    ...tables(project),
    ...programs(project),
    service: app.service,
    processes: literal(processesOf(project).join(' ')),
    account,
    namespace: productionNamespace(project),
    composeUp: literal(composeUp(project)),
    runningStack: literal(runningStackOf(project)),
    metricsUrl: metricsUrlOf(project),
    hasMetrics: app.metricsPath !== undefined,
    hasWorkers: app.workers.length > 0,
    hasMigrations: app.migrateTarget !== undefined,
    fastapi: project.stack === 'fastapi',
    auth: hasAccounts(project),
    events: project.stack === 'fastapi' && project.has('rabbitmq'),
    compose: project.has('compose'),
    composeDatabase: insideCompose,
    outsideDatabase: databaseIsOutside(project),
    onlyOutsideDatabase: databaseIsOutside(project) && !insideCompose,
    kubernetes: hasCluster(project),
    kustomize: project.has('kustomize'),
    chart: project.has('helm'),
    managed: targetsOf(project).length > 0,
    nginx: project.has('nginx'),
    noNginx: !project.has('nginx'),
    delivery: project.has('delivery'),
    deploymentGuide: project.has(GUIDE),
    deploymentGuideFromRunbooks: deploymentGuideFrom('docs/runbooks', project),
    runbooks: project.has('runbooks'),
    onCall: project.has('on-call'),
    disasterRecovery: project.has('disaster-recovery'),
    productionReadiness: project.has('production-readiness'),
    hasData: DATA_SERVICES.some((id) => project.has(id)),
    psql: literal(psqlOf(project)),
  };
}

/** Whether users register and log in. */
export const hasAccounts = (project: Project): boolean =>
  applicationOf(project).authenticationPath !== undefined;

/** Whether workers run workflows that users define. */
export const hasWorkflows = (project: Project): boolean =>
  project.stack === 'node' && project.answer('node.workflows') === true;
