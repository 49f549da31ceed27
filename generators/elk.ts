/** Keeps the logs of all containers where they can be searched: Logstash, Elasticsearch and Kibana beside the log shipper. */
import { add } from '../src/component/contribution.ts';
import { sizeOf } from '../src/component/container-view.ts';
import { defineComponent } from '../src/component/define.ts';
import { choice, integer } from '../src/component/fields.ts';
import { versionsOf } from '../src/component/pins.ts';
import { literal } from '../src/render/view.ts';

/** Where Kibana listens on the machine. */
const KIBANA = 'https://127.0.0.1:5601';

/** How Kibana shows a trace's id: as a link to the trace in Jaeger. Saved objects hold this as a text within their JSON. */
const LINK_TO_TRACE = {
  'trace.id': {
    id: 'url',
    params: { urlTemplate: 'http://127.0.0.1:16686/trace/{{value}}', labelTemplate: '{{value}}' },
  },
};

/** The files of `secrets/logging` that hold random words, by the names that compose has for them. */
const PASSWORDS = [
  'elastic_password',
  'kibana_password',
  'kibana_encryption_key',
  'logstash_password',
  'log_reader_password',
];

export default defineComponent({
  id: 'elk',
  category: 'containers',
  description:
    'Logstash, Elasticsearch and Kibana keep the logs: TLS, no default password, limited retention',
  chosenByDefault: false,
  requires: ['docker', 'compose', 'log-shipping'],
  fields: {
    version: choice('Elastic version', versionsOf('elasticsearch'), {
      help: 'The version of Elasticsearch, Logstash and Kibana alike.',
      default: '9.5',
    }),
    retentionDays: integer('Log retention (days)', {
      help: 'How long a line of the logs is kept before it is deleted.',
      default: 30,
      min: 1,
      max: 3650,
    }),
    memoryMb: integer('Elasticsearch memory (MB)', {
      help: 'The memory limit of Elasticsearch; half of it is for its heap, the rest for the files it reads.',
      default: 2048,
      min: 1024,
      max: 65536,
    }),
  },
  view: ({ version, retentionDays, memoryMb }, { names, has }) => ({
    version,
    retentionDays,
    heapMb: Math.floor(memoryMb / 2),
    memory: sizeOf(memoryMb),
    reservedMemory: sizeOf(Math.floor(memoryMb / 2)),
    // A data stream's name has parts, with a hyphen between them: none may have one of its own.
    dataset: names.identifier,
    dataStream: `logs-${names.identifier}-default`,
    pattern: literal(`logs-${names.identifier}-*`),
    fieldFormats: literal(JSON.stringify(JSON.stringify(has('jaeger') ? LINK_TO_TRACE : {}))),
    traced: has('jaeger'),
    grafana: has('monitoring'),
    passwords: literal([...PASSWORDS, ...(has('monitoring') ? ['grafana_logs_password'] : [])].join(' ')),
    kibana: literal(KIBANA),
    tunnel: literal(has('jaeger') ? ' -L 16686:127.0.0.1:16686' : ''),
    links: literal(
      has('jaeger') ? ' A `trace.id` leads to its trace in Jaeger, and a trace to its lines.' : '',
    ),
  }),
  secretScripts: () => [
    {
      order: 30,
      command: 'scripts/make_logging_secrets.sh',
      makes: 'passwords and certificates of the logs',
      section: '[Logs](#logs)',
    },
  ],
  contributes: (_, project) => [
    add.compose('production', 'compose/elk.production.yml', { order: 62 }),
    ...(project.has('monitoring')
      ? [
          add.compose('production', 'compose/grafana.production.yml', { order: 78 }),
          add.prometheus('grafana-datasources', 'grafana/datasource.yml', { order: 20 }),
        ]
      : []),
    add.ignore('git', 'ignore/gitignore', { order: 61 }),
    add.readme('readme', 'readme/elk.md', { order: 59 }),
    add.readme('deployment', 'deployment/logs.md', { order: 93 }),
  ],
  diagram: () => [
    { from: 'logs', to: 'elasticsearch', label: 'Logstash' },
    { from: 'kibana', to: 'elasticsearch', label: 'HTTPS 9200' },
  ],
  samples: {
    default: {},
    oldest: { version: '8.19', retentionDays: 7, memoryMb: 1024 },
  },
});
