/**
 * Traces of requests and of what they ask of other services, sent over OTLP.
 * Imported only when OTEL_ENABLED is true, so that a service without tracing does not pay for it.
 */
import { tracingChannel } from 'node:diagnostics_channel';
import { FastifyOtelInstrumentation } from '@fastify/otel';
import { SpanKind, SpanStatusCode, type Span, type Tracer } from '@opentelemetry/api';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BatchSpanProcessor,
  NodeTracerProvider,
  type SpanExporter,
} from '@opentelemetry/sdk-trace-node';
import { PrismaInstrumentation } from '@prisma/instrumentation';
import type { FastifyPluginCallback } from 'fastify';
import type { Settings } from '../../settings/settings.ts';

export interface Tracing {
  /** Traces the requests of a Fastify application that registers it. */
  readonly plugin: FastifyPluginCallback;
  /** Sends what is left. */
  readonly close: () => Promise<void>;
}

/**
 * Begins to trace requests, queries and commands of Redis.
 * @param exporter where spans go; OTLP without it, which reads the standard OTEL_EXPORTER_OTLP_* variables itself
 */
export function startTracing(
  settings: Pick<Settings, 'otelServiceName' | 'environment'>,
  isProbe: (path: string) => boolean,
  exporter: SpanExporter = new OTLPTraceExporter(),
): Tracing {
  const provider = new NodeTracerProvider({
    resource: resourceFromAttributes({
      'service.name': settings.otelServiceName,
      'deployment.environment.name': settings.environment,
    }),
    spanProcessors: [new BatchSpanProcessor(exporter)],
  });
  provider.register();
  const prisma = new PrismaInstrumentation();
  prisma.setTracerProvider(provider);
  prisma.enable();
  const endRedis = traceRedis(provider.getTracer('redis'));
  const fastify = new FastifyOtelInstrumentation({
    ignorePaths: ({ url }) => isProbe(url.split('?', 1)[0] ?? ''),
  });
  fastify.setTracerProvider(provider);
  return {
    plugin: fastify.plugin(),
    close: async () => {
      endRedis();
      prisma.disable();
      await provider.shutdown();
    },
  };
}

/** What the client of Redis tells of a command: https://github.com/redis/node-redis/blob/master/docs/diagnostics-channel.md */
interface RedisCommand {
  readonly command?: unknown;
  readonly error?: unknown;
}

/** Only the command's name: keys and values may hold what is nobody's business. */
function traceRedis(tracer: Tracer): () => void {
  const spans = new WeakMap<object, Span>();
  const end = (message: unknown): void => {
    if (typeof message !== 'object' || message === null) return;
    const { error } = message as RedisCommand;
    const span = spans.get(message);
    if (error instanceof Error)
      span?.setStatus({ code: SpanStatusCode.ERROR, message: error.name });
    span?.end();
    spans.delete(message);
  };
  const subscribers = {
    start: (message: unknown): void => {
      if (typeof message !== 'object' || message === null) return;
      const { command } = message as RedisCommand;
      const name = typeof command === 'string' ? command : 'COMMAND';
      const attributes = { 'db.system.name': 'redis', 'db.operation.name': name };
      spans.set(message, tracer.startSpan(name, { kind: SpanKind.CLIENT, attributes }));
    },
    end: () => undefined,
    asyncStart: () => undefined,
    asyncEnd: end,
    error: () => undefined,
  };
  const channel = tracingChannel('node-redis:command');
  channel.subscribe(subscribers);
  return () => {
    channel.unsubscribe(subscribers);
  };
}
