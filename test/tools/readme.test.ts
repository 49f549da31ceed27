/** Does every command of the rendered READMEs work, typed literally after a clean `git clone`? */
import { mkdtempSync, readFileSync, rmSync, statSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { DOCKER_MILLISECONDS, DOCKER_TOOLS, startDocker, type Docker } from '../support/docker.ts';
import { keep, tryRun, until, type Kept } from '../support/keep.ts';
import { whyNoNetwork } from '../support/network.ts';
import { missingNode, nodeFolder } from '../support/node-releases.ts';
import { bringApplication } from '../support/own-application.ts';
import { cloneOf, readmeBlocksOf, renderedFolder } from '../support/repository.ts';
import { missingServices, startServices } from '../support/services.ts';
import { describeWithTools, requireTool } from '../support/tools.ts';

const MINUTE = 60_000;
/** The one that the Node service's image has; the README's `node` and `npm` are of the same line. */
const NODE = '24';
/** application.test.ts runs all of the application's tests by `make test`; here those that ask every service. */
const FEW_TESTS = '--no-cov tests/integration/services';

/** What the first lines of a README make run for good; the commands after it are for another terminal. */
const STAYS = /(?:^make run|-m services\.api\.src)$/;

describeWithTools(
  'readme-commands',
  [...DOCKER_TOOLS, 'make', 'curl', 'git', 'python3.13'],
  () => {
    let docker: Docker;
    let python: string;
    let logs: string;
    const folders: string[] = [];

    beforeAll(async () => {
      docker = await startDocker();
      logs = mkdtempSync(join(tmpdir(), 'bulwark-readme-'));
      // The README's `python3` is whatever the user has; here it is one that the application supports.
      python = mkdtempSync(join(tmpdir(), 'bulwark-python-'));
      symlinkSync(requireTool('python3.13'), join(python, 'python3'));
      folders.push(logs, python);
    }, DOCKER_MILLISECONDS);

    afterAll(async () => {
      await docker.tryDocker(['image', 'prune', '--force']);
      await docker.end();
      for (const folder of folders) rmSync(folder, { recursive: true, force: true });
    }, MINUTE);

    /** A shell in the tests' network, as a user would open one in the clone. */
    const shell = (script: string): readonly string[] => [
      ...docker.network.within,
      ...['bash', '-euo', 'pipefail', '-c', script],
    ];
    const environment = (): Record<string, string> => ({
      ...docker.env,
      PYTEST_ADDOPTS: FEW_TESTS,
      NO_COLOR: '1',
      PATH: [python, nodeFolder(NODE), process.env.PATH ?? ''].join(delimiter),
    });

    async function type(folder: string, script: string): Promise<string> {
      const { code, output } = await tryRun(shell(script), { cwd: folder, env: environment(), seconds: 600 });
      expect(code, `${script}\n${output}`).toBe(0);
      return output;
    }

    async function clone(...what: Parameters<typeof renderedFolder>): Promise<string> {
      const folder = await renderedFolder(...what);
      const cloned = await cloneOf(folder);
      folders.push(folder, cloned);
      await docker.provideImages(cloned);
      return cloned;
    }

    /** Everything that README.md says, in its order; returns what each block printed. */
    async function follow(folder: string): Promise<ReadonlyMap<string, string>> {
      const printed = new Map<string, string>();
      let running: Kept | undefined;
      try {
        for (const block of readmeBlocksOf(folder)) {
          if (STAYS.test(block)) running = await stay(folder, block);
          else printed.set(block, await type(folder, block));
        }
      } finally {
        await running?.end();
      }
      return printed;
    }

    /** Starts what stays, and waits until the README's `curl` gets its answer, as a user would try again. */
    async function stay(folder: string, block: string): Promise<Kept> {
      const kept = await keep({
        argv: shell(block),
        log: join(logs, 'run.log'),
        cwd: folder,
        env: { HOME: process.env.HOME ?? '', ...environment() },
      });
      const ask = readmeBlocksOf(folder).find((candidate) => candidate.startsWith('curl')) ?? 'false';
      await until(block, async () => (await tryRun(shell(ask))).code === 0, {
        seconds: 300,
        program: kept,
      });
      return kept;
    }

    const composeDown = (folder: string): Promise<string> =>
      type(
        folder,
        'docker compose -f docker-compose.yml -f docker-compose.prod.yml down --volumes --remove-orphans',
      );

    test.each([
      ['with PostgreSQL and Redis', ['postgres', 'redis']],
      ['with RabbitMQ too', ['postgres', 'redis', 'rabbitmq']],
    ])(
      'the FastAPI service in containers, %s',
      async (_, data) => {
        const proxied = data.includes('rabbitmq');
        const folder = await clone({
          name: 'my-service',
          data,
          ...(proxied && { containers: ['docker', 'compose', 'nginx'] }),
        });
        try {
          const blocks = readmeBlocksOf(folder);
          expect(blocks.slice(0, 2)).toEqual([
            'make up',
            'curl --fail http://127.0.0.1:8000/api/v1/health/ready',
          ]);
          const printed = await follow(folder);
          expect(printed.get('make up')).toContain('wrote ');
          expect(printed.get(blocks[1] ?? '')).toContain('{"status":"ready"}');
          expect(printed.get('make test')).toMatch(/^=+ \d+ passed in /m);
          expect(statSync(join(folder, '.env')).mode & 0o777).toBe(0o600);
          // `pg_dump` of the README wrote it: a dump in PostgreSQL's own format, of the production stack.
          expect(readFileSync(join(folder, 'my_service.dump')).subarray(0, 5).toString()).toBe('PGDMP');
          if (proxied) await expectProxied(folder);
        } finally {
          await composeDown(folder);
        }
      },
      10 * MINUTE,
    );

    test(
      'the Node service in containers, with its worker and its WebSocket server',
      async () => {
        const folder = await clone({
          ...{ name: 'my-service', stack: 'node', data: ['postgres', 'redis'] },
          ...{ containers: ['docker', 'compose', 'nginx'], 'node.workflows': true },
          ...{ 'node.version': NODE, 'node.base': 'debian' },
        });
        try {
          const blocks = readmeBlocksOf(folder);
          const ask = 'curl --fail http://127.0.0.1:3000/api/v1/health/ready';
          expect(blocks.slice(0, 2)).toEqual(['make up', ask]);
          const printed = await follow(folder);
          expect(printed.get(ask)).toContain('{"status":"ready"}');
          expect(printed.get('make test')).toMatch(/Tests +\d+ passed/);
          const begun = blocks.find((block) => block.includes('/workflows/import-items/runs'));
          expect(printed.get(begun ?? '')).toContain('"status":"queued"');
          expect(readFileSync(join(folder, 'my_service.dump')).subarray(0, 5).toString()).toBe('PGDMP');
          await expectProxied(folder);
        } finally {
          await composeDown(folder);
        }
      },
      15 * MINUTE,
    );

    /** Both replicas answer through the proxy, which alone is published, and learn from it who asks. */
    async function expectProxied(folder: string): Promise<void> {
      const url = 'https://my-service.example.com/api/v1';
      const ask = `curl --noproxy '*' --silent --show-error --cacert tls/certificate.pem --resolve my-service.example.com:443:127.0.0.1`;
      const answers = await type(folder, `${ask} --fail '${url}/health/ready?[1-10]'`);
      expect(answers.split('{"status":"ready"}')).toHaveLength(11);
      const missing = `${url}/items/00000000-0000-4000-8000-00000000000[0-9]`;
      await type(folder, `${ask} --output /dev/null '${missing}'`);
      await type(folder, '! curl --silent http://127.0.0.1:8000/api/v1/health/live');

      const compose = 'docker compose -f docker-compose.yml -f docker-compose.prod.yml';
      const entriesOf = async (service: string): Promise<readonly Readonly<Record<string, unknown>>[]> =>
        (await type(folder, `${compose} logs --no-color ${service}`)).split('\n').flatMap((line) => {
          const [container, entry] = line.split(/ +\| /);
          return entry?.includes('/items/0') ? [{ container, ...(JSON.parse(entry) as object) }] : [];
        });
      const seen = new Map((await entriesOf('proxy')).map((entry) => [entry.request_id, entry.client]));
      const served = await entriesOf('api');
      expect(served).toHaveLength(10);
      expect(new Set(served.map(({ container }) => container)).size).toBe(2);
      for (const { request_id: id, client } of served) expect(client).toBe(seen.get(id));
    }

    test(
      'the minimal preset, once there is an application',
      async () => {
        const folder = await clone({ name: 'own-app' }, 'minimal');
        bringApplication(folder);
        try {
          const printed = await follow(folder);
          expect(printed.get('curl --fail http://127.0.0.1:8080/healthz')).toContain('ok');
        } finally {
          await composeDown(folder);
        }
      },
      5 * MINUTE,
    );

    test(
      'the FastAPI service without containers, with the services of this machine',
      async () => {
        const folder = await clone({ name: 'my-service', data: ['postgres', 'redis'], containers: [] });
        await type(folder, 'make env');
        const services = await startServices(await urlsOf(folder), docker.network.within);
        try {
          expect(readmeBlocksOf(folder)[0]).toBe('make run');
          const printed = await follow(folder);
          expect(printed.get('curl --fail http://127.0.0.1:8000/api/v1/health/ready')).toContain('ready');
          expect(printed.get('make test')).toMatch(/^=+ \d+ passed in /m);
        } finally {
          await services.end();
        }
      },
      10 * MINUTE,
    );

    /** Where the service of a repository will look for its own, as its own script reads `.env`. */
    async function urlsOf(folder: string): Promise<Parameters<typeof startServices>[0]> {
      const output = await type(folder, 'python3 scripts/with_env.py .env env');
      const valueOf = (name: string): string | undefined =>
        new RegExp(`^${name}=(.*)$`, 'm').exec(output)?.[1];
      return {
        DATABASE_URL: valueOf('DATABASE_URL') ?? '',
        REDIS_URL: valueOf('REDIS_URL') ?? '',
        // Not asked for; the port is one that nothing else has in this network.
        RABBITMQ_URL: valueOf('RABBITMQ_URL') ?? 'amqp://app:app-password@127.0.0.1:5672/',
      };
    }
  },
  missingServices() ?? missingNode(NODE) ?? (await whyNoNetwork()),
);
