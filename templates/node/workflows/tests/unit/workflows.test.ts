import { beforeEach, describe, expect, test, vi } from 'vitest';
import { z } from 'zod';
import { runOut } from '../../src/api/run-out.ts';
import { importItems } from '../../src/domain/workflows/import-items.ts';
import { LeaseLost, maySee, type Stores } from '../../src/domain/workflows/run.ts';
import { pauseAfter, Runner, type RunPolicy } from '../../src/domain/workflows/runner.ts';
import {
  StepRefused,
  type Step,
  type StepContext,
  type Workflow,
} from '../../src/domain/workflows/workflow.ts';
import { fakeEvents, fakeQueue, leasedRun, RUN_ID, type FakeQueue } from '../support/runs.ts';

const POLICY: RunPolicy = { attempts: 3, retrySeconds: 1, stepSeconds: 5 };

const step = (name: string, run: Step['run']): Step => ({ name, run });
const adding = (name: string): Step =>
  step(name, async ({ state }) => Promise.resolve({ state: { ...state, [name]: true } }));
const breaking = (error: Error): Step => step('break', () => Promise.reject(error));

const workflowOf = (...steps: readonly Step[]): Workflow => ({
  name: 'test',
  does: 'is tested',
  input: z.object({}),
  steps,
});

let queue: FakeQueue;
let events: ReturnType<typeof fakeEvents>;
let ended: string[];
let failures: unknown[];
let interruptions: { stopping: AbortController; lost: AbortController };

beforeEach(() => {
  queue = fakeQueue();
  events = fakeEvents();
  [ended, failures] = [[], []];
  interruptions = { stopping: new AbortController(), lost: new AbortController() };
});

const carryOut = (workflow: Workflow, run = leasedRun(), policy: Partial<RunPolicy> = {}) => {
  const { stopping, lost } = interruptions;
  const observer = {
    ended: ({ status }: { status: string }) => ended.push(status),
    stepFailed: (_run: unknown, _step: string, error: unknown) => failures.push(error),
  };
  const workflows = new Map([[workflow.name, workflow]]);
  return new Runner(workflows, queue, events, observer, { ...POLICY, ...policy }).run(run, {
    stopping: stopping.signal,
    lost: lost.signal,
  });
};

describe('a run', () => {
  test('goes through its steps in order, each with what the one before left', async () => {
    await carryOut(workflowOf(adding('a'), adding('b')));
    expect(queue.calls).toEqual(['done {"a":true}', 'done {"a":true,"b":true}']);
    expect(events.statuses).toEqual(['running', 'running', 'succeeded']);
    expect(ended).toEqual(['succeeded']);
  });

  test('goes on where it stands', async () => {
    const run = leasedRun({ step: 1, state: { a: true } });
    await carryOut(workflowOf(adding('a'), adding('b')), run);
    expect(queue.calls).toEqual(['done {"a":true,"b":true}']);
  });

  test('gives each step a key of its own, the same each time', async () => {
    const keys: string[] = [];
    const telling = step('tell', async ({ key }) => {
      keys.push(key);
      return Promise.resolve({ state: {} });
    });
    await carryOut(workflowOf(telling));
    await carryOut(workflowOf(telling), leasedRun({ attempt: 2 }));
    expect(keys).toEqual([`${RUN_ID}:tell`, `${RUN_ID}:tell`]);
  });

  test('is tried again when a step fails, and not for ever', async () => {
    const workflow = workflowOf(breaking(new Error('inner words')));
    await carryOut(workflow);
    expect(queue.calls).toEqual(['retry']);
    expect([ended, events.statuses]).toEqual([[], ['running', 'queued']]);
    await carryOut(workflow, leasedRun({ attempt: 3 }));
    expect(queue.calls).toEqual(['retry', 'failed: The step break failed 3 times']);
    expect(ended).toEqual(['failed']);
    expect(String(failures[0])).toContain('inner words');
  });

  test('fails at once when its input is refused, in the words of the step', async () => {
    await carryOut(workflowOf(breaking(new StepRefused('Line 3 has no name'))));
    expect(queue.calls).toEqual(['failed: Line 3 has no name']);
  });

  test('fails when every worker ended in the middle of it', async () => {
    await carryOut(workflowOf(adding('a')), leasedRun({ attempt: 4 }));
    expect(queue.calls).toEqual(['failed: The worker ended in the middle of a step']);
    expect(ended).toEqual(['failed']);
  });

  test('whose step this version does not know is left to another worker', async () => {
    await carryOut(workflowOf(adding('a')), leasedRun({ workflow: 'newer' }));
    expect(queue.calls).toEqual(['retry']);
  });

  test('does not wait for a step that hangs, and tells it so', async () => {
    const told = vi.fn();
    const hanging = step('hang', ({ signal }) => {
      signal.addEventListener('abort', told);
      return new Promise(() => undefined);
    });
    await carryOut(workflowOf(hanging), leasedRun(), { stepSeconds: 0.05 });
    expect(queue.calls).toEqual(['retry']);
    expect(told).toHaveBeenCalledOnce();
  });

  test('is given back after the step under way when the worker is to end', async () => {
    const { stopping } = interruptions;
    const last = step('last', async () => {
      stopping.abort();
      return Promise.resolve({ state: { b: true } });
    });
    await carryOut(workflowOf(last, adding('never')));
    expect(queue.calls).toEqual(['done {"b":true}', 'give back']);
    expect(events.statuses.at(-1)).toBe('queued');
  });

  test('that is over when the worker is to end is not given back', async () => {
    interruptions.stopping.abort();
    await carryOut(workflowOf(adding('a')));
    expect(queue.calls).toEqual(['done {"a":true}']);
  });

  test('that another worker has is let alone', async () => {
    const { lost } = interruptions;
    const losing = step('lose', async () => {
      lost.abort(new LeaseLost('gone'));
      return Promise.resolve({ state: {} });
    });
    await expect(carryOut(workflowOf(losing))).rejects.toThrow(LeaseLost);
    expect(queue.calls).toEqual([]);
  });

  test('that another worker has is noticed when a step is noted', async () => {
    queue.lose();
    await expect(carryOut(workflowOf(adding('a')))).rejects.toThrow(LeaseLost);
    expect([queue.calls, failures]).toEqual([[], []]);
  });
});

test('pauses double, with chance in them and an end', () => {
  expect([1, 2, 3].map((attempt) => pauseAfter(attempt, 2, 1))).toEqual([2, 4, 8]);
  expect(pauseAfter(2, 2, 0)).toBe(2);
  expect(pauseAfter(50, 2, 1)).toBe(300);
});

test.each([
  [{ id: 'a', seesAll: false }, 'a', true],
  [{ id: 'a', seesAll: false }, 'b', false],
  [{ id: 'a', seesAll: false }, null, false],
  [{ id: null, seesAll: false }, null, false],
  [{ id: 'a', seesAll: true }, 'b', true],
])('%j sees a run of %j: %s', (viewer, ownerId, sees) => {
  expect(maySee(viewer, { ownerId })).toBe(sees);
});

test('a run is shown with the step at which it stands', () => {
  const workflow = workflowOf(adding('a'), adding('b'));
  const workflows = new Map([['test', workflow]]);
  expect(runOut(leasedRun({ step: 1 }), workflows)).toMatchObject({
    step: 'b',
    steps_done: 1,
    steps: 2,
  });
  expect(runOut(leasedRun({ workflow: 'newer' }), workflows)).toMatchObject({ step: null });
});

describe('import-items', () => {
  const stepOf = (name: string): Step => {
    const found = importItems(events).steps.find((one) => one.name === name);
    if (!found) throw new Error(`There is no step ${name}`);
    return found;
  };
  const context = (changes: Partial<StepContext>): StepContext => ({
    runId: RUN_ID,
    ownerId: null,
    key: 'key',
    input: {},
    state: {},
    signal: new AbortController().signal,
    ...changes,
  });
  const transform = (text: string) => stepOf('transform').run(context({ input: { text } }));

  test('makes an item of each line', async () => {
    const { state } = await transform('lamp; bright; and warm\r\n\n  chair  ');
    expect(state).toEqual({
      items: [
        { name: 'lamp', description: 'bright; and warm' },
        { name: 'chair', description: '' },
      ],
    });
  });

  test.each([
    ['lamp\n; bright', 'Line 2 has no name'],
    ['x'.repeat(201), 'Line 1 is too long'],
    [' \n', 'There is no item in the text'],
    ['a\n'.repeat(1001), 'There are more than 1000 items'],
  ])('refuses %j', async (text, words) => {
    await expect(transform(text)).rejects.toThrow(new StepRefused(words));
  });

  test('stores all of them when the step is noted, and says how many', async () => {
    const items = [{ name: 'lamp', description: '' }];
    const { state, save } = await stepOf('store').run(context({ state: { items } }));
    const add = vi.fn(() => Promise.resolve());
    await save?.({ items: { add } } as unknown as Stores);
    expect(add.mock.calls).toEqual([['lamp', '']]);
    await stepOf('notify').run(context({ state }));
    expect(events.notices).toEqual(['One item was imported']);
  });
});
