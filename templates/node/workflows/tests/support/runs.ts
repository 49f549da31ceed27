/** Runs for tests, and a queue without a database. */
import {
  LeaseLost,
  type LeasedRun,
  type Progress,
  type Run,
  type RunQueue,
} from '../../src/domain/workflows/run.ts';

export const RUN_ID = '11111111-1111-4111-8111-111111111111';

export const leasedRun = (changes: Partial<LeasedRun> = {}): LeasedRun => ({
  id: RUN_ID,
  workflow: 'test',
  status: 'running',
  input: {},
  state: {},
  step: 0,
  attempt: 1,
  error: null,
  ownerId: null,
  createdAt: new Date(0),
  startedAt: new Date(1000),
  endedAt: null,
  lease: '22222222-2222-4222-8222-222222222222',
  ...changes,
});

/** What happened to the one run of a queue, in order. */
export interface FakeQueue extends RunQueue {
  readonly calls: string[];
  /** From now on the run is another worker's. */
  lose: () => void;
}

export function fakeQueue(): FakeQueue {
  const calls: string[] = [];
  let lost = false;
  const note = <Result extends Run>(call: string, run: Result): Promise<Result> => {
    if (lost) return Promise.reject(new LeaseLost('lost'));
    calls.push(call);
    return Promise.resolve(run);
  };
  const ended = { endedAt: new Date(3000) };
  return {
    calls,
    lose: () => {
      lost = true;
    },
    take: () => Promise.resolve(undefined),
    renew: async (run) => {
      await note('renew', run);
    },
    stepDone: (run, { state, last }) =>
      note(`done ${JSON.stringify(state)}`, {
        ...run,
        ...(last && { status: 'succeeded', ...ended }),
        state,
        step: run.step + 1,
        attempt: 1,
      }),
    failed: (run, error) => note(`failed: ${error}`, { ...run, status: 'failed', error, ...ended }),
    retryAfter: (run) => note('retry', { ...run, status: 'queued' }),
    giveBack: (run) => note('give back', { ...run, status: 'queued' }),
    depth: () => Promise.resolve(0),
    deleteEnded: () => Promise.resolve(0),
  };
}

/** Events that a test can read. */
export function fakeEvents() {
  const statuses: Progress['status'][] = [];
  const notices: string[] = [];
  return {
    statuses,
    notices,
    changed: ({ status }: Progress): Promise<void> => Promise.resolve(void statuses.push(status)),
    notice: ({ text }: { text: string }): Promise<void> => Promise.resolve(void notices.push(text)),
  };
}
