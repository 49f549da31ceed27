import { afterEach, expect, test, vi } from 'vitest';
import { leaveOnSignal } from '../../src/api/draining.ts';
import { readableLog } from '../support/log.ts';

const before = new Set([...process.listeners('SIGTERM'), ...process.listeners('SIGINT')]);
afterEach(() => {
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    for (const listener of process.listeners(signal))
      if (!before.has(listener)) process.removeListener(signal, listener);
});

const leave = async (stop: () => Promise<void>, shutdownTimeoutSeconds = 5): Promise<unknown[]> => {
  const exit = vi.fn();
  const settings = { drainDelaySeconds: 0.01, shutdownTimeoutSeconds };
  const draining = leaveOnSignal(settings, readableLog('ERROR').logger, stop, exit);
  expect(draining.active).toBe(false);
  process.emit('SIGTERM');
  process.emit('SIGTERM');
  expect(draining.active).toBe(true);
  await vi.waitFor(() => {
    expect(exit).toHaveBeenCalled();
  });
  return exit.mock.calls;
};

test('a second signal changes nothing, and the end is 0', async () => {
  const stop = vi.fn(() => Promise.resolve());
  expect(await leave(stop)).toEqual([[0]]);
  expect(stop).toHaveBeenCalledTimes(1);
});

test('what does not end in time, or fails, ends with 1', async () => {
  expect(await leave(() => new Promise(() => undefined), 0.05)).toEqual([[1]]);
  expect(await leave(() => Promise.reject(new Error('no')))).toEqual([[1]]);
});
