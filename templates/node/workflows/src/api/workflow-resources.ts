/** What the routes, the worker and the WebSocket server work with, built on the connections. */
import type { Logger } from 'pino';
import { createWorkflows } from '../domain/workflows/registry.ts';
import { RunService } from '../domain/workflows/run-service.ts';
import type { Workflows } from '../domain/workflows/workflow.ts';
import type { RedisClient } from '../infrastructure/cache/redis.ts';
import type { Database } from '../infrastructure/persistence/database.ts';
import { PostgresRunStore } from '../infrastructure/persistence/run-store.ts';
import { RedisRunEvents } from '../infrastructure/workflows/redis-run-events.ts';

export interface WorkflowResources {
  readonly definitions: Workflows;
  readonly runs: RunService;
  readonly store: PostgresRunStore;
  readonly events: RedisRunEvents;
}

export function createWorkflowResources(
  database: Database,
  redis: RedisClient,
  logger: Logger,
): WorkflowResources {
  const store = new PostgresRunStore(database);
  const events = new RedisRunEvents(redis, logger);
  return {
    definitions: createWorkflows(events),
    runs: new RunService(store, events),
    store,
    events,
  };
}
