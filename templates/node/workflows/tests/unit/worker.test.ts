import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createBeside } from '../../src/api/beside.ts';
import { LIVE_PATH } from '../../src/api/routes/health.ts';
import { LeaseLost, type LeasedRun, type RunQueue } from '../../src/domain/workflows/run.ts';
import type { Interruptions, Runner } from '../../src/domain/workflows/runner.ts';
import { HealthAggregator } from '../../src/infrastructure/health/system-health.ts';
import { registry } from '../../src/infrastructure/observability/metrics.ts';
import { observeRuns } from '../../src/worker/observer.ts';
import { Worker } from '../../src/worker/worker.ts';
import { readableLog, type Log } from '../support/log.ts';
import { fakeQueue, leasedRun } from '../support/runs.ts';
import { METRICS_TOKEN, SYSTEM_HEALTH_TOKEN } from '../support/settings.ts';

const SETTINGS = {
  workerConcurrency: 2,
  workerPollSeconds: 0.01,
  workflowLeaseSeconds: 0.05,
  workflowRetentionDays: 30,
};

let waiting: LeasedRun[];
let queue: RunQueue;
let log: Log;
let worker: Worker | undefined;

beforeEach(() => {
  waiting = [];
  log = readableLog();
  queue = { ...fakeQueue(), take: () => Promise.resolve(waiting.shift()) };
});
afterEach(async () => {
  await worker?.stop();
  worker = undefined;
});

function startWorker(run: (run: LeasedRun, interruptions: Interruptions) => Promise<void>): Worker {
  worker = new Worker(queue, { run } as Pick<Runner, 'run'> as Runner, SETTINGS, log.logger);
  worker.start();
  return worker;
}

const messages = (): unknown[] => log.lines.map(({ message }) => message);

test('it has as many runs in hand as it may, and no more', async () => {
  waiting = [1, 2, 3].map((attempt) => leasedRun({ attempt }));
  const ends: (() => void)[] = [];
  startWorker(() => new Promise((resolve) => ends.push(resolve)));
  await vi.waitFor(() => {
    expect(ends).toHaveLength(2);
  });
  expect(waiting).toHaveLength(1);
  ends[0]?.();
  await vi.waitFor(() => {
    expect(ends).toHaveLength(3);
  });
  for (const end of ends) end();
});

test('to stop it waits for what is under way, which it tells', async () => {
  waiting = [leasedRun()];
  let told: AbortSignal | undefined;
  let end: () => void = () => undefined;
  const started = startWorker((_run, { stopping }) => {
    told = stopping;
    return new Promise((resolve) => {
      end = resolve;
    });
  });
  await vi.waitFor(() => {
    expect(told).toBeDefined();
  });
  let stopped = false;
  const stopping = started.stop().then(() => {
    stopped = true;
  });
  expect(told?.aborted).toBe(true);
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect(stopped).toBe(false);
  end();
  await stopping;
});

test('it renews the lease while it is at work, and lets go of what is lost', async () => {
  waiting = [leasedRun()];
  const renew = vi
    .fn<RunQueue['renew']>()
    .mockResolvedValueOnce()
    .mockRejectedValueOnce(new Error('away'))
    .mockRejectedValue(new LeaseLost('gone'));
  queue = { ...queue, renew };
  const reason = new Promise<unknown>((resolve) => {
    startWorker(
      (_run, { lost }) =>
        new Promise((_resolve, reject) => {
          lost.addEventListener('abort', () => {
            resolve(lost.reason);
            reject(lost.reason as Error);
          });
        }),
    );
  });
  expect(await reason).toBeInstanceOf(LeaseLost);
  expect(renew.mock.calls.length).toBeGreaterThanOrEqual(3);
  await vi.waitFor(() => {
    expect(messages()).toContain('Another worker has the run now');
  });
  expect(messages()).toContain('The lease was not renewed');
});

test('a queue that fails is asked again', async () => {
  const take = vi.fn<RunQueue['take']>().mockRejectedValueOnce(new Error('away'));
  queue = { ...queue, take, deleteEnded: () => Promise.reject(new Error('away')) };
  startWorker(() => Promise.resolve());
  await vi.waitFor(() => {
    expect(take.mock.calls.length).toBeGreaterThan(3);
  });
  expect(messages()).toContain('The queue of the runs failed');
  expect(messages()).toContain('Old runs were not deleted');
});

test('it deletes what is too old', async () => {
  queue = { ...queue, deleteEnded: (days) => Promise.resolve(days) };
  startWorker(() => Promise.resolve());
  await vi.waitFor(() => {
    expect(log.lines).toContainEqual(expect.objectContaining({ deleted: 30 }));
  });
});

test('it lives while its loops turn', async () => {
  vi.useFakeTimers({ toFake: ['Date'] });
  try {
    waiting = [leasedRun(), leasedRun()];
    queue = { ...queue, renew: () => new Promise(() => undefined) };
    const take = vi.spyOn(queue, 'take');
    const started = startWorker(() => Promise.resolve());
    await vi.waitFor(() => {
      expect(take.mock.calls.length).toBeGreaterThan(2);
    });
    expect(started.isAlive()).toBe(true);
    await started.stop();
    vi.setSystemTime(Date.now() + 61_000);
    expect(started.isAlive()).toBe(false);
  } finally {
    vi.useRealTimers();
  }
});

test('what ended is counted and timed, and what failed is logged', async () => {
  const observer = observeRuns(log.logger);
  const run = leasedRun({ endedAt: new Date(3000) });
  observer.ended({ ...run, status: 'succeeded' });
  observer.stepFailed(run, 'store', new Error('inner words'));
  const metrics = await registry.metrics();
  expect(metrics).toMatch(/^workflow_runs_total\{status="succeeded"\} 1$/m);
  expect(metrics).toMatch(/^workflow_runs_total\{status="failed"\} 0$/m);
  expect(metrics).toMatch(/^workflow_run_duration_seconds_sum 2$/m);
  expect(log.lines.at(-1)).toMatchObject({ step: 'store', error: { message: 'inner words' } });
});

test.each([
  [true, 200],
  [false, 503],
])('beside the API, whether it works (%s) is what its life is: %i', async (alive, status) => {
  const measure = vi.fn(() => Promise.resolve());
  const app = createBeside({
    settings: { systemHealthToken: SYSTEM_HEALTH_TOKEN, metricsToken: METRICS_TOKEN },
    logger: log.logger,
    health: new HealthAggregator([], 1, log.logger),
    draining: { active: false },
    isAlive: () => alive,
    measure,
  });
  expect((await app.inject(LIVE_PATH)).statusCode).toBe(status);
  expect((await app.inject('/nowhere')).json()).toEqual({ detail: 'Not found' });
  expect((await app.inject('/api/metrics')).statusCode).toBe(401);
  const headers = { authorization: `Bearer ${METRICS_TOKEN}` };
  expect((await app.inject({ url: '/api/metrics', headers })).statusCode).toBe(200);
  expect(measure).toHaveBeenCalledOnce();
  await app.close();
});
