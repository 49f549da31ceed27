/** Does the rendered application pass its own tests with real services, and does it hold what it promises, seen from outside? */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ToolGroup } from '../support/tool-groups.ts';
import { virtualEnvironment } from '../support/cache.ts';
import {
  get,
  hangingProxy,
  percentile,
  requestUntilClosed,
  requestUntilRefused,
} from '../support/http-client.ts';
import { keep, run, tryRun, until, type Kept } from '../support/keep.ts';
import { renderedFolder } from '../support/repository.ts';
import { freePort, missingServices, startServices, type Services } from '../support/services.ts';
import { describeWithTools } from '../support/tools.ts';

const WITH_RABBITMQ = ['postgres', 'redis', 'rabbitmq'];
const WITHOUT_RABBITMQ = ['postgres', 'redis'];
/** Making a virtual environment takes minutes, once. */
const SETUP_MILLISECONDS = 600_000;
/** Three minutes where nothing else runs; a busy machine takes twice as long. */
const SUITE_MILLISECONDS = 600_000;
const TOKEN = 'system-health-token-of-these-tests';

/** Tests of the lock on two levels. */
const LOCK_TESTS = 'thirty_minutes or time_unlocks';

/** The floor that the rendered pyproject.toml sets; pytest fails below it. */
const COVERAGE = /Required test coverage of (\d+)(?:\.\d+)?% reached. Total coverage: (\d+)/;

let services: Services | undefined;
const folders: string[] = [];

/** The rendered application with an environment that holds its development lock. */
interface Application {
  readonly folder: string;
  readonly bin: string;
}

async function application(
  python: string,
  data: readonly string[],
  name = 'my-service',
): Promise<Application> {
  return installed(python, await renderedFolder({ name, 'fastapi.python': python, data: [...data] }));
}

/** What the preset renders: RabbitMQ, accounts, Python 3.12. */
const platform = async (name: string): Promise<Application> =>
  installed('3.12', await renderedFolder({ name }, 'fastapi-platform'));

async function installed(python: string, folder: string): Promise<Application> {
  folders.push(folder);
  return { folder, bin: await virtualEnvironment(`python${python}`, join(folder, 'requirements-dev.txt')) };
}

/** What the README says: `make test`, here with the environment that is there already and services of our own. */
const makeTest = ({ folder, bin }: Application, addopts = ''): ReturnType<typeof tryRun> =>
  tryRun(['make', '--old-file=requirements-dev.txt', `VENV=${join(bin, '..')}`, 'test'], {
    cwd: folder,
    env: { ...serviceUrls(), PYTEST_ADDOPTS: addopts },
    seconds: SUITE_MILLISECONDS / 1000,
  });

function serviceUrls(): Record<string, string> {
  if (!services) throw new Error('the services were not started');
  return { ...services.urls };
}

/** Describes a group whose tests need a Python and the services. */
function describeApplication(group: ToolGroup, python: string, tests: () => void): void {
  describeWithTools(
    group,
    [python, 'make', 'git', 'flock'],
    () => {
      beforeAll(async () => {
        services ??= await startServices();
      }, 120_000);
      tests();
    },
    missingServices(),
  );
}

afterAll(async () => {
  await services?.end();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describeApplication('python-app-3.12', 'python3.12', () => {
  passesItsTests('the platform, with accounts and events', () => platform('service-platform'));

  test(
    'its tests fail when wrong passwords are not counted',
    async () => {
      const broken = await platform('service-uncounted');
      const entities = join(broken.folder, 'core/domain/auth/entities.py');
      const source = readFileSync(entities, 'utf8');
      expect(source).toContain('self.failed_logins + 1');
      writeFileSync(entities, source.replace('self.failed_logins + 1', 'self.failed_logins'));
      const { code, output } = await makeTest(broken, `--no-cov -k '${LOCK_TESTS}'`);
      expect(code, output).not.toBe(0);
      expect(output).toMatch(/^FAILED tests\/unit\/.*locks_for_thirty_minutes/m);
      expect(output).toMatch(/^FAILED tests\/integration\/api\/.*time_unlocks/m);
    },
    SUITE_MILLISECONDS,
  );
});

describeApplication('python-app-3.13', 'python3.13', () => {
  // Named apart, because what it keeps in Redis and RabbitMQ has its name; so suites run beside each other.
  passesItsTests('without RabbitMQ', () => application('3.13', WITHOUT_RABBITMQ, 'service-without'));
  passesItsTests('with RabbitMQ', () => application('3.13', WITH_RABBITMQ, 'service-with'));

  test(
    'its tests fail when one line of it is broken',
    async () => {
      const broken = await application('3.13', WITH_RABBITMQ);
      const route = join(broken.folder, 'services/api/src/routes/health.py');
      const source = readFileSync(route, 'utf8');
      expect(source).toContain('"alive"');
      writeFileSync(route, source.replace('"alive"', '"dead"'));
      const { code, output } = await makeTest(broken, '--exitfirst --no-cov tests/unit tests/integration');
      expect(code, output).not.toBe(0);
      expect(output).toMatch(/^FAILED tests\/.*live/m);
    },
    SUITE_MILLISECONDS,
  );

  servesFromOutside();
});

/** All pass, none is skipped, and the coverage is above the floor. */
function passesItsTests(name: string, rendered: () => Promise<Application>): void {
  let suite: ReturnType<typeof tryRun>;

  beforeAll(async () => {
    suite = makeTest(await rendered());
  }, SETUP_MILLISECONDS);

  test(
    `${name}: it passes its own tests`,
    async () => {
      const { code, output } = await suite;
      expect(code, output).toBe(0);
      expect(output).toMatch(/^=+ \d+ passed in /m);
      const [, floor = '', reached = ''] = COVERAGE.exec(output) ?? [];
      expect(Number(floor)).toBeGreaterThanOrEqual(80);
      expect(Number(reached)).toBeGreaterThanOrEqual(Number(floor));
    },
    SUITE_MILLISECONDS,
  );
}

/** The service as its image starts it. */
function servesFromOutside(): void {
  const API = '/api/v1';
  let subject: Application;
  let command: readonly string[];
  const logs = mkdtempSync(join(tmpdir(), 'bulwark-service-'));
  let started: Kept[] = [];

  beforeAll(async () => {
    subject = await application('3.13', WITH_RABBITMQ);
    // The last CMD of the Dockerfile is the production image's.
    const dockerfile = readFileSync(join(subject.folder, 'Dockerfile'), 'utf8');
    const [, ...words] = JSON.parse(
      [...dockerfile.matchAll(/^CMD (\[.*\])$/gm)].at(-1)?.[1] ?? '[]',
    ) as string[];
    command = [join(subject.bin, 'python'), ...words];
    await run([join(subject.bin, 'python'), '-m', 'database.migrate'], {
      cwd: subject.folder,
      env: serviceUrls(),
    });
  }, SETUP_MILLISECONDS);

  afterAll(async () => {
    await Promise.all(started.map((service) => service.end()));
    started = [];
    rmSync(logs, { recursive: true, force: true });
  });

  /** What each of its processes has to know. */
  const environment = (variables: Readonly<Record<string, string>>): Record<string, string> => ({
    PATH: process.env.PATH ?? '',
    HOME: logs,
    ENVIRONMENT: 'production',
    SYSTEM_HEALTH_TOKEN: TOKEN,
    // Nobody but the test asks, which knows when it ends.
    DRAIN_DELAY_SECONDS: '0',
    ...serviceUrls(),
    ...variables,
  });

  /** Starts it and waits until it is ready. */
  async function start(variables: Readonly<Record<string, string>>): Promise<{ url: string; service: Kept }> {
    const port = await freePort();
    const service = await keep({
      argv: command,
      log: join(logs, `${port}.log`),
      cwd: subject.folder,
      env: environment({ PORT: String(port), ...variables }),
    });
    started.push(service);
    const url = `http://127.0.0.1:${port}`;
    await until('the service', () => isReady(url), { program: service });
    return { url, service };
  }

  const isReady = async (url: string): Promise<boolean> =>
    get(`${url}${API}/health/ready`).then(
      ({ status }) => status === 200,
      () => false,
    );
  const systemHealth = (url: string): ReturnType<typeof get> =>
    get(`${url}${API}/health/system`, { headers: { authorization: `Bearer ${TOKEN}` } });
  const statusesOf = (body: string): unknown => {
    const health = JSON.parse(body) as { status: string; services: Record<string, { status: string }> };
    const each = Object.entries(health.services).map(([name, { status }]) => [name, status]);
    return { system: health.status, ...Object.fromEntries(each) };
  };

  test('system health takes less than 100 ms for 95 of 100 requests', async () => {
    const { url, service } = await start({});
    const answers = [];
    for (let i = 0; i < 200; i++) answers.push(await systemHealth(url));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(statusesOf(answers[0]?.body ?? '')).toEqual({
      system: 'HEALTHY',
      database: 'HEALTHY',
      redis: 'HEALTHY',
      rabbitmq: 'HEALTHY',
    });
    const times = answers.map(({ milliseconds }) => milliseconds);
    expect(percentile(times, 0.95)).toBeLessThan(100);
    expect(await service.end()).toBe(0);
  }, 60_000);

  test.each([
    ['REDIS_URL', 'redis', 200, 'DEGRADED', 200],
    ['RABBITMQ_URL', 'rabbitmq', 200, 'DEGRADED', 200],
    ['DATABASE_URL', 'database', 503, 'UNHEALTHY', 503],
  ] as const)(
    'it answers in time when what %s names hangs',
    async (variable, name, status, system, ready) => {
      const proxy = await hangingProxy(serviceUrls()[variable] ?? '');
      try {
        const { url, service } = await start({ [variable]: proxy.url, HEALTH_TIMEOUT_SECONDS: '1' });
        expect((await systemHealth(url)).status).toBe(200);
        proxy.hang();
        const answer = await systemHealth(url);
        expect(answer.status).toBe(status);
        expect(answer.milliseconds).toBeLessThan(1500);
        expect(statusesOf(answer.body)).toMatchObject({ system, [name]: 'UNHEALTHY' });
        const [live, isReadyNow] = await Promise.all([
          get(`${url}${API}/health/live`),
          get(`${url}${API}/health/ready`),
        ]);
        expect(live).toMatchObject({ status: 200 });
        expect(live.milliseconds).toBeLessThan(500);
        expect(isReadyNow.status).toBe(ready);
        process.kill(service.pid, 'SIGTERM');
        expect(await service.ended).toBe(0);
      } finally {
        proxy.end();
      }
    },
    60_000,
  );

  test('SIGTERM under load loses no request', async () => {
    const { url, service } = await start({ WEB_CONCURRENCY: '2', DRAIN_DELAY_SECONDS: '2' });
    const items = `${url}${API}/items?limit=1`;
    const clients = Promise.all([
      ...Array.from({ length: 4 }, () => requestUntilClosed(items)),
      ...Array.from({ length: 3 }, () => requestUntilRefused(items)),
    ]);
    await sleep(500);
    process.kill(service.pid, 'SIGTERM');
    const statuses = (await clients).flat();
    expect(statuses.length).toBeGreaterThan(100);
    expect(new Set(statuses)).toEqual(new Set([200]));
    expect(await service.ended).toBe(0);
  }, 60_000);

  /**
   * Creates items before, while and after the broker is away.
   * @returns how many were created, and how many of their events were handled
   */
  async function createWhileTheBrokerRestarts(
    folder: string,
    seconds: number,
  ): Promise<{ created: number; handled: number }> {
    const { url, service } = await start({});
    const worker = await keep({
      argv: [join(subject.bin, 'python'), '-m', 'services.worker.src'],
      log: join(folder, 'worker.log'),
      cwd: folder,
      env: environment({ RABBITMQ_PREFIX: `test-${service.pid}` }),
    });
    started.push(worker);
    const handled = async (): Promise<number> => {
      const { body } = await get(`${url}${API}/items/activity`);
      return (JSON.parse(body) as { created: number }[]).reduce((sum, { created }) => sum + created, 0);
    };
    const before = await handled();
    let created = 0;
    const create = async (count: number): Promise<void> => {
      for (let i = 0; i < count; i++) {
        const { status } = await fetch(`${url}${API}/items`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: '{"name": "event"}',
        });
        expect(status).toBe(201);
        created++;
      }
    };
    await until('the worker', () => worker.output().includes('Consuming events'), { program: worker });
    await create(10);
    // Some are sent, some are not, and some are on their way.
    const stopped = services?.broker.stop();
    await create(20);
    await stopped;
    await create(10);
    // The worker has looked for them by now.
    await sleep(1500);
    await Promise.all([services?.broker.start(), create(10)]);
    const consumingAgain = (): boolean => worker.output().split('Consuming events').length > 2;
    await until('the worker', consumingAgain, { program: worker });
    const all = async (): Promise<boolean> => (await handled()) - before >= created;
    await until('the events', all, { seconds }).catch(() => undefined);
    // One that is handled twice would be so by now.
    await sleep(1000);
    const result = { created, handled: (await handled()) - before };
    expect(await worker.end()).toBe(0);
    expect(await service.end()).toBe(0);
    return result;
  }

  test('a broker that goes away and comes back costs no event and doubles none', async () => {
    const { created, handled } = await createWhileTheBrokerRestarts(subject.folder, 60);
    expect(created).toBe(50);
    expect(handled).toBe(50);
  }, 120_000);

  test('events are lost once a failed sending counts as done', async () => {
    const broken = await application('3.13', WITH_RABBITMQ);
    const relay = join(broken.folder, 'infrastructure/messaging/outbox_relay.py');
    const source = readFileSync(relay, 'utf8');
    expect(source).toContain('            return error\n');
    writeFileSync(relay, source.replace('            return error\n', '            return None\n'));
    const { created, handled } = await createWhileTheBrokerRestarts(broken.folder, 3);
    expect(handled).toBeLessThan(created);
  }, 120_000);
}
