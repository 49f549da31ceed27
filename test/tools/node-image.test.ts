/** Does the rendered Node image build from its lock, run hardened as any user against real services, and stop when told to? */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { startSurroundings, type Containers, type Surroundings } from '../support/containers.ts';
import { DOCKER_MILLISECONDS, DOCKER_TOOLS, type Docker } from '../support/docker.ts';
import { run } from '../support/keep.ts';
import { whyNoNetwork } from '../support/network.ts';
import { missingNode, nodeFolder } from '../support/node-releases.ts';
import { renderedFolder } from '../support/repository.ts';
import { missingServices, postgresFolder, type Services } from '../support/services.ts';
import { describeWithTools } from '../support/tools.ts';

/** A user that no image knows. */
const UID = 10_779;
const MINUTE = 60_000;
/** The one that the image is built on: an alpine one cannot be made without Alpine's registry. */
const NODE = '24';
const API = 'http://127.0.0.1:3000/api/v1';
const WEBSOCKET = 'http://127.0.0.1:8001/api/v1';
const WORKER = 'http://127.0.0.1:9100/api/v1';
const METRICS_TOKEN = 'metrics-token-of-these-tests-0123456789';
const PASSWORD = 'correct-horse-battery-staple-42';
const JSON_BODY = ['--header', 'Content-Type: application/json'];
const RUNNER = 'node-service:test-runner';

/** Watches runs over a WebSocket, says when it does, and prints how the first one ended. */
const WATCH = `
const socket = new WebSocket('ws://127.0.0.1:8001/ws', ['runs.v1', 'bearer.' + process.argv[1]]);
socket.onopen = () => socket.send(JSON.stringify({ type: 'watch' }));
socket.onerror = () => process.exit(1);
socket.onmessage = ({ data }) => {
  const { type, run } = JSON.parse(data);
  if (type === 'watching') fetch('${API}/workflows/import-items/runs', {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: 'Bearer ' + process.argv[1] },
    body: JSON.stringify({ text: 'lamp; bright\\nchair' }),
  });
  if (type === 'run' && ['succeeded', 'failed'].includes(run.status)) {
    console.log(run.status);
    process.exit();
  }
};
setTimeout(() => process.exit(2), 20_000);
`;

/** What builds and tests, and what a build leaves behind; in the last stage nothing of it is to be found. */
const LEFTOVERS = `for program in cc gcc g++ make python3 git curl; do command -v $program || true; done
for package in typescript vitest eslint prettier prisma @playwright/test @types/nodemailer; do
  if [ -e /app/node_modules/$package ]; then echo "$package"; fi
done
ls -d /root/.npm /tmp/* /var/cache/apt/archives/*.deb /var/lib/apt/lists/*_* 2> /dev/null || true
find /app ! -user root -o -perm /022 ! -type l
find /app -path '*/node_modules' -prune -o \\( -name '*.ts' -o -name '*.test.*' -o -name '.env*' -o -name '.git*' \\) -print`;

let folder = '';
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describeWithTools(
  'image-build',
  [...DOCKER_TOOLS, 'curl', 'npm'],
  () => {
    let around: Surroundings | undefined;
    let docker: Docker;
    let containers: Containers;
    let services: Services;

    beforeAll(async () => {
      around = await startSurroundings(UID);
      ({ docker, containers, services } = around);
      folder = await renderedFolder({
        name: 'node-service',
        stack: 'node',
        containers: ['docker'],
        'node.version': NODE,
        'node.base': 'debian',
        'node.auth': 'database',
        'node.workflows': true,
      });
      await docker.provideImages(folder);
      for (const target of ['builder', 'development', 'testing', 'migrate', 'runner'])
        await containers.build(folder, `node-service:test-${target}`, target);
    }, DOCKER_MILLISECONDS);

    afterAll(async () => {
      await around?.end();
    }, 3 * MINUTE);

    // What a test that failed has left.
    afterEach(async () => {
      await docker.tryDocker(['rm', '--force', 'api', 'websocket', 'worker']);
    });

    const variables = (more: Readonly<Record<string, string>> = {}): readonly string[] =>
      Object.entries({
        ...services.urls,
        ENVIRONMENT: 'production',
        PUBLIC_URL: 'https://service.example.org',
        JWT_SECRET_KEY: 'jwt-secret-key-of-these-tests-0123456789',
        SYSTEM_HEALTH_TOKEN: 'system-health-token-of-these-tests-0123',
        METRICS_TOKEN,
        SMTP_URL: 'smtp://127.0.0.1:1',
        MAIL_FROM: 'no-reply@example.org',
        ...more,
      }).flatMap(([name, value]) => ['--env', `${name}=${value}`]);

    const node = (...args: readonly string[]): Promise<string> =>
      run([...docker.network.within, join(nodeFolder(NODE), 'node'), ...args]);

    const post = (path: string, body: object): Promise<string> =>
      containers.answer(...JSON_BODY, '--data', JSON.stringify(body), `${API}${path}`);

    /** A user who has opened the link in the mail, and what the login gives. */
    async function accessToken(): Promise<string> {
      const account = { email: 'somebody@example.org', password: PASSWORD };
      await post('/auth/register', { ...account, full_name: 'Somebody' });
      const verified = `UPDATE users SET status = 'active', email_verified_at = now() RETURNING email`;
      const psql = join(postgresFolder() ?? '', 'psql');
      const url = services.urls.DATABASE_URL;
      expect(await run([...docker.network.within, psql, url, '-Atc', verified])).toContain(account.email);
      return (JSON.parse(await post('/auth/login', account)) as { access_token: string }).access_token;
    }

    const metricsAt = (url: string): Promise<string> =>
      containers.answer(
        '--header',
        `Authorization: Bearer ${METRICS_TOKEN}`,
        url.replace(/\/v1$/, '/metrics'),
      );

    test(
      'the migrations run from their own stage, and once more',
      async () => {
        for (const said of ['3 applied, none is left', '0 applied, none is left']) {
          const { code, output } = await docker.tryDocker([
            ...['run', '--rm', ...containers.hardened, ...variables(), 'node-service:test-migrate'],
          ]);
          expect(code, output).toBe(0);
          expect(output).toContain(said);
        }
      },
      MINUTE,
    );

    test(
      'one image serves, tells and works, with a read-only root as a user that nobody knows, and stops',
      async () => {
        await containers.start('api', RUNNER, `${API}/health/ready`, variables());
        const websocket = ['node', 'dist/commands/websocket.js'];
        await containers.start('websocket', RUNNER, `${WEBSOCKET}/health/ready`, variables(), websocket);
        const worker = ['node', 'dist/commands/worker.js'];
        await containers.start('worker', RUNNER, `${WORKER}/health/ready`, variables(), worker);

        const ids = await docker.docker(['exec', 'api', 'sh', '-c', 'id -u; tr "\\0" " " < /proc/1/cmdline']);
        expect(ids).toBe(`${UID}\ntini -- node dist/commands/api.js `);
        for (const place of ['/app', '/app/dist', '/var/tmp', '/etc']) {
          const { code } = await docker.tryDocker(['exec', 'api', 'touch', `${place}/written`]);
          expect(code, place).not.toBe(0);
        }
        expect((await docker.tryDocker(['exec', 'api', 'touch', '/tmp/written'])).code).toBe(0);

        const token = await accessToken();
        expect(await node('-e', WATCH, token)).toBe('succeeded\n');
        const items = ['--header', `Authorization: Bearer ${token}`, `${API}/items`];
        expect(await containers.answer(...items)).toContain('"name":"lamp"');
        expect(await metricsAt(API)).toMatch(
          /^http_requests_total\{[^}]*route="\/api\/v1\/auth\/login",status="200"\} 1$/m,
        );
        expect(await metricsAt(WORKER)).toMatch(/^workflow_runs_total\{status="succeeded"\} 1$/m);
        expect(await metricsAt(WEBSOCKET)).toMatch(/^websocket_messages_total\{direction="in"\} 1$/m);

        for (const name of ['api', 'websocket', 'worker']) {
          const { code, seconds } = await containers.stop(name);
          expect(code, name).toBe('0');
          expect(seconds, name).toBeLessThan(15);
        }
      },
      3 * MINUTE,
    );

    test(
      'its health check, its signals and its settings are such that a fault in them shows',
      async () => {
        const quick = variables({ DRAIN_DELAY_SECONDS: '0' });
        await containers.start('api', RUNNER, `${API}/health/ready`, quick);
        expect(await containers.health('api')).toBe(0);
        expect(await containers.health('api', ['PORT=1'])).toBe(1);
        const prompt = await containers.stop('api');
        expect(prompt.code).toBe('0');
        expect(prompt.seconds).toBeLessThan(5);

        // A shell in front of it keeps the signal to itself, and the process is killed.
        const shell = ['sh', '-c', 'node dist/commands/api.js; true'];
        await containers.start('api', RUNNER, `${API}/health/ready`, [...quick, '--entrypoint', ''], shell);
        expect((await containers.stop('api', 2)).code).toBe('137');

        const unset = await docker.tryDocker(['run', '--rm', ...containers.hardened, RUNNER]);
        expect(unset.code).toBe(2);
        for (const name of ['DATABASE_URL', 'REDIS_URL', 'JWT_SECRET_KEY', 'SYSTEM_HEALTH_TOKEN'])
          expect(unset.stderr).toContain(`${name}: is missing`);
      },
      2 * MINUTE,
    );

    test(
      'the last stage has no compiler, no development dependency, no cache and no test; the one that builds has',
      async () => {
        expect(await containers.shell(RUNNER, LEFTOVERS)).toBe('');
        expect((await containers.shell(RUNNER, 'ls -A /app')).trim().split('\n')).toEqual([
          ...['dist', 'node_modules', 'package.json', 'prisma'],
        ]);
        const builder = await containers.shell('node-service:test-builder', LEFTOVERS);
        expect(builder.split('\n')).toEqual(
          expect.arrayContaining(['typescript', 'vitest', '/app/src/commands/api.ts']),
        );
        const [{ Config }] = JSON.parse(await docker.docker(['inspect', RUNNER])) as [
          { Config: { User: string; Labels: Record<string, string> } },
        ];
        expect(Config.User).toBe('1001:1001');
        expect(Config.Labels).toMatchObject({ 'org.opencontainers.image.title': 'node-service' });
      },
      MINUTE,
    );

    test(
      'a build that names no stage makes the last one, and that is what runs in production',
      async () => {
        const idOf = (image: string): Promise<string> =>
          docker.docker(['image', 'inspect', '--format', '{{.Id}}', image]);
        await docker.docker(['build', '--quiet', '--tag', 'node-service:test-plain', '.'], {
          cwd: folder,
          seconds: 600,
        });
        expect(await idOf('node-service:test-plain')).toBe(await idOf(RUNNER));
        expect(await idOf('node-service:test-testing')).not.toBe(await idOf(RUNNER));
      },
      2 * MINUTE,
    );

    test(
      'the image is within its budget, and the step of the workflow says by how much it is not',
      async () => {
        const within = await containers.holdToBudget(folder, RUNNER);
        expect(within.code, within.output).toBe(0);
        expect(within.stdout).toMatch(/^The image has \d+ MB; its budget is 600 MB\.$/m);
        const beyond = await containers.holdToBudget(folder, RUNNER, { BUDGET_MB: '20' });
        expect(beyond.code).toBe(1);
      },
      MINUTE,
    );

    test(
      'the stage of development serves the sources, and that of the tests passes them',
      async () => {
        const development = variables({ ENVIRONMENT: 'development', DRAIN_DELAY_SECONDS: '0' });
        await containers.start(
          ...(['api', 'node-service:test-development', `${API}/health/ready`, development] as const),
        );
        expect(await containers.health('api')).toBe(0);
        // The unit tests alone: what the others need has been seen to work, and they take their time.
        const [{ Config }] = JSON.parse(await docker.docker(['inspect', 'node-service:test-testing'])) as [
          { Config: { Cmd: string[] } },
        ];
        const thresholds = ['lines', 'functions', 'statements', 'branches'];
        const unit = await docker.tryDocker([
          ...['run', '--rm', ...containers.hardened, '--env', 'NO_COLOR=1'],
          ...['node-service:test-testing', ...Config.Cmd],
          ...['--project', 'unit', ...thresholds.map((name) => `--coverage.thresholds.${name}=0`)],
        ]);
        expect(unit.code, unit.output).toBe(0);
        expect(unit.output).toMatch(/^ *Tests +\d+ passed \(\d+\)$/m);
      },
      3 * MINUTE,
    );
  },
  missingNode(NODE) ?? missingServices() ?? (await whyNoNetwork()),
);
