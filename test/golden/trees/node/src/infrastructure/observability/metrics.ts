/** The metrics that several modules share. */
import { Counter, Gauge, Histogram, Registry, collectDefaultMetrics } from 'prom-client';

export const registry = new Registry();

// Memory, processor, event loop, garbage collection.
collectDefaultMetrics({ register: registry });

export const httpRequests = new Counter({
  name: 'http_requests_total',
  help: 'Requests by route template and status',
  labelNames: ['method', 'route', 'status'],
  registers: [registry],
});

export const httpDuration = new Histogram({
  name: 'http_request_duration_seconds',
  help: 'Time to the last byte of the answer',
  labelNames: ['method', 'route'],
  buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
  registers: [registry],
});

export const dbPoolSize = new Gauge({
  name: 'db_pool_size',
  help: 'Database connections that may be open',
  registers: [registry],
});

export const dbPoolInUse = new Gauge({
  name: 'db_pool_in_use',
  help: 'Database connections at work',
  registers: [registry],
});

export const dbPoolWaiting = new Gauge({
  name: 'db_pool_waiting',
  help: 'Callers that wait for a database connection',
  registers: [registry],
});

export const cacheRequests = new Counter({
  name: 'cache_requests_total',
  help: 'Look-ups by outcome: hit, miss, error',
  labelNames: ['cache', 'outcome'],
  registers: [registry],
});
