/** Do the rendered images build from what Debian has, run hardened as any user against real services, and stop when told to? */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { parse } from 'yaml';
import { DOCKER_MILLISECONDS, DOCKER_TOOLS, startDocker, type Docker } from '../support/docker.ts';
import { run, tryRun, until } from '../support/keep.ts';
import { whyNoNetwork } from '../support/network.ts';
import { bringApplication } from '../support/own-application.ts';
import { renderedFolder } from '../support/repository.ts';
import { missingServices, startServices, type Services } from '../support/services.ts';
import { describeWithTools } from '../support/tools.ts';

/** A user that no image knows. */
const UID = 10_777;
/** How the strictest orchestrator would run a container. */
const HARDENED = [
  ...['--network', 'host', '--read-only', '--tmpfs', '/tmp:size=64m,mode=1777'],
  ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', `${UID}:${UID}`],
];
const MINUTE = 60_000;
/** The other name is that of the application of one's own below. */
const DOCKERFILE = 'Dockerfile.production';
const API = 'http://127.0.0.1:8000/api/v1';

const folders: string[] = [];
const rendered = async (...what: Parameters<typeof renderedFolder>): Promise<string> => {
  const folder = await renderedFolder(...what);
  folders.push(folder);
  return folder;
};

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});

describeWithTools(
  'image-build',
  [...DOCKER_TOOLS, 'curl'],
  () => {
    let docker: Docker;
    let services: Services | undefined;
    let service: string;

    beforeAll(async () => {
      docker = await startDocker();
      services = await startServices(
        {
          DATABASE_URL: 'postgresql://app:app-password@127.0.0.1:5432/app',
          REDIS_URL: 'redis://app:app-password@127.0.0.1:6379/0',
          RABBITMQ_URL: 'amqp://app:app-password@127.0.0.1:5672/',
        },
        docker.network.within,
      );
      service = await rendered({
        name: 'my-service',
        data: ['postgres', 'redis', 'rabbitmq'],
        'docker.file': DOCKERFILE,
      });
      await docker.provideImages(service);
      for (const target of ['builder', 'development', 'migrate', 'production'])
        await build(service, `my-service:test-${target}`, target, ['--file', DOCKERFILE]);
    }, DOCKER_MILLISECONDS);

    afterAll(async () => {
      await services?.end();
      // Untagged by a later build of the same name.
      await docker.tryDocker(['image', 'prune', '--force']);
      await docker.end();
    }, MINUTE);

    const build = (
      folder: string,
      tag: string,
      target: string,
      options: readonly string[] = [],
    ): Promise<string> =>
      docker.docker(['build', '--quiet', ...options, '--target', target, '--tag', tag, '.'], {
        cwd: folder,
        seconds: 600,
      });

    const variables = (more: Readonly<Record<string, string>> = {}): readonly string[] =>
      Object.entries({ ...services?.urls, ...more }).flatMap(([name, value]) => [
        '--env',
        `${name}=${value}`,
      ]);

    /** Asks from inside the network; the statuses of all answers. */
    const curl = async (...args: readonly string[]): Promise<readonly string[]> => {
      const { stdout } = await tryRun([
        ...docker.network.within,
        ...['curl', '--silent', '--output', '/dev/null', '--write-out', '%{http_code}\n', ...args],
      ]);
      return stdout.trim().split('\n');
    };

    /** Starts a container and waits until a URL answers 200. */
    async function start(
      name: string,
      image: string,
      url: string,
      options: readonly string[] = [],
    ): Promise<void> {
      await docker.docker(['run', '--detach', '--name', name, ...HARDENED, ...options, image]);
      await until(name, async () => (await curl(url))[0] === '200');
    }

    const shell = (image: string, script: string): Promise<string> =>
      docker.docker(['run', '--rm', '--network', 'none', '--entrypoint', 'sh', image, '-euc', script]);

    /** Stops a container as an orchestrator does; its exit code and the seconds that it took. */
    async function stop(name: string): Promise<{ code: string; seconds: number }> {
      const begin = performance.now();
      await docker.docker(['stop', '--time', '30', name]);
      const seconds = (performance.now() - begin) / 1000;
      const code = await docker.docker(['inspect', '--format', '{{.State.ExitCode}}', name]);
      await docker.docker(['rm', '--force', name]);
      return { code: code.trim(), seconds };
    }

    /** The image's own HEALTHCHECK, run in a container. */
    async function health(name: string): Promise<number | string> {
      const [kind, ...test] = JSON.parse(
        await docker.docker(['inspect', '--format', '{{json .Config.Healthcheck.Test}}', name]),
      ) as string[];
      expect(kind).toBe('CMD');
      return (await docker.tryDocker(['exec', name, ...test])).code;
    }

    test(
      'the migrations run, and once more',
      async () => {
        for (let round = 0; round < 2; round++) {
          const { code, output } = await docker.tryDocker([
            ...['run', '--rm', ...HARDENED, ...variables(), 'my-service:test-migrate'],
          ]);
          expect(code, output).toBe(0);
        }
      },
      MINUTE,
    );

    test(
      'the API runs with four workers and a read-only root as a user that nobody knows, counts all and stops',
      async () => {
        const settings = {
          SYSTEM_HEALTH_TOKEN: 'system-health-token-of-these-tests',
          WEB_CONCURRENCY: '4',
        };
        await start('api', 'my-service:test-production', `${API}/health/ready`, variables(settings));
        expect(await health('api')).toBe(0);

        const ids = await docker.docker(['exec', 'api', 'sh', '-c', 'id -u; tr "\\0" " " < /proc/1/cmdline']);
        expect(ids).toBe(`${UID}\npython -m services.api.src `);
        for (const place of ['/app', '/opt/venv', '/var/tmp', '/etc'])
          expect((await docker.tryDocker(['exec', 'api', 'touch', `${place}/written`])).code, place).not.toBe(
            0,
          );
        expect((await docker.tryDocker(['exec', 'api', 'touch', '/tmp/written'])).code).toBe(0);

        // Each over a connection of its own, so that all workers get some.
        const missing = `${API}/items/00000000-0000-4000-8000-000000000[000-099]`;
        const statuses = await curl('--header', 'Connection: close', missing);
        expect(statuses).toEqual(Array<string>(100).fill('404'));
        const metrics = await run([
          ...docker.network.within,
          ...['curl', '--fail', '--silent', 'http://127.0.0.1:8000/metrics'],
        ]);
        expect(metrics).toMatch(/^http_requests_total\{[^}]*items\/\{item_id\}[^}]*status="404"\} 100\.0$/m);

        const { code, seconds } = await stop('api');
        expect(code).toBe('0');
        expect(seconds).toBeLessThan(15);
      },
      2 * MINUTE,
    );

    test(
      'the last stage has no compiler, no pip in its environment, no cache and no test',
      async () => {
        const found = await shell(
          'my-service:test-production',
          `for program in cc gcc g++ make ld rustc cargo git curl; do command -v $program || true; done
ls -d /opt/venv/bin/pip* /root/.cache /tmp/* /var/cache/apt/archives/*.deb /var/lib/apt/lists/*_* 2> /dev/null || true
ls -A /app
find /app /opt/venv ! -user root -o -perm /022 ! -type l
find /app -name 'test*' -o -name 'requirements*' -o -name '.env*' -o -name '.git*'`,
        );
        expect(found.trim().split('\n')).toEqual(['core', 'database', 'infrastructure', 'services']);
        const { Config } = (
          JSON.parse(await docker.docker(['inspect', 'my-service:test-production'])) as [
            { Config: { User: string; Entrypoint: unknown; Labels: Record<string, string> } },
          ]
        )[0];
        expect(Config.User).toMatch(/^[1-9]\d{3,}:[1-9]\d{3,}$/);
        expect(Config.Labels).toMatchObject({ 'org.opencontainers.image.title': 'my-service' });
      },
      MINUTE,
    );

    test(
      'the image is within its budget, and the step of the workflow says by how much it is not',
      async () => {
        const workflow = parse(readFileSync(join(service, '.github/workflows/ci.yml'), 'utf8')) as {
          jobs: { image: { steps: { name?: string; run?: string; env?: Record<string, string> }[] } };
        };
        const step = workflow.jobs.image.steps.find(({ name }) => name === 'Hold the image to its budget');
        const hold = (budget: Readonly<Record<string, string>>) =>
          tryRun(
            // As GitHub runs a step.
            [
              ...docker.network.within,
              'bash',
              '--noprofile',
              '--norc',
              '-eo',
              'pipefail',
              '-c',
              step?.run ?? '',
            ],
            {
              env: {
                ...docker.env,
                ...step?.env,
                ...budget,
                IMAGE: 'my-service:test-production',
                GITHUB_STEP_SUMMARY: join(service, 'summary.md'),
              },
            },
          );
        const within = await hold({});
        expect(within.code, within.output).toBe(0);
        const said = /^The image has (\d+) MB; its budget is 600 MB\.$/m.exec(within.stdout);
        const { stdout } = await docker.tryDocker([
          ...['image', 'inspect', '--format', '{{.Size}}', 'my-service:test-production'],
        ]);
        // What each layer is rounded to adds up to little.
        expect(Math.abs(Number(said?.[1]) - Number(stdout) / 1e6)).toBeLessThan(2);
        expect(readFileSync(join(service, 'summary.md'), 'utf8')).toBe(`${said?.[0] ?? ''}\n`);
        const beyond = await hold({ BUDGET_MB: '20' });
        expect(beyond.code).toBe(1);
        expect(beyond.stdout).toMatch(
          /^::error::The image has \d+ MB, which is more than its budget of 20 MB$/m,
        );
      },
      MINUTE,
    );

    test(
      'an application of one’s own: says that it is missing, and runs when it is there',
      async () => {
        const own = await rendered({ name: 'own-app' }, 'minimal');
        await docker.provideImages(own);
        await build(own, 'own-app:test', 'production');
        const { code, stderr } = await docker.tryDocker(['run', '--rm', ...HARDENED, 'own-app:test']);
        expect(code).toBe(78);
        expect(stderr).toContain('there is no executable app/run in this image');

        bringApplication(own);
        await build(own, 'own-app:test', 'production');
        await start('own-app', 'own-app:test', 'http://127.0.0.1:8080/healthz');
        expect(await health('own-app')).toBe(0);
        const { code: exitCode, seconds } = await stop('own-app');
        expect(exitCode).toBe('0');
        expect(seconds).toBeLessThan(15);
      },
      2 * MINUTE,
    );
  },
  missingServices() ?? (await whyNoNetwork()),
);
