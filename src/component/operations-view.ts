/** What documents for operators print alike: where the system runs, and the command that does a thing there. */
import { literal } from '../render/view.ts';
import { applicationOf, DATA_SERVICES } from './application-view.ts';
import { accountOf } from './container-view.ts';
import type { View, ViewValue } from './contribution.ts';
import type { Project } from './define.ts';
import { TARGETS, targetsOf } from './target-view.ts';

const COMPOSE = 'Docker Compose';
const COMPOSE_UP = 'docker compose -f docker-compose.yml -f docker-compose.prod.yml up --detach --wait';

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
  /** A Python module of the application, where it runs and with its settings. */
  readonly module: (process: string, text: string) => string;
}

const ACTIONS = ['state', 'logs', 'version', 'restart', 'usage', 'stop', 'start'] as const;

const command = (text: string): string => `\`${text}\``;

/** All that writes to the database: the service and the workers. */
function writersOf(project: Project): readonly string[] {
  const { service, workers } = applicationOf(project);
  return [service, ...workers.map(({ name }) => name)];
}

function compose(project: Project): Place {
  const { service } = applicationOf(project);
  return {
    where: COMPOSE,
    state: command('docker compose ps --all'),
    logs: command(`docker compose logs --no-log-prefix --since=15m ${service}`),
    version: command(`docker compose images ${service}`),
    restart: command(`docker compose restart ${service}`),
    usage: command('docker compose stats --no-stream'),
    stop: command(`docker compose stop ${writersOf(project).join(' ')}`),
    start: command(COMPOSE_UP),
    module: (process, text) => command(`docker compose exec ${process} python -m ${text}`),
  };
}

/** How many the autoscaler begins with. */
const replicasOf = (project: Project): number => Number(project.answer('kustomize.replicas'));

function kubernetes(project: Project): Place {
  const namespace = productionNamespace(project);
  const { service } = applicationOf(project);
  const writers = writersOf(project).map((name) => `deployment/${name}`);
  const kubectl = (text: string): string => command(`kubectl --namespace ${namespace} ${text}`);
  return {
    where: 'Kubernetes',
    state: kubectl('get pods --output=wide'),
    logs: kubectl(`logs --selector=app.kubernetes.io/component=${service} --since=15m --tail=-1`),
    version: kubectl(`get deployment/${service} --output=wide`),
    restart: kubectl(`rollout restart deployment/${service}`),
    usage: kubectl('top pods'),
    stop: kubectl(`scale ${writers.join(' ')} --replicas=0`),
    // The autoscaler lets a Deployment alone that somebody has scaled to 0.
    start: `${command('scripts/deploy-kubernetes.sh production')}, then ${kubectl(`scale ${writers.join(' ')} --replicas=${replicasOf(project)}`)}`,
    module: (process, text) => kubectl(`exec deployment/${process} -- python -m ${text}`),
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
  module: (process, text) => `${command(`python -m ${text}`)} in a container of the ${process}`,
});

/** Without containers whatever starts the process keeps its output, too. */
function machine(project: Project): Place {
  const { port, readyPath } = applicationOf(project);
  const supervisor = 'whatever starts the process on the machine';
  return {
    where: 'The machine',
    state: command(`curl --fail http://127.0.0.1:${port}${readyPath}`),
    logs: `standard output of the process, where ${supervisor} keeps it`,
    version: command('git describe --always --tags'),
    restart: `SIGTERM by ${supervisor}; it finishes its requests and is started again`,
    usage: command('ps -eo pid,pcpu,rss,args'),
    stop: `stop it by ${supervisor}`,
    start: `start it by ${supervisor}`,
    module: (_, text) => command(`.venv/bin/python scripts/with_env.py .env .venv/bin/python -m ${text}`),
  };
}

function placesOf(project: Project): readonly Place[] {
  const places = [
    ...(project.has('compose') ? [compose(project)] : []),
    ...(project.has('kustomize') ? [kubernetes(project)] : []),
    ...targetsOf(project).map(platform),
  ];
  return places.length > 0 ? places : [machine(project)];
}

const productionNamespace = ({ names }: Project): string => `${names.slug}-production`;

/** Where the database of production is: in compose beside the application, elsewhere at a provider. */
export const databaseIsOutside = (project: Project): boolean =>
  project.has('postgres') &&
  (!project.has('compose') || project.has('kustomize') || targetsOf(project).length > 0);

function metricsUrlOf(project: Project): string {
  const { port, metricsPath } = applicationOf(project);
  return metricsPath === undefined ? '' : `http://127.0.0.1:${port}${metricsPath}`;
}

/** Modules of the FastAPI application that runbooks call, by the name of their rows. */
const MODULES = {
  askSystem: ['api', 'services.api.src.ask system'],
  askMetrics: ['api', 'services.api.src.ask metrics'],
  replay: ['worker', 'services.worker.src.replay'],
} as const;

const modules = (project: Project): Record<string, ViewValue> =>
  Object.fromEntries(
    Object.entries(MODULES).map(([name, [process, text]]) => [
      name,
      placesOf(project).map((place) => ({
        where: literal(place.where),
        how: literal(place.module(process, text)),
      })),
    ]),
  );

/** How one gets to type SQL, by where the database is. */
function psqlOf(project: Project): string {
  const inContainer = `docker compose exec postgres psql --username=postgres ${accountOf(project.names)}`;
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
    stopOutside: rows(outside, 'stop'),
    startOutside: rows(outside, 'start'),
  };
}

/** What every document for operators may print. */
export function operationsView(project: Project): View {
  const app = applicationOf(project);
  const insideCompose = project.has('compose') && project.has('postgres');
  const account = accountOf(project.names);
  return {
    ...tables(project),
    ...modules(project),
    service: app.service,
    writers: literal(writersOf(project).join(' ')),
    account,
    namespace: productionNamespace(project),
    composeUp: literal(COMPOSE_UP),
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
    kubernetes: project.has('kustomize'),
    managed: targetsOf(project).length > 0,
    nginx: project.has('nginx'),
    noNginx: !project.has('nginx'),
    delivery: project.has('delivery'),
    deploymentGuide: project.has('deployment-guide'),
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
