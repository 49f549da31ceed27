/** Registries as they are and as they should not be: what is believed, what is sent, and what is said when it goes wrong. */
import { describe, expect, test } from 'vitest';
import { NO_CREDENTIALS, readDockerConfig } from '../../../src/pin/docker-config.ts';
import { parseImage, type ImageName } from '../../../src/pin/reference.ts';
import { registryClient } from '../../../src/pin/registry.ts';
import type { RequestPorts } from '../../../src/pin/requests.ts';
import { resolvePins } from '../../../src/pin/resolve.ts';
import {
  BOTH,
  digestOf,
  failureOf,
  indexOf,
  sendJson,
  sendManifest,
  standIn,
  testPorts,
} from './stand-in.ts';

const SECRET = 'Basic dXNlcjpzM2NyM3Q=';

const imageOf = (reference: string): ImageName => {
  const parsed = parseImage(reference);
  if (!parsed) throw new Error(`${reference} is no image`);
  return parsed.name;
};

const credentialsFor = (host: string) =>
  readDockerConfig(JSON.stringify({ auths: { [`http://${host}/v2/`]: { auth: 'dXNlcjpzM2NyM3Q=' } } }));

const lookUp = (reference: string, ports: RequestPorts = testPorts(), credentials = NO_CREDENTIALS) =>
  registryClient(credentials, ports)(imageOf(reference));

describe('a tag', () => {
  test('stands for the digest of its index, with the platforms in it', async () => {
    const registry = await standIn((_, response) => {
      sendManifest(response, BOTH, { 'ratelimit-remaining': '7;w=21600' });
    });
    expect(await lookUp(`${registry.host}/a/b:1.2`)).toEqual({
      digest: digestOf(BOTH),
      platforms: ['linux/amd64', 'linux/arm64'],
      remaining: 7,
    });
    expect(registry.asked).toEqual([
      {
        url: '/v2/a/b/manifests/1.2',
        authorization: undefined,
        accept: expect.stringContaining(
          'application/vnd.oci.image.index.v1+json, application/vnd.docker',
        ) as string,
      },
    ]);
  });

  test('of one platform is found out, also without a digest header', async () => {
    const body = JSON.stringify({ schemaVersion: 2, config: { digest: digestOf('c') }, layers: [] });
    const registry = await standIn((_, response) =>
      response
        .writeHead(200, { 'content-type': 'application/vnd.docker.distribution.manifest.v2+json' })
        .end(body),
    );
    expect(await lookUp(`${registry.host}/a:1`)).toEqual({ digest: digestOf(body), platforms: null });
  });

  test('that lacks a platform, or costs one of few answers, is worth a notice', async () => {
    const registry = await standIn((_, response) => {
      sendManifest(response, indexOf('linux/amd64'), { 'ratelimit-remaining': '3' });
    });
    const name = imageOf(`${registry.host}/a:1`);
    const { pins, notices } = await resolvePins(
      { images: new Map([['a:1', name]]), actions: new Map() },
      registryClient(NO_CREDENTIALS, testPorts()),
      () => Promise.reject(new Error('not asked')),
    );
    expect(pins.images).toEqual({ 'a:1': digestOf(indexOf('linux/amd64')) });
    expect(notices).toEqual([
      `${registry.host}/a:1 is not there for linux/arm64`,
      `${registry.host} answers 3 more times for now`,
    ]);
  });
});

describe('tokens', () => {
  /** A registry that wants one, which the token service of the given address gives. */
  const guarded = (realm: (host: string) => string) =>
    standIn((request, response, { url, authorization }) => {
      const host = request.headers.host ?? '';
      if (url.startsWith('/token')) sendJson(response, 200, { token: 'T0K3N' });
      else if (authorization === 'Bearer T0K3N') sendManifest(response, BOTH);
      else {
        const challenge = `Bearer realm="${realm(host)}",service="the registry",scope="repository:other:push"`;
        response.writeHead(401, { 'www-authenticate': challenge }).end();
      }
    });

  test('are got without a name, for pulling this one image', async () => {
    const registry = await guarded((host) => `http://${host}/token`);
    expect((await lookUp(`${registry.host}/a/b:1`)).digest).toBe(digestOf(BOTH));
    expect(registry.asked.map(({ url, authorization }) => [url, authorization])).toEqual([
      ['/v2/a/b/manifests/1', undefined],
      ['/token?service=the+registry&scope=repository%3Aa%2Fb%3Apull', undefined],
      ['/v2/a/b/manifests/1', 'Bearer T0K3N'],
    ]);
  });

  test('are got with the credentials of the registry, from the registry', async () => {
    const registry = await guarded((host) => `http://${host}/token`);
    await lookUp(`${registry.host}/a:1`, testPorts(), credentialsFor(registry.host));
    expect(registry.asked.map(({ authorization }) => authorization)).toEqual([
      undefined,
      SECRET,
      'Bearer T0K3N',
    ]);
  });

  test('of another host are asked for without credentials', async () => {
    const other = await standIn((_, response) => {
      sendJson(response, 401, {});
    });
    const registry = await guarded(() => `${other.url}/token`);
    const failure = await failureOf(
      lookUp(`${registry.host}/a:1`, testPorts(), credentialsFor(registry.host)),
    );
    expect(failure).toMatchObject({ code: 2, ids: ['registry-denied'] });
    expect(failure.text).toContain(other.host);
    expect(other.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test.each([
    ['is no token', 'a b\r\nx: y'],
    ['is far too long', 'a'.repeat(20_000)],
  ])('what %s is not sent on', async (_, token) => {
    const registry = await standIn((request, response, { url }) => {
      if (url.startsWith('/token')) sendJson(response, 200, { token });
      else {
        const realm = `http://${request.headers.host ?? ''}/token`;
        response.writeHead(401, { 'www-authenticate': `Bearer realm="${realm}"` }).end();
      }
    });
    expect(await failureOf(lookUp(`${registry.host}/a:1`))).toMatchObject({ code: 74, ids: ['bad-answer'] });
  });

  test('Docker Hub has its own host for them, and that alone gets its credentials; a registry out there cannot send us to this machine', async () => {
    const sent: (readonly [string, string | null])[] = [];
    const answers =
      (realm: string): typeof fetch =>
      async (input, init) => {
        const url = new URL(input instanceof Request ? input.url : input);
        const authorization = new Headers(init?.headers).get('authorization');
        sent.push([`${url.origin}${url.pathname}`, authorization]);
        if (url.pathname === '/token') return Response.json({ access_token: 'T' });
        if (authorization === 'Bearer T')
          return new Response(BOTH, { headers: { 'content-type': 'application/json' } });
        return new Response('', { status: 401, headers: { 'www-authenticate': `Bearer realm="${realm}"` } });
      };
    const hub = readDockerConfig('{"auths":{"https://index.docker.io/v1/":{"auth":"dXNlcjpzM2NyM3Q="}}}');
    const ask = (reference: string, realm: string, credentials = hub) =>
      lookUp(reference, testPorts({ fetch: answers(realm) }), credentials);
    expect((await ask('postgres:17', 'https://auth.docker.io/token')).digest).toBe(digestOf(BOTH));
    expect(sent).toEqual([
      ['https://registry-1.docker.io/v2/library/postgres/manifests/17', null],
      ['https://auth.docker.io/token', SECRET],
      ['https://registry-1.docker.io/v2/library/postgres/manifests/17', 'Bearer T'],
    ]);
    sent.length = 0;
    await ask('postgres:17', 'https://evil.example/token');
    expect(sent[1]).toEqual(['https://evil.example/token', null]);
    const gitlab = readDockerConfig('{"auths":{"registry.gitlab.example":{"auth":"dXNlcjpzM2NyM3Q="}}}');
    sent.length = 0;
    await ask('registry.gitlab.example/a:1', 'https://gitlab.example/token', gitlab);
    expect(sent[1]).toEqual(['https://gitlab.example/token', SECRET]);
    sent.length = 0;
    expect(await failureOf(ask('postgres:17', 'http://127.0.0.1:1/token'))).toMatchObject({
      ids: ['bad-answer'],
    });
    expect(sent).toHaveLength(1);
  });

  test('a registry that wants a password gets it; without one the way to log in is said', async () => {
    const registry = await standIn((_, response, { authorization }) => {
      if (authorization === SECRET) sendManifest(response, BOTH);
      else response.writeHead(401, { 'www-authenticate': 'Basic realm="x"' }).end();
    });
    expect((await lookUp(`${registry.host}/a:1`, testPorts(), credentialsFor(registry.host))).digest).toBe(
      digestOf(BOTH),
    );
    const failure = await failureOf(lookUp(`${registry.host}/a:1`));
    expect(failure).toMatchObject({ code: 2, ids: ['registry-denied'] });
    expect(failure.text).toContain(`docker login ${registry.host}`);
    const helped = readDockerConfig(JSON.stringify({ credHelpers: { [registry.host]: 'ecr-login' } }));
    expect((await failureOf(lookUp(`${registry.host}/a:1`, testPorts(), helped))).text).toContain(
      'docker-credential-ecr-login',
    );
  });

  test('a refusal without a challenge is one', async () => {
    const registry = await standIn((_, response) => response.writeHead(401).end());
    expect(await failureOf(lookUp(`${registry.host}/a:1`))).toMatchObject({
      code: 2,
      ids: ['registry-denied'],
    });
  });
});

describe('redirects', () => {
  test('to another host take no secret along, nor does the way back', async () => {
    const front: { url?: string } = {};
    const other = await standIn((_, response) =>
      response.writeHead(307, { location: `${front.url ?? ''}/back` }).end(),
    );
    const registry = await standIn((_, response, { url, authorization }) => {
      if (url === '/back') sendManifest(response, BOTH);
      else if (authorization === undefined) response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      else response.writeHead(302, { location: `${other.url}/elsewhere` }).end();
    });
    front.url = registry.url;
    expect((await lookUp(`${registry.host}/a:1`, testPorts(), credentialsFor(registry.host))).digest).toBe(
      digestOf(BOTH),
    );
    expect(registry.asked.map(({ url, authorization }) => [url, authorization])).toEqual([
      ['/v2/a/manifests/1', undefined],
      ['/v2/a/manifests/1', SECRET],
      ['/back', undefined],
    ]);
    expect(other.asked.map(({ authorization }) => authorization)).toEqual([undefined]);
  });

  test('within the host keep it: the twin of the one above', async () => {
    const registry = await standIn((_, response, { url, authorization }) => {
      if (authorization !== SECRET) response.writeHead(401, { 'www-authenticate': 'Basic' }).end();
      else if (url === '/here') sendManifest(response, BOTH);
      else response.writeHead(302, { location: '/here' }).end();
    });
    await lookUp(`${registry.host}/a:1`, testPorts(), credentialsFor(registry.host));
    expect(registry.asked.at(-1)).toMatchObject({ url: '/here', authorization: SECRET });
  });

  test('without end, or out of https, end in an error', async () => {
    const registry = await standIn((_, response) => response.writeHead(302, { location: '/again' }).end());
    expect(await failureOf(lookUp(`${registry.host}/a:1`))).toMatchObject({
      code: 74,
      ids: ['bad-redirect'],
    });
    const leads: typeof fetch = async () =>
      new Response(null, { status: 302, headers: { location: 'http://127.0.0.1:1/x' } });
    expect(await failureOf(lookUp('ghcr.io/a/b:1', testPorts({ fetch: leads })))).toMatchObject({
      code: 74,
      ids: ['plain-http'],
    });
  });
});

describe('what goes wrong', () => {
  test('a tag that is not there', async () => {
    const registry = await standIn((_, response) => {
      sendJson(response, 404, { errors: [{ code: 'MANIFEST_UNKNOWN' }] });
    });
    expect(await failureOf(lookUp(`${registry.host}/a:1`))).toMatchObject({
      code: 2,
      ids: ['image-not-found'],
    });
  });

  test('a busy registry is waited for as long as it asks, and no longer than we allow', async () => {
    let tries = 0;
    const registry = await standIn((_, response) => {
      tries += 1;
      if (tries === 1) response.writeHead(429, { 'retry-after': '2' }).end();
      else if (tries === 2)
        response.writeHead(503, { 'retry-after': new Date(Date.now() + 3000).toUTCString() }).end();
      else sendManifest(response, BOTH);
    });
    const ports = testPorts();
    expect((await lookUp(`${registry.host}/a:1`, ports)).digest).toBe(digestOf(BOTH));
    expect(ports.waits[0]).toBe(2000);
    expect(ports.waits[1]).toBeGreaterThan(500);
    const busy = await standIn((_, response) => response.writeHead(429, { 'retry-after': '3600' }).end());
    const failure = await failureOf(lookUp(`${busy.host}/a:1`, testPorts()));
    expect(failure).toMatchObject({ code: 74, ids: ['rate-limited'] });
    expect(failure.text).toContain('60 minutes');
    expect(busy.asked).toHaveLength(1);
  });

  test('a content that is not what its digest says', async () => {
    const registry = await standIn((_, response) => {
      sendManifest(response, BOTH, { 'docker-content-digest': digestOf('other') });
    });
    expect(await failureOf(lookUp(`${registry.host}/a:1`))).toMatchObject({ code: 8, ids: ['wrong-digest'] });
  });

  test.each([
    ['no JSON', '<html>'],
    ['no manifest', '[]'],
    ['a manifest of version 1', JSON.stringify({ schemaVersion: 1, name: 'a', signatures: [] })],
    [
      'an index of nothing',
      JSON.stringify({ schemaVersion: 2, mediaType: 'application/vnd.oci.image.index.v1+json' }),
    ],
  ])('%s', async (_, body) => {
    const registry = await standIn((_request, response) => {
      sendManifest(response, body, { 'content-type': 'application/json' });
    });
    expect(await failureOf(lookUp(`${registry.host}/a:1`))).toMatchObject({ code: 74, ids: ['bad-answer'] });
  });

  test('a body without end is cut off, announced or not', async () => {
    const sent = { bytes: 0 };
    const endless = await standIn((_, response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(256 * 1024);
      const more = () => {
        while (sent.bytes < 1024 ** 3 && !response.destroyed) {
          sent.bytes += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', more);
            return;
          }
        }
        response.end();
      };
      more();
    });
    expect(await failureOf(lookUp(`${endless.host}/a:1`))).toMatchObject({
      code: 74,
      ids: ['answer-too-large'],
    });
    expect(sent.bytes).toBeLessThan(64 * 1024 * 1024);
    const announced = await standIn((_, response) =>
      response.writeHead(200, { 'content-length': String(1024 ** 3) }).write('{'),
    );
    expect(await failureOf(lookUp(`${announced.host}/a:1`))).toMatchObject({ ids: ['answer-too-large'] });
  });

  test('a body that drips is not waited for', async () => {
    const slow = await standIn((_, response) => {
      response.writeHead(200);
      const timer = setInterval(() => response.write(' '), 20);
      response.on('close', () => {
        clearInterval(timer);
      });
    });
    const started = performance.now();
    const failure = await failureOf(lookUp(`${slow.host}/a:1`, testPorts({ timeoutMs: 300 })));
    expect(failure).toMatchObject({ code: 74, ids: ['unreachable'] });
    expect(failure.text).toContain('0.3 s');
    expect(performance.now() - started).toBeLessThan(3000);
  });

  test('an interruption is one', async () => {
    const silent = await standIn(() => undefined);
    const controller = new AbortController();
    setTimeout(() => {
      controller.abort();
    }, 50);
    expect(
      await failureOf(lookUp(`${silent.host}/a:1`, testPorts({ signal: controller.signal }))),
    ).toMatchObject({
      code: 130,
    });
  });

  test('hosts that cannot be reached are said once each, with all that they are needed for, beside other faults', async () => {
    // Nobody listens below 1024 here, and port 1 is nobody's.
    const dead = '127.0.0.1:1';
    const registry = await standIn((_, response) => {
      sendJson(response, 404, {});
    });
    const references = [
      ...Array.from({ length: 20 }, (_, number) => `${dead}/a:${number}`),
      `${registry.host}/b:1`,
    ];
    let running = 0;
    let most = 0;
    const ask = registryClient(NO_CREDENTIALS, testPorts());
    const counted = async (image: ImageName) => {
      running += 1;
      most = Math.max(most, running);
      return ask(image).finally(() => {
        running -= 1;
      });
    };
    const failure = await failureOf(
      resolvePins(
        {
          images: new Map(references.map((reference) => [reference, imageOf(reference)])),
          actions: new Map(),
        },
        counted,
        () => Promise.reject(new Error('not asked')),
      ),
    );
    expect(failure.code).toBe(74);
    expect([...failure.ids].sort()).toEqual(['image-not-found', 'unreachable']);
    expect(failure.text).toContain(`${dead}/a:19`);
    expect(most).toBeLessThanOrEqual(6);
    expect(most).toBeGreaterThan(1);
  });
});

describe('Docker’s configuration', () => {
  test.each([
    '',
    '[]',
    '{"auths":[]}',
    '{"auths":{"a.io":{"auth":"%%%"}}}',
    '{"auths":{"a.io":{"auth":"bm9jb2xvbg=="}}}',
    '{"auths":null}',
  ])('%j holds nothing', (text) => {
    expect(readDockerConfig(text).of('a.io')).toBeUndefined();
  });

  test('names hosts in many ways', () => {
    const { of, helperOf } = readDockerConfig(
      '{"auths":{"HTTPS://x/":{},"https://A.io/v2/":{"username":"user","password":"s3cr3t"}},"credsStore":"desktop"}',
    );
    expect(of('a.io')).toBe(SECRET);
    expect(of('b.io')).toBeUndefined();
    expect(of('__proto__')).toBeUndefined();
    expect(helperOf('b.io')).toBe('desktop');
  });
});
