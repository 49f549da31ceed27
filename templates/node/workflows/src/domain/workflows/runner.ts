/** Takes a run through its steps: what is done is noted, what fails is tried again after a pause, and not for ever. */
import { LeaseLost, type LeasedRun, type Progress, type RunEvents, type RunQueue } from './run.ts';
import { StepRefused, type StepOutcome, type Workflows } from './workflow.ts';

export interface RunPolicy {
  /** How often a step is begun, a worker that ended in the middle included. */
  readonly attempts: number;
  /** The pause after the first failure; it doubles with each one more. */
  readonly retrySeconds: number;
  readonly stepSeconds: number;
}

/** What else is to know of a run. */
export interface RunObserver {
  readonly ended: (run: Progress) => void;
  readonly stepFailed: (run: Progress, step: string, error: unknown) => void;
}

/** A pause is never longer than this. */
const MOST_RETRY_SECONDS = 300;

/** With chance in it, so that runs which failed together do not come back together. */
export const pauseAfter = (attempt: number, retrySeconds: number, chance: number): number =>
  Math.min(retrySeconds * 2 ** (attempt - 1), MOST_RETRY_SECONDS) * (0.5 + chance / 2);

export interface Interruptions {
  /** The worker is to end: the step under way is finished, and the run given back. */
  readonly stopping: AbortSignal;
  /** The run is another worker's. */
  readonly lost: AbortSignal;
}

export class Runner {
  readonly #workflows: Workflows;
  readonly #queue: RunQueue;
  readonly #events: RunEvents;
  readonly #observer: RunObserver;
  readonly #policy: RunPolicy;

  constructor(
    workflows: Workflows,
    queue: RunQueue,
    events: RunEvents,
    observer: RunObserver,
    policy: RunPolicy,
  ) {
    this.#workflows = workflows;
    this.#queue = queue;
    this.#events = events;
    this.#observer = observer;
    this.#policy = policy;
  }

  /**
   * Goes on where the run stands.
   * @throws LeaseLost
   */
  async run(taken: LeasedRun, { stopping, lost }: Interruptions): Promise<void> {
    let run = taken;
    await this.#events.changed(run);
    // Whoever had it before ended without a word, each time: not even the failure could be noted.
    if (run.attempt > this.#policy.attempts) {
      await this.#end(await this.#queue.failed(run, 'The worker ended in the middle of a step'));
      return;
    }
    while (run.status === 'running') {
      const step = this.#workflows.get(run.workflow)?.steps[run.step];
      const last = run.step + 1 === this.#workflows.get(run.workflow)?.steps.length;
      try {
        // As happens during a roll-out: another worker may know it.
        if (!step) throw new Error('This version of the worker does not know the step');
        const outcome = await this.#within(run, step.name, lost, (signal) =>
          step.run({
            runId: run.id,
            ownerId: run.ownerId,
            key: `${run.id}:${step.name}`,
            input: run.input,
            state: run.state,
            signal,
          }),
        );
        lost.throwIfAborted();
        run = await this.#queue.stepDone(run, { ...outcome, last });
      } catch (error) {
        lost.throwIfAborted();
        if (error instanceof LeaseLost) throw error;
        this.#observer.stepFailed(run, step?.name ?? String(run.step), error);
        await this.#afterFailure(run, step?.name, error);
        return;
      }
      await this.#events.changed(run);
      if (run.status === 'running' && stopping.aborted) {
        await this.#events.changed(await this.#queue.giveBack(run));
        return;
      }
    }
    this.#observer.ended(run);
  }

  async #afterFailure(run: LeasedRun, step: string | undefined, error: unknown): Promise<void> {
    if (error instanceof StepRefused) {
      await this.#end(await this.#queue.failed(run, error.message));
    } else if (run.attempt >= this.#policy.attempts) {
      // Without the error's words, which may tell of the inside; the log has them.
      const words = `The step ${step ?? run.step + 1} failed ${run.attempt} times`;
      await this.#end(await this.#queue.failed(run, words));
    } else {
      const seconds = pauseAfter(run.attempt, this.#policy.retrySeconds, Math.random());
      await this.#events.changed(await this.#queue.retryAfter(run, seconds));
    }
  }

  async #end(run: Progress): Promise<void> {
    await this.#events.changed(run);
    this.#observer.ended(run);
  }

  /** A step that does not look at its signal is left behind. */
  async #within(
    run: LeasedRun,
    step: string,
    lost: AbortSignal,
    work: (signal: AbortSignal) => Promise<StepOutcome>,
  ): Promise<StepOutcome> {
    const late = new AbortController();
    const signal = AbortSignal.any([late.signal, lost]);
    const over = new Promise<never>((_resolve, reject) => {
      signal.addEventListener('abort', () => {
        reject(new Error(`The step ${step} of ${run.id} did not end in time`));
      });
    });
    const timer = setTimeout(() => {
      late.abort();
    }, this.#policy.stepSeconds * 1000);
    try {
      return await Promise.race([work(signal), over]);
    } finally {
      clearTimeout(timer);
    }
  }
}
