/** The check `compose` on bad twins, its reading of overlays, and its schema reader against ajv. */
import { Ajv2020 } from 'ajv/dist/2020.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { compose } from '../../../src/verify/embedded/compose.ts';
import schema from '../../../src/verify/embedded/data/compose-spec.json' with { type: 'json' };
import { schemaFaults } from '../../../src/verify/embedded/json-schema.ts';
import { findingsOf, judge, testTwins, treeOf, type Twin } from './twins.ts';

const base = 'docker-compose.yml';
const production = 'docker-compose.prod.yml';
const DATABASE = `  postgres:
    <<: *hardened`;

/** Twins of which the finding points at the service, since what it lacks stands nowhere. */
const lacking = (rule: string, from: string | RegExp, to: string, at = DATABASE): Twin => ({
  rule,
  file: base,
  from,
  to,
  at,
});

/** The hardening anchor of all services cannot be cut without three findings; a service of its own can. */
const tool = (without: string, extra = ''): string =>
  `services:
  tool:
    image: ghcr.io/acme/tool:1.2.3
    read_only: true
    cap_drop: [ALL]
    security_opt: [no-new-privileges:true]
    restart: always
    mem_reservation: 10m
    mem_limit: 20m
    cpus: 1
    pids_limit: 10
    healthcheck: { test: [CMD, 'true'] }
`.replace(`    ${without}\n`, '') + extra;

const toolTwin = (rule: string, without: string): Twin => ({
  rule,
  file: 'docker-compose.monitoring.yml',
  to: tool(without),
  at: 'tool:',
});
const toolWith = (rule: string, line: string): Twin => ({
  rule,
  file: 'docker-compose.monitoring.yml',
  to: tool('none', `    ${line}\n`),
  at: line,
});

testTwins(
  compose,
  [
    {
      rule: 'compose-schema',
      file: base,
      from: 'internal: true',
      to: 'internal: true\n    internl: true',
      at: 'internl',
    },
    {
      rule: 'compose-internal-network',
      file: base,
      from: 'internal: true',
      to: 'internal: false',
      at: 'networks: [backend]\n\nnetworks:',
    },
    {
      rule: 'compose-internal-network',
      file: production,
      from: 'postgres:\n',
      to: "postgres:\n    ports: ['127.0.0.1:5432:5432']\n",
      at: "ports: ['127.0.0.1",
    },
    { rule: 'compose-schema', file: base, from: 'test: [CMD, pg_isready]', to: 'test: { cmd: pg_isready }' },
    { rule: 'compose-schema', file: base, from: 'networks: [backend]', to: 'network: [backend]' },
    {
      rule: 'compose-undefined',
      file: base,
      from: '      migrate:\n        condition',
      to: '      migration:\n        condition',
      at: 'migration:',
    },
    { rule: 'compose-undefined', file: base, from: 'networks: [backend]', to: 'networks: [front]' },
    { rule: 'compose-undefined', file: base, from: '- data:/var', to: '- datas:/var', at: 'volumes:' },
    {
      rule: 'compose-undefined',
      file: base,
      from: 'secrets: [database_password]',
      to: 'secrets: [password]',
    },
    toolTwin('compose-read-only', 'read_only: true'),
    toolTwin('compose-cap-drop', 'cap_drop: [ALL]'),
    toolTwin('compose-no-new-privileges', 'security_opt: [no-new-privileges:true]'),
    lacking('compose-read-only', DATABASE, `${DATABASE}\n    read_only: false`, 'read_only: false'),
    toolWith('compose-privileged', 'privileged: true'),
    toolWith('compose-privileged', 'network_mode: host'),
    toolWith('compose-privileged', "volumes: ['/var/run/docker.sock:/var/run/docker.sock:ro']"),
    toolTwin('compose-limits', 'cpus: 1'),
    toolTwin('compose-limits', 'mem_limit: 20m'),
    toolTwin('compose-reservations', 'mem_reservation: 10m'),
    toolTwin('compose-pids-limit', 'pids_limit: 10'),
    lacking('compose-healthcheck', / {4}healthcheck:\n.*\n/, '', DATABASE),
    {
      rule: 'compose-healthcheck',
      file: production,
      from: / {4}healthcheck:\n.*\n/,
      to: '    healthcheck: { disable: true }\n',
    },
    {
      rule: 'compose-depends-on',
      file: base,
      from: 'condition: service_healthy',
      to: 'condition: service_started',
      at: 'depends_on:',
    },
    toolTwin('compose-restart', 'restart: always'),
    { rule: 'compose-loopback-port', file: base, from: "'127.0.0.1:8000:8000'", to: "'8000:8000'" },
    { rule: 'compose-loopback-port', file: base, from: "'127.0.0.1:8000:8000'", to: "'0.0.0.0:8000:8000'" },
    {
      rule: 'compose-loopback-port',
      file: 'docker-compose.dev.yml',
      from: "'127.0.0.1:8025:8025'",
      to: "'${PORT:-8025}:8025'",
    },
    {
      rule: 'compose-loopback-port',
      file: base,
      from: "'127.0.0.1:8000:8000'",
      to: '{ target: 8000, published: 8000 }',
    },
    {
      rule: 'compose-default-password',
      file: base,
      from: '${DATABASE_PASSWORD:?}',
      to: '${DATABASE_PASSWORD:-shop}',
    },
    {
      rule: 'compose-default-password',
      file: base,
      from: '- POSTGRES_PASSWORD_FILE=/run/secrets/database_password',
      to: '- POSTGRES_PASSWORD=postgres',
      at: '- POSTGRES_PASSWORD',
    },
    {
      rule: 'compose-default-password',
      file: base,
      from: 'TOKEN_MINUTES: 30',
      to: 'POSTGRES_HOST_AUTH_METHOD: trust',
    },
    { rule: 'compose-image-tag', file: base, from: 'postgres:17.11-alpine3.24', to: 'postgres:latest' },
    {
      rule: 'compose-image-tag',
      file: base,
      from: 'postgres:17.11-alpine3.24',
      to: 'postgres',
      at: 'image: postgres',
    },
    { rule: 'compose-image-tag', file: production, from: 'shop:${TAG:?}', to: 'shop:${TAG:-latest}' },
    {
      rule: 'compose-log-rotation',
      file: production,
      from: '  postgres:\n    logging: *logging\n',
      to: '  postgres: {}\n',
      at: 'postgres: {}',
    },
  ],
  {
    'an image by digest': [
      { file: base, from: 'postgres:17.11-alpine3.24', to: `postgres@sha256:${'0'.repeat(64)}` },
    ],
    'a loopback address as a default, and of IPv6': [
      {
        file: base,
        from: "'127.0.0.1:8000:8000'",
        to: "'${BIND:-127.0.0.1}:8000:8000'\n      - '[::1]:8000:8000'",
      },
    ],
    'a health check of the image alone': [
      { file: production, from: / {4}healthcheck:\n.*\n/, to: '' },
      { file: production, from: '    build: !reset null\n', to: '' },
    ],
    'a service in a development overlay that is not hardened': [
      { file: 'docker-compose.test.yml', to: 'services: { x: { image: a/b:1.0 } }\n' },
    ],
    'a log driver that keeps no file': [
      { file: production, from: /driver: json-file\n.*\n.*\n.*\n/, to: 'driver: syslog\n' },
    ],
    'an extended service': [
      {
        file: 'docker-compose.monitoring.yml',
        to: tool('none', "  other:\n    extends: { service: tool }\n    command: ['x']\n"),
      },
    ],
  },
);

describe('overlays', () => {
  it('lose what they reset and replace what they override', async () => {
    const tree = treeOf({
      'compose.yaml': "services: { a: { image: 'a:1', ports: ['127.0.0.1:1:1'], privileged: true } }\n",
      'compose.prod.yaml': 'services:\n  a:\n    privileged: !reset null\n    cap_drop: !override [ALL]\n',
    });
    const found = findingsOf(await judge(compose, tree)).map(({ rule }) => rule);
    expect(found).not.toContain('compose-privileged');
    expect(found).not.toContain('compose-cap-drop');
    expect(found).toContain('compose-read-only');
  });
});

describe('schemaFaults', () => {
  const ajv = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);
  const leaf = fc.constantFrom<unknown>(
    null,
    true,
    1,
    0.5,
    -1,
    '',
    'a',
    '1s',
    'always',
    [],
    {},
    ['a', 'a'],
    ['a'],
    { a: 'b' },
    { a: null },
  );
  const keys = (definition: { readonly properties?: object }): fc.Arbitrary<string> =>
    fc.constantFrom('x-a', 'unknown', ...Object.keys(definition.properties ?? {}));
  const some = (definition: { readonly properties?: object }): fc.Arbitrary<unknown> =>
    fc.dictionary(
      keys(definition),
      fc.oneof(leaf, fc.dictionary(fc.constantFrom('limits', 'test', 'a', 'condition'), leaf)),
      { maxKeys: 2 },
    );
  const { $defs } = schema;

  it('agrees with ajv on compose files', () => {
    const file = fc.record(
      {
        services: fc.dictionary(
          fc.constantFrom('a', 'b'),
          fc.oneof(some($defs.container_spec), some($defs.workload_spec), some($defs.service)),
          { maxKeys: 1 },
        ),
        networks: fc.dictionary(fc.constantFrom('a'), some($defs.network), { maxKeys: 1 }),
        volumes: fc.dictionary(fc.constantFrom('a'), some($defs.volume), { maxKeys: 1 }),
        secrets: fc.dictionary(fc.constantFrom('a'), some($defs.secret), { maxKeys: 1 }),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(file, (value) => {
        expect(schemaFaults(schema, value).length === 0).toBe(ajv(value));
      }),
      { numRuns: 3000 },
    );
  });
});
