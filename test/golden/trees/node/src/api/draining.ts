/**
 * Leaves in good order: on SIGTERM the service first says so, then stops listening.
 * For the time of the drain delay it still serves, but is not ready and closes each connection after its answer.
 * That is when load balancers take it out and clients turn elsewhere.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from 'pino';

/** Whether this process is on its way out. */
export interface Draining {
  readonly active: boolean;
}

export interface Leaving {
  readonly drainDelaySeconds: number;
  readonly shutdownTimeoutSeconds: number;
}

/**
 * Has the process end in good order when it is told to.
 * @param stop stops listening, waits for what is under way and closes what is open
 * @param exit ends the process; a test passes its own
 */
export function leaveOnSignal(
  settings: Leaving,
  logger: Logger,
  stop: () => Promise<void>,
  exit: (code: number) => void = (code) => process.exit(code),
): Draining {
  const state = { active: false };
  const leave = async (): Promise<void> => {
    logger.info({ delay_seconds: settings.drainDelaySeconds }, 'Draining');
    await sleep(settings.drainDelaySeconds * 1000);
    const late = setTimeout(() => {
      logger.error('What was under way did not end in time');
      exit(1);
    }, settings.shutdownTimeoutSeconds * 1000);
    try {
      await stop();
      logger.info('Stopped');
      clearTimeout(late);
      exit(0);
    } catch (error) {
      logger.error({ error }, 'It did not stop in good order');
      exit(1);
    }
  };
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => {
      // Some process managers send it to the whole group: the second one changes nothing.
      if (state.active) return;
      state.active = true;
      void leave();
    });
  return state;
}
