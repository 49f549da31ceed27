import { InMemorySpanExporter } from '@opentelemetry/sdk-trace-node';
import { expect, inject, test } from 'vitest';
import { createApp, isProbe } from '../../src/api/app.ts';
import { createResources } from '../../src/api/resources.ts';
import { startTracing } from '../../src/infrastructure/observability/tracing.ts';
import { API_PREFIX } from '../../src/project.ts';
import { logInAs } from '../support/accounts.ts';
import { readableLog } from '../support/log.ts';
import { settingsWith } from '../support/settings.ts';

const TRACE = '0af7651916cd43dd8448eb211c80319c';

test('a request, its queries and its commands are one trace, also in the log', async () => {
  const exporter = new InMemorySpanExporter();
  const settings = settingsWith({
    DATABASE_URL: inject('databaseUrl'),
    REDIS_URL: inject('redisUrl'),
  });
  const tracing = startTracing(settings, isProbe, exporter);
  const log = readableLog();
  const resources = createResources(settings, log.logger);
  const app = await createApp(settings, log.logger, resources, { active: false }, tracing.plugin);
  const headers = await logInAs({ resources }, 'user');
  const { id } = await resources.items.create('lamp', '');
  exporter.reset();
  const answer = await app.inject({
    url: `${API_PREFIX}/items/${id}`,
    headers: { ...headers, traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
  });
  expect(answer.statusCode).toBe(200);
  await app.inject(`${API_PREFIX}/health/live`);
  let spans: { readonly name: string; readonly trace: string }[] = [];
  exporter.shutdown = () => {
    spans = exporter
      .getFinishedSpans()
      .map((span) => ({ name: span.name, trace: span.spanContext().traceId }));
    return Promise.resolve();
  };
  await app.close();
  await resources.close();
  await tracing.close();
  const names = spans.filter(({ trace }) => trace === TRACE).map(({ name }) => name);
  expect(names).toContain('GET');
  expect(names.some((name) => name.startsWith('prisma:client'))).toBe(true);
  expect(spans.some(({ name }) => name.includes('health'))).toBe(false);
  expect(log.lines.find(({ route }) => route === `${API_PREFIX}/items/:id`)).toMatchObject({
    trace_id: TRACE,
  });
});
