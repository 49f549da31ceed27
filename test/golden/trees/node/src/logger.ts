/** The log: one JSON object a line on stdout, with the request and the trace that each line belongs to. */
import { trace } from '@opentelemetry/api';
import { pino, type DestinationStream, type Logger } from 'pino';
import { requestContext } from './request-context.ts';

const LEVELS = { DEBUG: 'debug', INFO: 'info', WARNING: 'warn', ERROR: 'error' } as const;

/** Names of pino's levels as the settings and every log query spell them. */
const LABELS: Readonly<Record<string, string>> = {
  warn: 'WARNING',
  fatal: 'ERROR',
  trace: 'DEBUG',
};

/** @param destination where lines go; stdout without it */
export const createLogger = (
  level: keyof typeof LEVELS,
  destination?: DestinationStream,
): Logger => {
  const options = {
    level: LEVELS[level],
    base: { process: process.pid },
    messageKey: 'message',
    errorKey: 'error',
    timestamp: () => `,"timestamp":"${new Date().toISOString()}"`,
    formatters: {
      level: (label: string) => ({ level: LABELS[label] ?? label.toUpperCase() }),
    },
    // Nothing of a request is logged whole; this is for who forgets it.
    redact: ['*.password', '*.authorization', '*.cookie', '*.refresh_token'],
    mixin: identify,
  };
  return destination === undefined ? pino(options) : pino(options, destination);
};

function identify(): object {
  const context = requestContext.getStore();
  const span = trace.getActiveSpan()?.spanContext();
  // Without tracing of ours the caller's trace still leads to these lines.
  const traceId = span?.traceId ?? context?.callersTraceId;
  return {
    ...(context && { request_id: context.requestId }),
    ...(traceId !== undefined && { trace_id: traceId }),
  };
}
