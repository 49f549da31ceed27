/** Proxies: which host goes through one, what the proxy gets to see, and what is said when it fails; against stand-ins on loopback. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { createServer as createSecureServer } from 'node:https';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from 'vitest';
import { BulwarkError } from '../../../src/errors.ts';
import { fetchWith } from '../../../src/network/fetch.ts';
import { proxyFor, type Environment } from '../../../src/network/proxy.ts';
import { downloadPack } from '../../../src/packs/source-archive.ts';
import type { PackPorts } from '../../../src/packs/ports.ts';
import { requestWith } from '../../../src/packs/request.ts';
import { registryClient } from '../../../src/pin/registry.ts';
import { NO_CREDENTIALS } from '../../../src/pin/docker-config.ts';
import { resolvePins } from '../../../src/pin/resolve.ts';
import { BOTH, digestOf, sendManifest, testPorts } from '../pin/stand-in.ts';

describe('which proxy', () => {
  const PROXY = 'http://proxy.test:3128';
  const through = (url: string, environment: Environment): string | undefined =>
    proxyFor(new URL(url), environment)?.url.origin;

  test.each<readonly [string, string, Environment, string | undefined]>([
    ['none is named', 'https://ghcr.io/v2', {}, undefined],
    ['an empty one', 'https://ghcr.io/v2', { HTTPS_PROXY: ' ' }, undefined],
    ['HTTPS_PROXY', 'https://ghcr.io/v2', { HTTPS_PROXY: PROXY }, PROXY],
    [
      'the small one before the large one',
      'https://ghcr.io',
      { https_proxy: PROXY, HTTPS_PROXY: 'http://b' },
      PROXY,
    ],
    ['ALL_PROXY', 'https://ghcr.io/v2', { ALL_PROXY: PROXY }, PROXY],
    ['without http://', 'https://ghcr.io/v2', { HTTPS_PROXY: 'proxy.test:3128' }, PROXY],
    ['only for https', 'http://127.0.0.1/v2', { HTTPS_PROXY: PROXY, ALL_PROXY: PROXY }, undefined],
    ['not for another variable', 'https://ghcr.io', { HTTP_PROXY: PROXY, http_proxy: PROXY }, undefined],
  ])('%s', (_, url, environment, expected) => {
    expect(through(url, environment)).toBe(expected);
  });

  test.each([
    ['*', 'https://a.example', true],
    ['example.com', 'https://example.com', true],
    ['example.com', 'https://deep.below.example.com', true],
    ['.example.com', 'https://example.com', true],
    ['*.example.com', 'https://a.example.com', true],
    ['EXAMPLE.com', 'https://example.com', true],
    ['example.com', 'https://badexample.com', false],
    ['example.com', 'https://example.com.evil.test', false],
    ['a.test, example.com', 'https://example.com', true],
    ['a.test example.com', 'https://example.com', true],
    ['example.com:8443', 'https://example.com', false],
    ['example.com:8443', 'https://example.com:8443', true],
    ['example.com:443', 'https://example.com', true],
    ['10.0.0.0/8', 'https://10.20.30.40', true],
    ['10.0.0.0/8', 'https://11.20.30.40', false],
    ['10.0.0.0/99', 'https://10.20.30.40', false],
    ['10.0.0.0/8', 'https://10.0.0.0.example.com', false],
    ['192.168.1.2', 'https://192.168.1.2', true],
    ['1.2', 'https://192.168.1.2', false],
    ['fd00::/8', 'https://[fd00::1]', true],
    ['[fd00::1]:443', 'https://[fd00::1]', true],
    ['', 'https://a.example', false],
    [',', 'https://a.example', false],
    ['.', 'https://a.example', false],
  ])('NO_PROXY=%s for %s: %s', (list, url, isExempt) => {
    expect(through(url, { HTTPS_PROXY: PROXY, NO_PROXY: list })).toBe(isExempt ? undefined : PROXY);
  });

  test('the name and the password go into a header alone', () => {
    const proxy = proxyFor(new URL('https://ghcr.io'), {
      HTTPS_PROXY: 'http://ann:p%40ss@proxy.test:3128/x',
    });
    expect(proxy?.authorization).toBe(`Basic ${Buffer.from('ann:p@ss').toString('base64')}`);
    expect(proxy?.url.href).toBe('http://proxy.test:3128/');
  });

  test.each(['socks5://ann:s3cret@proxy.test:1080', 'http://ann:s3cret@:99999'])(
    '%s is refused',
    (written) => {
      const attempt = () => proxyFor(new URL('https://ghcr.io'), { HTTPS_PROXY: written });
      expect(attempt).toThrow(/HTTPS_PROXY/);
      try {
        attempt();
      } catch (error) {
        expect((error as BulwarkError).exitCode).toBe(2);
        expect(JSON.stringify((error as BulwarkError).issues)).not.toContain('s3cret');
      }
    },
  );
});

const HAS_OPENSSL = spawnSync('openssl', ['version']).status === 0;

describe.skipIf(!HAS_OPENSSL)(
  `through a tunnel${HAS_OPENSSL ? '' : ' (skipped: openssl is not installed)'}`,
  () => {
    let folder = '';
    let [key, cert] = ['', ''];
    beforeAll(() => {
      folder = mkdtempSync(join(tmpdir(), 'bulwark-proxy-'));
      const [keyFile, certFile] = [join(folder, 'key.pem'), join(folder, 'cert.pem')];
      execFileSync(
        'openssl',
        [
          ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-days', '2'],
          ...['-subj', '/CN=registry.test', '-addext', 'subjectAltName=DNS:registry.test,DNS:localhost'],
          ...['-keyout', keyFile, '-out', certFile],
        ],
        { stdio: 'ignore' },
      );
      [key, cert] = [readFileSync(keyFile, 'utf8'), readFileSync(certFile, 'utf8')];
    });
    afterAll(() => {
      rmSync(folder, { recursive: true, force: true });
    });

    const closers: (() => void)[] = [];
    afterEach(() => {
      for (const close of closers.splice(0)) close();
    });
    async function listen(server: Server): Promise<number> {
      const sockets = new Set<Socket>();
      server.on('connection', (socket: Socket) => sockets.add(socket));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      closers.push(() => {
        for (const socket of sockets) socket.destroy();
        server.close();
      });
      return (server.address() as AddressInfo).port;
    }

    interface Seen {
      readonly target: string | undefined;
      readonly authorization: string | undefined;
      readonly bytes: Buffer[];
    }

    /** A proxy that leads every name to one port of this machine, and keeps all that it sees. */
    async function standInProxy(port: number, isSecure = false, password?: string) {
      const seen: Seen[] = [];
      const server = isSecure ? createSecureServer({ key, cert }) : createServer();
      server.on('connect', (request, socket: Socket, head: Buffer) => {
        const one: Seen = {
          target: request.url,
          authorization: request.headers['proxy-authorization'],
          bytes: [],
        };
        seen.push(one);
        if (password !== undefined && one.authorization !== password) {
          socket.end('HTTP/1.1 407 Proxy Authentication Required\r\nProxy-Authenticate: Basic\r\n\r\n');
          return;
        }
        const onward = connect(port, '127.0.0.1', () => {
          socket.write('HTTP/1.1 200 Connection established\r\n\r\n');
          onward.write(head);
          socket.on('data', (data: Buffer) => one.bytes.push(data));
          socket.pipe(onward);
          onward.pipe(socket);
        });
        for (const side of [socket, onward]) side.on('error', () => undefined);
        closers.push(() => onward.destroy());
      });
      return { url: `${isSecure ? 'https' : 'http'}://localhost:${await listen(server)}`, seen };
    }

    /** A registry that speaks TLS as `registry.test`. */
    const registry = () =>
      listen(
        createSecureServer({ key, cert }, (request, response) => {
          if (request.url === '/moved')
            response.writeHead(302, { location: 'https://registry.test/x' }).end();
          else if (request.url === '/nothing') response.writeHead(204).end();
          else if (request.url === '/never') response.write('…');
          else sendManifest(response, BOTH, { 'x-asked': String(request.headers.authorization) });
        }),
      );

    const image = { registry: 'registry.test', repository: 'acme/api', tag: '1' };
    const signal = new AbortController().signal;
    const get = (environment: Environment, url = 'https://registry.test/v2/x', headers = {}) =>
      fetchWith(environment, { ca: cert })(new URL(url), { headers, signal, redirect: 'manual' });

    const failure = async (
      promise: Promise<unknown>,
    ): Promise<{ code: number; id: string; text: string }> => {
      const error = await promise.then(
        () => new Error('it did not fail'),
        (reason: unknown) => reason,
      );
      if (!(error instanceof BulwarkError)) throw error;
      return { code: error.exitCode, id: error.issues[0]?.id ?? '', text: JSON.stringify(error.issues) };
    };

    test('a registry is asked, and the proxy sees its name and nothing of what is said', async () => {
      const proxy = await standInProxy(await registry());
      const ports = testPorts({ fetch: fetchWith({ HTTPS_PROXY: proxy.url }, { ca: cert }) });
      expect(await registryClient(NO_CREDENTIALS, ports)(image)).toMatchObject({ digest: digestOf(BOTH) });
      expect(proxy.seen.map(({ target }) => target)).toEqual(['registry.test:443']);
      const all = Buffer.concat(proxy.seen[0]?.bytes ?? []).toString('latin1');
      expect(all.length).toBeGreaterThan(100);
      expect(all).not.toContain('acme/api');
    });

    test('its name and password are for the proxy alone, and those of the host for the host alone', async () => {
      const wanted = `Basic ${Buffer.from('ann:s3cret').toString('base64')}`;
      const proxy = await standInProxy(await registry(), false, wanted);
      const answer = await get({ https_proxy: proxy.url.replace('//', '//ann:s3cret@') }, undefined, {
        authorization: 'Bearer of-the-host',
      });
      expect(answer.status).toBe(200);
      expect(answer.headers.get('x-asked')).toBe('Bearer of-the-host');
      expect(proxy.seen[0]?.authorization).toBe(wanted);
    });

    test('without them the proxy refuses: code 74, and no password in what is said', async () => {
      const proxy = await standInProxy(await registry(), false, 'Basic other');
      const { code, id, text } = await failure(
        get({ https_proxy: proxy.url.replace('//', '//ann:s3cret@') }),
      );
      expect({ code, id }).toEqual({ code: 74, id: 'proxy-failed' });
      expect(text).toContain(proxy.url);
      expect(text).toContain('407');
      expect(text).not.toMatch(/s3cret|ann/);
    });

    test('a proxy that is not there, and a server that is none', async () => {
      const gone = await failure(get({ HTTPS_PROXY: 'http://127.0.0.1:1' }));
      expect(gone).toMatchObject({ code: 74, id: 'proxy-failed' });
      expect(gone.text).toContain('ECONNREFUSED');
      const server = createServer((_, response) => response.writeHead(200).end('hello'));
      const port = await listen(server);
      expect(await failure(get({ HTTPS_PROXY: `http://127.0.0.1:${port}` }))).toMatchObject({
        id: 'proxy-failed',
      });
    });

    test('a proxy that is lost is asked once, whatever the number of images', async () => {
      let asked = 0;
      const server = createServer();
      server.on('connect', (_, socket: Socket) => {
        asked += 1;
        socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n');
      });
      const ports = testPorts({
        fetch: fetchWith({ HTTPS_PROXY: `http://127.0.0.1:${await listen(server)}` }),
      });
      const names = Array.from({ length: 40 }, (_, index) => `registry.test/a${index}:1`);
      const images = new Map(
        names.map((name, index) => [name, { ...image, repository: `a${index}` }] as const),
      );
      const { code, text } = await failure(
        resolvePins({ images, actions: new Map() }, registryClient(NO_CREDENTIALS, ports), async () => ({
          outcome: 'branch',
        })),
      );
      expect(code).toBe(74);
      expect(text).toContain('registry.test/a39:1');
      expect(asked).toBeLessThan(12);
    });

    test('the proxy may speak TLS itself', async () => {
      const proxy = await standInProxy(await registry(), true);
      expect((await get({ HTTPS_PROXY: proxy.url })).status).toBe(200);
      expect(proxy.seen).toHaveLength(1);
    });

    test('a host with another certificate is refused, behind a proxy too', async () => {
      const proxy = await standInProxy(await registry());
      await expect(get({ HTTPS_PROXY: proxy.url }, 'https://other.test/')).rejects.toThrow(
        /altnames|certificate/i,
      );
      await expect(
        fetchWith({ HTTPS_PROXY: proxy.url })(new URL('https://registry.test/'), {
          ...{ headers: {}, signal, redirect: 'manual' },
        }),
      ).rejects.toThrow(/self.signed/i);
    });

    test('redirects are handed back, an empty answer is empty', async () => {
      const proxy = await standInProxy(await registry());
      const moved = await get({ HTTPS_PROXY: proxy.url }, 'https://registry.test/moved');
      expect([moved.status, moved.headers.get('location')]).toEqual([302, 'https://registry.test/x']);
      const nothing = await get({ HTTPS_PROXY: proxy.url }, 'https://registry.test/nothing');
      expect([nothing.status, await nothing.text()]).toEqual([204, '']);
    });

    test('an abort ends it: while the tunnel is dug, and while the answer comes', async () => {
      const silent = await listen(createServer().on('connect', () => undefined));
      const proxy = await standInProxy(await registry());
      for (const [url, address] of [
        [`http://127.0.0.1:${silent}`, 'https://registry.test/'],
        [proxy.url, 'https://registry.test/never'],
      ] as const) {
        const options = { headers: {}, signal: AbortSignal.timeout(300), redirect: 'manual' } as const;
        const start = performance.now();
        const read = async () =>
          (await fetchWith({ HTTPS_PROXY: url }, { ca: cert })(new URL(address), options)).text();
        await expect(read()).rejects.toThrow();
        expect(performance.now() - start).toBeLessThan(2000);
      }
    });

    test('NO_PROXY leads past it', async () => {
      const proxy = await standInProxy(await registry());
      await expect(get({ HTTPS_PROXY: proxy.url, NO_PROXY: '.test' })).rejects.toThrow('fetch failed');
      expect(proxy.seen).toEqual([]);
    });

    test('the archive of a pack comes through it as well, and a proxy that fails is named', async () => {
      const archive = (environment: Environment) => {
        const request = requestWith(environment, fetchWith(environment, { ca: cert }));
        const ports: Pick<PackPorts, 'request' | 'signal' | 'say'> = {
          request,
          signal,
          say: () => undefined,
        };
        return failure(downloadPack('https://registry.test/pack.tgz', undefined, ports as PackPorts));
      };
      const proxy = await standInProxy(await registry());
      // What the registry sends is no archive: it came.
      expect((await archive({ HTTPS_PROXY: proxy.url })).id).not.toBe('proxy-failed');
      expect(proxy.seen).toHaveLength(1);
      expect(await archive({ HTTPS_PROXY: 'http://127.0.0.1:1' })).toMatchObject({
        code: 74,
        id: 'proxy-failed',
      });
    });
  },
);
