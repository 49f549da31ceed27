/** A log that a test can read. */
import type { Logger } from 'pino';
import { createLogger } from '../../src/logger.ts';

export interface Log {
  readonly logger: Logger;
  readonly lines: Record<string, unknown>[];
}

export function readableLog(level: Parameters<typeof createLogger>[0] = 'DEBUG'): Log {
  const lines: Record<string, unknown>[] = [];
  const write = (line: string): void => {
    lines.push(JSON.parse(line) as Record<string, unknown>);
  };
  return { logger: createLogger(level, { write }), lines };
}
