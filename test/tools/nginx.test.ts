/** Does a real nginx with the rendered configuration do what it says: TLS, headers, limits, names, what is hidden? */
import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, tryRun } from '../support/keep.ts';
import { catalogWith, EVENTS, WEBSOCKET } from '../support/listening.ts';
import { startNetwork, whyNoNetwork, type Network } from '../support/network.ts';
import { provideNextRelease } from '../support/next-release.ts';
import {
  changeConfiguration,
  curlOf,
  expectSecured,
  NGINX_TOOLS,
  openConnections,
  parseAnswer,
  spoiltCopy,
  startProxy,
  startReplicas,
  testConfiguration,
  type ConfigurationChange,
  type Opened,
  type Opening,
  type Proxy,
  type ProxyAnswer,
  type Replicas,
} from '../support/nginx.ts';
import { renderedFolder } from '../support/repository.ts';
import { describeWithTools } from '../support/tools.ts';

const DOMAIN = 'desk.example.com';
const REPLICAS = ['127.0.0.2', '127.0.0.3'];
/** An address on which nothing listens. */
const GONE = '127.0.0.9';
/** One from which nothing comes back, as from a container that has ended. */
const SILENT = '192.0.2.9';
const MINUTE = 60_000;

const PLATFORM = { name: 'desk', domain: DOMAIN };

/** What the proxy answered, and what the application was asked, if it was. */
interface Answer extends ProxyAnswer {
  readonly asked:
    | {
        readonly address: string;
        readonly port: number;
        readonly headers: Readonly<Record<string, string>>;
      }
    | undefined;
  /** How curl ended. */
  readonly code: number | string;
}

/** A client of its own: the limits of one do not touch another. */
interface Client {
  readonly ask: (path: string, ...options: readonly string[]) => Promise<Answer>;
  /** The statuses of many requests over as few connections as possible. */
  readonly askOften: (path: string, ...options: readonly string[]) => Promise<readonly string[]>;
  /** Asks for so many connections to be upgraded, keeps them open, and says a word over each. */
  readonly open: (path: string, how?: Partial<Opening>) => Promise<readonly Opened[]>;
}

interface Subject {
  readonly client: () => Client;
  readonly replicas: Replicas;
  readonly log: () => string;
}

/** What must hold, and the change of the configuration with which it must not. */
interface Claim {
  readonly name: string;
  readonly holds: (subject: Subject) => Promise<void>;
  readonly twin: ConfigurationChange;
}

const repeat = <T>(count: number, value: T): T[] => Array<T>(count).fill(value);
const count = (values: readonly string[], wanted: string): number =>
  values.filter((value) => value === wanted).length;

const CLAIMS: readonly Claim[] = [
  {
    name: 'TLS 1.2 and 1.3 are spoken, 1.1 is not',
    holds: async ({ client }) => {
      const weak = ['--ciphers', 'ALL:@SECLEVEL=0'];
      expect((await client().ask('/', '--tlsv1.3')).status).toBe(200);
      expect((await client().ask('/', '--tls-max', '1.2')).status).toBe(200);
      expect((await client().ask('/', '--tlsv1.0', '--tls-max', '1.1', ...weak)).status).toBe(0);
    },
    twin: [
      /ssl_protocols .*\n.*ssl_ciphers .*/,
      'ssl_protocols TLSv1.1 TLSv1.2 TLSv1.3; ssl_ciphers ALL:@SECLEVEL=0;',
    ],
  },
  {
    name: 'every answer has each header once, whoever made it',
    holds: async ({ client }) => {
      const { ask } = client();
      for (const path of ['/', '/status/404', '/status/500', '/own-headers', '/metrics'])
        expectSecured(await ask(path));
      const refused = await ask('/', '--http1.1', '--header', `X-Fill: ${'x'.repeat(40_000)}`);
      expect(refused.status).toBe(400);
      expectSecured(refused);
      const own = await ask('/own-headers');
      expect(own.headers.get('x-frame-options')).toEqual(['SAMEORIGIN']);
      expect(own.headers.get('retry-after')).toEqual(['77']);
    },
    twin: [/(add_header X-Frame-Options \S+) always/, '$1'],
  },
  {
    name: 'no location loses the headers',
    holds: async ({ client }) => {
      expectSecured(await client().ask('/api/v3/auth/login'));
    },
    twin: ['gzip off;', 'gzip off; add_header X-Else 1 always;'],
  },
  {
    name: 'the version stays unsaid',
    holds: async ({ client }) => {
      expectSecured(await client().ask('/metrics'));
    },
    twin: ['server_tokens off', 'server_tokens on'],
  },
  {
    name: 'a client gets 51 requests at once, then 429 and when to try again',
    holds: async ({ client }) => {
      const { ask, askOften } = client();
      const statuses = await askOften('/[1-70]');
      expect(statuses.slice(0, 51)).toEqual(repeat(51, '200'));
      // While they were sent, a few more have become due.
      expect(count(statuses, '429')).toBeGreaterThan(12);
      const refused = await ask('/');
      expect(refused.status).toBe(429);
      expect(refused.headers.get('retry-after')).toEqual(['1']);
      expectSecured(refused);
      expect((await client().ask('/')).status).toBe(200);
    },
    twin: [/(location \/ \{\n\s+)proxy_pass/, '$1limit_req zone=requests burst=500 nodelay; proxy_pass'],
  },
  {
    name: 'a client gets ten attempts below the path of authentication, and reads as often as elsewhere',
    holds: async ({ client }) => {
      const { ask, askOften } = client();
      const statuses = await askOften('/api/v3/auth/login?[1-14]', '--request', 'POST');
      expect(statuses.slice(0, 10)).toEqual(repeat(10, '200'));
      expect(statuses.slice(11)).toEqual(repeat(3, '429'));
      expect((await ask('/api/v3/auth/login', '--request', 'POST')).headers.get('retry-after')).toEqual([
        '6',
      ]);
      expect(await client().askOften('/api/v3/auth/me?[1-20]')).toEqual(repeat(20, '200'));
    },
    twin: [/limit_req zone=attempts .*/, ''],
  },
  {
    name: 'a client has 30 requests in flight at most',
    holds: async ({ client }) => {
      const statuses = await client().askOften(
        '/slow/[1-40]',
        '--parallel',
        '--parallel-immediate',
        '--parallel-max',
        '40',
        '--http1.1',
      );
      expect(count(statuses, '200')).toBe(30);
      expect(count(statuses, '429')).toBe(10);
    },
    twin: [/limit_conn connections .*/, ''],
  },
  {
    name: 'a body beyond the limit is refused',
    holds: async ({ client }) => {
      const send = (bytes: number) =>
        client().ask('/', '--request', 'POST', '--header', 'Expect:', '--data', 'x'.repeat(bytes));
      expect((await send(100_000)).status).toBe(200);
      const refused = await client().ask(
        '/',
        '--header',
        'Content-Length: 1048577',
        '--request',
        'POST',
        '--data',
        'x',
      );
      expect(refused.status).toBe(413);
      expectSecured(refused);
    },
    twin: ['client_max_body_size 1m', 'client_max_body_size 2m'],
  },
  {
    name: 'another host name gets no certificate and no answer',
    holds: async ({ client }) => {
      const { ask } = client();
      expect(await ask('https://other.example.com:8443/', '--insecure')).toMatchObject({
        status: 0,
        code: 35,
      });
      expect(await ask('https://127.0.0.1:8443/', '--insecure')).toMatchObject({ status: 0, code: 35 });
      // An end without an answer, or a reset.
      expect([52, 56]).toContain((await ask('http://other.example.com:8080/')).code);
      const misdirected = await ask('/', '--header', 'Host: other.example.com');
      expect(misdirected.status).toBe(421);
      expectSecured(misdirected);
    },
    twin: [
      'server_name desk.example.com;\n    ssl',
      'server_name desk.example.com other.example.com;\n    ssl',
    ],
  },
  {
    name: 'plain HTTP leads to HTTPS',
    holds: async ({ client }) => {
      const answer = await client().ask(`http://${DOMAIN}:8080/path?query=1`);
      expect(answer.status).toBe(308);
      expect(answer.headers.get('location')).toEqual([`https://${DOMAIN}/path?query=1`]);
    },
    twin: [/return 308 .*/, 'proxy_pass http://application;'],
  },
  {
    name: 'what is for those who run it does not get through, however it is written',
    holds: async ({ client }) => {
      const { ask } = client();
      const system = '/api/v3/health/system';
      for (const path of [
        '/metrics',
        '/metrics/',
        '//metrics',
        '/%6detrics',
        '/x/../metrics',
        '/metrics?a=1',
      ])
        expect(await ask(path), path).toMatchObject({ status: 404, asked: undefined });
      for (const path of [system, `${system}/`, '/api/v3//health/./system'])
        expect(await ask(path), path).toMatchObject({ status: 404, asked: undefined });
      expect(await ask('/api/v3/health/ready')).toMatchObject({ status: 200 });
    },
    twin: ['location ~ ^/metrics/*$', 'location = /metrics'],
  },
  {
    name: 'the application is told who asks, and not what the client says of itself',
    holds: async ({ client, log }) => {
      const forged = [
        'X-Forwarded-For: 10.6.6.6',
        'X-Forwarded-Proto: http',
        'X-Forwarded-Host: evil',
        'X-Real-IP: 10.6.6.6',
        'Forwarded: for=10.6.6.6',
        'X-Request-ID: forged',
        'X-Forwarded-Prefix: /x',
        'Proxy: evil',
      ];
      const answer = await client().ask('/who?secret=value', ...forged.flatMap((line) => ['--header', line]));
      const { headers = {} } = answer.asked ?? {};
      expect(headers).toMatchObject({
        host: DOMAIN,
        'x-forwarded-proto': 'https',
        'x-forwarded-host': DOMAIN,
      });
      expect(headers['x-forwarded-for']).toMatch(/^127\.0\.1\.\d+$/);
      expect(headers['x-real-ip']).toBe(headers['x-forwarded-for']);
      for (const name of ['forwarded', 'proxy', 'x-forwarded-prefix'])
        expect(headers).not.toHaveProperty(name);
      // One id: in the answer, with the application and in the log, which has no query.
      const id = answer.headers.get('x-request-id')?.[0] ?? '';
      expect(id).toMatch(/^[0-9a-f]{32}$/);
      expect(headers['x-request-id']).toBe(id);
      const lines = log()
        .split('\n')
        .filter((line) => line.includes(id));
      expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
        expect.objectContaining({ path: '/who', status: '200', method: 'GET', client: headers['x-real-ip'] }),
      ]);
      expect(lines.join()).not.toContain('value');
    },
    twin: ['X-Forwarded-For $remote_addr', 'X-Forwarded-For $proxy_add_x_forwarded_for'],
  },
  {
    name: 'answers are compressed, and not where tokens are',
    holds: async ({ client }) => {
      const { ask } = client();
      const compressed = async (path: string) =>
        (await ask(path, '--compressed')).headers.get('content-encoding');
      expect(await compressed('/large')).toEqual(['gzip']);
      expect(await compressed('/api/v3/auth/large')).toBeUndefined();
    },
    twin: ['gzip off;', ''],
  },
  {
    name: 'a replica that is gone is passed over, and one that is new is found',
    holds: async ({ client, replicas }) => {
      const served = async (): Promise<readonly string[]> => {
        const { ask } = client();
        const answers = await Promise.all(repeat(20, '/').map((path) => ask(path)));
        expect(answers.map(({ status }) => status)).toEqual(repeat(20, 200));
        return [...new Set(answers.map(({ asked }) => asked?.address ?? ''))].sort();
      };
      expect(await served()).toEqual(REPLICAS);
      replicas.resolveTo('127.0.0.3', GONE);
      await sleep(6500);
      expect(await served()).toEqual(['127.0.0.3']);
      replicas.resolveTo(...REPLICAS);
    },
    twin: ['valid=5s', 'valid=300s'],
  },
  {
    name: 'a request whose replica is gone is answered, also when the DNS tells of others at that moment',
    holds: async ({ client, replicas, log }) => {
      const { ask } = client();
      replicas.resolveTo('127.0.0.3', SILENT);
      await replicas.untilAsked();
      replicas.resolveTo('127.0.0.3');
      // A connection is given up after two seconds, and the DNS is asked again five after the last time.
      await sleep(3200);
      const answers = await Promise.all(
        repeat(8, '/').map(async (path, index) => {
          await sleep(200 * index);
          return ask(path, ...(index % 2 === 0 ? [] : ['--data', 'x']));
        }),
      );
      expect(answers.map(({ status }) => status)).toEqual(repeat(8, 200));
      expect(log()).toContain(`"http://${SILENT}:`);
      replicas.resolveTo(...REPLICAS);
    },
    twin: ['error_page 502 504 = @again;', ''],
  },
  {
    name: 'a request that a replica has had is not sent to another one',
    holds: async ({ client, replicas }) => {
      const before = replicas.brokenOff();
      expect((await client().ask('/broken-off', '--data', 'x')).status).toBe(502);
      expect(replicas.brokenOff()).toBe(before + 1);
    },
    twin: ['"~^[-0,: ]*;" "";', '"~." "";'],
  },
];

/** What the process behind the proxy was asked, when it took the connection over. */
const takenOver = (opened: Opened | undefined): NonNullable<Answer['asked']> =>
  JSON.parse(opened?.headers['x-asked'] ?? '') as NonNullable<Answer['asked']>;

/** Of an application with processes that listen beside its service; a silence of two seconds ends a connection elsewhere. */
const LISTENING_CLAIMS: readonly Claim[] = [
  {
    name: 'a WebSocket goes through to its own process, both ways',
    holds: async ({ client }) => {
      const [opened, ...others] = await client().open('/ws');
      expect(others).toEqual([]);
      expect(opened).toMatchObject({ status: 101, said: 'word 0' });
      const { port, headers } = takenOver(opened);
      expect(port).toBe(WEBSOCKET.port);
      expect(headers).toMatchObject({ host: DOMAIN, upgrade: 'websocket', 'x-forwarded-proto': 'https' });
      expect(headers['x-forwarded-for']).toMatch(/^127\.0\.1\.\d+$/);
    },
    twin: ['set $passed_upgrade $requested_upgrade;', ''],
  },
  {
    name: 'each path leads to its process, and to no other',
    holds: async ({ client }) => {
      const { ask } = client();
      for (const [path, port] of [
        ...[['/ws', 8001] as const, ['/ws/x?a=1', 8001] as const, ['/wsx', 8000] as const],
        ...[['/api/v1/events', 8002] as const, ['/api/v1/event', 8000] as const, ['/', 8000] as const],
      ]) {
        const answer = await ask(path);
        expect(answer.asked?.port, path).toBe(port);
        expectSecured(answer);
      }
    },
    twin: ['location ~ ^/ws(?:/|$)', 'location ~ ^/ws'],
  },
  {
    name: 'what a process answers to those who run it does not get through',
    holds: async ({ client }) => {
      const { ask } = client();
      for (const path of ['/api/v1/events/health', '/api/v1/events/health/', '/api/v1//events/./health'])
        expect(await ask(path), path).toMatchObject({ status: 404, asked: undefined });
      expect((await ask('/api/v1/events/healthy')).asked?.port).toBe(EVENTS.port);
      // Its other probes are not below its path: the service is asked instead.
      expect((await ask('/health/live')).asked?.port).toBe(8000);
    },
    twin: ['location ~ ^/api/v1/events/health/*$', 'location = /nothing'],
  },
  {
    name: 'no other upgrade is passed on, and none to the service',
    holds: async ({ client }) => {
      const { open } = client();
      for (const [path, upgrade] of [
        ['/ws', 'h2c'],
        ['/', 'websocket'],
      ] as const) {
        const [opened] = await open(path, { upgrade });
        expect(opened, path).toMatchObject({ status: 200 });
        const { headers } = JSON.parse(opened?.body ?? '') as NonNullable<Answer['asked']>;
        expect(headers, path).not.toHaveProperty('upgrade');
        expect(headers, path).not.toHaveProperty('connection', 'upgrade');
      }
    },
    twin: [/default "";\n\s+"~\*\^websocket\$" websocket;/, 'default $http_upgrade;'],
  },
  {
    name: 'a client has 30 of them open, and its requests are answered all the same',
    holds: async ({ client }) => {
      const { open, askOften } = client();
      const opened = await open('/ws', {
        count: 33,
        meanwhile: async () => {
          expect(await askOften('/[1-3]')).toEqual(repeat(3, '200'));
        },
      });
      expect(opened.map(({ status }) => status)).toEqual([...repeat(30, 101), ...repeat(3, 429)]);
    },
    twin: [/limit_conn open_connections .*/, ''],
  },
  {
    name: 'a client asks for them as often as for anything else, then gets 429',
    holds: async ({ client }) => {
      const { ask, askOften } = client();
      const statuses = await askOften('/ws/[1-70]');
      expect(statuses.slice(0, 51)).toEqual(repeat(51, '200'));
      expect(count(statuses, '429')).toBeGreaterThan(12);
      const refused = await ask('/ws');
      expect(refused).toMatchObject({ status: 429 });
      expect(refused.headers.get('retry-after')).toEqual(['1']);
      expectSecured(refused);
    },
    twin: [/(location ~ \^\/ws\(.* \{\n)/, '$1limit_req zone=requests burst=500 nodelay;'],
  },
  {
    name: 'one over which nothing is said stays open',
    holds: async ({ client }) => {
      const [opened] = await client().open('/ws', { silentMs: 3500 });
      expect(opened).toMatchObject({ status: 101, said: 'word 0' });
    },
    twin: [/proxy_read_timeout 1h;/, ''],
  },
  {
    name: 'a replica of it that is gone is passed over, and one that is new is found',
    holds: async ({ client, replicas }) => {
      const served = async (): Promise<readonly string[]> => {
        const opened = await client().open('/ws', { count: 8 });
        expect(opened.map(({ status }) => status)).toEqual(repeat(8, 101));
        return [...new Set(opened.map((one) => takenOver(one).address))].sort();
      };
      expect(await served()).toEqual(REPLICAS);
      replicas.resolveTo('127.0.0.3', GONE);
      await sleep(6500);
      expect(await served()).toEqual(['127.0.0.3']);
      replicas.resolveTo(...REPLICAS);
    },
    twin: ['valid=5s', 'valid=300s'],
  },
];

describeWithTools(
  'nginx',
  NGINX_TOOLS,
  () => {
    const work = mkdtempSync(join(tmpdir(), 'bulwark-nginx-'));
    let network: Network;
    let root: string;
    let platform: string;
    let listening: string;
    let replicas: Replicas;
    let clients = 0;

    beforeAll(async () => {
      ({ root } = await provideNextRelease('nginx'));
      network = await startNetwork();
      for (const step of [
        ['link', 'add', 'silent', 'type', 'bridge'],
        ['address', 'add', '192.0.2.1/24', 'dev', 'silent'],
        ['link', 'set', 'silent', 'up'],
      ])
        await run([...network.within, 'ip', ...step]);
      platform = await certified(PLATFORM, 'fastapi-platform');
      listening = await certified(
        { ...PLATFORM, targets: [] },
        'fastapi-platform',
        catalogWith(WEBSOCKET, EVENTS),
      );
      changeConfiguration(listening, ['proxy_read_timeout 30s', 'proxy_read_timeout 2s']);
      replicas = await startReplicas(network, work, [8000, WEBSOCKET.port, EVENTS.port], REPLICAS);
    }, 10 * MINUTE);

    afterAll(async () => {
      await replicas.end();
      await network.end();
      rmSync(work, { recursive: true, force: true });
    }, MINUTE);

    /** A rendered folder with a certificate of its own script's making. */
    async function certified(...what: Parameters<typeof renderedFolder>): Promise<string> {
      const folder = await renderedFolder(...what);
      const target = join(work, `rendered-${String(clients++)}`);
      cpSync(folder, target, { recursive: true });
      rmSync(folder, { recursive: true });
      await run(['scripts/make_dev_certificate.sh'], { cwd: target });
      return target;
    }

    function newClient(folder: string): Client {
      clients += 1;
      const client = { network, from: `127.0.1.${clients}`, ca: join(folder, 'tls/certificate.pem') };
      const base = curlOf(client, DOMAIN, 'other.example.com');
      const urlOf = (path: string): string => (path.startsWith('/') ? `https://${DOMAIN}:8443${path}` : path);
      return {
        ask: async (path, ...options) => {
          const { code, stdout } = await tryRun([...base, '--include', ...options, '--globoff', urlOf(path)]);
          const answer = parseAnswer(stdout);
          return { ...answer, asked: askedIn(answer), code };
        },
        askOften: async (path, ...options) => {
          const { stdout } = await tryRun([
            ...[...base, ...options, '--output', '/dev/null', '--write-out', '%{http_code}\n', urlOf(path)],
          ]);
          return stdout.trim().split('\n');
        },
        open: (path, how = {}) =>
          openConnections(client, DOMAIN, { path, count: 1, upgrade: 'websocket', silentMs: 0, ...how }),
      };
    }

    const subjectOf = (proxy: Proxy, folder: string): Subject => ({
      client: () => newClient(folder),
      replicas,
      log: () => proxy.log(),
    });

    describe.each<readonly [string, () => string, readonly Claim[]]>([
      ['the platform', () => platform, CLAIMS],
      ['what listens beside the service', () => listening, LISTENING_CLAIMS],
    ])('%s', (_, folderOf, claims) => {
      test.each(claims)('$name', { timeout: MINUTE }, async ({ holds }) => {
        const folder = folderOf();
        const proxy = await startProxy(network, root, folder, join(work, 'nginx.log'));
        try {
          await holds(subjectOf(proxy, folder));
        } finally {
          await proxy.end();
        }
      });

      test.each(claims)(
        'found when it does not hold: $name',
        { timeout: MINUTE },
        async ({ holds, twin }) => {
          const folder = spoiltCopy(folderOf(), work, twin);
          const proxy = await startProxy(network, root, folder, join(work, 'nginx.log'));
          try {
            await expect(holds(subjectOf(proxy, folder))).rejects.toThrow();
          } finally {
            replicas.resolveTo(...REPLICAS);
            await proxy.end();
          }
        },
      );
    });

    test.each([
      [
        'an application of one’s own',
        { stack: 'none', containers: ['docker', 'compose', 'nginx'], 'none.port': 3000 },
        'minimal',
      ],
      [
        'other limits',
        {
          ...PLATFORM,
          'nginx.requestsPerMinute': 1,
          'nginx.authRequestsPerMinute': 1,
          'nginx.maxBodyMb': 10_240,
        },
        'fastapi-platform',
      ],
    ] as const)(
      'nginx takes the configuration of %s',
      async (_, answers, preset) => {
        const folder = await certified(answers, preset);
        const { code, output } = await testConfiguration(network, root, folder);
        expect(code, output).toBe(0);
        writeFileSync(
          join(folder, 'docker/nginx/nginx.conf'),
          'events {}\nhttp { limit_req zone=missing; }\n',
        );
        expect((await testConfiguration(network, root, folder)).code).not.toBe(0);
      },
      MINUTE,
    );

    test('the script leaves a certificate that is there as it is', async () => {
      const before = readFileSync(join(platform, 'tls/private_key.pem'), 'utf8');
      const { code, output } = await tryRun(['scripts/make_dev_certificate.sh'], { cwd: platform });
      expect({ code, output }).toEqual({
        code: 1,
        output: 'tls/certificate.pem exists and was left as it is\n',
      });
      expect(readFileSync(join(platform, 'tls/private_key.pem'), 'utf8')).toBe(before);
      expect(await run(['scripts/make_dev_certificate.sh', '--help'], { cwd: platform })).toContain(DOMAIN);
      expect(await run(['scripts/make_dev_certificate.sh', '--dry-run', 'other'], { cwd: platform })).toBe(
        'would write other/certificate.pem and other/private_key.pem\n',
      );
    });
  },
  await whyNoNetwork(),
);

/** What the application was asked, which is the body of its answer. */
function askedIn({ body }: ProxyAnswer): Answer['asked'] {
  return body.startsWith('{"address"') ? (JSON.parse(body) as Answer['asked']) : undefined;
}
