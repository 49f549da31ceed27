/** Does scripts/deploy-compose.sh replace replicas behind the proxy without an answer missing, and leave alone what serves when a new one is no good? */
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { DOCKER_MILLISECONDS, DOCKER_TOOLS, startDocker, type Docker } from '../support/docker.ts';
import { keep, tryRun, until } from '../support/keep.ts';
import { whyNoNetwork } from '../support/network.ts';
import { bringApplication } from '../support/own-application.ts';
import { renderedFolder } from '../support/repository.ts';
import { describeWithTools } from '../support/tools.ts';

const DOMAIN = 'desk.example.com';
const MINUTE = 60_000;
const FILES = ['-f', 'docker-compose.yml', '-f', 'docker-compose.prod.yml'];
const IMAGE = 'ghcr.io/desk-team/desk';

describeWithTools(
  'rolling-update',
  [...DOCKER_TOOLS, 'curl'],
  () => {
    let docker: Docker;
    let folder: string;

    beforeAll(async () => {
      docker = await startDocker();
      folder = await renderedFolder(
        {
          ...{ name: 'desk', domain: DOMAIN, containers: ['docker', 'compose', 'nginx'] },
          // Its volume, its users and the certificate to start with are those of real containers here.
          ...{ 'nginx.certificates': 'acme', 'nginx.requestsPerMinute': 100_000, 'compose.replicas': 2 },
        },
        'minimal',
      );
      await docker.provideImages(folder);
      // Versions differ in what they answer.
      await build('1', (program) => program);
      // For longer than the proxy would try.
      for (const version of ['2', '3'])
        await build(version, (program) => program.replace('\n', '\nsleep 12;\n'));
      await build('sick', (program) => program.replace('200 OK', '500 No'));
      await build('dying', () => '#!/usr/bin/perl\nexit 1;\n');
      use('1');
      await compose('up', '--detach', '--wait', '--no-build');
    }, DOCKER_MILLISECONDS);

    afterAll(async () => {
      await docker.tryDocker(['compose', ...FILES, 'down', '--volumes'], { cwd: folder });
      await docker.end();
      rmSync(folder, { recursive: true, force: true });
    }, 2 * MINUTE);

    const compose = (...args: readonly string[]) =>
      docker.docker(['compose', ...FILES, ...args], { cwd: folder });

    /** Makes an image of the application that says its version. */
    async function build(version: string, change: (program: string) => string): Promise<void> {
      bringApplication(folder);
      const path = join(folder, 'app/run');
      const program = readFileSync(path, 'utf8')
        .replace('Length: 2', `Length: ${String(version.length + 2)}`)
        .replace('ok"', `ok${version}"`);
      writeFileSync(path, change(program));
      await docker.docker(
        ['build', '--quiet', '--target', 'production', '--tag', `${IMAGE}:${version}`, '.'],
        { cwd: folder },
      );
    }

    function use(version: string): void {
      writeFileSync(join(folder, '.env'), `VERSION=${version}\nACME_SERVER=\n`);
    }

    const deploy = (env: Readonly<Record<string, string>> = {}, ...options: readonly string[]) =>
      tryRun([...docker.network.within, 'scripts/deploy-compose.sh', '--no-pull', ...options], {
        cwd: folder,
        env: { ...docker.env, ...env },
        seconds: 240,
      });

    /** The replicas that run, each with its image. */
    async function replicas(): Promise<ReadonlyMap<string, string>> {
      const ids = (await compose('ps', '--quiet', 'app')).split('\n').filter(Boolean);
      const images = await docker.docker(['inspect', '--format', '{{.Config.Image}}', ...ids]);
      const names = images.trim().split('\n');
      return new Map(ids.sort().map((id, index) => [id, names[index] ?? '']));
    }

    const ask = () =>
      tryRun([
        ...[...docker.network.within, 'curl', '--noproxy', '*', '--silent', '--show-error', '--insecure'],
        ...['--max-time', '10', '--write-out', ' %{http_code}', '--resolve', `${DOMAIN}:443:127.0.0.1`],
        `https://${DOMAIN}/`,
      ]);

    /** Asks again and again while something is done, and returns every answer. */
    async function answersDuring(deed: () => Promise<unknown>): Promise<readonly string[]> {
      const answers: string[] = [];
      const asking = new AbortController();
      const asker = (async () => {
        while (!asking.signal.aborted) {
          const { stdout, stderr } = await ask();
          answers.push(`${stdout}${stderr}`);
          await sleep(50);
        }
      })();
      try {
        await deed();
      } finally {
        asking.abort();
        await asker;
      }
      return answers;
    }

    test(
      'every request is answered while each replica is replaced by one of the new version',
      async () => {
        const before = await replicas();
        expect([...before.values()]).toEqual([`${IMAGE}:1`, `${IMAGE}:1`]);
        use('2');
        const answers = await answersDuring(async () => {
          const { code, output } = await deploy();
          expect(code, output).toBe(0);
        });
        const after = await replicas();
        expect([...after.values()]).toEqual([`${IMAGE}:2`, `${IMAGE}:2`]);
        expect([...after.keys()].filter((id) => before.has(id))).toEqual([]);
        expect(new Set(answers)).toEqual(new Set(['ok1 200', 'ok2 200']));
        expect(answers.length).toBeGreaterThan(50);
        expect((await ask()).stdout).toBe('ok2 200');
      },
      5 * MINUTE,
    );

    test(
      'found: Docker Compose itself replaces all at once, and requests fail',
      async () => {
        use('3');
        const answers = await answersDuring(() => compose('up', '--detach', '--wait', '--no-build'));
        expect(answers.filter((answer) => !answer.endsWith(' 200')).length).toBeGreaterThan(0);
        await until('the new version', async () => (await ask()).stdout === 'ok3 200');
      },
      5 * MINUTE,
    );

    test.each([
      ['that answers with errors', 'sick'],
      ['that does not start', 'dying'],
    ])(
      'a new version %s is taken away, and the old replicas serve on untouched',
      async (_, version) => {
        const before = await replicas();
        use(version);
        const answers = await answersDuring(async () => {
          const { code, output } = await deploy({ HEALTH_SECONDS: '60' });
          expect(code, output).toBe(1);
          expect(output).toContain('is not healthy and was taken away');
        });
        expect(await replicas()).toEqual(before);
        const serving = (await ask()).stdout;
        expect(serving).toMatch(/^ok\d 200$/);
        expect(new Set(answers)).toEqual(new Set([serving]));
        expect((await docker.docker(['ps', '--all', '--format', '{{.Image}}'])).includes(version)).toBe(
          false,
        );
      },
      5 * MINUTE,
    );

    test(
      'a second deployment is refused while one runs, and a try changes nothing',
      async () => {
        const before = await replicas();
        const holder = await keep({
          argv: ['flock', join(folder, 'docker-compose.prod.yml'), 'sleep', '60'],
          log: join(folder, 'holder.log'),
        });
        try {
          await until('the lock', async () => (await deploy({}, '--dry-run')).code === 3, {
            program: holder,
          });
        } finally {
          await holder.end();
        }
        const { code, stdout } = await deploy({}, '--dry-run');
        expect({ code, stdout }).toEqual({
          code: 0,
          stdout: 'would replace, one after the other, the 2 replicas of app\n',
        });
        expect(await replicas()).toEqual(before);
      },
      MINUTE,
    );

    test(
      'the volume of the certificate belongs to whom it is to belong',
      async () => {
        const modes = await compose(
          'exec',
          '-T',
          'acme',
          'stat',
          '-c',
          '%a %u:%g %n',
          '/var/tmp',
          '/var/tmp/served.pem',
        );
        expect(modes.trim().split('\n')).toEqual(['1777 0:0 /var/tmp', '640 10001:101 /var/tmp/served.pem']);
      },
      MINUTE,
    );
  },
  await whyNoNetwork(),
);

/** A `docker` that has two replicas of each service, notes what it is told, and fails where it is to. */
const STAND_IN = `#!/usr/bin/env bash
echo "$*" >> "$NOTES"
case "$*" in
  *' ps --quiet '*) printf '%s\\n' "\${!#}-1" "\${!#}-2" ;;
  *' run '*) exit "$MIGRATIONS" ;;
esac
`;

describe('the migrations of a deployment', () => {
  test.each([
    ['come before any replica is touched', 0],
    ['that fail leave every replica alone', 1],
  ])('%s', async (_, migrations) => {
    const folder = await renderedFolder({ name: 'desk' }, 'node-platform');
    const work = mkdtempSync(join(tmpdir(), 'bulwark-stand-in-'));
    try {
      mkdirSync(join(work, 'bin'));
      writeFileSync(join(work, 'bin/docker'), STAND_IN);
      chmodSync(join(work, 'bin/docker'), 0o755);
      const notes = join(work, 'notes');
      const { code, output } = await tryRun(['scripts/deploy-compose.sh'], {
        cwd: folder,
        env: {
          PATH: `${join(work, 'bin')}${delimiter}${process.env.PATH ?? ''}`,
          NOTES: notes,
          MIGRATIONS: String(migrations),
        },
      });
      const told = readFileSync(notes, 'utf8').trim().split('\n');
      const at = (word: string): number => told.findIndex((line) => line.includes(word));
      // The stand-in never has a new replica: the first replacement is the last.
      expect(code).toBe(1);
      expect(at(' pull ')).toBeGreaterThan(at(' config '));
      expect(at(' run --rm --no-TTY --no-deps migrate')).toBeGreaterThan(at(' pull '));
      if (migrations === 0) {
        expect(at('--scale api=3 api')).toBeGreaterThan(at(' run '));
        expect(output).toContain('no new replica of api was made');
      } else {
        expect(at('--scale')).toBe(-1);
        expect(output).toContain('the migrations failed; no replica was replaced');
      }
      expect(told.filter((line) => /^(?:stop|rm) /.test(line))).toEqual([]);
    } finally {
      for (const path of [work, folder]) rmSync(path, { recursive: true, force: true });
    }
  });
});
