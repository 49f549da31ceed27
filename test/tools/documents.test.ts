/**
 * Do the documents for operators tell the truth? What they say to type is understood by the real programs, their SQL runs
 * on the real schema, their backup is restored, and the checklist's script finds what is wrong with a real service.
 */
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { JudgedFile } from '../../src/verify/check.ts';
import { virtualEnvironment } from '../support/cache.ts';
import {
  blocksOf,
  commandsOf,
  cronCommandsOf,
  documentsOf,
  type Script,
  type TypedCommand,
} from '../support/documents.ts';
import { get } from '../support/http-client.ts';
import { keep, run, tryRun, until, type Kept } from '../support/keep.ts';
import { catalog } from '../support/render.ts';
import { createdTree, writeTree } from '../support/rows.ts';
import { freePort, freeUrls, missingServices, startServices, type Services } from '../support/services.ts';
import { treeOf } from '../support/tool-trees.ts';
import { describeWithTools, requireTool } from '../support/tools.ts';

const MINUTE = 60_000;
const PYTHON = 'python3.12';
/** The name of the database and of its role follow from it. */
const NAME = 'orders';
const DOMAIN = 'orders.example.com';

const OPERATIONS_OF_PRESET = catalog.presets.flatMap(({ id, answers }) =>
  id === 'fastapi-platform' ? (answers.operations as readonly string[]) : [],
);

/** Stand-ins for what is not on this machine: Compose runs a command here, and another machine is a folder. */
const STAND_INS: Readonly<Record<string, string>> = {
  docker: `#!/usr/bin/env bash
set -euo pipefail
echo "docker $*" >> "$DOCKER_LOG"
[[ $1 = compose ]] || exit 64
shift
while [[ $1 = -f ]]; do shift 2; done
action=$1
shift
case $action in
  exec)
    [[ $1 != -T ]] || shift
    [[ $1 = postgres ]] || exit 64
    shift
    exec "$@"
    ;;
  up | stop) ;;
  *) exit 64 ;;
esac
`,
  rsync: `#!/usr/bin/env bash
set -euo pipefail
[[ $1 = --archive ]]
[[ \${@: -1} = *@*:* ]]
cp -a "\${@: -2:1}." "$ELSEWHERE"
`,
};

describeWithTools(
  'documents',
  [PYTHON, 'psql', 'pg_dump', 'pg_restore', 'docker-compose', 'kubectl', 'curl', 'jq', 'openssl', 'flock'],
  () => {
    let services: Services;
    let root: string;
    let repository: string;
    let bin: string;
    let documents: readonly JudgedFile[];
    const started: { readonly end: () => unknown }[] = [];

    beforeAll(async () => {
      root = mkdtempSync(join(tmpdir(), 'bulwark-documents-'));
      repository = join(root, 'repository');
      // Without the scripts of the component `backup`, which test/tools/backup looks at: cron makes the dumps.
      const operations = OPERATIONS_OF_PRESET.filter((id) => id !== 'backup');
      const tree = await createdTree({ name: NAME, domain: DOMAIN, operations }, 'fastapi-platform');
      writeTree(tree, repository);
      documents = documentsOf(tree);
      const urls = await freeUrls();
      const database = new URL(urls.DATABASE_URL);
      database.username = NAME;
      database.pathname = NAME;
      const [python, running] = await Promise.all([
        virtualEnvironment(PYTHON, join(repository, 'requirements-dev.txt')),
        startServices({ ...urls, DATABASE_URL: database.href }),
      ]);
      bin = python;
      services = running;
      mkdirSync(join(root, 'stand-ins'));
      mkdirSync(join(root, 'elsewhere'));
      for (const [name, source] of Object.entries(STAND_INS)) {
        writeFileSync(join(root, 'stand-ins', name), source);
        chmodSync(join(root, 'stand-ins', name), 0o755);
      }
      await module('database.migrate');
    }, 10 * MINUTE);

    afterAll(async () => {
      for (const { end } of started.reverse()) await end();
      await services.end();
      rmSync(root, { recursive: true, force: true });
    }, MINUTE);

    /** The database's own programs find it as they do inside its container: as superuser, without a password. */
    const environment = (): Record<string, string> => {
      const { hostname, port } = new URL(services.urls.DATABASE_URL);
      return {
        ...services.urls,
        PATH: [join(root, 'stand-ins'), bin, process.env.PATH ?? ''].join(delimiter),
        HOME: root,
        PGHOST: hostname,
        PGPORT: port,
        DOCKER_LOG: join(root, 'docker.log'),
        ELSEWHERE: join(root, 'elsewhere'),
        PYTHONDONTWRITEBYTECODE: '1',
      };
    };

    const module = (name: string): Promise<string> =>
      run([join(bin, 'python'), '-m', name], { cwd: repository, env: environment() });

    const shell = (script: string, cwd: string, env: Record<string, string> = {}) =>
      tryRun(['bash', '-euo', 'pipefail', '-c', script], { cwd, env: { ...environment(), ...env } });

    /** SQL as somebody types it who came in by the page's own command; the superuser, on a database. */
    const sql = (text: string, database = NAME) =>
      tryRun(
        [
          'psql',
          '--username=postgres',
          '--no-psqlrc',
          '--quiet',
          '--tuples-only',
          '--no-align',
          '--set=ON_ERROR_STOP=1',
          database,
        ],
        { cwd: root, env: environment(), input: text },
      );

    async function ask(text: string, database = NAME): Promise<string> {
      const { code, stdout, output } = await sql(text, database);
      expect(code, `${text}\n${output}`).toBe(0);
      return stdout.trim();
    }

    /** The documents with one text in place of another. */
    function changed(path: string, from: string, to: string): readonly JudgedFile[] {
      const files = documents.map((file) => [file.path, file.content.toString('utf8')] as const);
      const text = files.find(([name]) => name === path)?.[1] ?? '';
      expect(text, path).toContain(from);
      return documentsOf(treeOf(Object.fromEntries([...files, [path, text.replace(from, () => to)]])));
    }

    test(
      'every flag and subcommand is one that the program has',
      async () => {
        expect(await unknownFlags(documents)).toEqual([]);
        const twins = [
          changed('docs/runbooks/restore.md', '--exit-on-error', '--stop-on-error'),
          changed('docs/runbooks/incident.md', 'logs --no-log-prefix', 'logs --without-log-prefix'),
          changed('docs/runbooks/incident.md', 'docker compose ps --all', 'docker compose list --all'),
          changed('docs/PRODUCTION_CHECKLIST.md', '--only cors', '--just cors'),
          changed('docs/runbooks/incident.md', 'ask metrics', 'ask metricks'),
        ];
        for (const twin of twins) expect(await unknownFlags(twin)).toHaveLength(1);
      },
      2 * MINUTE,
    );

    test.each(['fastapi-platform', 'node-platform'])(
      'and so it is in %s as it stands',
      async (preset) => {
        const tree = await createdTree({}, preset);
        const folder = join(root, preset);
        writeTree(tree, folder);
        expect(await unknownFlags(documentsOf(tree), folder)).toEqual([]);
      },
      2 * MINUTE,
    );

    async function unknownFlags(of: readonly JudgedFile[], folder = repository): Promise<readonly string[]> {
      const found: string[] = [];
      for (const command of commandsOf(of)) {
        const help = await helpOf(command, folder);
        if (help === undefined) continue;
        const [needed, text] = help;
        const missing = needed.filter((word) => !hasWord(text, word));
        if (missing.length > 0)
          found.push(`${command.path}:${command.line} ${command.words.join(' ')}: ${missing.join(', ')}`);
      }
      return found;
    }

    const helps = new Map<string, Promise<string>>();
    const printedIn = (folder: string, argv: readonly string[]): Promise<string> => {
      const key = [folder, ...argv].join(' ');
      const text = helps.get(key) ?? tryRun(argv, { cwd: folder, env: environment() }).then((r) => r.output);
      helps.set(key, text);
      return text;
    };

    /** What a command needs its program to know, and where the program tells what it knows; undefined where it does not. */
    async function helpOf(
      { words }: TypedCommand,
      folder: string,
    ): Promise<[readonly string[], string] | undefined> {
      const printed = (argv: readonly string[]): Promise<string> => printedIn(folder, argv);
      const [program = '', ...rest] = words.map((word) => word ?? '…');
      const flags = rest
        .filter((word) => /^-{1,2}[A-Za-z]/.test(word))
        .map((word) => word.split('=')[0] ?? '');
      const plain = rest.filter((word) => !word.startsWith('-'));
      if (program === 'docker' && rest[0] === 'compose') {
        const isGlobal = (word: string | undefined): boolean => word === '-f' || word === '--profile';
        const own = rest.slice(1).filter((word, index, all) => !isGlobal(word) && !isGlobal(all[index - 1]));
        const subcommand = own.find((word) => !word.startsWith('-')) ?? '';
        const general = await printed([requireTool('docker-compose'), '--help']);
        const text = await printed([requireTool('docker-compose'), subcommand, '--help']);
        return [[`  ${subcommand}  `, ...flags], `${general}\n${text}`];
      }
      if (program === 'kubectl') {
        const at = rest.findIndex(
          (word, index) => !word.startsWith('-') && rest[index - 1] !== '--namespace',
        );
        const depth = { auth: 2, rollout: 2, top: 2, create: 3 }[rest[at] ?? ''] ?? 1;
        const subcommand = rest.slice(at, at + depth);
        const general = await printed(['kubectl', 'options']);
        return [flags, `${general}\n${await printed(['kubectl', ...subcommand, '--help'])}`];
      }
      if (['psql', 'pg_dump', 'pg_restore', 'createdb', 'dropdb', 'pg_isready'].includes(program))
        return [flags, await printed([program, '--help'])];
      if (program === 'curl') return [flags, await printed(['curl', '--help', 'all'])];
      if (/(?:^|\/)python3?$/.test(program)) {
        const script = rest[0] === '-m' ? rest.slice(0, 2) : rest.slice(0, 1);
        const given = rest.slice(script.length);
        // `pip`, `venv` and pytest are others'; a server that takes no arguments has nothing to be asked for.
        if (['pip', 'venv', 'pytest'].includes(script.at(-1) ?? '') || given.length === 0) return undefined;
        const values =
          script[0] === '-m' ? plain.filter((word) => given.includes(word)) : choicesAfterOnly(given);
        return [
          [...flags.filter((flag) => flag !== '-m'), ...values],
          await printed([join(bin, 'python'), ...script, '--help']),
        ];
      }
      if (program.startsWith('scripts/')) return [flags, await printed(['bash', program, '--help'])];
      return undefined;
    }

    const choicesAfterOnly = (words: readonly string[]): readonly string[] =>
      words.filter((_, index) => words[index - 1] === '--only');

    const hasWord = (text: string, word: string): boolean =>
      word.startsWith(' ') ? text.includes(word) : new RegExp(`(?<![\\w-])${word}(?![\\w-])`).test(text);

    /** SQL of a page that is for the application's database. */
    const sqlBlocks = (of: readonly JudgedFile[]): readonly Script[] => blocksOf(of, 'sql');

    test(
      'every statement runs on the schema that the migrations make',
      async () => {
        const blocks = sqlBlocks(documents);
        expect(blocks.length).toBeGreaterThanOrEqual(8);
        for (const { path, line, text } of blocks) {
          const { code, output } = await sql(text);
          expect(code, `${path}:${line}\n${text}\n${output}`).toBe(0);
        }
        const [broken] = sqlBlocks(
          changed('docs/runbooks/login-attack.md', 'locked_until', 'locked_to'),
        ).filter(({ text }) => text.includes('locked_to'));
        expect((await sql(broken?.text ?? '')).output).toContain('locked_to');
      },
      MINUTE,
    );

    test(
      'the runbook on attacks shows the attacker and whom he got, and shuts both out',
      async () => {
        const email = `ann@${DOMAIN}`;
        await ask(`
        INSERT INTO users (id, email, full_name, password_hash, status, email_verified_at)
        SELECT gen_random_uuid(), name || '@${DOMAIN}', name, 'x', 'active', now() FROM unnest(ARRAY['ann', 'ben', 'cleo', 'dan']) AS name;
        INSERT INTO user_sessions (id, user_id, expires_at, family_hash, token_hash)
        SELECT gen_random_uuid(), id, now() + interval '1 day', 'f', 't' FROM users;
        INSERT INTO auth_audit_log (event, success, user_id, ip_address)
        SELECT 'login', false, id, '203.0.113.9' FROM users, generate_series(1, 5);
        INSERT INTO auth_audit_log (event, success, user_id, ip_address)
        SELECT 'login', true, id, '203.0.113.9' FROM users WHERE email = '${email}';
        INSERT INTO auth_audit_log (event, success, user_id, ip_address)
        SELECT 'login', true, id, '198.51.100.7' FROM users WHERE email = 'ben@${DOMAIN}'`);
        const [page] = documents.filter(({ path }) => path === 'docs/runbooks/login-attack.md');
        const said = new Map<string, string>();
        for (const { text } of sqlBlocks(page ? [page] : [])) said.set(text, (await sql(text)).stdout);
        const answerTo = (words: string): string =>
          [...said].find(([text]) => text.includes(words))?.[1] ?? `no block has ${words}`;
        expect(answerTo('GROUP BY ip_address ORDER BY wrong_ones').split('|').slice(0, 3)).toEqual([
          '203.0.113.9',
          '20',
          '4',
        ]);
        expect(
          answerTo('HAVING count(DISTINCT user_id)')
            .split('\n')
            .filter((line) => line !== ''),
        ).toEqual([expect.stringContaining(`|${email}|203.0.113.9|`)]);
        expect(answerTo("u.status = 'suspended' AND s.revoked_at IS NULL").trim()).toBe('');
        expect(await ask(`SELECT status FROM users WHERE email = '${email}'`)).toBe('suspended');
        expect(await ask('SELECT count(*) FROM user_sessions WHERE revoked_at IS NULL')).toBe('0');
        expect(readFileSync(join(root, 'auth_audit_log.csv'), 'utf8')).toContain('203.0.113.9');
      },
      MINUTE,
    );

    /** The page's blocks between two headings, or to its end. */
    const sectionOf = (path: string, from: string, to?: string): readonly string[] => {
      const text = documents.find((file) => file.path === path)?.content.toString('utf8') ?? '';
      const start = text.indexOf(from);
      expect(start, `${path}: ${from}`).toBeGreaterThan(-1);
      const end = to === undefined ? undefined : text.indexOf(to, start);
      const section = treeOf({ 'docs/section.md': text.slice(start, end) });
      return blocksOf(documentsOf(section), 'sh').map((block) => block.text);
    };

    /** The documents' own folder of dumps, which only root could make; what else they say stays as it is. */
    const here = (text: string): string =>
      text.replaceAll(`/var/backups/${NAME}`, join(root, 'backups')).replaceAll(`/srv/${NAME}`, repository);

    test(
      'the backup that cron makes is restored by the page, with every row',
      async () => {
        mkdirSync(join(root, 'backups'));
        await ask(`INSERT INTO items (name) SELECT 'item ' || n FROM generate_series(1, 100) AS n`);
        const [dump = '', clean = ''] = cronCommandsOf(documents).map(({ text }) => here(text));
        const backup = await shell(dump, root);
        expect(backup.code, backup.output).toBe(0);
        const [name = ''] = readdirSync(join(root, 'backups'));
        expect(name).toMatch(/^\d{4}-\d\d-\d\dT.*\.dump$/);
        expect(readdirSync(join(root, 'elsewhere'))).toEqual([name]);
        for (const check of sectionOf('docs/DISASTER_RECOVERY.md', '### Are there backups', '## Scenarios')) {
          const looked = await shell(here(check), root);
          expect(looked.code, looked.output).toBe(0);
        }
        expect((await shell(clean, root)).code).toBe(0);
        expect(existsSync(join(root, 'backups', name))).toBe(true);

        // What was done by mistake since.
        await ask(`DELETE FROM items WHERE name <> 'item 1'; DROP TABLE user_sessions`);
        copyFileSync(join(root, 'backups', name), join(repository, 'newest.dump'));
        const steps = sectionOf('docs/runbooks/restore.md', '## The database in its container', '## Look at');
        const [stop = '', restore = '', look = '', swap = '', start = '', forget = ''] = steps;
        expect([stop, look, start].map((text) => text.split(' ').slice(0, 2).join(' '))).toEqual(
          Array(3).fill('docker compose'),
        );
        for (const step of [stop, restore, swap, start]) {
          const done = await shell(step, repository);
          expect(done.code, `${step}\n${done.output}`).toBe(0);
        }
        expect(await ask('SELECT count(*) FROM items')).toBe('100');
        expect(await ask('SELECT count(*) FROM user_sessions')).toBe('4');
        expect(await ask('SELECT count(*) FROM items', `${NAME}_replaced`)).toBe('1');
        // The application's role owns what it had, and nobody else comes in.
        expect(await ask(`SELECT DISTINCT tableowner FROM pg_tables WHERE schemaname = 'public'`)).toBe(NAME);
        expect(await ask(`SELECT has_database_privilege('public', '${NAME}', 'CONNECT')`)).toBe('f');
        expect(await module('database.migrate')).toBe('nothing to apply\n');
        expect((await shell(forget, repository)).code).toBe(0);
        const log = readFileSync(join(root, 'docker.log'), 'utf8').split('\n');
        const order = ['compose stop', 'createdb', 'pg_restore', 'compose -f'].map((words) =>
          log.findIndex((line) => line.includes(words)),
        );
        expect(order).toEqual([...order].sort((a, b) => a - b));
        expect(order).not.toContain(-1);
      },
      MINUTE,
    );

    test(
      'a dump that is cut off is seen, and restores nothing by half',
      async () => {
        const whole = readFileSync(join(repository, 'newest.dump'));
        writeFileSync(join(repository, 'newest.dump'), whole.subarray(0, whole.length / 2));
        const steps = sectionOf('docs/runbooks/restore.md', '## The database in its container', '## Look at');
        const restored = await shell(steps[1] ?? '', repository);
        expect(restored.code).not.toBe(0);
        expect(
          await ask(`SELECT count(*) FROM pg_tables WHERE schemaname = 'public'`, `${NAME}_restored`),
        ).toBe('0');
        await ask(`DROP DATABASE ${NAME}_restored`, 'postgres');
      },
      MINUTE,
    );

    /** The service as its image starts it, behind a proxy with TLS. */
    async function site({
      variables = {},
      tls = {},
      days = 90,
      plain = 308,
    }: {
      readonly variables?: Readonly<Record<string, string>>;
      readonly tls?: TlsOptions;
      readonly days?: number;
      readonly plain?: number;
    } = {}): Promise<(...checks: readonly string[]) => Promise<ReadonlyMap<string, string>>> {
      const port = await freePort();
      const service = await keep({
        argv: [join(bin, 'python'), '-m', 'services.api.src'],
        log: join(root, `service-${port}.log`),
        cwd: repository,
        env: { ...environment(), ...SECRETS, PORT: String(port), ...variables },
      });
      started.push(service);
      await answers(port, service);
      const certificate = await certificateFor(days);
      const proxy = createTlsServer({ ...certificate, ...tls }, (client) => {
        const upstream = connect(port, '127.0.0.1');
        client.pipe(upstream).pipe(client);
        for (const socket of [client, upstream])
          socket.on('error', () => {
            client.destroy();
            upstream.destroy();
          });
      });
      const http = createServer((_, response) => {
        response.writeHead(plain, { Location: `https://${DOMAIN}/` }).end();
      });
      const [secure, open] = await Promise.all([listening(proxy), listening(http)]);
      return async (...checks) => {
        const { output } = await tryRun(
          [
            ...[join(bin, 'python'), 'scripts/check_production.py', `https://localhost:${secure}`],
            ...['--ca-file', join(root, 'authority.pem'), '--http-port', String(open)],
            ...checks.flatMap((check) => ['--only', check]),
          ],
          { cwd: repository, env: environment() },
        );
        // The first fault stands beside the name of its check, the others below.
        return new Map(
          [...output.matchAll(/^(\w+) +(good|fault|skipped)(.*(?:\n {20}.*)*)$/gm)].map(
            ([, name = '', state = '', words = '']) => [name, state === 'fault' ? words.trim() : state],
          ),
        );
      };
    }

    const SECRETS = {
      ENVIRONMENT: 'production',
      SYSTEM_HEALTH_TOKEN: 'system-health-token-of-these-tests',
      METRICS_TOKEN: 'metrics-token-of-these-tests-0000',
      JWT_SECRET_KEY: 'jwt-secret-key-of-these-tests-00000',
      SMTP_URL: 'smtp://127.0.0.1:1',
      MAIL_FROM: `no-reply@${DOMAIN}`,
      PUBLIC_URL: `https://${DOMAIN}`,
      DRAIN_DELAY_SECONDS: '0',
    };

    const answers = (port: number, service: Kept): Promise<void> =>
      until(
        'the service',
        () =>
          get(`http://127.0.0.1:${port}/api/v3/health/ready`).then(
            ({ status }) => status === 200,
            () => false,
          ),
        { program: service },
      );

    async function listening(server: Server | ReturnType<typeof createTlsServer>): Promise<number> {
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      started.push({ end: () => server.close() });
      return (server.address() as AddressInfo).port;
    }

    /** An authority of this test, and a certificate of it for localhost. */
    async function certificateFor(days: number): Promise<{ readonly key: Buffer; readonly cert: Buffer }> {
      const at = (name: string): string => join(root, name);
      const openssl = (words: string): Promise<string> =>
        run(['openssl', ...words.split(' ')], { cwd: root });
      const request = 'req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes';
      const authority = '-subj /CN=authority -days 90 -keyout authority.key -out authority.pem';
      const signed = '-CA authority.pem -CAkey authority.key -CAcreateserial -extfile names';
      if (!existsSync(at('authority.pem'))) await openssl(`${request} -x509 ${authority}`);
      await openssl(`${request} -subj /CN=localhost -keyout ${days}.key -out ${days}.csr`);
      writeFileSync(at('names'), 'subjectAltName=DNS:localhost\n');
      await openssl(`x509 -req -in ${days}.csr ${signed} -days ${days} -out ${days}.pem`);
      return { key: readFileSync(at(`${days}.key`)), cert: readFileSync(at(`${days}.pem`)) };
    }

    /** What a machine of a test has open, and what others on it have, says nothing. */
    const CHECKS = ['ready', 'accounts', 'https', 'cors', 'headers', 'private', 'limits', 'cookies'];

    test(
      'the checklist finds no fault in the service behind a proxy with TLS',
      async () => {
        const check = await site();
        const found = await check(...CHECKS);
        expect(Object.fromEntries(found)).toEqual(Object.fromEntries(CHECKS.map((name) => [name, 'good'])));
      },
      MINUTE,
    );

    test(
      'and finds each fault that is planted',
      async () => {
        const check = await site({
          variables: {
            ENVIRONMENT: 'development',
            METRICS_TOKEN: '',
            CORS_ORIGINS: 'https://stranger.invalid',
            // Nobody counts there.
            REDIS_URL: 'redis://127.0.0.1:1/0',
          },
          tls: { minVersion: 'TLSv1', ciphers: 'DEFAULT:@SECLEVEL=0' },
          days: 5,
          plain: 200,
        });
        const found = await check('cors', 'private', 'limits');
        expect(found.get('cors')).toContain('https://stranger.invalid');
        expect(found.get('private')).toContain('/metrics answers 200');
        expect(found.get('limits')).toContain('15 attempts');
        const https = (await check('https')).get('https');
        expect(https).toMatch(/ends in [45] days/);
        expect(https).toContain('TLS 1.1 is accepted');
        expect(https).toContain('answers 200, which is no redirect');
      },
      MINUTE,
    );

    test(
      'the log of the service answers what the runbook asks it',
      async () => {
        const line = readdirSync(root)
          .filter((file) => file.startsWith('service-'))
          .flatMap((file) => readFileSync(join(root, file), 'utf8').split('\n'))
          .find((text) => text.includes('"logger": "access"'));
        const lines = [
          'not JSON: a line of something else',
          JSON.stringify({ level: 'ERROR', logger: 'x', message: 'broken', request_id: 'r1' }),
          JSON.stringify({ level: 'INFO', logger: 'access', route: '/slow', status: 500, duration_ms: 2000 }),
        ];
        writeFileSync(join(root, 'logs.txt'), `${[...lines, line ?? ''].join('\n')}\n`);
        const [questions = '', one = ''] = sectionOf('docs/runbooks/incident.md', '### Logs', '### Services');
        const [errors, routes, slow] = await Promise.all(
          questions.split('\n').map((text) => shell(text, root)),
        );
        expect(errors?.stdout).toMatch(/^\{"level":"ERROR".*\}\n$/);
        expect(routes?.stdout).toContain('500 /slow');
        expect(slow?.stdout).toMatch(/^.*"duration_ms":2000\}\n$/);
        expect((await shell(one, root, { REQUEST_ID: 'r1' })).stdout).toContain('"broken"');
        for (const field of ['timestamp', 'process', 'trace_id', 'method', 'path', 'route', 'client'])
          expect(line ?? '', field).toContain(`"${field}":`);
      },
      MINUTE,
    );
  },
  missingServices(),
);
