/** What the rules and their tests print: which series they read, from when on, and values on both sides of that. */
import { literal } from '../../render/view.ts';
import type { View, ViewLiteral } from '../contribution.ts';
import type { Project } from '../define.ts';
import { exportersOf } from './topics.ts';

export interface Figures {
  readonly errorPercent: number;
  readonly latencyMillis: number;
  readonly downSeconds: number;
  readonly memoryPercent: number;
  readonly cpuPercent: number;
  readonly diskFreePercent: number;
  readonly poolPercent: number;
  readonly cacheHitPercent: number;
  readonly certificateDays: number;
}

/** What follows the names of metrics: `of('up', 'status="200"')`. */
export type Selector = (metric: string, ...matchers: readonly string[]) => string;

/** `0.05`, and never `0.050000000000000003`. */
const ratio = (percent: number): string => String(percent / 100);

const matching = (matchers: readonly string[]): string =>
  matchers.length === 0 ? '' : `{${matchers.join(',')}}`;

/** Those jobs alone that export a metric. */
export function selectorOf(project: Project): Selector {
  return (metric, ...matchers) => {
    const jobs = exportersOf(project, metric);
    const [first] = jobs;
    if (first === undefined) return matching(matchers);
    return matching([jobs.length === 1 ? `job="${first}"` : `job=~"${jobs.join('|')}"`, ...matchers]);
  };
}

/** Those of the service in one namespace; without a metric, whatever is there. */
export function clusterSelectorOf(project: Project, namespace: string): Selector {
  const inJobs = selectorOf(project);
  return (metric, ...matchers) => inJobs(metric, `namespace="${namespace}"`, ...matchers);
}

/** One series of a replica, as a test writes it. */
const seriesOf =
  (project: Project) =>
  (metric: string, ...labels: readonly string[]): ViewLiteral => {
    const [job = ''] = exportersOf(project, metric);
    return literal(matching([`job="${job}"`, `instance="${job}-1"`, ...labels]));
  };

/** What Alertmanager fills in when it tells of an alert. */
const BRACES: View = Object.fromEntries(
  [
    ...['job', 'instance', 'integration', 'cache', 'device', 'pod', 'container'].map(
      (label) => [label, `$labels.${label}`] as const,
    ),
    ['percentage', '$value | humanizePercentage'] as const,
    ['duration', '$value | humanizeDuration'] as const,
    ['number', '$value | humanize'] as const,
  ].map(([name, inner]) => [name, literal(`{{ ${inner} }}`)]),
);

function testsOf(project: Project, figures: Figures): View {
  const series = seriesOf(project);
  const request = (status: string) =>
    series('http_requests_total', 'method="GET"', 'route="/items"', `status="${status}"`);
  const bucket = (le: string) =>
    series('http_request_duration_seconds', 'method="GET"', 'route="/items"', `le="${le}"`);
  const lookup = (outcome: string) => series('cache_requests_total', 'cache="items"', `outcome="${outcome}"`);
  const login = (outcome: string) => series('auth_logins_total', `outcome="${outcome}"`);
  const run = (status: string) => series('workflow_runs_total', `status="${status}"`);
  const seconds = figures.latencyMillis / 1000;
  // One percent to either side of what is borne.
  const sides = (name: string, percent: number): View => ({
    [`${name}Above`]: percent + 1,
    [`${name}Below`]: percent - 1,
  });
  return {
    failed: request('500'),
    succeeded: request('200'),
    refused: request('404'),
    fast: bucket(String(seconds)),
    slow: bucket(String(2 * seconds)),
    all: bucket('+Inf'),
    ...sides('errors', figures.errorPercent),
    ...sides('successes', 100 - figures.errorPercent),
    pool: series('db_pool_in_use'),
    ...sides('pool', figures.poolPercent),
    hit: lookup('hit'),
    miss: lookup('miss'),
    ...sides('hits', figures.cacheHitPercent),
    ...sides('misses', 100 - figures.cacheHitPercent),
    wrongPassword: login('wrong_password'),
    unknownUser: login('unknown_user'),
    rightPassword: login('success'),
    account: series('auth_lockouts_total'),
    outbox: series('outbox_oldest_seconds'),
    runFailed: run('failed'),
    runSucceeded: run('succeeded'),
    start: series('process_start_time_seconds'),
    ...sides('memory', figures.memoryPercent),
    ...sides('memoryFree', 100 - figures.memoryPercent),
    // A counter of seconds that rises by as many a minute as the processor is idle.
    idleAbove: literal(String(((101 - figures.cpuPercent) * 60) / 100)),
    idleBelow: literal(String(((99 - figures.cpuPercent) * 60) / 100)),
    ...sides('diskFree', figures.diskFreePercent),
    certificateLater: (figures.certificateDays + 1) * 86_400,
    certificateSooner: figures.certificateDays * 86_400 - 3600,
  };
}

/**
 * @param of which series the rules read
 * @param namespace by which they are told apart from those of other environments, in a cluster
 */
export function rulesView(project: Project, figures: Figures, of: Selector, namespace?: string): View {
  const selected = (metric: string, ...matchers: readonly string[]): ViewLiteral =>
    literal(of(metric, ...matchers));
  return {
    braces: BRACES,
    also: literal(namespace === undefined ? '' : 'namespace, '),
    own: literal(namespace === undefined ? '' : `{namespace="${namespace}"}`),
    thresholds: {
      ...figures,
      errorRatio: literal(ratio(figures.errorPercent)),
      latencySeconds: literal(String(figures.latencyMillis / 1000)),
      memoryRatio: literal(ratio(figures.memoryPercent)),
      cpuRatio: literal(ratio(figures.cpuPercent)),
      diskFreeRatio: literal(ratio(figures.diskFreePercent)),
      poolRatio: literal(ratio(figures.poolPercent)),
      cacheHitRatio: literal(ratio(figures.cacheHitPercent)),
    },
    http: {
      all: selected('http_requests_total'),
      errors: selected('http_requests_total', 'status=~"5.."'),
    },
    pool: selected('db_pool_in_use'),
    cache: {
      hits: selected('cache_requests_total', 'outcome="hit"'),
      lookups: selected('cache_requests_total', 'outcome=~"hit|miss"'),
    },
    accounts: {
      all: selected('auth_lockouts_total'),
      failed: selected('auth_logins_total', 'outcome=~"wrong_password|unknown_user"'),
    },
    events: selected('outbox_oldest_seconds'),
    workflows: {
      all: selected('workflow_runs_total'),
      failed: selected('workflow_runs_total', 'status="failed"'),
    },
    restarts: selected('process_start_time_seconds'),
    pods: {
      all: selected(''),
      running: selected('', 'container!=""'),
      memory: selected('', 'resource="memory"'),
      cpu: selected('', 'resource="cpu"'),
    },
    // The chart's own begins with the name of its release.
    backupJobs: selected('', 'cronjob=~"(.+-)?backup"'),
    tests: testsOf(project, figures),
  };
}
