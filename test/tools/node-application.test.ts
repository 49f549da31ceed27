/** Is the rendered Node application what its lock, its linters and its own tests say, and does it run with what its image holds? */
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { get } from '../support/http-client.ts';
import { keep, run, tryRun, until, type Kept } from '../support/keep.ts';
import { missingNode, nodeFolder } from '../support/node-releases.ts';
import { renderedFolder } from '../support/repository.ts';
import { freePort, missingServices, startServices, type Services } from '../support/services.ts';
import type { ToolGroup } from '../support/tool-groups.ts';
import { describeWithTools } from '../support/tools.ts';

const MINUTE = 60_000;
/** Installing and testing, on a machine with something else to do. */
const SUITE_MILLISECONDS = 10 * MINUTE;

/** The floor that the rendered vitest.config.ts sets; Vitest fails below it. */
const FLOOR = /thresholds: \{ lines: (\d+), functions: \1, statements: \1, branches: \1 \}/;
/** Statements, branches, functions, lines. */
const COVERAGE = /^All files +\|((?: +[\d.]+ \|){4})/m;

/** Where the rendered playwright.config.ts looks for a browser. */
const CHROMIUM = '/usr/bin/chromium';

let services: Services | undefined;
const folders: string[] = [];
const started: Kept[] = [];

afterAll(async () => {
  await Promise.all(started.map((program) => program.end()));
  await services?.end();
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
  // Thousands of files, on a machine with something else to do.
}, MINUTE);

/** What commands of the application are run with. */
const environment = (major: string): Record<string, string> => ({
  ...services?.urls,
  PATH: `${nodeFolder(major)}${delimiter}${process.env.PATH ?? ''}`,
  // Whoever has set these means this repository, and not the rendered one.
  npm_config_update_notifier: 'false',
  NO_COLOR: '1',
});

/** Renders the application and installs what it locks. */
async function application(
  major: string,
  preset: string | null,
  answers: Readonly<Record<string, string>>,
): Promise<string> {
  const folder = await renderedFolder(
    { name: `service-${major}`, 'node.version': major, ...answers },
    preset,
  );
  folders.push(folder);
  await run(['npm', 'ci', '--ignore-scripts', '--no-audit', '--no-fund'], options(folder, major));
  await run(['npm', 'run', 'generate'], options(folder, major));
  return folder;
}

const options = (cwd: string, major: string) => ({ cwd, env: environment(major), seconds: 600 });

function describeApplication(
  group: ToolGroup,
  major: string,
  preset: string | null,
  answers: Readonly<Record<string, string>>,
  more: (of: () => string) => void,
): void {
  const obstacle =
    missingNode(major) ??
    missingServices() ??
    (existsSync(CHROMIUM) ? undefined : "not installed: Debian's chromium");
  describeWithTools(
    group,
    ['npm'],
    () => {
      let folder = '';
      beforeAll(async () => {
        services ??= await startServices();
        folder = await application(major, preset, answers);
      }, SUITE_MILLISECONDS);

      test.each(['lint', 'typecheck', 'build'])(
        'npm run %s finds nothing',
        async (script) => {
          const { code, output } = await tryRun(['npm', 'run', script], options(folder, major));
          expect(code, output).toBe(0);
        },
        SUITE_MILLISECONDS,
      );

      test(
        'it passes its own tests, above the floor',
        async () => {
          const { code, output } = await tryRun(['npm', 'test'], options(folder, major));
          expect(code, output).toBe(0);
          expect(output).toMatch(/^ *Tests +\d+ passed \(\d+\)$/m);
          const [, floor = ''] = FLOOR.exec(readFileSync(join(folder, 'vitest.config.ts'), 'utf8')) ?? [];
          expect(Number(floor)).toBeGreaterThanOrEqual(80);
          const reached = (COVERAGE.exec(output)?.[1] ?? '').split('|').slice(0, 4).map(Number);
          expect(reached).toHaveLength(4);
          for (const share of reached) expect(share).toBeGreaterThanOrEqual(Number(floor));
        },
        SUITE_MILLISECONDS,
      );

      more(() => folder);
    },
    obstacle,
  );
}

/** Spoils a line of the application, and tells which of the tests in a file notice. */
async function failuresWithout(
  folder: string,
  major: string,
  tests: string,
  file: string,
  line: string,
  spoilt: string,
): Promise<string> {
  const path = join(folder, file);
  const source = readFileSync(path, 'utf8');
  expect(source).toContain(line);
  writeFileSync(path, source.replace(line, spoilt));
  try {
    const { code, output } = await tryRun(['npm', 'run', 'test:unit', '--', tests], options(folder, major));
    expect(code, output).not.toBe(0);
    return output;
  } finally {
    writeFileSync(path, source);
  }
}

// With accounts and workflows.
describeApplication('node-app-24', '24', 'node-platform', {}, (folder) => {
  test(
    'its tests fail when wrong passwords are not counted',
    async () => {
      const output = await failuresWithout(
        ...([
          folder(),
          '24',
          'tests/unit/auth.test.ts',
          'src/domain/auth/user.ts',
          'user.failedLogins + 1 : 1',
          'user.failedLogins : 1',
        ] as const),
      );
      expect(output).toMatch(/FAIL .*the fifth wrong password in a row locks for thirty minutes/);
    },
    SUITE_MILLISECONDS,
  );

  test(
    "its tests fail when a worker keeps a run that is another one's",
    async () => {
      const output = await failuresWithout(
        ...([
          folder(),
          '24',
          'tests/unit/workflows.test.ts',
          'src/domain/workflows/runner.ts',
          'if (error instanceof LeaseLost) throw error;',
          '',
        ] as const),
      );
      expect(output).toMatch(/FAIL .*that another worker has is noticed when a step is noted/);
    },
    SUITE_MILLISECONDS,
  );

  test(
    'its tests fail when everybody sees every run',
    async () => {
      const output = await failuresWithout(
        ...([
          folder(),
          '24',
          'tests/unit/websocket.test.ts',
          'src/domain/workflows/run.ts',
          'viewer.seesAll || (ownerId !== null && ownerId === viewer.id)',
          'viewer.seesAll || ownerId !== viewer.id',
        ] as const),
      );
      expect(output).toMatch(/FAIL .*what is not theirs nobody sees, except who sees all/);
    },
    SUITE_MILLISECONDS,
  );

  test(
    'it passes its tests from end to end, in a browser',
    async () => {
      const at = options(folder(), '24');
      await run(['npm', 'run', 'migrate'], at);
      const { code, output } = await tryRun(['npm', 'run', 'test:e2e'], at);
      expect(code, output).toBe(0);
      expect(output).toMatch(/^ *5 passed/m);
    },
    SUITE_MILLISECONDS,
  );
});

/** The API as its image starts it, on a port of its own. */
async function startApi(cwd: string): Promise<{ readonly api: Kept; readonly url: string }> {
  const port = await freePort();
  const env = {
    ...environment('22'),
    ENVIRONMENT: 'production',
    PORT: String(port),
    SYSTEM_HEALTH_TOKEN: 'system-health-token-of-these-tests',
    DRAIN_DELAY_SECONDS: '0',
  };
  const node = join(nodeFolder('22'), 'node');
  await run([node, 'dist/commands/migrate.js'], { cwd, env });
  const api = await keep({ argv: [node, 'dist/commands/api.js'], log: join(cwd, 'api.log'), cwd, env });
  started.push(api);
  const url = `http://127.0.0.1:${port}`;
  const answers = async (): Promise<boolean> =>
    get(`${url}/api/v1/items`).then(
      ({ status }) => status === 200,
      () => false,
    );
  await until('the API', answers, { program: api });
  return { api, url };
}

// Without either.
describeApplication('node-app-22', '22', null, { stack: 'node' }, (folder) => {
  test(
    'its tests fail when a token is not looked at',
    async () => {
      const output = await failuresWithout(
        ...([
          folder(),
          '22',
          'tests/unit/requests.test.ts',
          'src/api/bearer.ts',
          'if (!timingSafeEqual',
          'if (timingSafeEqual',
        ] as const),
      );
      expect(output).toMatch(/FAIL .*a closed route answers 401/);
    },
    SUITE_MILLISECONDS,
  );

  test(
    'it runs with what the image holds, and ends when it is told to',
    async () => {
      const cwd = folder();
      // What the stage of the dependencies does, word by word.
      const [, install = ''] =
        /^RUN (npm ci [^&]+&& find .*-delete)$/m.exec(
          readFileSync(join(cwd, 'Dockerfile'), 'utf8').replaceAll(' \\\n', ''),
        ) ?? [];
      expect(install).toContain('--omit=dev');
      await run(['sh', '-euc', install], options(cwd, '22'));
      for (const name of ['prisma', 'typescript', 'vitest', 'eslint'])
        expect(existsSync(join(cwd, 'node_modules', name)), name).toBe(false);
      const size = await run(['du', '--summarize', '--block-size=1M', 'node_modules'], { cwd });
      expect(Number.parseInt(size, 10)).toBeLessThan(200);
      const { api } = await startApi(cwd);
      process.kill(api.pid, 'SIGTERM');
      expect(await api.ended).toBe(0);
    },
    SUITE_MILLISECONDS,
  );

  test(
    'Artillery puts load on it, and fails when it does not answer as it should',
    async () => {
      const cwd = folder();
      const { api, url } = await startApi(cwd);
      const phases = [{ duration: 3, arrivalRate: 5 }];
      const load = (target: string): ReturnType<typeof tryRun> =>
        tryRun(
          [
            ...['npm', 'run', 'test:performance', '--', '--target', target],
            ...['--overrides', JSON.stringify({ config: { phases } })],
          ],
          options(cwd, '22'),
        );
      const { code, output } = await load(url);
      expect(code, output).toBe(0);
      expect(output).toMatch(/^http\.codes\.200: \.+ \d+$/m);
      expect(output).toMatch(/^vusers\.failed: \.+ 0$/m);
      // Every path is one that is not there.
      const astray = await load(`${url}/elsewhere`);
      expect(astray.code).not.toBe(0);
      expect(astray.output).toMatch(/^http\.codes\.404: \.+ \d+$/m);
      process.kill(api.pid, 'SIGTERM');
      expect(await api.ended).toBe(0);
    },
    SUITE_MILLISECONDS,
  );
});
