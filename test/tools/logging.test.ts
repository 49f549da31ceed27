/** Do the scripts of the logging stack make secrets that its programs can use, and set up the servers that they meet? */
import { readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer, request, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { run, tryRun } from '../support/keep.ts';
import { renderedFolder } from '../support/repository.ts';
import { describeWithTools } from '../support/tools.ts';

describeWithTools('logging', ['bash', 'curl', 'openssl'], () => {
  let folder: string;
  let secrets: string;

  const make = (...args: readonly string[]) =>
    tryRun(['bash', 'scripts/make_logging_secrets.sh', ...args], { cwd: folder });
  const secret = (name: string): string => readFileSync(join(secrets, name), 'utf8');
  const everySecret = (): Readonly<Record<string, string>> =>
    Object.fromEntries(
      readdirSync(secrets)
        .sort()
        .map((name) => [name, secret(name)]),
    );
  const verify = (authority: string, certificate: string) =>
    tryRun(['openssl', 'verify', '-CAfile', join(secrets, authority), join(secrets, certificate)]);

  beforeAll(async () => {
    folder = await renderedFolder({
      name: 'my-service',
      containers: ['docker', 'compose', 'log-shipping', 'elk', 'jaeger'],
    });
    secrets = join(folder, 'secrets/logging');
    expect((await make('--dry-run')).stdout).toContain('would write secrets/logging/ca.key');
    expect(readdirSync(folder)).not.toContain('secrets');
    expect(await make()).toMatchObject({ code: 0 });
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  describe('secrets', () => {
    test('passwords are long and differ; nobody else of the machine gets in, and the key of the authority is for its owner', () => {
      const passwords = Object.entries(everySecret()).filter(([name]) => !/\.(?:pem|key)$/.test(name));
      expect(passwords.map(([name]) => name)).toEqual([
        'elastic_password',
        'kibana_encryption_key',
        'kibana_password',
        'log_reader_password',
        'logstash_password',
      ]);
      for (const [name, password] of passwords) expect(password, name).toMatch(/^[0-9a-f]{64}\n$/);
      expect(new Set(passwords.map(([, password]) => password)).size).toBe(passwords.length);
      const modeOf = (path: string) => statSync(path).mode & 0o777;
      expect(modeOf(secrets)).toBe(0o700);
      expect(modeOf(join(secrets, 'ca.key'))).toBe(0o600);
      // The services run as users of their own.
      expect(modeOf(join(secrets, 'elasticsearch.key'))).toBe(0o644);
    });

    test('what is there stays', async () => {
      const before = everySecret();
      expect(await make()).toMatchObject({ code: 0, stdout: '' });
      expect(everySecret()).toEqual(before);
    });

    test('certificates are renewed by the same authority, and the rest stays', async () => {
      const before = everySecret();
      expect(await make('--renew')).toMatchObject({ code: 0 });
      const after = everySecret();
      const changed = Object.keys(before).filter((name) => before[name] !== after[name]);
      expect(changed).toEqual(['elasticsearch.pem', 'kibana.pem', 'log_shipper.pem', 'logstash.pem']);
      for (const name of changed) expect(await verify('ca.pem', name), name).toMatchObject({ code: 0 });
      expect(await verify('elasticsearch.pem', 'kibana.pem')).not.toMatchObject({ code: 0 });
    });

    test('without the authority nothing is renewed', async () => {
      const other = await renderedFolder({ containers: ['docker', 'compose', 'log-shipping', 'elk'] });
      const renewed = await tryRun(['bash', 'scripts/make_logging_secrets.sh', '--renew'], { cwd: other });
      rmSync(other, { recursive: true, force: true });
      expect(renewed).toMatchObject({ code: 1 });
      expect(renewed.stderr).toContain('ca.key is missing');
    });
  });

  /** What a server was asked, in order. */
  interface Asked {
    readonly method: string;
    readonly path: string;
    readonly user: string;
    readonly body: string;
  }

  /** A server with a certificate of the authority that records what it is asked. */
  async function serving(
    certificate: string,
    answer: (asked: Asked) => readonly [status: number, body: string],
    use: (url: string, asked: readonly Asked[]) => Promise<void>,
    options: { readonly requestCert?: boolean } = {},
  ): Promise<void> {
    const asked: Asked[] = [];
    const server: Server = createServer(
      {
        key: secret(`${certificate}.key`),
        cert: secret(`${certificate}.pem`),
        ca: secret('ca.pem'),
        ...(options.requestCert === true && { requestCert: true, rejectUnauthorized: true }),
      },
      (message, response) => {
        const chunks: Buffer[] = [];
        message.on('data', (chunk: Buffer) => chunks.push(chunk));
        message.on('end', () => {
          const one = {
            method: message.method ?? '',
            path: message.url ?? '',
            user: Buffer.from(
              (message.headers.authorization ?? '').replace(/^Basic /, ''),
              'base64',
            ).toString(),
            body: Buffer.concat(chunks).toString(),
          };
          asked.push(one);
          const [status, body] = answer(one);
          response.writeHead(status, { 'content-type': 'application/json' }).end(body);
        });
      },
    );
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    try {
      await use(`https://localhost:${(server.address() as AddressInfo).port}`, asked);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  }

  /** The files as the container has them: secrets by the names that compose gives them. */
  async function mounted(overrides: Readonly<Record<string, string>> = {}): Promise<string> {
    const place = `${folder}-secrets`;
    rmSync(place, { recursive: true, force: true });
    await run(['cp', '-R', secrets, place]);
    await run(['cp', join(secrets, 'ca.pem'), join(place, 'logging_ca')]);
    for (const [name, text] of Object.entries(overrides)) writeFileSync(join(place, name), text);
    return place;
  }

  afterAll(() => {
    rmSync(`${folder}-secrets`, { recursive: true, force: true });
  });

  describe('the setup of Elasticsearch', () => {
    const setup = async (url: string, overrides: Readonly<Record<string, string>> = {}) =>
      tryRun(['bash', 'docker/elasticsearch/setup.sh'], {
        cwd: folder,
        env: {
          ELASTICSEARCH_URL: url,
          SECRETS_FOLDER: await mounted(overrides),
          SETUP_FOLDER: join(folder, 'docker/elasticsearch'),
        },
      });

    test('makes policy, template, roles and users, the roles before who has them', async () => {
      await serving(
        'elasticsearch',
        () => [200, '{}'],
        async (url, asked) => {
          const { code, output } = await setup(url);
          expect(code, output).toBe(0);
          expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
            'PUT /_ilm/policy/my_service-logs',
            'PUT /_index_template/my_service-logs',
            'PUT /_security/role/logs_writer',
            'PUT /_security/role/logs_reader',
            'PUT /_security/user/logstash_writer',
            'PUT /_security/user/log_reader',
            'POST /_security/user/kibana_system/_password',
          ]);
          for (const { user } of asked) expect(user).toBe(`elastic:${secret('elastic_password').trim()}`);
          const bodies = asked.map(({ body }) => JSON.parse(body) as unknown);
          expect(bodies[1]).toMatchObject({
            template: { settings: { 'index.lifecycle.name': 'my_service-logs' } },
          });
          expect(bodies[4]).toEqual({ password: secret('logstash_password').trim(), roles: ['logs_writer'] });
          expect(bodies[5]).toEqual({
            password: secret('log_reader_password').trim(),
            roles: ['logs_reader'],
          });
          expect(bodies[6]).toEqual({ password: secret('kibana_password').trim() });
          // Nothing that a log keeps shows a password.
          expect(output).not.toContain(secret('logstash_password').trim());
        },
      );
    });

    test('a refusal ends it, with the reason', async () => {
      await serving(
        'elasticsearch',
        ({ path }) => (path.includes('/role/') ? [400, '{"error":"no such privilege"}'] : [200, '{}']),
        async (url, asked) => {
          const { code, output } = await setup(url);
          expect(code).not.toBe(0);
          expect(output).toContain('no such privilege');
          expect(asked).toHaveLength(3);
        },
      );
    });

    test.each([
      ['short', 'a'.repeat(31)],
      ['of other characters', `${'a'.repeat(32)}"`],
      ['empty', ''],
    ])('a password that is %s is refused', async (_, password) => {
      await serving(
        'elasticsearch',
        () => [200, '{}'],
        async (url, asked) => {
          const { code, stderr } = await setup(url, { kibana_password: password });
          expect(code).not.toBe(0);
          expect(stderr).toContain('kibana_password must have 32 characters or more');
          expect(asked.filter(({ path }) => path.includes('kibana'))).toEqual([]);
        },
      );
    });

    test('a server that another authority speaks for gets no password', async () => {
      await serving(
        'elasticsearch',
        () => [200, '{}'],
        async (url, asked) => {
          const foreign = join(folder, 'foreign.pem');
          await run([
            ...['openssl', 'req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'],
            ...['-subj', '/CN=foreign', '-keyout', '/dev/null', '-out', foreign],
          ]);
          const { code } = await setup(url, { logging_ca: readFileSync(foreign, 'utf8') });
          expect(code).not.toBe(0);
          expect(asked).toEqual([]);
        },
      );
    });
  });

  describe('the setup of Kibana', () => {
    const setup = async (url: string) =>
      tryRun(['bash', 'docker/kibana/setup.sh'], {
        cwd: folder,
        env: {
          KIBANA_URL: url,
          SECRETS_FOLDER: await mounted(),
          SETUP_FOLDER: join(folder, 'docker/kibana'),
        },
      });

    test('brings in the saved objects, each a line of JSON', async () => {
      await serving(
        'kibana',
        () => [200, '{"successCount":2,"success":true}'],
        async (url, asked) => {
          const { code, output } = await setup(url);
          expect(code, output).toBe(0);
          expect(asked.map(({ method, path }) => `${method} ${path}`)).toEqual([
            'POST /api/saved_objects/_import?overwrite=true',
          ]);
          const file = readFileSync(join(folder, 'docker/kibana/saved-objects.ndjson'), 'utf8');
          expect(asked[0]?.body).toContain(file);
          expect(asked[0]?.body).toContain('filename="saved-objects.ndjson"');
          const objects = file
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line) as { id: string; references: { id: string }[] });
          const ids = objects.map(({ id }) => id);
          for (const { references } of objects) for (const { id } of references) expect(ids).toContain(id);
        },
      );
    });

    test.each([
      ['what it did not take', 200, '{"successCount":1,"success":false,"errors":[{"id":"x"}]}'],
      ['a refusal', 403, '{"message":"Forbidden"}'],
    ])('%s is a failure', async (_, status, body) => {
      await serving(
        'kibana',
        () => [status, body],
        async (url) => {
          expect(await setup(url)).not.toMatchObject({ code: 0 });
        },
      );
    });
  });

  describe('the way of the lines', () => {
    const send = (url: string, client?: string): Promise<number> =>
      new Promise((resolve, reject) => {
        request(
          url,
          {
            method: 'POST',
            ca: secret('ca.pem'),
            ...(client !== undefined && { cert: secret(`${client}.pem`), key: secret(`${client}.key`) }),
          },
          (response) => {
            response.resume();
            resolve(response.statusCode ?? 0);
          },
        )
          .on('error', reject)
          .end('[]');
      });

    test('who asks for a certificate of the authority takes the log shipper and nobody without one', async () => {
      await serving(
        'logstash',
        () => [200, 'ok'],
        async (url, asked) => {
          expect(await send(url, 'log_shipper')).toBe(200);
          await expect(send(url)).rejects.toThrow();
          expect(asked).toHaveLength(1);
        },
        { requestCert: true },
      );
    });

    test('the certificate of the log shipper makes no server', async () => {
      await serving(
        'log_shipper',
        () => [200, 'ok'],
        async (url, asked) => {
          await expect(send(url)).rejects.toThrow();
          expect(asked).toEqual([]);
        },
      );
    });
  });
});
