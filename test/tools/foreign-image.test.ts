/** Does what `add docker` renders beside applications of other people build, and run hardened, and stop when it is told to? */
import { execFileSync } from 'node:child_process';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { DOCKER_MILLISECONDS, DOCKER_TOOLS, startDocker, type Docker } from '../support/docker.ts';
import { FOREIGN_APPLICATIONS } from '../support/foreign-applications.ts';
import { tryRun, until } from '../support/keep.ts';
import { whyNoNetwork } from '../support/network.ts';
import { newLife, type Life } from '../support/repository-life.ts';
import { describeWithTools } from '../support/tools.ts';

/** A user that no image knows. */
const UID = 10_778;
const HARDENED = [
  ...['--network', 'host', '--read-only', '--tmpfs', '/tmp:size=64m,mode=1777'],
  ...['--cap-drop', 'ALL', '--security-opt', 'no-new-privileges', '--user', `${UID}:${UID}`],
];
const MINUTE = 60_000;

describeWithTools(
  'image-build',
  [...DOCKER_TOOLS, 'curl', 'npm'],
  () => {
    let docker: Docker;
    let life: Life;
    beforeAll(async () => {
      docker = await startDocker();
    }, DOCKER_MILLISECONDS);
    afterAll(async () => {
      await docker.tryDocker(['image', 'prune', '--force']);
      await docker.end();
    }, MINUTE);
    beforeEach(() => {
      life = newLife();
    });
    afterEach(() => {
      life.end();
    });

    /** Adds docker to the repository and builds its image. */
    async function build(name: string): Promise<string> {
      life.commit();
      const { code, stderr } = await life.run(['add', 'docker', '--yes']);
      expect(code, stderr).toBe(0);
      await docker.provideImages(life.root);
      const image = `foreign-${name}:test`;
      await docker.docker(['build', '--quiet', '--target', 'production', '--tag', image, '.'], {
        cwd: life.root,
        seconds: 600,
      });
      return image;
    }

    /** Runs as the strictest orchestrator would, until it answers; then asks its own health check, and stops it. */
    async function lives(name: string, image: string, port: number): Promise<void> {
      await docker.docker(['run', '--detach', '--name', name, ...HARDENED, image]);
      const url = `http://127.0.0.1:${port}/healthz`;
      await until(name, async () => {
        const { stdout } = await tryRun([
          ...docker.network.within,
          ...['curl', '--silent', '--output', '/dev/null', '--write-out', '%{http_code}', url],
        ]);
        return stdout === '200';
      });
      expect((await docker.tryDocker(['exec', name, 'healthcheck'])).code).toBe(0);
      // The twin: nobody answers on another port, and the check says so.
      expect((await docker.tryDocker(['exec', '--env', 'PORT=1', name, 'healthcheck'])).code).not.toBe(0);
      const begin = performance.now();
      await docker.docker(['stop', '--time', '30', name]);
      expect(performance.now() - begin).toBeLessThan(15_000);
      const code = await docker.docker(['inspect', '--format', '{{.State.ExitCode}}', name]);
      expect(code.trim()).toBe('0');
      await docker.docker(['rm', '--force', name]);
    }

    const write = (files: Readonly<Record<string, string>>): void => {
      for (const [path, text] of Object.entries(files)) life.write(path, text);
    };

    const shell = (image: string, script: string): Promise<string> =>
      docker.docker(['run', '--rm', '--network', 'none', '--entrypoint', 'sh', image, '-euc', script]);

    test(
      'Node.js: what the lock names is installed, what only builds is gone, nobody may write',
      async () => {
        const { files } = FOREIGN_APPLICATIONS.node;
        const manifest = {
          name: 'plain',
          version: '1.0.0',
          private: true,
          scripts: { build: 'mkdirp dist', start: 'node src/index.js' },
          dependencies: { ms: '2.1.3' },
          devDependencies: { mkdirp: '0.5.6' },
        };
        write({
          ...files,
          'package.json': JSON.stringify(manifest),
          'src/index.js': `require('ms');\nrequire('node:fs').statSync('dist');\n${files['src/index.js']}`,
          'src/index.test.js': 'throw new Error();\n',
          '.env': 'SECRET=hunter2\n',
        });
        execFileSync('npm', ['install', '--package-lock-only', '--ignore-scripts'], {
          cwd: life.root,
          stdio: 'pipe',
        });
        const image = await build('node');
        expect(
          (await shell(image, 'ls -A -I .bin /app /app/src /app/node_modules')).split('\n').filter(Boolean),
        ).toEqual([
          ...['/app:', 'dist', 'docker', 'node_modules', 'package-lock.json', 'package.json', 'src'],
          ...['/app/node_modules:', '.package-lock.json', 'ms', '/app/src:', 'index.js'],
        ]);
        expect(await shell(image, 'find /app ! -user root -o -perm /022 ! -type l')).toBe('');
        await lives('foreign-node', image, 3000);
      },
      10 * MINUTE,
    );

    test(
      'Python: a server for production in an environment without pip',
      async () => {
        write(FOREIGN_APPLICATIONS.flask.files);
        const image = await build('python');
        const found = await shell(
          image,
          'ls -A /app; ls -d /opt/venv/bin/pip* /root/.cache 2> /dev/null || true',
        );
        expect(found.trim().split('\n')).toEqual(['app.py', 'docker', 'requirements.txt']);
        await lives('foreign-python', image, 5000);
      },
      10 * MINUTE,
    );

    test(
      'Go: one program and what it reads, on nothing',
      async () => {
        write(FOREIGN_APPLICATIONS.go.files);
        // Debian's Go under the tag of a later one.
        const image = await build('go');
        const listed = await docker
          .docker(['run', '--rm', '--entrypoint', 'healthcheck', image])
          .catch(() => 'no shell');
        expect(listed).toBe('no shell');
        expect(
          (await docker.tryDocker(['run', '--rm', '--entrypoint', 'sh', image, '-c', 'true'])).code,
        ).not.toBe(0);
        await lives('foreign-go', image, 8080);
      },
      10 * MINUTE,
    );
  },
  await whyNoNetwork(),
);
