/** Is the production stack, as Docker Compose itself merges it, hardened, without what is for development, and of the right figures? */
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import type { FieldValue } from '../../src/component/fields.ts';
import { run, tryRun } from '../support/keep.ts';
import { readmeBlocksOf, renderedFolder } from '../support/repository.ts';
import { describeWithTools, requireTool } from '../support/tools.ts';

interface Service {
  readonly image?: string;
  readonly build?: { readonly dockerfile?: string; readonly target?: string };
  readonly command?: readonly string[] | null;
  readonly environment?: Readonly<Record<string, string>>;
  readonly depends_on?: Readonly<Record<string, { readonly condition: string }>>;
  readonly ports?: readonly {
    readonly host_ip?: string;
    readonly target: number;
    readonly published: string;
  }[];
  readonly volumes?: readonly {
    readonly type: string;
    readonly source: string;
    readonly read_only?: boolean;
  }[];
  readonly networks: Readonly<Record<string, unknown>>;
  readonly deploy: {
    readonly replicas?: number;
    readonly resources: Readonly<
      Record<
        'limits' | 'reservations',
        { readonly cpus: number; readonly memory: string; readonly pids?: number }
      >
    >;
    readonly restart_policy?: { readonly condition: string };
  };
  readonly logging: { readonly driver: string; readonly options: Readonly<Record<string, string>> };
}

interface Stack {
  readonly services: Readonly<Record<string, Service>>;
  readonly networks: Readonly<Record<string, { readonly internal?: boolean }>>;
  readonly secrets?: Readonly<Record<string, { readonly file: string }>>;
}

const PRODUCTION = ['docker-compose.yml', 'docker-compose.prod.yml'];
const LOGGING = 'docker/fluent-bit/logging.yml';

/** Every variable that is required gets a value that is like no other. */
function writeEnv(folder: string): void {
  const files = ['docker-compose.yml', 'docker-compose.dev.yml', 'docker-compose.prod.yml']
    .map((name) => join(folder, name))
    .filter((path) => existsSync(path))
    .map((path) => readFileSync(path, 'utf8'))
    .join('\n');
  const names = new Set([...files.matchAll(/\$\{(\w+):\?/g)].map(([, name = '']) => name));
  writeFileSync(join(folder, '.env'), [...names].map((name) => `${name}=${name.toLowerCase()}\n`).join(''));
}

async function merged(
  folder: string,
  files: readonly string[] = PRODUCTION,
  ...profiles: readonly string[]
): Promise<Stack> {
  const { code, stdout, stderr } = await tryRun(
    [
      requireTool('docker-compose'),
      ...files.flatMap((name) => ['-f', name]),
      ...profiles.flatMap((profile) => ['--profile', profile]),
      ...['config', '--format', 'json'],
    ],
    { cwd: folder },
  );
  if (code !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as Stack;
}

/** Megabytes of what Compose prints in bytes. */
const megabytes = (bytes: string): number => Number(bytes) / 1024 ** 2;

const serviceOf = (stack: Stack, name: string): Service => {
  const service = stack.services[name];
  if (!service) throw new Error(`the stack has no ${name}; it has ${Object.keys(stack.services).join(', ')}`);
  return service;
};

const granted = (stack: Stack, name: string): readonly number[] => {
  const { limits, reservations } = serviceOf(stack, name).deploy.resources;
  return [reservations.cpus, limits.cpus, megabytes(reservations.memory), megabytes(limits.memory)];
};

/** The options of a server's command line, `-c name=value` and `--name value` alike. */
const settingsOf = (stack: Stack, name: string): readonly string[] =>
  (serviceOf(stack, name).command ?? [])
    .filter((word) => word !== '-c')
    .map((word) => word.replace(/^--/, ''));

function expectHardened(stack: Stack): void {
  for (const [name, service] of Object.entries(stack.services)) {
    expect(service, name).toMatchObject({
      cap_drop: ['ALL'],
      read_only: true,
      security_opt: ['no-new-privileges:true'],
      deploy: {
        resources: {
          limits: {
            cpus: expect.any(Number) as number,
            memory: expect.any(String) as string,
            pids: expect.any(Number) as number,
          },
          reservations: { memory: expect.any(String) as string },
        },
      },
    });
  }
  expect(stack.networks.backend?.internal).toBe(true);
}

/** Nothing that only a developer needs: a port, a mount of sources, a mail catcher, an administration tool, a reloading server. */
function expectNothingForDevelopment(stack: Stack, publisher: string): void {
  for (const [name, service] of Object.entries(stack.services)) {
    // What people look at is reached through a tunnel.
    if (name !== publisher && name !== 'grafana')
      expect(service.ports ?? [], `${name} publishes nothing`).toEqual([]);
    expect(`${name} ${service.image ?? ''}`).not.toMatch(/mailpit|mailhog|pgadmin|commander|adminer/);
    expect(service.build?.target ?? 'production', name).not.toBe('development');
    expect(service.image ?? '', name).not.toContain('development');
    expect(JSON.stringify(service.command ?? []), name).not.toContain('--reload');
    expect(service.environment?.ENVIRONMENT ?? 'production', name).toBe('production');
    for (const { type, source, read_only: readOnly } of service.volumes ?? []) {
      if (type !== 'bind') continue;
      expect(readOnly, source).toBe(true);
      // It measures the machine itself.
      if (name === 'node-exporter') continue;
      expect(source, `${name} mounts configuration only`).toMatch(/\/(?:docker|monitoring)\//);
      expect(source, name).not.toContain('development');
    }
  }
}

/** What keeps running comes back; logs are rotated. */
function expectKept(stack: Stack): void {
  for (const [name, { deploy, logging }] of Object.entries(stack.services)) {
    if (name !== 'migrate') expect(deploy.restart_policy?.condition, name).toBe('any');
    const measures = /^(?:prometheus|alertmanager|grafana|.*-exporter)$/.test(name);
    expect(logging, name).toEqual({
      driver: 'json-file',
      options: measures ? { 'max-size': '10m', 'max-file': '3' } : { 'max-size': '50m', 'max-file': '5' },
    });
  }
}

/** What keeps data is reached from the inside alone, by those that need it; the proxy reaches what answers requests. */
function expectIsolated(stack: Stack): void {
  const networksOf = (name: string): readonly string[] => Object.keys(serviceOf(stack, name).networks).sort();
  for (const name of ['backend', 'logging', 'monitoring'])
    expect(stack.networks[name]?.internal, name).toBe(true);
  for (const name of ['postgres', 'redis']) expect(networksOf(name), name).toEqual(['backend']);
  expect(networksOf('proxy')).toEqual(['frontend']);
  const beside = Object.keys(stack.services).filter((name) => networksOf(name).includes('frontend'));
  expect(beside.sort()).toEqual(['api', 'nginx-exporter', 'proxy', 'websocket', 'worker']);
  for (const [name, { ports = [] }] of Object.entries(stack.services)) {
    if (name === 'proxy') expect(ports.map(({ target }) => target)).toEqual([8080, 8443]);
    else for (const { host_ip: address } of ports) expect(address, name).toBe('127.0.0.1');
  }
}

const folders: string[] = [];
afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

async function rendered(
  answers: Readonly<Record<string, FieldValue>>,
  preset: string | null,
): Promise<string> {
  const folder = await renderedFolder({ name: 'my-service', ...answers }, preset);
  folders.push(folder);
  writeEnv(folder);
  return folder;
}

describeWithTools('compose', ['docker-compose'], () => {
  let platform: string;

  beforeAll(async () => {
    platform = await rendered({}, 'fastapi-platform');
  });

  /** The platform's stack with a change of one of its files. */
  async function spoilt(file: string, from: string | RegExp, to: string): Promise<Stack> {
    const folder = await rendered({}, 'fastapi-platform');
    const path = join(folder, file);
    const before = readFileSync(path, 'utf8');
    const after = before.replace(from, to);
    if (after === before) throw new Error(`${file} has no ${String(from)}`);
    writeFileSync(path, after);
    return merged(folder);
  }

  test('the platform has every figure that it is to have', async () => {
    const stack = await merged(platform);
    // Reserved cores, cores, reserved megabytes, megabytes.
    expect(granted(stack, 'api')).toEqual([1, 2, 1024, 2048]);
    expect(granted(stack, 'postgres')).toEqual([1, 2, 1024, 2048]);
    expect(granted(stack, 'redis')).toEqual([0.5, 1, 512, 1024]);
    expect(serviceOf(stack, 'api')).toMatchObject({
      build: { dockerfile: 'Dockerfile.production', target: 'production' },
      deploy: { replicas: 2 },
      environment: { WEB_CONCURRENCY: '4' },
    });
    expect(settingsOf(stack, 'postgres')).toEqual([
      'postgres',
      'max_connections=200',
      'shared_buffers=256MB',
      'effective_cache_size=1GB',
      'work_mem=4MB',
      'maintenance_work_mem=64MB',
      'wal_buffers=16MB',
      'checkpoint_timeout=15min',
      'checkpoint_completion_target=0.9',
      'min_wal_size=512MB',
      'max_wal_size=2GB',
    ]);
    expect(settingsOf(stack, 'redis')).toEqual([
      'start-redis',
      'maxmemory 512mb',
      'maxmemory-policy allkeys-lru',
      'appendonly yes',
      'appendfsync everysec',
    ]);
  });

  test('figures follow from the answers', async () => {
    const stack = await merged(
      await rendered(
        {
          'fastapi.cpuLimit': 1,
          'fastapi.memoryLimitMb': 1000,
          'compose.replicas': 3,
          'postgres.cpuLimit': 8,
          'postgres.memoryLimitMb': 16_384,
          'postgres.maxConnections': 500,
          'redis.maxMemoryMb': 2048,
          'redis.cpuLimit': 2,
        },
        'fastapi-platform',
      ),
    );
    expect(granted(stack, 'api')).toEqual([0.5, 1, 500, 1000]);
    expect(serviceOf(stack, 'api').deploy.replicas).toBe(3);
    expect(granted(stack, 'postgres')).toEqual([4, 8, 8192, 16_384]);
    expect(settingsOf(stack, 'postgres')).toEqual(
      expect.arrayContaining(['max_connections=500', 'shared_buffers=2GB', 'effective_cache_size=8GB']),
    );
    expect(granted(stack, 'redis')).toEqual([1, 2, 2048, 4096]);
  });

  test.each([
    ['the platform', {}, 'fastapi-platform', 'proxy'],
    ['the default with everything', { data: ['postgres', 'redis', 'rabbitmq'] }, null, 'api'],
    ['minimal', {}, 'minimal', 'app'],
    ['minimal with a proxy', { containers: ['docker', 'compose', 'nginx'] }, 'minimal', 'proxy'],
  ] as const)(
    'the stack of %s is hardened and has nothing for development',
    async (_, answers, preset, publisher) => {
      const stack = await merged(await rendered(answers, preset));
      expectHardened(stack);
      expectNothingForDevelopment(stack, publisher);
      expectKept(stack);
      const { ports = [], networks } = serviceOf(stack, publisher);
      if (publisher === 'proxy') {
        expect(ports.map(({ published, target }) => `${published} ${target}`)).toEqual([
          '80 8080',
          '443 8443',
        ]);
        // Of the application it reaches the port, of the data services nothing.
        expect(Object.keys(networks)).toEqual(['frontend']);
      } else {
        expect(ports.map(({ host_ip: address }) => address)).toEqual(['127.0.0.1']);
      }
    },
  );

  test.each([
    ['the platform', {}, 'fastapi-platform'],
    [
      'Node with accounts',
      { stack: 'node', 'node.auth': 'database', containers: ['docker', 'compose', 'nginx'] },
      null,
    ],
    ['minimal', {}, 'minimal'],
  ] as const)('files that stand alone make the same stacks of %s', async (_, answers, preset) => {
    const overlay = await rendered(answers, preset);
    const alone = await rendered({ ...answers, 'compose.layout': 'standalone' }, preset);
    const stackOf = async (folder: string, files: readonly string[]): Promise<unknown> =>
      JSON.parse(JSON.stringify(await merged(folder, files)).replaceAll(folder, '')) as unknown;
    expect(await stackOf(alone, ['docker-compose.prod.yml'])).toEqual(await stackOf(overlay, PRODUCTION));
    const development = await stackOf(overlay, ['docker-compose.yml']);
    expect(await stackOf(alone, ['docker-compose.dev.yml'])).toEqual(development);
    // Without a file it is the development stack, as with a single one.
    expect(await stackOf(alone, [])).toEqual(development);
  });

  test('whoever needs the database waits for the migrations, and the proxy for the application', async () => {
    const stack = await merged(platform);
    expect(serviceOf(stack, 'api').depends_on).toMatchObject({
      migrate: { condition: 'service_completed_successfully' },
      postgres: { condition: 'service_healthy' },
    });
    expect(serviceOf(stack, 'migrate').deploy.restart_policy).toBeUndefined();
    expect(serviceOf(stack, 'proxy').depends_on).toMatchObject({ api: { condition: 'service_healthy' } });
  });

  test.each([
    ['a port for development', 'docker-compose.prod.yml', / {4}ports: !reset \[\]\n/, ''],
    ['a mount of the sources', 'docker-compose.prod.yml', / {4}volumes: !reset \[\]\n/, ''],
    [
      'a mail catcher',
      'docker-compose.prod.yml',
      'services:\n',
      'services:\n  mailpit:\n    image: axllent/mailpit:v1.30.5\n',
    ],
    [
      'a server that reloads',
      'docker-compose.prod.yml',
      'services:\n  api:\n',
      'services:\n  api:\n    command: [uvicorn, --reload]\n',
    ],
    [
      'the image for development',
      'docker-compose.prod.yml',
      /( {2}api:\n(?:.*\n){1,3}?) {6}target: production/,
      '$1      target: development',
    ],
    [
      'a script for development',
      'docker-compose.prod.yml',
      / {4}volumes: !override\n {6}- postgres_data.*\n(?: {6}- .*\n)+/,
      '',
    ],
  ] as const)('%s that is left is found', async (_, file, from, to) => {
    const stack = await spoilt(file, from, to);
    expect(() => {
      expectNothingForDevelopment(stack, 'proxy');
    }).toThrow();
  });

  test.each([
    ['a root that can be written to', 'docker-compose.yml', '    read_only: true\n', '', expectHardened],
    [
      'a service without a limit of processes',
      'docker-compose.yml',
      '          pids: 64\n',
      '',
      expectHardened,
    ],
    [
      'a log without rotation',
      'docker-compose.prod.yml',
      /logging:\n {6}options:\n.*\n.*\n/,
      'logging: !override\n      driver: json-file\n',
      expectKept,
    ],
    ['a service that stays down', 'docker-compose.prod.yml', / {6}restart_policy:\n.*\n.*\n/, '', expectKept],
  ] as const)('%s is found', async (_, file, from, to, holds) => {
    const stack = await spoilt(file, from, to);
    expect(() => {
      holds(stack);
    }).toThrow();
  });

  test('the Node platform stands alone: hardened, with networks apart, limits and three replicas', async () => {
    const stack = await merged(await rendered({}, 'node-platform'), ['docker-compose.prod.yml']);
    expectHardened(stack);
    expectIsolated(stack);
    expect(serviceOf(stack, 'api').deploy.replicas).toBe(3);
    for (const name of ['api', 'websocket', 'worker'])
      expect(granted(stack, name), name).toEqual([0.5, 2, 512, 2048]);
    expect(granted(stack, 'postgres')).toEqual([1, 2, 1024, 2048]);
    expect(granted(stack, 'redis')).toEqual([0.5, 1, 512, 1024]);
    for (const name of ['proxy', 'prometheus', 'grafana', 'blackbox-exporter', 'postgres-exporter', 'backup'])
      expect(serviceOf(stack, name).deploy.restart_policy?.condition, name).toBe('any');
    for (const name of ['api', 'websocket', 'worker'])
      expect(serviceOf(stack, name).depends_on, name).toMatchObject({
        migrate: { condition: 'service_completed_successfully' },
      });
    expect(serviceOf(stack, 'proxy').depends_on).toMatchObject({
      api: { condition: 'service_healthy' },
      websocket: { condition: 'service_healthy' },
    });
    for (const [name, { logging }] of Object.entries(stack.services))
      expect(logging.options['max-size'], name).toMatch(/^\d+m$/);
  });

  test.each([
    ['a network of the data that has a way out', / {2}backend:\n {4}internal: true\n/, '  backend: {}\n'],
    [
      'a database beside the proxy',
      /(\n {2}postgres:\n(?: {4}.*\n)+? {4}networks:\n)/,
      '$1      - frontend\n',
    ],
    ['a Grafana for everybody', '"127.0.0.1:${GRAFANA_PORT:-3001}:3000"', '"3001:3000"'],
  ] as const)('%s is found in the Node platform', async (_, from, to) => {
    const folder = await rendered({}, 'node-platform');
    const path = join(folder, 'docker-compose.prod.yml');
    const before = readFileSync(path, 'utf8');
    writeFileSync(path, before.replace(from, to));
    expect(readFileSync(path, 'utf8')).not.toBe(before);
    const stack = await merged(folder, ['docker-compose.prod.yml']);
    expect(() => {
      expectIsolated(stack);
    }).toThrow();
  });

  test('a certificate that is issued: its container reaches the proxy and the way out, and nothing of the application', async () => {
    const stack = await merged(await rendered({ 'nginx.certificates': 'acme' }, 'node-platform'), [
      'docker-compose.prod.yml',
    ]);
    expectHardened(stack);
    expect(Object.keys(serviceOf(stack, 'acme').networks)).toEqual(['acme']);
    const beside = Object.entries(stack.services).filter(([, { networks }]) => 'acme' in networks);
    expect(beside.map(([name]) => name).sort()).toEqual(['acme', 'proxy']);
    expect(serviceOf(stack, 'acme').ports ?? []).toEqual([]);
    // Nobody but its owner writes to what is served.
    const mounts = (name: string) =>
      (serviceOf(stack, name).volumes ?? []).filter(({ source }) => source === 'certificates');
    expect(mounts('proxy')).toMatchObject([{ read_only: true }]);
    expect(mounts('acme')).toHaveLength(1);
    expect(JSON.stringify(Object.values(stack.services).map(({ volumes }) => volumes))).not.toContain(
      'docker.sock',
    );
  });

  test('the log shipper runs by its profile alone, and then all logs go through it but its own', async () => {
    const quiet = await rendered({ data: ['postgres', 'redis'] }, 'fastapi-platform');
    expect(Object.keys((await merged(quiet)).services)).not.toContain('log-shipper');
    const stack = await merged(quiet, [...PRODUCTION, LOGGING], 'logs');
    expectHardened(stack);
    const { services } = stack;
    expect(Object.keys(services)).toContain('log-shipper');
    for (const [name, { logging, user, volumes = [] }] of Object.entries(services) as [
      string,
      Service & { readonly user?: string },
    ][]) {
      if (name === 'log-shipper') {
        expect(logging.driver).toBe('json-file');
        expect(user).toMatch(/^[1-9]\d+:[1-9]\d+$/);
        expect(JSON.stringify(volumes)).not.toMatch(/docker\.sock|\/var\/lib\/docker/);
      } else {
        expect(logging, name).toMatchObject({
          driver: 'fluentd',
          options: { 'fluentd-async': 'true', tag: name },
        });
        // Compose would otherwise keep options that this driver refuses.
        expect(Object.keys(logging.options), name).not.toContain('max-size');
      }
    }
    expect(serviceOf(stack, 'log-shipper').ports).toMatchObject([{ host_ip: '127.0.0.1', target: 24_224 }]);
  });
});

describeWithTools('compose', ['docker-compose', 'bash', 'openssl', 'python3'], () => {
  let programs: string;

  beforeAll(() => {
    programs = mkdtempSync(join(tmpdir(), 'bulwark-programs-'));
    folders.push(programs);
    const compose = requireTool('docker-compose');
    writeFileSync(join(programs, 'docker'), `#!/bin/sh\nshift\nexec ${compose} "$@"\n`, { mode: 0o755 });
  });

  const type = (folder: string, command: string): Promise<string> =>
    run(['bash', '-euo', 'pipefail', '-c', command], {
      cwd: folder,
      env: { PATH: `${programs}:${process.env.PATH ?? ''}` },
    });

  const stacks = [
    ['of the Node platform', {}, 'node-platform'],
    ['of the FastAPI platform', {}, 'fastapi-platform'],
    ['whose alerts nobody is told of', { 'monitoring.receivers': [] }, 'node-platform'],
    ['whose certificate is issued', { 'nginx.certificates': 'acme' }, 'node-platform'],
    [
      'of an application of its own, without a component for settings',
      {
        ...{ stack: 'none', data: ['postgres'], containers: ['docker', 'compose', 'nginx', 'monitoring'] },
        repository: ['readme', 'make'],
      },
      null,
    ],
  ] as const;
  /** Commands before the one that starts production, and among them those that make secrets. */
  const told = [
    ['its README', readmeBeforeStart],
    ['its CI', workflowBeforeStart],
  ] as const;
  const cases = stacks.flatMap(([name, answers, preset]) =>
    told
      // Without it the README's `.env` is the user's own.
      .filter(([by]) => by === 'its CI' || !('repository' in answers))
      .map(([by, commandsOf]) => [name, by, commandsOf, answers, preset] as const),
  );

  test.each(cases)(
    'the production stack %s has every file that it mounts once what %s says was run, and each is needed',
    async (_name, _by, commandsOf, answers, preset) => {
      const after = async (choose: (command: string) => boolean) => {
        const folder = await renderedFolder({ name: 'my-service', ...answers }, preset);
        folders.push(folder);
        const commands = commandsOf(folder);
        for (const command of commands.filter(choose)) await type(folder, command);
        return { commands, absent: await absentFiles(folder) };
      };
      const { commands, absent } = await after(() => true);
      expect(absent).toEqual([]);
      const makers = commands.filter((command) => command.startsWith('scripts/make_'));
      expect(makers.length).toBeGreaterThan(0);
      for (const maker of makers)
        expect((await after((command) => command !== maker)).absent, maker).not.toEqual([]);
    },
  );

  test('a receiver that is given later takes the place of the one by which nobody is told', async () => {
    const folder = await renderedFolder({ name: 'my-service' }, 'node-platform');
    folders.push(folder);
    const secretOf = (name: string): string => readFileSync(join(folder, 'docker/secrets', name), 'utf8');
    const make = (given = ''): Promise<string> => type(folder, `${given} scripts/make_monitoring_secrets.sh`);
    await type(folder, 'python3 scripts/generate_env.py');
    await expect(make()).rejects.toThrow('SLACK_WEBHOOK_URL is not set');
    await type(folder, 'scripts/make_monitoring_secrets.sh --without-receivers');
    const [nobody, password] = [secretOf('smtp_password'), secretOf('grafana_admin_password')];
    const first = 'SLACK_WEBHOOK_URL=https://first.example.org/';
    const shown = await type(folder, `${first} scripts/make_monitoring_secrets.sh --dry-run`);
    expect(shown).toContain('would write docker/secrets/slack_webhook_url');
    expect(secretOf('slack_webhook_url')).toBe(nobody);
    await make(first);
    await make('SLACK_WEBHOOK_URL=https://second.example.org/');
    expect(secretOf('slack_webhook_url')).toBe('https://first.example.org/');
    expect(secretOf('smtp_password')).toBe(nobody);
    expect(secretOf('grafana_admin_password')).toBe(password);
  });
});

const STARTS = 'docker-compose.prod.yml up --build --detach --wait';

/** What the README says to run up to the command that starts production: `make up`, which writes `.env`, and the same block. */
function readmeBeforeStart(folder: string): readonly string[] {
  const block = readmeBlocksOf(folder).find((text) => text.endsWith(STARTS));
  if (block === undefined) throw new Error('README.md does not start production');
  return ['make env', ...block.split('\n').slice(0, -1)];
}

/** What the job `compose` of the workflow runs before it starts production. */
function workflowBeforeStart(folder: string): readonly string[] {
  const workflow = parse(readFileSync(join(folder, '.github/workflows/ci.yml'), 'utf8')) as {
    readonly jobs: { readonly compose: { readonly steps: readonly { readonly run?: string }[] } };
  };
  const commands = workflow.jobs.compose.steps.flatMap(({ run: command }) => command ?? []);
  const start = commands.findIndex((command) => command.includes(STARTS));
  if (start === -1) throw new Error('the workflow does not start production');
  return commands.slice(0, start);
}

/** Files of the machine that the production stack, with its logs, mounts and that are not there: Docker does not start it. */
async function absentFiles(folder: string): Promise<readonly string[]> {
  const files = existsSync(join(folder, 'docker-compose.yml')) ? PRODUCTION : PRODUCTION.slice(1);
  const { services, secrets = {} } = await merged(folder, files, 'logs', 'tracing');
  const mounted = Object.values(services).flatMap(({ volumes = [] }) =>
    volumes.filter(({ type }) => type === 'bind').map(({ source }) => source),
  );
  return [...mounted, ...Object.values(secrets).map(({ file }) => file)].filter((path) => !existsSync(path));
}
