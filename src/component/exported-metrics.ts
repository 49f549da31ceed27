/** What the applications of our stacks export alike, so that each names in its own file only what is its own. */
import type { ExportedMetric } from './define.ts';

const metric =
  (type: ExportedMetric['type']) =>
  (name: string, ...labels: readonly string[]): ExportedMetric => ({ name, type, labels });

/** Makes an entry of a stack's list: `counter('http_requests_total', 'method', 'route', 'status')`. */
export const counter = metric('counter');
export const gauge = metric('gauge');
export const histogram = metric('histogram');

/** Requests, the pool of database connections and the cache: the same names in every language. */
export const SERVICE_METRICS: readonly ExportedMetric[] = [
  counter('http_requests_total', 'method', 'route', 'status'),
  histogram('http_request_duration_seconds', 'method', 'route'),
  gauge('db_pool_size'),
  gauge('db_pool_in_use'),
  counter('cache_requests_total', 'cache', 'outcome'),
];

/** What an application with accounts exports besides. */
export const ACCOUNT_METRICS: readonly ExportedMetric[] = [
  counter('auth_logins_total', 'outcome'),
  counter('auth_lockouts_total'),
  counter('auth_rate_limited_total', 'action', 'limit'),
  counter('auth_rate_limit_errors_total'),
];
