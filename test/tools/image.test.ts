/** Do the rendered images build from what Debian has, run hardened as any user against real services, and stop when told to? */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startSurroundings, type Containers, type Surroundings } from '../support/containers.ts';
import { DOCKER_MILLISECONDS, DOCKER_TOOLS, type Docker } from '../support/docker.ts';
import { whyNoNetwork } from '../support/network.ts';
import { bringApplication } from '../support/own-application.ts';
import { renderedFolder } from '../support/repository.ts';
import { missingServices, type Services } from '../support/services.ts';
import { describeWithTools } from '../support/tools.ts';

/** A user that no image knows. */
const UID = 10_777;
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
    let around: Surroundings | undefined;
    let docker: Docker;
    let containers: Containers;
    let services: Services;
    let service: string;

    beforeAll(async () => {
      around = await startSurroundings(UID);
      ({ docker, containers, services } = around);
      service = await rendered({
        name: 'my-service',
        data: ['postgres', 'redis', 'rabbitmq'],
        'docker.file': DOCKERFILE,
      });
      await docker.provideImages(service);
      for (const target of ['builder', 'development', 'migrate', 'production'])
        await containers.build(service, `my-service:test-${target}`, target, ['--file', DOCKERFILE]);
    }, DOCKER_MILLISECONDS);

    afterAll(async () => {
      await around?.end();
    }, MINUTE);

    const variables = (more: Readonly<Record<string, string>> = {}): readonly string[] =>
      Object.entries({ ...services.urls, ...more }).flatMap(([name, value]) => ['--env', `${name}=${value}`]);

    test(
      'the migrations run, and once more',
      async () => {
        for (let round = 0; round < 2; round++) {
          const { code, output } = await docker.tryDocker([
            ...['run', '--rm', ...containers.hardened, ...variables(), 'my-service:test-migrate'],
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
        await containers.start(
          'api',
          'my-service:test-production',
          `${API}/health/ready`,
          variables(settings),
        );
        expect(await containers.health('api')).toBe(0);

        const ids = await docker.docker(['exec', 'api', 'sh', '-c', 'id -u; tr "\\0" " " < /proc/1/cmdline']);
        expect(ids).toBe(`${UID}\npython -m services.api.src `);
        for (const place of ['/app', '/opt/venv', '/var/tmp', '/etc'])
          expect((await docker.tryDocker(['exec', 'api', 'touch', `${place}/written`])).code, place).not.toBe(
            0,
          );
        expect((await docker.tryDocker(['exec', 'api', 'touch', '/tmp/written'])).code).toBe(0);

        // Each over a connection of its own, so that all workers get some.
        const missing = `${API}/items/00000000-0000-4000-8000-000000000[000-099]`;
        const statuses = await containers.statuses('--header', 'Connection: close', missing);
        expect(statuses).toEqual(Array<string>(100).fill('404'));
        const metrics = await containers.answer('http://127.0.0.1:8000/metrics');
        expect(metrics).toMatch(/^http_requests_total\{[^}]*items\/\{item_id\}[^}]*status="404"\} 100\.0$/m);

        const { code, seconds } = await containers.stop('api');
        expect(code).toBe('0');
        expect(seconds).toBeLessThan(15);
      },
      2 * MINUTE,
    );

    test(
      'the last stage has no compiler, no pip in its environment, no cache and no test',
      async () => {
        const found = await containers.shell(
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
        const image = 'my-service:test-production';
        const within = await containers.holdToBudget(service, image);
        expect(within.code, within.output).toBe(0);
        const said = /^The image has (\d+) MB; its budget is 600 MB\.$/m.exec(within.stdout);
        const stdout = await docker.docker(['image', 'inspect', '--format', '{{.Size}}', image]);
        // What each layer is rounded to adds up to little.
        expect(Math.abs(Number(said?.[1]) - Number(stdout) / 1e6)).toBeLessThan(2);
        expect(readFileSync(join(service, 'summary.md'), 'utf8')).toBe(`${said?.[0] ?? ''}\n`);
        const beyond = await containers.holdToBudget(service, image, { BUDGET_MB: '20' });
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
        await containers.build(own, 'own-app:test', 'production');
        const { code, stderr } = await docker.tryDocker([
          'run',
          '--rm',
          ...containers.hardened,
          'own-app:test',
        ]);
        expect(code).toBe(78);
        expect(stderr).toContain('there is no executable app/run in this image');

        bringApplication(own);
        await containers.build(own, 'own-app:test', 'production');
        await containers.start('own-app', 'own-app:test', 'http://127.0.0.1:8080/healthz');
        expect(await containers.health('own-app')).toBe(0);
        const { code: exitCode, seconds } = await containers.stop('own-app');
        expect(exitCode).toBe('0');
        expect(seconds).toBeLessThan(15);
      },
      2 * MINUTE,
    );
  },
  missingServices() ?? (await whyNoNetwork()),
);
