/** Takes runs from the queue and has them carried out, several at a time, until it is told to stop. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';
import { LeaseLost, type LeasedRun, type RunQueue } from '../domain/workflows/run.ts';
import type { Runner } from '../domain/workflows/runner.ts';
import type { Settings } from '../settings/settings.ts';

export type WorkerSettings = Pick<
  Settings,
  'workerConcurrency' | 'workerPollSeconds' | 'workflowLeaseSeconds' | 'workflowRetentionDays'
>;

const HOUR_MILLISECONDS = 3_600_000;
/** So many leases without a sign, and it is taken for dead. */
const SILENT_LEASES = 4;
/** Shorter than that, silence is no sign of anything. */
const LEAST_SILENCE_MILLISECONDS = 60_000;

export class Worker {
  readonly #queue: RunQueue;
  readonly #runner: Runner;
  readonly #settings: WorkerSettings;
  readonly #logger: Logger;
  readonly #stopping = new AbortController();
  /** When each of its loops was last seen at work. */
  readonly #signs: number[] = [];
  #loops: readonly Promise<void>[] = [];

  constructor(queue: RunQueue, runner: Runner, settings: WorkerSettings, logger: Logger) {
    this.#queue = queue;
    this.#runner = runner;
    this.#settings = settings;
    this.#logger = logger;
  }

  start(): void {
    const numbers = Array.from({ length: this.#settings.workerConcurrency }, (_, number) => number);
    this.#loops = [...numbers.map((number) => this.#loop(number)), this.#tidy()];
  }

  /** Whether every loop was at work lately, or waits for a step that is. */
  isAlive(): boolean {
    const silence = this.#settings.workflowLeaseSeconds * 1000 * SILENT_LEASES;
    const since = Date.now() - Math.max(silence, LEAST_SILENCE_MILLISECONDS);
    return this.#signs.every((sign) => sign >= since);
  }

  /** Takes no more runs, and waits for the steps that are under way. */
  async stop(): Promise<void> {
    this.#stopping.abort();
    await Promise.all(this.#loops);
  }

  async #loop(number: number): Promise<void> {
    const { signal } = this.#stopping;
    const { workerPollSeconds, workflowLeaseSeconds } = this.#settings;
    while (!signal.aborted) {
      this.#signs[number] = Date.now();
      let idle = true;
      try {
        const run = await this.#queue.take(workflowLeaseSeconds);
        if (run) await this.#carryOut(number, run);
        idle = run === undefined;
      } catch (error) {
        // The lease of a run that was in hand ends by itself.
        this.#logger.error({ error }, 'The queue of the runs failed');
      }
      if (idle) await sleep(workerPollSeconds * 1000, undefined, { signal }).catch(() => undefined);
    }
  }

  async #carryOut(number: number, run: LeasedRun): Promise<void> {
    const { workflowLeaseSeconds } = this.#settings;
    const lost = new AbortController();
    const logger = this.#logger.child({ run: run.id, workflow: run.workflow });
    logger.info({ step: run.step, attempt: run.attempt }, 'Took a run');
    const renewing = setInterval(() => {
      this.#signs[number] = Date.now();
      this.#queue.renew(run, workflowLeaseSeconds).catch((error: unknown) => {
        if (error instanceof LeaseLost) lost.abort(error);
        else logger.warn({ error }, 'The lease was not renewed');
      });
    }, workflowLeaseSeconds * 300);
    try {
      await this.#runner.run(run, { stopping: this.#stopping.signal, lost: lost.signal });
    } catch (error) {
      if (!(error instanceof LeaseLost)) throw error;
      logger.warn('Another worker has the run now');
    } finally {
      clearInterval(renewing);
    }
  }

  /** Deletes what is older than it has to be kept. */
  async #tidy(): Promise<void> {
    const { signal } = this.#stopping;
    while (!signal.aborted) {
      try {
        const deleted = await this.#queue.deleteEnded(this.#settings.workflowRetentionDays);
        if (deleted > 0) this.#logger.info({ deleted }, 'Deleted runs that are too old');
      } catch (error) {
        this.#logger.warn({ error }, 'Old runs were not deleted');
      }
      await sleep(HOUR_MILLISECONDS, undefined, { signal }).catch(() => undefined);
    }
  }
}
