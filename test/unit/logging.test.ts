/** Do the log shipper, Logstash, Elasticsearch, Kibana and Jaeger agree on who sends what where, and on the names of fields? */
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { FieldValue } from '../../src/component/fields.ts';
import { render, textOf, type Rendered } from '../support/render.ts';

type Answers = Readonly<Record<string, FieldValue>>;

const platform = (answers: Answers = {}): Promise<Rendered> =>
  render({
    name: 'My Service',
    containers: ['docker', 'compose', 'log-shipping', 'elk', 'jaeger'],
    ...answers,
  });

interface Mapping {
  readonly type?: string;
  readonly properties?: Readonly<Record<string, Mapping>>;
}
interface IndexTemplate {
  readonly index_patterns: readonly string[];
  readonly template: { readonly mappings: Mapping };
}
interface Compose {
  readonly services: Readonly<
    Record<
      string,
      {
        readonly environment?: Readonly<Record<string, string>>;
        readonly networks?: readonly string[];
        readonly ports?: readonly string[];
        readonly profiles?: readonly string[];
        readonly secrets?: readonly string[];
      }
    >
  >;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
  readonly networks?: Readonly<Record<string, { readonly internal?: boolean }>>;
}

const composeOf = (output: Rendered, file = 'docker-compose.prod.yml'): Compose =>
  parse(textOf(output, file), { logLevel: 'silent' }) as Compose;

const indexTemplateOf = (output: Rendered): IndexTemplate =>
  JSON.parse(textOf(output, 'docker/elasticsearch/index-template.json')) as IndexTemplate;

const hosts = (output: Rendered): readonly string[] => {
  const { pipeline } = parse(textOf(output, 'docker/fluent-bit/fluent-bit.yaml')) as {
    pipeline: { outputs: readonly { readonly host: string }[] };
  };
  return pipeline.outputs.map(({ host }) => host);
};

/** Fields that the pipeline fills and that the index has no type for, so that nobody can search by them. */
function fieldsWithoutType(pipeline: string, { template }: IndexTemplate): readonly string[] {
  const targets = [...pipeline.matchAll(/=> "(\[[^"]+\]|message|stream)"$/gm)].map(([, target = '']) =>
    target.replace(/^\[|\]$/g, '').split(']['),
  );
  expect(targets.length).toBeGreaterThan(15);
  return targets
    .filter(
      (path) =>
        path.reduce<Mapping | undefined>((at, name) => at?.properties?.[name], template.mappings)?.type ===
        undefined,
    )
    .map((path) => path.join('.'));
}

describe('who gets the lines', () => {
  test.each<[string, Answers, readonly string[], boolean]>([
    ['elk takes them, and no other place has to be named', {}, ['logstash'], false],
    [
      'another place gets them besides when somebody names it',
      { 'log-shipping.destination': 'loki' },
      ['logstash', '${LOGS_HOST}'],
      true,
    ],
    [
      'without elk they go where .env says',
      { containers: ['docker', 'compose', 'log-shipping'] },
      ['${LOGS_HOST}'],
      true,
    ],
    [
      'an Elasticsearch elsewhere is one without elk',
      { containers: ['docker', 'compose', 'log-shipping'], 'log-shipping.destination': 'elasticsearch' },
      ['${LOGS_HOST}'],
      true,
    ],
  ])('%s', async (_, answers, expected, elsewhere) => {
    const output = await platform(answers);
    expect(hosts(output)).toEqual(expected);
    const { environment } = composeOf(output).services['log-shipper'] ?? {};
    expect(environment?.LOGS_HOST !== undefined).toBe(elsewhere);
    expect(textOf(output, '.env.example').includes('LOGS_HOST=')).toBe(elsewhere);
  });

  test('each line reaches Logstash whole, also when it is taken apart for another place', async () => {
    const shipped = async (destination: string) =>
      textOf(
        await platform({ 'log-shipping.destination': destination }),
        'docker/fluent-bit/fluent-bit.yaml',
      );
    expect(await shipped('loki')).toMatch(/key_name: log\n(?:.*\n){1,3} +preserve_key: true/);
    expect(await shipped('elasticsearch')).not.toContain('key_name: log');
  });
});

describe('fields', () => {
  test('each one that Logstash fills has a type, and one without is found', async () => {
    const output = await platform();
    const pipeline = textOf(output, 'docker/logstash/pipeline/logs.conf');
    expect(fieldsWithoutType(pipeline, indexTemplateOf(output))).toEqual([]);

    const without = JSON.parse(
      textOf(output, 'docker/elasticsearch/index-template.json').replace('"trace": {', '"track": {'),
    ) as IndexTemplate;
    expect(fieldsWithoutType(pipeline, without)).toEqual(['trace.id']);
  });

  test.each([
    ['fastapi', 'core/logs.py', /"(\w+)": /g, ['request_id', 'trace_id', 'level', 'logger', 'message']],
    ['node', 'src/logger.ts', /\b(\w+): context|\b(\w+): traceId/g, ['request_id', 'trace_id']],
  ])('what %s writes into a line is what Logstash looks for', async (stack, file, names, needed) => {
    const output = await platform({ stack });
    const written = [...textOf(output, file).matchAll(names)].map(([, one, other]) => one ?? other);
    expect(written).toEqual(expect.arrayContaining(needed));
    const pipeline = textOf(output, 'docker/logstash/pipeline/logs.conf');
    for (const name of needed) expect(pipeline).toContain(`"[line][${name}]" => `);
  });

  test('Logstash writes into a data stream that the template is for and that its role reaches', async () => {
    const output = await platform();
    const [pattern = ''] = indexTemplateOf(output).index_patterns;
    expect(pattern).toBe('logs-my_service-*');
    expect(textOf(output, 'docker/logstash/pipeline/logs.conf')).toMatch(
      /data_stream_dataset => "my_service"/,
    );
    for (const role of ['logs_writer', 'logs_reader'])
      expect(JSON.parse(textOf(output, `docker/elasticsearch/roles/${role}.json`))).toMatchObject({
        indices: [{ names: [pattern] }],
      });
    expect(textOf(output, 'docker/elasticsearch/elasticsearch.yml')).toContain(`"${pattern},.*"`);
  });

  test.each([
    [undefined, '30d'],
    [7, '7d'],
  ])('retention of %s days', async (days, age) => {
    const output = await platform(days === undefined ? {} : { 'elk.retentionDays': days });
    expect(JSON.parse(textOf(output, 'docker/elasticsearch/ilm-policy.json'))).toMatchObject({
      policy: { phases: { hot: { actions: { rollover: {} } }, delete: { min_age: age } } },
    });
  });
});

describe('the stack of the logs', () => {
  test('nothing of it is published but Kibana on the machine itself, and all but what publishes has no way out', async () => {
    const { services, networks } = composeOf(await platform());
    expect(networks?.logging).toEqual({ internal: true });
    const ports = (name: string) => services[name]?.ports;
    expect(ports('kibana')).toEqual(['127.0.0.1:5601:5601']);
    for (const name of ['elasticsearch', 'elasticsearch-setup', 'logstash', 'kibana-setup']) {
      expect(ports(name), name).toBeUndefined();
      expect(services[name]?.networks, name).toEqual(['logging']);
      expect(services[name]?.profiles, name).toEqual(['logs']);
    }
  });

  test('each secret that a service gets is a file, and each file is one that the script makes', async () => {
    const output = await platform();
    const { services, secrets = {} } = composeOf(output);
    const script = textOf(output, 'scripts/make_logging_secrets.sh');
    const words = (list: string) => (new RegExp(`${list}=\\((.*)\\)`).exec(script)?.[1] ?? '').split(' ');
    const made = [
      'ca.pem',
      ...[...words('SERVERS'), ...words('CLIENTS')].flatMap((name) => [`${name}.pem`, `${name}.key`]),
      ...words('PASSWORDS'),
    ];
    const files = Object.values(secrets).map(({ file }) => file);
    expect(files.sort()).toEqual(made.map((name) => `./secrets/logging/${name}`).sort());
    const given = Object.values(services).flatMap((service) => service.secrets ?? []);
    expect([...new Set(given)].sort()).toEqual(Object.keys(secrets).sort());
    expect(textOf(output, '.gitignore')).toContain('\nsecrets/logging/\n');
  });
});

describe('traces', () => {
  const viewOf = (output: Rendered) =>
    JSON.parse(textOf(output, 'docker/kibana/saved-objects.ndjson').split('\n')[0] ?? '') as {
      id: string;
      attributes: { fieldFormatMap: string };
    };

  test('Kibana leads to the trace, and Jaeger to its lines in the data view that there is', async () => {
    const output = await platform();
    const view = viewOf(output);
    expect(JSON.parse(view.attributes.fieldFormatMap)).toMatchObject({
      'trace.id': { id: 'url', params: { urlTemplate: 'http://127.0.0.1:16686/trace/{{value}}' } },
    });
    const { linkPatterns } = JSON.parse(textOf(output, 'docker/jaeger/ui.json')) as {
      linkPatterns: readonly { readonly type: string; readonly url: string }[];
    };
    expect(linkPatterns).toHaveLength(1);
    expect(linkPatterns[0]?.url).toContain(`dataViewId:'${view.id}'`);
    expect(linkPatterns[0]?.url).toContain('trace.id:%20%22#{traceID}%22');
    expect(textOf(output, 'docker/jaeger/config.yml')).toContain('config_file: /etc/jaeger/ui.json');
  });

  test('one without the other has no link', async () => {
    const logs = await platform({ containers: ['docker', 'compose', 'log-shipping', 'elk'] });
    expect(viewOf(logs).attributes.fieldFormatMap).toBe('{}');
    const traces = await platform({ containers: ['docker', 'compose', 'jaeger'] });
    expect([...traces.tree.keys()]).not.toContain('docker/jaeger/ui.json');
    expect(textOf(traces, 'docker/jaeger/config.yml')).not.toContain('ui.json');
  });

  test.each(['fastapi', 'node', 'none'])('%s sends its traces to Jaeger when it sends any', async (stack) => {
    const output = await platform({ stack });
    const { services } = composeOf(output, 'docker-compose.yml');
    const senders = Object.entries(services).filter(
      ([, { environment }]) => environment?.OTEL_EXPORTER_OTLP_ENDPOINT === 'http://jaeger:4318',
    );
    const app = stack === 'none' ? 'app' : 'api';
    expect(senders.map(([name]) => name)).toContain(app);
    // Where both are, one finds the other.
    for (const [name, { networks }] of senders) expect(networks, name).toContain('frontend');
    expect(services.jaeger?.networks).toEqual(['frontend']);
    expect(services.jaeger?.ports).toEqual(['127.0.0.1:16686:16686']);
    expect(services.jaeger?.profiles).toEqual(['tracing']);
  });
});

describe('Grafana', () => {
  const shown = (containers: readonly string[]): Promise<Rendered> =>
    platform({
      containers: ['docker', 'compose', 'log-shipping', 'monitoring', ...containers],
      'monitoring.folder': 'docker',
    });
  const sourcesOf = (output: Rendered) =>
    (
      parse(textOf(output, 'docker/grafana/datasources/datasources.yml')) as {
        datasources: readonly { readonly uid: string; readonly type: string; readonly jsonData?: object }[];
      }
    ).datasources.filter(({ uid }) => ['logs', 'traces'].includes(uid));

  test('reads logs and traces, and each leads to the other', async () => {
    const output = await shown(['elk', 'jaeger']);
    expect(sourcesOf(output)).toMatchObject([
      {
        uid: 'logs',
        type: 'elasticsearch',
        basicAuthUser: 'grafana',
        jsonData: { index: 'logs-my_service-*', dataLinks: [{ field: 'trace.id', datasourceUid: 'traces' }] },
      },
      { uid: 'traces', type: 'jaeger', jsonData: { tracesToLogsV2: { datasourceUid: 'logs' } } },
    ]);
    // The user that it is to Elasticsearch is made, and it reaches both.
    expect(textOf(output, 'docker/elasticsearch/setup.sh')).toContain(
      'user grafana grafana_logs_password logs_reader',
    );
    const { services } = composeOf(output);
    expect(services.grafana?.networks).toContain('logging');
    expect(services.jaeger?.networks).toEqual(['monitoring']);
    expect(services.grafana?.networks).toContain('monitoring');
  });

  test('one without the other leads nowhere', async () => {
    const [logs, ...others] = sourcesOf(await shown(['elk']));
    expect(others).toEqual([]);
    expect(logs?.jsonData).not.toHaveProperty('dataLinks');
    const [traces, ...rest] = sourcesOf(await shown(['jaeger']));
    expect(rest).toEqual([]);
    expect(traces).not.toHaveProperty('jsonData');
  });
});
