/** Tells by Redis how runs go; who does not listen at that moment asks the API. */
import type { Logger } from 'pino';
import { z } from 'zod';
import {
  RUN_STATUSES,
  type Notice,
  type Progress,
  type RunEvents,
} from '../../domain/workflows/run.ts';
import { SLUG } from '../../project.ts';
import type { RedisClient } from '../cache/redis.ts';

const CHANNEL = `${SLUG}:runs`;

const date = z.iso.datetime().pipe(z.coerce.date());

const event = z.discriminatedUnion('kind', [
  z.object({
    kind: z.literal('progress'),
    progress: z.object({
      id: z.uuid(),
      workflow: z.string(),
      status: z.enum(RUN_STATUSES),
      step: z.number().int(),
      attempt: z.number().int(),
      error: z.string().nullable(),
      ownerId: z.uuid().nullable(),
      createdAt: date,
      startedAt: date.nullable(),
      endedAt: date.nullable(),
    }),
  }),
  z.object({
    kind: z.literal('notice'),
    notice: z.object({
      key: z.string(),
      runId: z.uuid(),
      ownerId: z.uuid().nullable(),
      text: z.string(),
    }),
  }),
]);

export type RunEvent = z.output<typeof event>;

export class RedisRunEvents implements RunEvents {
  readonly #redis: RedisClient;
  readonly #logger: Logger;

  constructor(redis: RedisClient, logger: Logger) {
    this.#redis = redis;
    this.#logger = logger;
  }

  /** Without input and state, which may be large and are nobody else's business. */
  changed({
    id,
    workflow,
    status,
    step,
    attempt,
    error,
    ownerId,
    createdAt,
    startedAt,
    endedAt,
  }: Progress): Promise<void> {
    const times = { createdAt, startedAt, endedAt };
    const progress = { id, workflow, status, step, attempt, error, ownerId, ...times };
    return this.#publish({ kind: 'progress', progress });
  }

  notice(notice: Notice): Promise<void> {
    return this.#publish({ kind: 'notice', notice });
  }

  async #publish(what: RunEvent): Promise<void> {
    try {
      await this.#redis.publish(CHANNEL, JSON.stringify(what));
    } catch (error) {
      this.#logger.warn({ error }, 'Nobody was told how a run goes');
    }
  }
}

/**
 * Listens for what is told, as soon as there is a connection and again after each one that broke.
 * @param redis for this alone: a connection that listens takes no other commands
 */
export function listenToRuns(
  redis: RedisClient,
  logger: Logger,
  receive: (event: RunEvent) => void,
): void {
  const listener = (text: string): void => {
    try {
      receive(event.parse(JSON.parse(text)));
    } catch (error) {
      // Another version may have written it, as happens during a roll-out.
      logger.warn({ error }, 'What was told of a run is not understood');
    }
  };
  redis.on('ready', () => {
    redis.subscribe(CHANNEL, listener).catch((error: unknown) => {
      logger.error({ error }, 'Runs are not listened to');
    });
  });
}
