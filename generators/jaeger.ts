/** Keeps and shows the traces that the application sends over OTLP: Jaeger under the compose profile `tracing`. */
import { applicationOf, isOurApplication } from '../src/component/application-view.ts';
import { sizeOf } from '../src/component/container-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { integer } from '../src/component/fields.ts';
import { literal } from '../src/render/view.ts';

/** The processes that send traces, by the names that compose has for them. */
function tracedIn(project: Project): readonly string[] {
  const { service, listeners, workers } = applicationOf(project);
  return [service, ...[...listeners, ...workers].map(({ name }) => name)];
}

/** The search for the lines of one trace, as Kibana writes it into its address; Jaeger fills in the trace's id. */
const linesOf = ({ names }: Project): string =>
  "https://127.0.0.1:5601/app/discover#/?_g=(time:(from:now-30d,to:now))&_a=(dataSource:(dataViewId:'" +
  `${names.slug}-logs',type:dataView),query:(language:kuery,query:'trace.id:%20%22#{traceID}%22'))`;

export default defineComponent({
  id: 'jaeger',
  category: 'containers',
  description: 'Jaeger keeps the traces of requests and shows them',
  chosenByDefault: false,
  requires: ['docker', 'compose'],
  fields: {
    retentionDays: integer('Trace retention (days)', {
      help: 'How long a trace is kept before it is deleted.',
      default: 7,
      min: 1,
      max: 365,
    }),
    memoryMb: integer('Jaeger memory (MB)', {
      help: 'The memory limit of Jaeger in production.',
      default: 1024,
      min: 256,
      max: 65536,
    }),
  },
  // Two ways to the same line: Kibana leads to the trace, and the trace to its lines.
  layers: (_, project) => (project.has('elk') ? ['linked'] : []),
  view: ({ retentionDays, memoryMb }, project) => ({
    retentionDays,
    retentionHours: retentionDays * 24,
    memory: sizeOf(memoryMb),
    // Beyond it the garbage collector works harder, before the limit ends the process.
    memoryTargetMb: Math.floor(memoryMb * 0.8),
    reservedMemory: sizeOf(Math.floor(memoryMb / 4)),
    traced: tracedIn(project),
    ours: isOurApplication(project),
    linked: project.has('elk'),
    linesOfTrace: literal(linesOf(project)),
    links: literal(
      project.has('elk')
        ? ' In a trace, _Lines of the log_ opens its lines in Kibana; there a `trace.id` leads back.'
        : '',
    ),
  }),
  contributes: (_, project) => [
    add.compose('base', 'compose/jaeger.yml', { order: 63 }),
    add.compose('production', 'compose/jaeger.production.yml', { order: 63 }),
    ...(project.has('monitoring')
      ? [
          add.compose('production', 'compose/grafana.production.yml', { order: 78 }),
          add.prometheus('grafana-datasources', 'grafana/datasource.yml', { order: 21 }),
        ]
      : []),
    add.readme('readme', 'readme/tracing.md', { order: 59 }),
  ],
  diagram: (_, { names }) => [{ from: names.slug, to: 'jaeger', label: 'OTLP 4318' }],
  samples: {
    default: {},
    short: { retentionDays: 1, memoryMb: 512 },
  },
});
