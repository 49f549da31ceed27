/** The dashboards of Grafana: a list of panels each, as JSON; a panel is there when its metric is. */
import type { Project } from '../define.ts';
import { exportersOf } from './topics.ts';

interface Panel {
  readonly title: string;
  readonly unit: 'reqps' | 's' | 'percentunit' | 'bytes' | 'short' | 'cps';
  /** What is drawn, by its legend. */
  readonly queries: Readonly<Record<string, string>>;
  /** When it has something to draw. */
  readonly isMeasured: boolean;
}

interface Dashboard {
  /** Its file, without `.json`. */
  readonly id: string;
  readonly title: string;
  readonly panels: readonly Panel[];
}

const panel = (title: string, unit: Panel['unit'], queries: Panel['queries'], isMeasured = true): Panel => ({
  title,
  unit,
  queries,
  isMeasured,
});

/** Which series are drawn: those of the compose stack, or those of one namespace. */
export interface Selection {
  /** `{job="api"}`, with further matchers; undefined matches nothing else. */
  readonly of: (metric: string, ...matchers: readonly string[]) => string;
  /** The data services' exporters and the machine's are there. */
  readonly hasExporters: boolean;
}

/** All dashboards that have a panel. */
export function dashboardsFor(project: Project, { of, hasExporters }: Selection): readonly Dashboard[] {
  const exports = (metric: string): boolean => exportersOf(project, metric).length > 0;
  const application = exports('http_requests_total');
  const [postgres, redis, nginx, rabbitmq] = ['postgres', 'redis', 'nginx', 'rabbitmq'].map(
    (id) => hasExporters && project.has(id),
  );
  const requests = 'http_requests_total';
  const buckets = 'http_request_duration_seconds_bucket';
  const durations = of('http_request_duration_seconds');
  const quantile = (share: number, by: string): string =>
    `histogram_quantile(${share}, sum by (${by}) (rate(${buckets}${durations}[5m])))`;
  const all: readonly Dashboard[] = [
    {
      id: 'application',
      title: 'Application',
      panels: [
        panel(
          'Requests by route',
          'reqps',
          { '{{route}}': `sum by (route) (rate(${requests}${of(requests)}[5m]))` },
          application,
        ),
        panel(
          'Errors by route',
          'reqps',
          { '{{route}}': `sum by (route) (rate(${requests}${of(requests, 'status=~"5.."')}[5m]))` },
          application,
        ),
        panel(
          'Share of errors',
          'percentunit',
          {
            errors: `sum(rate(${requests}${of(requests, 'status=~"5.."')}[5m])) / sum(rate(${requests}${of(requests)}[5m]))`,
          },
          application,
        ),
        panel(
          'Latency',
          's',
          { p50: quantile(0.5, 'le'), p95: quantile(0.95, 'le'), p99: quantile(0.99, 'le') },
          application,
        ),
        panel('Latency by route', 's', { '{{route}}': quantile(0.95, 'route, le') }, application),
        panel(
          'Answers by status',
          'reqps',
          { '{{status}}': `sum by (status) (rate(${requests}${of(requests)}[5m]))` },
          application,
        ),
        panel(
          'Memory of a process',
          'bytes',
          { '{{instance}}': `process_resident_memory_bytes${of('process_resident_memory_bytes')}` },
          exports('process_resident_memory_bytes'),
        ),
        panel(
          'Event loop lag (p99)',
          's',
          { '{{instance}}': `nodejs_eventloop_lag_p99_seconds${of('nodejs_eventloop_lag_p99_seconds')}` },
          exports('nodejs_eventloop_lag_p99_seconds'),
        ),
        panel(
          'Public address',
          's',
          { answers: 'probe_duration_seconds{job="public-address"}' },
          hasExporters,
        ),
        panel(
          'Connections of the proxy',
          'short',
          { active: 'nginx_connections_active', waiting: 'nginx_connections_waiting' },
          nginx,
        ),
      ],
    },
    {
      id: 'infrastructure',
      title: 'Infrastructure',
      panels: hasExporters
        ? [
            panel('Processors', 'percentunit', {
              busy: '1 - avg by (instance) (rate(node_cpu_seconds_total{mode="idle"}[5m]))',
            }),
            panel('Load', 'short', { '1 minute': 'node_load1', '15 minutes': 'node_load15' }),
            panel('Memory', 'bytes', {
              total: 'node_memory_MemTotal_bytes',
              available: 'node_memory_MemAvailable_bytes',
            }),
            panel('Free disk', 'percentunit', {
              '{{device}}': 'min by (device) (node_filesystem_avail_bytes / node_filesystem_size_bytes)',
            }),
            panel('Time of disks', 'percentunit', {
              '{{device}}': 'rate(node_disk_io_time_seconds_total[5m])',
            }),
            panel('Targets', 'short', { '{{job}}': 'sum by (job) (up)' }),
          ]
        : [
            panel('Memory of containers', 'bytes', {
              '{{pod}} {{container}}': `sum by (pod, container) (container_memory_working_set_bytes${of('', 'container!=""')})`,
            }),
            panel('Processor of containers', 'short', {
              '{{pod}} {{container}}': `sum by (pod, container) (rate(container_cpu_usage_seconds_total${of('', 'container!=""')}[5m]))`,
            }),
            panel('Restarts', 'short', {
              '{{pod}}': `sum by (pod) (increase(kube_pod_container_status_restarts_total${of('')}[1h]))`,
            }),
          ],
    },
    {
      id: 'database',
      title: 'Database',
      panels: [
        panel(
          'Connections of the pool',
          'short',
          {
            '{{instance}} at work': `db_pool_in_use${of('db_pool_in_use')}`,
            '{{instance}} at most': `db_pool_size${of('db_pool_size')}`,
          },
          exports('db_pool_in_use'),
        ),
        panel(
          'Callers that wait for a connection',
          'short',
          { '{{instance}}': `db_pool_waiting${of('db_pool_waiting')}` },
          exports('db_pool_waiting'),
        ),
        panel(
          'Connections of the server',
          'short',
          {
            '{{datname}}': 'pg_stat_database_numbackends{datname!=""}',
            'at most': 'pg_settings_max_connections',
          },
          postgres,
        ),
        panel(
          'Transactions',
          'cps',
          {
            committed: 'sum(rate(pg_stat_database_xact_commit[5m]))',
            'rolled back': 'sum(rate(pg_stat_database_xact_rollback[5m]))',
          },
          postgres,
        ),
        panel(
          'Reads from memory',
          'percentunit',
          {
            hits: 'sum(rate(pg_stat_database_blks_hit[5m])) / (sum(rate(pg_stat_database_blks_hit[5m])) + sum(rate(pg_stat_database_blks_read[5m])))',
          },
          postgres,
        ),
        panel('Deadlocks', 'cps', { deadlocks: 'sum(rate(pg_stat_database_deadlocks[5m]))' }, postgres),
        panel('Size', 'bytes', { '{{datname}}': 'pg_database_size_bytes' }, postgres),
      ],
    },
    {
      id: 'cache',
      title: 'Cache',
      panels: [
        panel(
          'Hits',
          'percentunit',
          {
            '{{cache}}': `sum by (cache) (rate(cache_requests_total${of('cache_requests_total', 'outcome="hit"')}[15m])) / sum by (cache) (rate(cache_requests_total${of('cache_requests_total', 'outcome=~"hit|miss"')}[15m]))`,
          },
          exports('cache_requests_total'),
        ),
        panel(
          'Look-ups by outcome',
          'cps',
          {
            '{{outcome}}': `sum by (outcome) (rate(cache_requests_total${of('cache_requests_total')}[5m]))`,
          },
          exports('cache_requests_total'),
        ),
        panel(
          'Memory',
          'bytes',
          { used: 'redis_memory_used_bytes', 'at most': 'redis_memory_max_bytes' },
          redis,
        ),
        panel('Evicted keys', 'cps', { evicted: 'rate(redis_evicted_keys_total[5m])' }, redis),
        panel('Clients', 'short', { connected: 'redis_connected_clients' }, redis),
        panel('Commands', 'cps', { commands: 'rate(redis_commands_processed_total[5m])' }, redis),
      ],
    },
    {
      id: 'business',
      title: 'Business',
      panels: [
        panel(
          'Logins by outcome',
          'cps',
          { '{{outcome}}': `sum by (outcome) (rate(auth_logins_total${of('auth_logins_total')}[5m]))` },
          exports('auth_logins_total'),
        ),
        panel(
          'Accounts locked (1 h)',
          'short',
          { locked: `sum(increase(auth_lockouts_total${of('auth_lockouts_total')}[1h]))` },
          exports('auth_lockouts_total'),
        ),
        panel(
          'Workflows',
          'cps',
          { '{{status}}': `sum by (status) (rate(workflow_runs_total${of('workflow_runs_total')}[5m]))` },
          exports('workflow_runs_total'),
        ),
        panel(
          'Workflows that wait',
          'short',
          { waiting: `max(workflow_queue_depth${of('workflow_queue_depth')})` },
          exports('workflow_queue_depth'),
        ),
        panel(
          'WebSocket connections',
          'short',
          { open: `sum(websocket_connections${of('websocket_connections')})` },
          exports('websocket_connections'),
        ),
        panel(
          'WebSocket messages',
          'cps',
          {
            '{{direction}}': `sum by (direction) (rate(websocket_messages_total${of('websocket_messages_total')}[5m]))`,
          },
          exports('websocket_messages_total'),
        ),
        panel(
          'Events that wait',
          'short',
          { waiting: `max(outbox_pending${of('outbox_pending')})` },
          exports('outbox_pending'),
        ),
        panel(
          'Events handled',
          'cps',
          {
            '{{outcome}}': `sum by (outcome) (rate(events_handled_total${of('events_handled_total')}[5m]))`,
          },
          exports('events_handled_total'),
        ),
        panel('Messages in queues', 'short', { ready: 'sum(rabbitmq_queue_messages_ready)' }, rabbitmq),
        panel(
          'Use of the API',
          'reqps',
          { '{{method}}': `sum by (method) (rate(${requests}${of(requests)}[5m]))` },
          application,
        ),
      ],
    },
  ];
  return all
    .map((dashboard) => ({ ...dashboard, panels: dashboard.panels.filter(({ isMeasured }) => isMeasured) }))
    .filter(({ panels }) => panels.length > 0);
}

const [WIDTH, HEIGHT] = [12, 8];
const SOURCE = { type: 'prometheus', uid: 'prometheus' };

/** What Grafana reads. */
export function dashboardText({ id, title, panels }: Dashboard, slug: string): string {
  return `${JSON.stringify(
    {
      uid: `${slug}-${id}`.slice(0, 40),
      title: `${title}: ${slug}`,
      tags: [slug],
      schemaVersion: 39,
      version: 1,
      editable: false,
      refresh: '30s',
      time: { from: 'now-3h', to: 'now' },
      timezone: 'browser',
      panels: panels.map(({ title: name, unit, queries }, index) => ({
        id: index + 1,
        type: 'timeseries',
        title: name,
        datasource: SOURCE,
        gridPos: {
          x: (index % 2) * WIDTH,
          y: Math.floor(index / 2) * HEIGHT,
          w: WIDTH,
          h: HEIGHT,
        },
        fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
        options: { legend: { displayMode: 'list', placement: 'bottom' }, tooltip: { mode: 'multi' } },
        targets: Object.entries(queries).map(([legend, expr], query) => ({
          refId: String.fromCharCode('A'.charCodeAt(0) + query),
          datasource: SOURCE,
          expr,
          legendFormat: legend,
        })),
      })),
    },
    null,
    2,
  )}\n`;
}
