/** Does the nginx of the preset node-platform do what it says before the real API and the real WebSocket server, with real services behind them? */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { keep, run, tryRun, until, type Kept } from '../support/keep.ts';
import { startNetwork, whyNoNetwork, type Network } from '../support/network.ts';
import { provideNextRelease } from '../support/next-release.ts';
import {
  curlOf,
  expectSecured,
  NGINX_TOOLS,
  openConnections,
  parseAnswer,
  spoiltCopy,
  startProxy,
  startReplicas,
  type ConfigurationChange,
  type Opened,
  type ProxyAnswer,
  type Replicas,
} from '../support/nginx.ts';
import { missingNode, nodeFolder } from '../support/node-releases.ts';
import { renderedFolder } from '../support/repository.ts';
import {
  missingServices,
  OWN_NETWORK_URLS,
  postgresFolder,
  startServices,
  type Services,
} from '../support/services.ts';
import { describeWithTools } from '../support/tools.ts';

const DOMAIN = 'desk.example.com';
const API = '/api/v1';
const MINUTE = 60_000;
const MAJOR = '24';
const PERSON = { email: 'jo@example.org', password: 'correct horse 7' };

/** A client of its own: the limits of one do not touch another. */
interface Client {
  readonly ask: (path: string, ...options: readonly string[]) => Promise<ProxyAnswer>;
  /** The statuses of many requests, in their order. */
  readonly askOften: (path: string, ...options: readonly string[]) => Promise<readonly number[]>;
  readonly open: (how: {
    readonly upgrade?: string;
    readonly count?: number;
    readonly token?: string;
    /** What is done while all are open. */
    readonly meanwhile?: () => Promise<void>;
  }) => Promise<readonly Opened[]>;
}

/** What must hold, and the change of the configuration with which it must not. */
interface Claim {
  readonly name: string;
  readonly holds: (client: () => Client, token: string) => Promise<void>;
  readonly twin: ConfigurationChange;
}

const bearer = (token: string): readonly string[] => ['--header', `Authorization: Bearer ${token}`];
const sending = (body: unknown): readonly string[] => [
  ...['--header', 'Content-Type: application/json', '--header', 'Expect:', '--data', JSON.stringify(body)],
];
const count = <T>(values: readonly T[], wanted: T): number =>
  values.filter((value) => value === wanted).length;
const repeat = <T>(times: number, value: T): T[] => Array<T>(times).fill(value);

const CLAIMS: readonly Claim[] = [
  {
    name: 'TLS 1.2 and 1.3 are spoken, 1.1 is not, and HTTP leads to HTTPS',
    holds: async (client) => {
      const live = `${API}/health/live`;
      expect((await client().ask(live, '--tlsv1.3')).status).toBe(200);
      expect((await client().ask(live, '--tls-max', '1.2')).status).toBe(200);
      const old = ['--tlsv1.0', '--tls-max', '1.1', '--ciphers', 'ALL:@SECLEVEL=0'];
      expect((await client().ask(live, ...old)).status).toBe(0);
      const plain = await client().ask(`http://${DOMAIN}:8080/a?b=1`);
      expect([plain.status, plain.headers.get('location')]).toEqual([308, [`https://${DOMAIN}/a?b=1`]]);
    },
    twin: [
      /ssl_protocols .*\n.*ssl_ciphers .*/,
      'ssl_protocols TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0;',
    ],
  },
  {
    name: 'every answer has each header once: of success, of each error of the application, and of the proxy’s own',
    holds: async (client, token) => {
      const { ask } = client();
      const large = sending({ name: 'x', description: 'x'.repeat(1_200_000) });
      for (const [status, path, ...options] of [
        [200, `${API}/health/ready`],
        [200, `${API}/items`, ...bearer(token)],
        [401, `${API}/items`],
        [404, `${API}/items/00000000-0000-4000-8000-000000000000`, ...bearer(token)],
        [404, '/nothing'],
        [422, `${API}/items`, ...bearer(token), ...sending({ name: '' })],
        [401, '/ws', '--http1.1', '--header', 'Connection: Upgrade', '--header', 'Upgrade: websocket'],
        [404, '/api/metrics'],
        [413, `${API}/items`, ...bearer(token), ...large],
        [400, '/', '--http1.1', '--header', `X-Fill: ${'x'.repeat(40_000)}`],
      ] as const) {
        const answer = await ask(path, ...options, ...(path === '/ws' ? KEY : []));
        expect(answer.status, path).toBe(status);
        expectSecured(answer, `${status} of ${path}`);
      }
    },
    twin: [/(add_header X-Frame-Options \S+) always/, '$1'],
  },
  {
    name: 'what is for those who run it does not get through',
    holds: async (client) => {
      const { ask } = client();
      for (const path of ['/api/metrics', '/api//metrics/', `${API}/health/system`])
        expect(await ask(path), path).toMatchObject({
          status: 404,
          body: expect.stringContaining('nginx') as string,
        });
    },
    twin: [/location ~ \^\/api\/metrics\/\*\$/, 'location = /else'],
  },
  {
    name: 'a client has 100 requests a minute: 51 at once, then 429 and when to try again, and no other client is touched',
    holds: async (client) => {
      const { ask, askOften } = client();
      const statuses = await askOften(`${API}/health/live?[1-70]`);
      expect(statuses.slice(0, 51)).toEqual(repeat(51, 200));
      expect(count(statuses, 429)).toBeGreaterThan(12);
      const refused = await ask(`${API}/health/live`);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, ['1']]);
      expectSecured(refused);
      expect((await client().ask(`${API}/health/live`)).status).toBe(200);
    },
    twin: [/(location \/ \{\n\s+)proxy_pass/, '$1limit_req zone=requests burst=500 nodelay; proxy_pass'],
  },
  {
    name: 'a client has ten attempts to log in a minute, then 429 by the proxy',
    holds: async (client) => {
      const { ask, askOften } = client();
      const wrong = sending({ email: 'nobody@example.org', password: 'wrong password 1' });
      const statuses = await askOften(`${API}/auth/login?[1-14]`, ...wrong);
      expect(statuses.slice(0, 10)).toEqual(repeat(10, 401));
      expect(statuses.slice(11)).toEqual(repeat(3, 429));
      const refused = await ask(`${API}/auth/login`, ...wrong);
      expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, ['6']]);
      expectSecured(refused);
    },
    twin: [/limit_req zone=attempts .*/, ''],
  },
  {
    name: 'a WebSocket goes through to its server, both ways, and only with a token',
    holds: async (client, token) => {
      const [opened] = await client().open({ token });
      expect(opened).toMatchObject({ status: 101, said: '{"type":"watching","run":null}' });
      const [refused] = await client().open({});
      expect(refused).toMatchObject({ status: 401 });
    },
    twin: ['set $passed_upgrade $requested_upgrade;', ''],
  },
  {
    name: 'no other upgrade gets through',
    holds: async (client, token) => {
      const [opened] = await client().open({ upgrade: 'h2c', token });
      // Without the header it is a plain request to the server, and no WebSocket.
      expect(opened?.status).toBe(404);
    },
    twin: [/default "";\n\s+"~\*\^websocket\$" websocket;/, 'default websocket;'],
  },
  {
    name: 'a client has 30 WebSockets open, and its requests are answered all the same',
    holds: async (client, token) => {
      const { ask, open } = client();
      const opened = await open({
        ...{ count: 33, token },
        meanwhile: async () => {
          expect((await ask(`${API}/health/live`)).status).toBe(200);
        },
      });
      expect(opened.map(({ status }) => status)).toEqual([...repeat(30, 101), ...repeat(3, 429)]);
    },
    twin: [/limit_conn open_connections .*/, ''],
  },
  {
    name: 'a body of one megabyte gets through, a larger one does not',
    holds: async (client, token) => {
      const send = async (bytes: number): Promise<ProxyAnswer> =>
        client().ask(
          `${API}/items`,
          ...bearer(token),
          ...sending({ name: 'body', description: 'x'.repeat(bytes) }),
        );
      expect((await send(1500)).status).toBe(201);
      expect(await send(1_100_000)).toMatchObject({
        status: 413,
        body: expect.stringContaining('<center>nginx</center>') as string,
      });
    },
    twin: ['client_max_body_size 1m', 'client_max_body_size 2m'],
  },
  {
    name: 'answers are compressed, and not where tokens are',
    holds: async (client, token) => {
      const { ask } = client();
      await ask(
        `${API}/items`,
        ...bearer(token),
        ...sending({ name: 'long', description: 'y'.repeat(1900) }),
      );
      const items = await ask(`${API}/items`, ...bearer(token), '--compressed');
      expect([items.headers.get('content-encoding'), items.headers.get('vary')]).toEqual([
        ['gzip'],
        expect.arrayContaining(['Accept-Encoding']),
      ]);
      const login = await ask(`${API}/auth/login`, ...sending(PERSON), '--compressed');
      expect([login.status, login.headers.get('content-encoding')]).toEqual([200, undefined]);
    },
    twin: ['gzip on;', 'gzip off;'],
  },
  {
    name: 'the application sees who asks, whatever the client says of itself',
    holds: async (client, token) => {
      // Its sessions keep the address of each login.
      const { ask } = client();
      const login = await ask(
        `${API}/auth/login`,
        ...sending(PERSON),
        '--header',
        'X-Forwarded-For: 203.0.113.9',
      );
      expect(login.status).toBe(200);
      const sessions = await ask(`${API}/auth/sessions`, ...bearer(token));
      expect(sessions.status).toBe(200);
      expect(sessions.body).toMatch(/"127\.0\.1\.\d+"/);
      expect(sessions.body).not.toContain('203.0.113.9');
    },
    twin: ['X-Forwarded-For $remote_addr', 'X-Forwarded-For $http_x_forwarded_for'],
  },
];

/** The handshake of a WebSocket by hand. */
const KEY = [
  ...['--header', 'Sec-WebSocket-Version: 13'],
  ...['--header', 'Sec-WebSocket-Key: MDEyMzQ1Njc4OWFiY2RlZg=='], // gitleaks:allow the example of RFC 6455
];

describeWithTools(
  'nginx-node',
  [...NGINX_TOOLS, 'npm'],
  () => {
    const work = mkdtempSync(join(tmpdir(), 'bulwark-nginx-node-'));
    let network: Network;
    let root: string;
    let services: Services;
    let dns: Replicas;
    let folder: string;
    let token: string;
    const processes: Kept[] = [];
    let clients = 0;

    beforeAll(async () => {
      ({ root } = await provideNextRelease('nginx'));
      network = await startNetwork();
      services = await startServices(OWN_NETWORK_URLS, network.within);
      folder = await renderedFolder({ name: 'desk', domain: DOMAIN }, 'node-platform');
      await run(['scripts/make_dev_certificate.sh'], { cwd: folder });
      const env = {
        ...services.urls,
        PATH: `${nodeFolder(MAJOR)}${delimiter}${process.env.PATH ?? ''}`,
        HOME: process.env.HOME ?? '',
        npm_config_update_notifier: 'false',
        ENVIRONMENT: 'production',
        LOG_LEVEL: 'ERROR',
        SYSTEM_HEALTH_TOKEN: 'system-health-token-of-these-tests-1',
        METRICS_TOKEN: 'metrics-token-of-these-tests-00000001',
        JWT_SECRET_KEY: 'jwt-secret-key-of-these-tests-0000001',
        PUBLIC_URL: `https://${DOMAIN}`,
        SMTP_URL: 'smtp://127.0.0.1:9',
        MAIL_FROM: 'no-reply@example.org',
        DRAIN_DELAY_SECONDS: '0',
        // The proxy's limits are what is looked at.
        AUTH_LIMIT_PER_CLIENT: '100000',
        AUTH_LIMIT_PER_ACCOUNT: '100000',
        FORWARDED_ALLOW_IPS: '127.0.0.0/8',
        PORT: '3000',
        WEBSOCKET_PORT: '8001',
      };
      const options = { cwd: folder, env, seconds: 600 };
      await run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], options);
      await run(['npm', 'run', 'generate'], options);
      const node = [...network.within, join(nodeFolder(MAJOR), 'node')];
      await run([...node, 'src/commands/migrate.ts'], options);
      for (const name of ['api', 'websocket'])
        processes.push(
          await keep({
            argv: [...node, `src/commands/${name}.ts`],
            log: join(work, `${name}.log`),
            cwd: folder,
            env,
          }),
        );
      for (const [index, port] of [3000, 8001].entries()) {
        const ready = [
          ...network.within,
          'curl',
          '--silent',
          '--fail',
          `http://127.0.0.1:${port}${API}/health/ready`,
        ];
        const program = processes[index];
        await until(`port ${port}`, async () => (await tryRun(ready)).code === 0, {
          seconds: 120,
          ...(program && { program }),
        });
      }
      // Its DNS leads every name to this network's own address, where the two listen.
      dns = await startReplicas(network, join(work, 'dns'), [1999], ['127.0.0.2']);
      dns.resolveTo('127.0.0.1');
      token = await withProxy(folder, async () => {
        const { ask } = newClient();
        const registered = await ask(`${API}/auth/register`, ...sending({ ...PERSON, full_name: 'Jo Doe' }));
        expect(registered.status, registered.body).toBe(202);
        // In the place of the link of a mail.
        const psql = [
          ...network.within,
          join(postgresFolder() ?? '', 'psql'),
          services.urls.DATABASE_URL,
          '--quiet',
          '--command',
        ];
        await until('the account', async () => {
          await run([...psql, `UPDATE users SET status = 'active', email_verified_at = now()`]);
          return (await ask(`${API}/auth/login`, ...sending(PERSON))).status === 200;
        });
        const { body } = await ask(`${API}/auth/login`, ...sending(PERSON));
        return (JSON.parse(body) as { access_token: string }).access_token;
      });
    }, 15 * MINUTE);

    afterAll(async () => {
      await Promise.all(processes.map((program) => program.end()));
      await dns.end();
      await services.end();
      await network.end();
      for (const path of [work, folder]) rmSync(path, { recursive: true, force: true });
    }, 3 * MINUTE);

    function newClient(): Client {
      clients += 1;
      const client = { network, from: `127.0.1.${clients}`, ca: join(folder, 'tls/certificate.pem') };
      const base = curlOf(client, DOMAIN);
      const urlOf = (path: string): string => (path.startsWith('/') ? `https://${DOMAIN}:8443${path}` : path);
      return {
        ask: async (path, ...options) => {
          // Large bodies do not fit into an argument.
          const { given, rest } = asInput(options);
          const { stdout } = await tryRun([...base, '--include', ...rest, '--globoff', urlOf(path)], given);
          return parseAnswer(stdout);
        },
        askOften: async (path, ...options) => {
          const told = ['--output', '/dev/null', '--write-out', '%{http_code}\n'];
          const { stdout } = await tryRun([...base, ...options, ...told, urlOf(path)]);
          return stdout.trim().split('\n').map(Number);
        },
        open: ({ upgrade = 'websocket', count: times = 1, token: shown, meanwhile }) =>
          openConnections(client, DOMAIN, {
            ...{ path: '/ws', upgrade, count: times, silentMs: 0, word: '{"type":"watch"}' },
            ...(meanwhile && { meanwhile }),
            headers: shown === undefined ? {} : { Authorization: `Bearer ${shown}` },
          }),
      };
    }

    async function withProxy<T>(of: string, deed: () => Promise<T>): Promise<T> {
      const proxy = await startProxy(network, root, of, join(work, 'nginx.log'));
      try {
        return await deed();
      } finally {
        await proxy.end();
      }
    }

    test.each(CLAIMS)('$name', { timeout: MINUTE }, async ({ holds }) => {
      await withProxy(folder, () => holds(newClient, token));
    });

    test.each(CLAIMS)('found when it does not hold: $name', { timeout: MINUTE }, async ({ holds, twin }) => {
      await withProxy(spoiltCopy(folder, work, twin), () =>
        expect(holds(newClient, token)).rejects.toThrow(),
      );
    });
  },
  missingNode(MAJOR) ?? missingServices() ?? (await whyNoNetwork()),
);

/** Options of curl whose body comes by its standard input. */
function asInput(options: readonly string[]): {
  readonly given: { readonly input?: string };
  readonly rest: readonly string[];
} {
  const at = options.indexOf('--data');
  const body = options[at + 1];
  if (at < 0 || body === undefined) return { given: {}, rest: options };
  return { given: { input: body }, rest: options.with(at + 1, '@-') };
}
