/** Is a certificate issued by an ACME server, shown by an nginx that runs on, and renewed, and are keys for those alone who need them? */
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { ACME_TOOLS, keepCertificate, newVolume, startIssuer, type Issuer } from '../support/acme.ts';
import { run, tryRun, until, type Kept } from '../support/keep.ts';
import { startNetwork, whyNoNetwork, type Network } from '../support/network.ts';
import { provideNextRelease } from '../support/next-release.ts';
import { NGINX_TOOLS, startProxy, startReplicas, type Proxy, type Replicas } from '../support/nginx.ts';
import { renderedFolder } from '../support/repository.ts';
import { describeWithTools } from '../support/tools.ts';

const DOMAIN = 'desk.example.com';
const MINUTE = 60_000;
/** What the proxy starts with. */
const PLACEHOLDER = 'until a certificate is issued';
/** So long are the certificates good: certbot finds each of its looks that it is time to renew. */
const VALIDITY_SECONDS = 40;

describeWithTools(
  'certificates',
  [...NGINX_TOOLS, ...ACME_TOOLS],
  () => {
    const work = mkdtempSync(join(tmpdir(), 'bulwark-certificates-'));
    let network: Network;
    let replicas: Replicas;
    let roots: { readonly nginx: string; readonly acme: string };
    let folder: string;
    let runs = 0;
    /** Ended after each test, the last first. */
    const started: { readonly end: () => Promise<unknown> }[] = [];

    beforeAll(async () => {
      roots = {
        nginx: (await provideNextRelease('nginx')).root,
        acme: (await provideNextRelease('acme')).root,
      };
      network = await startNetwork();
      folder = await renderedFolder(
        { name: 'desk', domain: DOMAIN, 'nginx.certificates': 'acme' },
        'fastapi-platform',
      );
      // Its DNS tells pebble as well where the name leads.
      replicas = await startReplicas(network, join(work, 'replicas'), [8000], ['127.0.0.2']);
    }, 10 * MINUTE);

    afterEach(async () => {
      for (const program of started.splice(0).reverse()) await program.end();
    }, MINUTE);

    afterAll(async () => {
      await replicas.end();
      await network.end();
      for (const path of [work, folder]) rmSync(path, { recursive: true, force: true });
    });

    const kept = <T extends { readonly end: () => Promise<unknown> }>(program: T): T => {
      started.push(program);
      return program;
    };

    async function issuer(): Promise<Issuer> {
      return kept(
        await startIssuer(network, roots.acme, join(work, `issuer-${String(runs)}`), VALIDITY_SECONDS),
      );
    }

    /** The two containers, each begun when it would be: the proxy once there is any certificate. */
    async function stack(
      of: string,
      asked: Pick<Issuer, 'url' | 'ca'>,
    ): Promise<{ readonly keeper: Kept; readonly proxy: Proxy; readonly volume: string }> {
      runs += 1;
      const volume = newVolume(join(work, `volume-${String(runs)}`));
      const keeper = kept(
        await keepCertificate(network, roots.acme, of, volume, {
          ...{ DOMAIN, ACME_SERVER: asked.url, ACME_EMAIL: '', CHECK_SECONDS: '2', RETRY_SECONDS: '2' },
          ca: asked.ca,
        }),
      );
      await until('a certificate to start with', () => existsSync(join(volume, 'served.pem')), {
        program: keeper,
      });
      const log = join(work, `nginx-${String(runs)}.log`);
      return { keeper, volume, proxy: kept(await startProxy(network, roots.nginx, of, log, volume)) };
    }

    /** What the proxy shows to who connects now. */
    async function shown(): Promise<{ readonly issuer: string; readonly serial: string }> {
      const { stdout } = await tryRun([
        ...[...network.within, 'bash', '-c'],
        `openssl s_client -connect 127.0.0.1:8443 -servername ${DOMAIN} < /dev/null 2> /dev/null | openssl x509 -noout -issuer -serial`,
      ]);
      const [, who = '', serial = ''] = /issuer=(.*)\nserial=(\w+)/.exec(stdout) ?? [];
      return { issuer: who, serial };
    }

    /** A rendered folder with a change of one of its files. */
    function spoilt(file: string, from: string | RegExp, to: string): string {
      const copy = mkdtempSync(join(work, 'spoilt-'));
      cpSync(folder, copy, { recursive: true });
      const path = join(copy, file);
      const before = readFileSync(path, 'utf8');
      const after = before.replace(from, to);
      if (after === before) throw new Error(`${file} has no ${String(from)}`);
      writeFileSync(path, after);
      return copy;
    }

    /** One after another, until the proxy shows a certificate of the issuer's that is not this one. */
    const anotherIsShown = (serial: string) =>
      until(
        'another certificate',
        async () => {
          const now = await shown();
          return now.issuer.includes('Pebble') && now.serial !== serial;
        },
        { seconds: 45 },
      );

    test(
      'the first certificate takes the place of the one to start with, and is renewed, while nginx runs on',
      async () => {
        const asked = await issuer();
        const { keeper, proxy, volume } = await stack(folder, asked);
        expect(keeper.output()).toContain(PLACEHOLDER);
        await anotherIsShown('');
        const first = await shown();
        const root = await asked.root();
        const ask = (...options: readonly string[]) =>
          tryRun([
            ...[...network.within, 'curl', '--silent', '--show-error', '--cacert', root],
            ...['--resolve', `${DOMAIN}:8443:127.0.0.1`, ...options, `https://${DOMAIN}:8443/who`],
          ]);
        const answer = await ask('--fail');
        expect(answer.code, answer.output).toBe(0);
        expect(answer.stdout).toContain('"address":"127.0.0.2"');

        await anotherIsShown(first.serial);
        expect((await ask('--fail')).code).toBe(0);
        // Renewals, and no new account for each.
        const accounts = await run(['find', join(volume, 'state'), '-path', '*/dir/*', '-type', 'd']);
        expect(accounts.trim().split('\n')).toHaveLength(1);
        expect(proxy.log()).not.toMatch(/\[(?:emerg|alert)\]/);
      },
      3 * MINUTE,
    );

    test(
      'nginx may read what it serves, and not the key of the account; others neither',
      async () => {
        const { volume } = await stack(folder, await issuer());
        await anotherIsShown('');
        const read = async (path: string, user: string, group: string) =>
          (
            await tryRun([
              ...['setpriv', `--reuid=${user}`, `--regid=${group}`, '--clear-groups'],
              ...['cat', join(volume, path)],
            ])
          ).code;
        // The folder of the tests is closed to others.
        await run(['chmod', '0711', work]);
        expect(await read('served.pem', '101', '101')).toBe(0);
        expect(await read('served.pem', '65534', '65534')).not.toBe(0);
        const key = await run(['find', volume, '-name', 'private_key.json', '-printf', '%P']);
        expect(key).toMatch(/private_key\.json$/);
        expect(await read(key, '10001', '101')).toBe(0);
        expect(await read(key, '101', '101')).not.toBe(0);
      },
      2 * MINUTE,
    );

    test(
      'an ACME service that does not answer is asked again, and the proxy serves meanwhile',
      async () => {
        const asked = await issuer();
        await asked.end();
        const { keeper } = await stack(folder, asked);
        await until('a second attempt', () => keeper.output().split('no certificate was issued').length > 2, {
          program: keeper,
        });
        expect((await shown()).issuer).toContain(PLACEHOLDER);
        expect(keeper.isRunning()).toBe(true);
      },
      2 * MINUTE,
    );

    test(
      'where nobody is to be asked, the certificate to start with stays',
      async () => {
        const { ca } = await issuer();
        const { keeper } = await stack(folder, { url: '', ca });
        expect(keeper.output()).toContain('nobody is asked');
        expect((await shown()).issuer).toContain(PLACEHOLDER);
        expect(keeper.isRunning()).toBe(true);
      },
      MINUTE,
    );

    test(
      'found: a proxy that does not show the challenge',
      async () => {
        const deaf = spoilt(
          'docker/nginx/conf.d/default.conf',
          /location \^~ \/\.well-known/,
          'location ^~ /else',
        );
        const { keeper } = await stack(deaf, await issuer());
        await sleep(8000);
        // Nobody was troubled with an attempt that cannot succeed.
        expect(keeper.output()).not.toContain('Requesting');
        expect((await shown()).issuer).toContain(PLACEHOLDER);
      },
      MINUTE,
    );

    test(
      'found: a proxy that does not look for a new certificate',
      async () => {
        const blind = spoilt('docker/nginx/start.sh', 'watch &\n', '');
        const { keeper } = await stack(blind, await issuer());
        await until('what is issued', () => /serving: issuer=.*Pebble/.test(keeper.output()), {
          seconds: 45,
          program: keeper,
        });
        await sleep(3000);
        expect((await shown()).issuer).toContain(PLACEHOLDER);
      },
      2 * MINUTE,
    );
  },
  await whyNoNetwork(),
);
