/** Sends the logs of all containers to where they are kept: Fluent Bit under the compose profile `logs`. */
import {
  applicationOf,
  DATA_SERVICES,
  hasOwnCertificate,
  productionStackOf,
} from '../src/component/application-view.ts';
import { add } from '../src/component/contribution.ts';
import { defineComponent, type Project } from '../src/component/define.ts';
import { choice, integer, type KnownAnswers } from '../src/component/fields.ts';
import { literal } from '../src/render/view.ts';

/** What runs in production, by the name that compose has for it. */
function servicesOf(project: Project): readonly string[] {
  const { service, migrateTarget, listeners, workers, jobs } = applicationOf(project);
  return [
    service,
    ...(migrateTarget === undefined ? [] : ['migrate']),
    ...[...listeners, ...workers, ...jobs].map(({ name }) => name),
    ...DATA_SERVICES.filter((id) => project.has(id)),
    ...(project.has('nginx') ? ['proxy', ...(hasOwnCertificate(project) ? [] : ['acme'])] : []),
    ...(project.has('backup') ? ['backup'] : []),
    ...(project.has('monitoring') ? monitorsOf(project) : []),
  ];
}

/** What measures, and what tells of those that cannot be measured themselves. */
const monitorsOf = (project: Project): readonly string[] => [
  ...['prometheus', 'alertmanager', 'grafana', 'node-exporter', 'blackbox-exporter'],
  ...['postgres', 'redis', 'nginx'].filter((id) => project.has(id)).map((id) => `${id}-exporter`),
];

/** The program's name for each destination, and where that listens unless it is told otherwise. */
const DESTINATIONS = {
  loki: { plugin: 'loki', port: 3100 },
  elasticsearch: { plugin: 'es', port: 9200 },
  opentelemetry: { plugin: 'opentelemetry', port: 4318 },
  http: { plugin: 'http', port: 443 },
} as const;

/** Whether a component of the containers is in the plan, while the fields of another are asked. */
const isChosen = (id: string, known: KnownAnswers): boolean => {
  const containers = known.get('containers');
  return Array.isArray(containers) && containers.includes(id);
};

/** Whether the logs go to an address that `.env` names: always, unless the Elasticsearch that is meant is the stack's own. */
const goesElsewhere = (destination: keyof typeof DESTINATIONS, project: Project): boolean =>
  !(project.has('elk') && destination === 'elasticsearch');

/** Where the logs go, as a document says it. */
const targetsOf = (destination: keyof typeof DESTINATIONS, project: Project): string =>
  [
    ...(project.has('elk') ? ['the Logstash of this stack'] : []),
    ...(goesElsewhere(destination, project) ? ['`LOGS_HOST` in `.env`'] : []),
  ].join(' and to ');

export default defineComponent({
  id: 'log-shipping',
  category: 'containers',
  description: 'Fluent Bit sends the logs of all containers on, without root and without the Docker socket',
  chosenByDefault: false,
  requires: ['docker', 'compose'],
  fields: {
    destination: choice('Log destination', ['loki', 'elasticsearch', 'opentelemetry', 'http'], {
      help: 'What the logs are sent to; http is a JSON array to any address. With elk, elasticsearch is the one beside it.',
      // Sent to a second place besides only when somebody says so.
      default: (known) => (isChosen('elk', known) ? 'elasticsearch' : 'loki'),
    }),
    bufferMb: integer('Log buffer (MB)', {
      help: 'How much is kept on the disk while the destination does not answer.',
      default: 1024,
      min: 16,
      max: 1_048_576,
    }),
  },
  view: ({ destination, bufferMb }, project) => ({
    destination,
    bufferMb,
    composeProduction: literal(productionStackOf(project)),
    toElk: project.has('elk'),
    elsewhere: goesElsewhere(destination, project),
    toLoki: destination === 'loki',
    toElasticsearch: destination === 'elasticsearch' && goesElsewhere(destination, project),
    // Logstash takes the line apart itself: it needs the whole of it.
    keepsLine: project.has('elk') && goesElsewhere(destination, project),
    toHttp: destination === 'http',
    plugin: DESTINATIONS[destination].plugin,
    defaultPort: DESTINATIONS[destination].port,
    services: servicesOf(project),
    target: literal(targetsOf(destination, project)),
    // Made here, because in a template the braces of compose and of Handlebars run together. A host that is missing
    // shows in the shipper's log, by its name; to demand it would stop those who have no use for it.
    host: literal('${LOGS_HOST:-logs-host-is-not-set.invalid}'),
    port: literal(`\${LOGS_PORT:-${DESTINATIONS[destination].port}}`),
    tls: literal('${LOGS_TLS:-on}'),
    user: literal('${LOGS_USER:-}'),
    password: literal('${LOGS_PASSWORD:-}'),
    path: literal('${LOGS_PATH:-/}'),
  }),
  contributes: ({ destination }, project) => [
    add.compose('production', 'compose/log-shipper.production.yml', { order: 60 }),
    ...(goesElsewhere(destination, project) ? [add.env('env', 'env/logs.env', { order: 70 })] : []),
    add.readme('readme', 'readme/logs.md', { order: 58 }),
    add.readme('deployment', 'readme/deployment.md', { order: 23 }),
  ],
  diagram: (_, { names }) => [{ from: names.slug, to: 'logs', label: 'Fluent Bit' }],
  samples: {
    default: {},
    elasticsearch: { destination: 'elasticsearch' },
    opentelemetry: { destination: 'opentelemetry', bufferMb: 256 },
    http: { destination: 'http' },
  },
});
