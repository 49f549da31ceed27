/** The metrics of accounts; an attack shows here first. */
import { Counter } from 'prom-client';
import { registry } from './metrics.ts';

export const logins = new Counter({
  name: 'auth_logins_total',
  help: 'Logins by outcome',
  labelNames: ['outcome'],
  registers: [registry],
});

export const lockouts = new Counter({
  name: 'auth_lockouts_total',
  help: 'Accounts locked after too many wrong passwords',
  registers: [registry],
});

export const rateLimited = new Counter({
  name: 'auth_rate_limited_total',
  help: 'Requests on accounts refused by a limit',
  labelNames: ['action', 'limit'],
  registers: [registry],
});

export const rateLimitErrors = new Counter({
  name: 'auth_rate_limit_errors_total',
  help: 'Requests let pass because Redis could not be asked',
  registers: [registry],
});
