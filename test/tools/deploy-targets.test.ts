/** Do the files of the deploy targets hold before the platforms' own models, and does the script keep its promises before stand-ins of the clouds? */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdtempSync, readFileSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, dirname, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { cacheFolder, digestOf, virtualEnvironment } from '../support/cache.ts';
import { run, tryRun } from '../support/keep.ts';
import { catalogWith, WEBSOCKET } from '../support/listening.ts';
import { PYTHON } from '../support/python-packages.ts';
import { renderedFolder } from '../support/repository.ts';
import { createdTree, writeTree } from '../support/rows.ts';
import { describeWithTools } from '../support/tools.ts';

const SUPPORT = join(import.meta.dirname, '..', 'support', 'cloud');
const MINUTE = 60_000;

const TARGETS = ['ecs', 'cloud-run', 'container-instances', 'digitalocean'] as const;
type Target = (typeof TARGETS)[number];
/** App Platform moves the traffic by itself. */
const COLOURED = TARGETS.filter((target) => target !== 'digitalocean');

const SETTINGS: Readonly<Record<Target, Readonly<Record<string, string>>>> = {
  ecs: {
    AWS_ACCESS_KEY_ID: 'nobody',
    AWS_SECRET_ACCESS_KEY: 'nothing',
    ECS_CLUSTER_ARN: 'arn:aws:ecs:eu-central-1:123456789012:cluster/c',
    ECS_SUBNETS: 'subnet-1,subnet-2',
    ECS_SECURITY_GROUP: 'sg-1',
    ECS_LISTENER_RULE_ARN: 'arn:rule',
    ECS_BLUE_TARGET_GROUP_ARN: 'arn:blue',
    ECS_GREEN_TARGET_GROUP_ARN: 'arn:green',
    ECS_SCHEDULER_ROLE_ARN: 'arn:aws:iam::123456789012:role/scheduler',
    ECS_WEBSOCKET_RULE_ARN: 'arn:websocket',
    ECS_WEBSOCKET_BLUE_TARGET_GROUP_ARN: 'arn:websocket-blue',
    ECS_WEBSOCKET_GREEN_TARGET_GROUP_ARN: 'arn:websocket-green',
  },
  'cloud-run': { GCP_PROJECT: 'acme-staging', LOAD_BALANCER_ADDRESS: '203.0.113.7' },
  'container-instances': {
    AZURE_RESOURCE_GROUP: 'acme-staging',
    AZURE_SUBNET_ID: '/subscriptions/s/subnets/containers',
    AZURE_GATEWAY: 'gateway',
    AZURE_GATEWAY_RULE: 'public',
    AZURE_KEY_VAULT: 'vault',
    AZURE_LOG_WORKSPACE_ID: 'workspace',
  },
  digitalocean: { DO_APP_ID: 'app', DO_REGISTRY: 'acme', JWT_SECRET_KEY: 'a new "secret"' },
};

/** What the stand-ins know; `changes` counts the calls that changed something. */
interface Cloud {
  readonly live: string | null;
  readonly changes: number;
  /** The versions that the public address has led to after each move of the traffic. */
  readonly served: readonly (string | null)[];
  readonly migrated: readonly string[];
  readonly calls: readonly (readonly string[])[];
  readonly revisions: unknown;
  readonly services: Readonly<
    Record<string, { readonly desired: number; readonly version: string; readonly loadBalancers?: unknown }>
  >;
  readonly pools: Readonly<Record<string, { readonly scaling: number; readonly version: string }>>;
  readonly groups: Readonly<Record<string, { readonly running: boolean; readonly version: string }>>;
  readonly service: { readonly status: { readonly traffic: readonly { readonly tag: string }[] } } | null;
  readonly schedules: Readonly<Record<string, unknown>>;
  /** Of what listens beside the service: the weight of each target group. */
  readonly rules: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

interface Illness {
  /** Versions that never answer well. */
  readonly sick?: readonly string[];
  /** Versions that do so only once they have the public address. */
  readonly sickUnderTraffic?: readonly string[];
  readonly migrationsExit?: number;
  /** Beginnings of commands that fail. */
  readonly failing?: readonly string[];
}

const folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-deploy-')));
const full = join(folder, 'full');
const bare = join(folder, 'bare');
let listening = '';
let python = '';
let appSpecJudge = '';

afterAll(() => {
  for (const made of [folder, listening]) rmSync(made, { recursive: true, force: true });
});

async function buildAppSpecJudge(): Promise<string> {
  const source = join(SUPPORT, 'app-spec');
  const name = digestOf(
    ...['main.go', 'go.mod', 'go.sum'].map((file) => readFileSync(join(source, file), 'utf8')),
  );
  const program = join(cacheFolder('app-spec'), name);
  await run(
    [
      'flock',
      `${program}.lock`,
      'bash',
      '-euc',
      '[[ -x $1 ]] || (cd "$0" && go build -o "$1" .)',
      source,
      program,
    ],
    {
      seconds: 300,
    },
  );
  return program;
}

beforeAll(async () => {
  const all = { targets: [...TARGETS], workflows: ['ci', 'delivery'], name: 'My Service', owner: 'acme' };
  writeTree(
    await createdTree({ ...all, data: ['postgres', 'rabbitmq', 'redis'], 'fastapi.auth': 'database' }),
    full,
  );
  writeTree(await createdTree({ ...all, stack: 'none', data: [] }), bare);
  listening = await renderedFolder(
    { ...all, targets: ['ecs', 'digitalocean'], data: ['postgres', 'redis'] },
    null,
    catalogWith(WEBSOCKET),
  );
  python = join(await virtualEnvironment(PYTHON, join(SUPPORT, 'requirements.txt')), 'python');
  appSpecJudge = await buildAppSpecJudge();
}, 6 * MINUTE);

/** A copy of the rendered repository in which one text of one file is another. */
function twinOf(tree: string, file: string, from: string, to: string): string {
  const twin = mkdtempSync(join(folder, 'twin-'));
  for (const name of ['deploy', '.do', 'scripts'])
    cpSync(join(tree, name), join(twin, name), { recursive: true });
  const text = readFileSync(join(twin, file), 'utf8');
  if (!text.includes(from)) throw new Error(`${file} has no ${from}`);
  writeFileSync(
    join(twin, file),
    text.replace(from, () => to),
  );
  return twin;
}

/** Links under the names of the clouds' commands to the one that asks the stand-in. */
function standIns(): string {
  const bin = mkdtempSync(join(folder, 'bin-'));
  for (const name of ['aws', 'gcloud', 'az', 'doctl', 'docker', 'curl'])
    symlinkSync(join(SUPPORT, 'command.py'), join(bin, name));
  return bin;
}

/** The spec that an app of App Platform has before: the one in git, with secrets as the platform shows them. */
function specInGit(tree: string): unknown {
  const spec = parse(readFileSync(join(tree, '.do/app.yaml'), 'utf8')) as {
    readonly services: { image: { tag: string } }[];
    readonly envs?: { type?: string; value?: string }[];
  };
  for (const service of spec.services) service.image.tag = 'sha-a';
  for (const variable of spec.envs ?? []) if (variable.type === 'SECRET') variable.value = 'EV[1:kept]';
  return spec;
}

interface Stage {
  /** Runs the script; SIGTERM is sent once it has said something that matches `interruptAt`. */
  readonly script: (
    args: readonly string[],
    interruptAt?: RegExp,
  ) => Promise<{ readonly code: number | null; readonly said: string }>;
  /** Deploys a version to staging, and asks that it succeeds. */
  readonly deploy: (version: string) => Promise<void>;
  readonly cloud: () => Cloud;
  /** Makes something ill from now on; the stand-ins keep what they know. */
  readonly fallIll: (illness: Illness) => Promise<void>;
}

/** A cloud in which nothing runs yet (App Platform: sha-a, for an app is made by hand). */
async function onStage(target: Target, play: (stage: Stage) => Promise<void>, tree = full): Promise<void> {
  const own = mkdtempSync(join(folder, 'stage-'));
  const stateFile = join(own, 'state.json');
  const socket = join(own, 'socket');
  const cloud = (): Cloud => JSON.parse(readFileSync(stateFile, 'utf8')) as Cloud;
  const bin = standIns();
  writeFileSync(stateFile, JSON.stringify(nothingRuns(target, tree)));
  const server = spawn(python, [join(SUPPORT, 'cloud.py'), socket, stateFile, appSpecJudge], {
    env: { ...process.env, ...SETTINGS.ecs, AWS_DEFAULT_REGION: 'eu-central-1' },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const script: Stage['script'] = (args, interruptAt) =>
    new Promise((resolve, reject) => {
      const child = spawn(join(tree, 'scripts/deploy-blue-green.sh'), args, {
        env: {
          ...{
            PATH: `${bin}${delimiter}${process.env.PATH ?? ''}`,
            HOME: own,
            TMPDIR: own,
            CLOUD_SOCKET: socket,
          },
          ...{ HEALTHY_IN_A_ROW: '2', HEALTH_SECONDS: '2', HEALTH_INTERVAL: '0.1', WATCH_SECONDS: '1' },
          ...SETTINGS[target],
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      let said = '';
      let isInterrupted = false;
      const listen = (chunk: Buffer): void => {
        said += chunk.toString();
        if (isInterrupted || !interruptAt?.test(said)) return;
        isInterrupted = true;
        child.kill('SIGTERM');
      };
      child.stdout.on('data', listen);
      child.stderr.on('data', listen);
      child.once('error', reject);
      child.once('close', (code) => {
        resolve({ code, said });
      });
    });
  try {
    await isListening(server);
    await play({
      script,
      cloud,
      deploy: async (version) => {
        const { code, said } = await script([target, 'staging', version]);
        expect(code, said).toBe(0);
      },
      fallIll: (illness) => tell(socket, ['set', JSON.stringify(illness)]),
    });
  } finally {
    server.kill('SIGKILL');
  }
}

/** The stand-ins say so when they can be asked. */
async function isListening(server: ChildProcess): Promise<void> {
  let errors = '';
  server.stderr?.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    server.stdout?.once('data', () => {
      resolve();
    });
    server.once('exit', () => {
      reject(new Error(`the stand-ins ended: ${errors}`));
    });
  });
}

/** Says something to the stand-ins and waits for their answer. */
async function tell(socket: string, words: readonly string[]): Promise<void> {
  const connection = connect(socket);
  connection.write(`${JSON.stringify(words)}\n`);
  await once(connection, 'data');
  connection.destroy();
}

const nothingRuns = (target: Target, tree: string): object => ({
  ...{ cloud: target, slug: 'my-service', readyPath: readyPathOf(tree) },
  ...{ changes: 0, calls: [], served: [], migrated: [], live: null },
  ...{ sick: [], sickUnderTraffic: [], migrationsExit: 0, failing: [] },
  ...{ services: {}, revisions: {}, weights: { blue: 100, green: 0 }, rules: {}, schedules: {} },
  ...{ service: null, jobs: {}, pools: {} },
  ...{ groups: {}, pool: 'blue', servers: {} },
  copied: ['sha-a'],
  deployments: [
    { id: 'deployment-1', created_at: '2026-01-01T00:00:00Z', phase: 'ACTIVE', spec: specInGit(tree) },
  ],
});

const readyPathOf = (tree: string): string =>
  /^readonly READY_PATH=(.*)$/m.exec(readFileSync(join(tree, 'scripts/deploy-blue-green.sh'), 'utf8'))?.[1] ??
  '';

/** Everything that is not scaled to zero, stopped or without an address. */
const running = ({ services, pools, groups, service }: Cloud): readonly string[] =>
  [
    ...Object.entries(services).flatMap(([name, { desired }]) => (desired > 0 ? [name] : [])),
    ...Object.entries(pools).flatMap(([name, { scaling }]) => (scaling > 0 ? [name] : [])),
    ...Object.entries(groups).flatMap(([name, group]) => (group.running ? [name] : [])),
    ...(service?.status.traffic ?? []).map(({ tag }) => `my-service-${tag}`),
  ]
    .map((name) => name.replace(/-\d$/, ''))
    .filter((name, index, all) => all.indexOf(name) === index && !name.endsWith('audit-retention'))
    .sort();

const BLUE = ['my-service-blue', 'my-service-worker-blue'];
const BOTH_AND_GREEN_WORKS = ['my-service-blue', 'my-service-green', 'my-service-worker-green'];
const BOTH_AND_BLUE_WORKS = ['my-service-blue', 'my-service-green', 'my-service-worker-blue'];

describeWithTools('deploy-targets', [PYTHON, 'go', 'jq', 'flock', 'csplit'], () => {
  test.concurrent.each([
    ['everything', () => full, 13],
    ["an application of one's own without data", () => bare, 4],
  ])(
    "the platforms' models take every file of %s",
    async (_, tree, files) => {
      expect(await faultsOf(tree())).toEqual({ judged: files, faults: [] });
    },
    MINUTE,
  );

  test.concurrent.each([
    ['deploy/ecs/task-definition.json', '"readonlyRootFilesystem"', '"readOnlyRootFilesystem"'],
    ['deploy/ecs/task-definition.json', '"memory": "4096"', '"memory": "4097"'],
    ['deploy/ecs/workers.json', '"FARGATE"', '"FARGET"'],
    ['deploy/cloud-run/service.yaml', 'containerConcurrency: 80', 'containerConcurrency: "80"'],
    ['deploy/cloud-run/workers.yaml', 'kind: WorkerPool', 'kind: WorkersPool'],
    ['deploy/azure-container-instances/container-group.yaml', 'memoryInGB', 'memoryInGb'],
    ['deploy/azure-container-instances/container-group.yaml', '  osType: Linux\n', ''],
    ['.do/app.yaml', 'instance_size_slug', 'instance_size'],
    ['.do/app.yaml', 'kind: PRE_DEPLOY', 'kind: BEFORE'],
  ])(
    'the models refuse %s with %j as %j',
    async (file, from, to) => {
      const { faults } = await faultsOf(twinOf(full, file, from, to), dirname(file));
      expect(faults).not.toEqual([]);
    },
    MINUTE,
  );

  test.concurrent(
    "the platforms' models take what listens beside the service, and refuse it spoilt",
    async () => {
      // The tasks of ECS: the service, its migrations, the listener; and the spec of App Platform.
      const { judged, faults } = await faultsOf(listening);
      expect({ judged, faults }).toEqual({ judged: 4, faults: [] });
      for (const [file, from, to] of [
        ['deploy/ecs/listeners.json', '"containerPort": 8001', '"containerPort": "8001"'],
        ['.do/app.yaml', 'http_port: 8001', 'httpPort: 8001'],
      ] as const) {
        const spoilt = await faultsOf(twinOf(listening, file, from, to), dirname(file));
        expect(spoilt.faults, file).not.toEqual([]);
      }
    },
    MINUTE,
  );

  test.concurrent(
    'ecs: what listens beside the service gets its traffic with its colour, and gives it back',
    () =>
      onStage(
        'ecs',
        async ({ script, deploy, cloud }) => {
          const listeners = (): readonly (readonly [string, number, string])[] =>
            Object.entries(cloud().services)
              .filter(([name]) => name.includes('websocket'))
              .map(([name, { desired, version }]) => [name.replace('my-service-', ''), desired, version]);
          const ruled = (): unknown => cloud().rules['arn:websocket'];
          await deploy('sha-a');
          expect(listeners()).toEqual([['websocket-blue', 2, 'sha-a']]);
          expect(cloud().services['my-service-websocket-blue']?.loadBalancers).toEqual([
            { targetGroupArn: 'arn:websocket-blue', containerName: 'websocket', containerPort: 8001 },
          ]);
          expect(ruled()).toEqual({ 'arn:websocket-blue': 100, 'arn:websocket-green': 0 });
          await deploy('sha-b');
          expect(listeners()).toEqual([
            ['websocket-blue', 2, 'sha-a'],
            ['websocket-green', 2, 'sha-b'],
          ]);
          expect(ruled()).toEqual({ 'arn:websocket-blue': 0, 'arn:websocket-green': 100 });
          const back = await script(['rollback', 'ecs', 'staging']);
          expect(back.code, back.said).toBe(0);
          expect(ruled()).toEqual({ 'arn:websocket-blue': 100, 'arn:websocket-green': 0 });
          const retired = await script(['retire', 'ecs', 'staging']);
          expect(retired.code, retired.said).toBe(0);
          expect(listeners()).toEqual([
            ['websocket-blue', 2, 'sha-a'],
            ['websocket-green', 0, 'sha-b'],
          ]);
        },
        listening,
      ),
    2 * MINUTE,
  );

  test.concurrent(
    'ecs: a version whose tasks are sick under traffic takes its listeners back with it',
    () =>
      onStage(
        'ecs',
        async ({ script, deploy, cloud, fallIll }) => {
          await deploy('sha-a');
          await fallIll({ sickUnderTraffic: ['sha-b'] });
          const { code } = await script(['ecs', 'staging', 'sha-b']);
          expect(code).not.toBe(0);
          expect(cloud().rules['arn:websocket']).toEqual({
            'arn:websocket-blue': 100,
            'arn:websocket-green': 0,
          });
        },
        listening,
      ),
    2 * MINUTE,
  );

  test.concurrent.each(COLOURED)(
    '%s: a version goes live beside the one before, which can have the traffic back and then be retired',
    (target) =>
      onStage(target, async ({ script, deploy, cloud }) => {
        await deploy('sha-a');
        expect(running(cloud())).toEqual(BLUE);
        await deploy('sha-b');
        expect(cloud()).toMatchObject({ live: 'sha-b', migrated: ['sha-a-migrate', 'sha-b-migrate'] });
        expect(running(cloud())).toEqual(BOTH_AND_GREEN_WORKS);
        // What is deployed is staging's, not production's.
        const { revisions, groups } = cloud();
        const deployed = JSON.stringify([revisions, groups]);
        expect(deployed).toContain('{"name":"ENVIRONMENT","value":"staging"}');
        expect(deployed).toContain('https://staging.my-service.example.com');
        if (target === 'cloud-run') expect(deployed).toContain(',fc00::/7,203.0.113.7"');
        expect(deployed).not.toMatch(/\/my-service\/production\/|"production"|\/\/my-service\.example\.com/);

        const back = await script(['rollback', target, 'staging']);
        expect(back.code, back.said).toBe(0);
        expect(cloud().live).toBe('sha-a');
        expect(running(cloud())).toEqual(BOTH_AND_BLUE_WORKS);
        const { code, said } = await script(['retire', target, 'staging']);
        expect(code, said).toBe(0);
        expect(running(cloud())).toEqual(BLUE);
      }),
    2 * MINUTE,
  );

  test.concurrent.each(COLOURED)(
    '%s: what is not healthy never gets the traffic, and nothing of it stays',
    (target) =>
      onStage(target, async ({ script, deploy, cloud, fallIll }) => {
        await deploy('sha-a');
        await fallIll({ sick: ['sha-b'] });
        expect((await script([target, 'staging', 'sha-b'])).code).toBe(1);
        expect(cloud().live).toBe('sha-a');
        expect(cloud().served).not.toContain('sha-b');
        expect(running(cloud())).toEqual(BLUE);

        await fallIll({ sick: [], migrationsExit: 1 });
        const before = running(cloud());
        expect((await script([target, 'staging', 'sha-c'])).code).toBe(1);
        expect(cloud()).toMatchObject({ live: 'sha-a' });
        expect(running(cloud()).filter((name) => name !== 'my-service-migrate')).toEqual(before);
      }),
    2 * MINUTE,
  );

  test.concurrent.each(COLOURED)(
    '%s: the traffic goes back from what fails under it, and from what somebody interrupts',
    (target) =>
      onStage(target, async ({ script, deploy, cloud, fallIll }) => {
        await deploy('sha-a');
        await fallIll({ sickUnderTraffic: ['sha-b'] });
        expect((await script([target, 'staging', 'sha-b'])).code).toBe(1);
        expect(cloud().served.slice(-2)).toEqual(['sha-b', 'sha-a']);
        expect(running(cloud())).toEqual(BLUE);

        await fallIll({ sick: ['sha-c'] });
        expect((await script([target, 'staging', 'sha-c'], /waiting for/)).code).toBe(143);
        expect(cloud().served).not.toContain('sha-c');
        expect(running(cloud())).toEqual(BLUE);

        expect((await script([target, 'staging', 'sha-d'], /watching/)).code).toBe(143);
        expect(cloud().served.slice(-2)).toEqual(['sha-d', 'sha-a']);
        expect(running(cloud())).toEqual(BLUE);
      }),
    2 * MINUTE,
  );

  test.concurrent.each(TARGETS)(
    '%s: a dry run says what would be changed, and changes nothing',
    (target) =>
      onStage(target, async ({ script, deploy, cloud }) => {
        await deploy('sha-a');
        const { changes } = cloud();
        const { code, said } = await script([target, 'staging', 'sha-b', '--dry-run']);
        expect(code, said).toBe(0);
        expect(said).toMatch(/\+ (?:aws|gcloud|az|doctl) /);
        expect(said).not.toContain('new "secret"');
        expect(cloud().changes).toBe(changes);
      }),
    MINUTE,
  );

  test.concurrent(
    'digitalocean: the platform keeps what is live where the next is not healthy; what fails later is rolled back',
    () =>
      onStage('digitalocean', async ({ script, deploy, cloud, fallIll }) => {
        const rollOut = (version: string, interruptAt?: RegExp): ReturnType<Stage['script']> =>
          script(['digitalocean', 'staging', version], interruptAt);
        await deploy('sha-b');
        expect(cloud()).toMatchObject({ live: 'sha-b', migrated: ['sha-b-migrate'] });
        expect(JSON.stringify(cloud())).toContain('EV[1:kept]');
        expect(JSON.stringify(cloud())).toContain(JSON.stringify('a new "secret"'));

        await fallIll({ sick: ['sha-c'], sickUnderTraffic: ['sha-d'] });
        expect((await rollOut('sha-c')).code).toBe(1);
        expect(cloud().served).toEqual(['sha-b']);
        expect((await rollOut('sha-d')).code).toBe(1);
        expect(cloud().served).toEqual(['sha-b', 'sha-d', 'sha-b']);
        expect((await rollOut('sha-e', /watching/)).code).toBe(143);
        expect(cloud().served.slice(-2)).toEqual(['sha-e', 'sha-b']);
        await deploy('sha-f');
        expect((await script(['rollback', 'digitalocean', 'staging'])).code).toBe(0);
        expect(cloud().live).toBe('sha-b');
      }),
    2 * MINUTE,
  );

  test.concurrent(
    'an application without migrations, workers and secrets is deployed by the same script',
    () =>
      onStage(
        'cloud-run',
        async ({ deploy, cloud }) => {
          await deploy('sha-a');
          await deploy('sha-b');
          expect(cloud()).toMatchObject({ live: 'sha-b', migrated: [] });
        },
        bare,
      ),
    MINUTE,
  );

  const MAIN = 'scripts/deploy-blue-green.sh';

  test.concurrent(
    'twins of the script without its gate, its way back or its dry run are seen',
    async () => {
      const withoutGate = twinOf(
        full,
        MAIN,
        '  pass_health_gate "$(address_of "$NEXT")"\n  start_workers',
        '  start_workers',
      );
      await onStage(
        'cloud-run',
        async ({ script, deploy, cloud, fallIll }) => {
          await deploy('sha-a');
          await fallIll({ sick: ['sha-b'] });
          await script(['cloud-run', 'staging', 'sha-b']);
          expect(cloud().served).toContain('sha-b');
        },
        withoutGate,
      );
      const withoutWayBack = twinOf(full, MAIN, 'trap finish EXIT\n', '');
      await onStage(
        'cloud-run',
        async ({ script, deploy, cloud, fallIll }) => {
          await deploy('sha-a');
          await fallIll({ sickUnderTraffic: ['sha-b'] });
          await script(['cloud-run', 'staging', 'sha-b']);
          expect(cloud().live).toBe('sha-b');
        },
        withoutWayBack,
      );
      const withoutDryRun = twinOf(full, MAIN, '((DRY_RUN)) || "$@"', '"$@"');
      await onStage(
        'cloud-run',
        async ({ script, deploy, cloud }) => {
          await deploy('sha-a');
          const { changes } = cloud();
          await script(['cloud-run', 'staging', 'sha-b', '--dry-run']);
          expect(cloud().changes).toBeGreaterThan(changes);
        },
        withoutDryRun,
      );
    },
    2 * MINUTE,
  );

  test.concurrent.each([
    [['ecs', 'staging'], 2, /give TARGET, ENVIRONMENT and IMAGE_TAG/],
    [['heroku', 'staging', 'sha-a'], 2, /unknown target heroku/],
    [['ecs', 'test', 'sha-a'], 2, /unknown environment test/],
    [['ecs', 'staging', 'sha-a;reboot'], 2, /is no tag of an image/],
    [['ecs', 'staging', 'sha-a', '--force'], 2, /unknown option --force/],
    [['--help'], 0, /^usage: /],
  ])('%j ends with %d', async (args, code, said) => {
    const result = await tryRun([join(full, MAIN), ...args], { seconds: 20 });
    expect(result.code).toBe(code);
    expect(result.output).toMatch(said);
  });

  test.concurrent.each([
    ['ecs', /not set: ECS_CLUSTER_ARN/, {}],
    ['cloud-run', /GCP_PROJECT is production's/, {}],
    ['cloud-run', /not set: LOAD_BALANCER_ADDRESS/, { GCP_PROJECT: 'acme-staging' }],
  ] as const)('%s: a setting that is missing ends it before anything is asked', async (target, said, env) => {
    const result = await tryRun([join(full, MAIN), target, 'staging', 'sha-a'], {
      seconds: 20,
      env: { ...env, PATH: `${standIns()}${delimiter}${process.env.PATH ?? ''}` },
    });
    expect(result.code).toBe(1);
    expect(result.output).toMatch(said);
  });
});

/** What the models say of the files of a tree, or of those in one folder of it. */
async function faultsOf(tree: string, part?: string): Promise<{ judged: number; faults: readonly string[] }> {
  const none = { judged: [], faults: [] };
  const output =
    part === '.do'
      ? JSON.stringify(none)
      : await run([python, join(SUPPORT, 'judge.py'), tree, ...(part === undefined ? [] : [part])]);
  const { judged, faults } = JSON.parse(output) as { judged: string[]; faults: string[] };
  const spec = await tryRun([appSpecJudge, join(tree, '.do/app.yaml')]);
  return { judged: judged.length + 1, faults: [...faults, ...(spec.code === 0 ? [] : [spec.output])] };
}
