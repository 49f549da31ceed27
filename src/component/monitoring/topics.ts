/** What is watched: each topic brings its rules, their tests and a page for each alert, where there is something to measure. */
import { applicationOf } from '../application-view.ts';
import type { Project } from '../define.ts';

/** Where the rules are read: by the Prometheus of the compose stack, or by that of a cluster. */
export type Place = 'compose' | 'cluster';

interface Topic {
  /** The name of its fragments: `alerts/<id>.yml`, `tests/<id>.yml`. */
  readonly id: string;
  /** Its alerts, by the name of their page: `high-error-rate` is `HighErrorRate`. */
  readonly alerts: readonly string[];
  readonly places: readonly Place[];
  readonly isMeasured: (project: Project) => boolean;
}

const BOTH = ['compose', 'cluster'] as const;

/** The processes of the application that export a metric. */
export const exportersOf = (project: Project, metric: string): readonly string[] =>
  applicationOf(project)
    .metrics.filter(({ metrics }) => metrics.some(({ name }) => name === metric))
    .map(({ process }) => process);

const exported = (metric: string) => (project: Project) => exportersOf(project, metric).length > 0;

/** In the order in which the rules stand. */
export const TOPICS: readonly Topic[] = [
  {
    id: 'targets',
    alerts: ['target-down', 'notifications-fail'],
    places: ['compose'],
    isMeasured: () => true,
  },
  {
    id: 'availability',
    alerts: ['service-down'],
    places: BOTH,
    isMeasured: (project) => applicationOf(project).metrics.length > 0,
  },
  {
    id: 'public-address',
    alerts: ['public-address-down', 'certificate-expires-soon'],
    places: ['compose'],
    isMeasured: () => true,
  },
  {
    id: 'http',
    alerts: ['high-error-rate', 'high-latency'],
    places: BOTH,
    isMeasured: exported('http_requests_total'),
  },
  {
    id: 'pool',
    alerts: ['database-connection-pool-exhausted'],
    places: BOTH,
    isMeasured: exported('db_pool_in_use'),
  },
  { id: 'cache', alerts: ['cache-hit-rate-low'], places: BOTH, isMeasured: exported('cache_requests_total') },
  {
    id: 'accounts',
    alerts: ['failed-logins', 'lockout-surge'],
    places: BOTH,
    isMeasured: exported('auth_logins_total'),
  },
  { id: 'events', alerts: ['events-stuck'], places: BOTH, isMeasured: exported('outbox_oldest_seconds') },
  {
    id: 'workflows',
    alerts: ['workflow-failures'],
    places: BOTH,
    isMeasured: exported('workflow_runs_total'),
  },
  {
    id: 'restarts',
    alerts: ['frequent-restarts'],
    places: ['compose'],
    isMeasured: exported('process_start_time_seconds'),
  },
  {
    id: 'host',
    alerts: ['high-memory', 'high-cpu', 'disk-space-low'],
    places: ['compose'],
    isMeasured: () => true,
  },
  {
    id: 'postgres',
    alerts: ['postgres-down', 'database-connections-high'],
    places: ['compose'],
    isMeasured: ({ has }) => has('postgres'),
  },
  {
    id: 'redis',
    alerts: ['redis-down', 'redis-memory-high'],
    places: ['compose'],
    isMeasured: ({ has }) => has('redis'),
  },
  {
    id: 'rabbitmq',
    alerts: ['queue-backlog'],
    places: ['compose'],
    isMeasured: ({ has }) => has('rabbitmq'),
  },
  { id: 'nginx', alerts: ['proxy-down'], places: ['compose'], isMeasured: ({ has }) => has('nginx') },
  { id: 'backup', alerts: ['backup-too-old'], places: ['compose'], isMeasured: ({ has }) => has('backup') },
  {
    id: 'backup-jobs',
    alerts: ['backup-too-old'],
    places: ['cluster'],
    isMeasured: ({ has }) => has('backup'),
  },
  {
    id: 'pods',
    alerts: ['high-memory', 'high-cpu', 'frequent-restarts'],
    places: ['cluster'],
    isMeasured: () => true,
  },
];

/** The topics that there is something to measure of. */
export const topicsOf = (project: Project, place: Place): readonly Topic[] =>
  TOPICS.filter(({ places, isMeasured }) => places.includes(place) && isMeasured(project));

/** The pages of all alerts, each once. */
export const pagesOf = (project: Project, places: readonly Place[]): readonly string[] => [
  ...new Set(places.flatMap((place) => topicsOf(project, place).flatMap(({ alerts }) => alerts))),
];

/** `high-error-rate` → `HighErrorRate`, as Prometheus names it. */
export const alertNameOf = (page: string): string =>
  page.replace(/(?:^|-)([a-z])/g, (_, letter: string) => letter.toUpperCase());
