/** Does a backup come back? Real PostgreSQL and Redis are saved and restored; S3 is a folder, and so is a region. */
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { createServer, type Server } from 'node:https';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { keep, run, tryRun, until } from '../support/keep.ts';
import { asNobody, NOBODY } from '../support/nobody.ts';
import { renderedFolder } from '../support/repository.ts';
import { makeSelfSigned } from '../support/self-signed.ts';
import {
  freePort,
  missingServices,
  postgresFolder,
  startServices,
  type Services,
} from '../support/services.ts';
import { describeWithTools } from '../support/tools.ts';

const MINUTE = 60_000;
const PASSPHRASE = 'long-enough-to-be-a-passphrase-of-ours';
const SCRIPTS = 'docker/scripts';
/** Where the buckets are, by their regions. */
const NEAR = 'eu-central-1/orders-backups/orders';
const FAR = 'eu-west-1/orders-backups-far/orders';

/** S3 as a folder: a bucket is one that is there, and nothing else is made. */
const AWS = `#!/usr/bin/env bash
set -euo pipefail
region= words=()
while (($#)); do
  case $1 in
    --region) region=$2 && shift 2 ;;
    --only-show-errors) shift ;;
    -*) echo "unknown option $1" >&2 && exit 252 ;;
    *) words+=("$1") && shift ;;
  esac
done
[[ \${words[0]} = s3 ]] || exit 252
place() {
  if [[ $1 != s3://* ]]; then echo "$1" && return; fi
  local rest=\${1#s3://}
  [[ -d $S3/$region/\${rest%%/*} ]] || { echo "NoSuchBucket: \${rest%%/*} in $region" >&2 && exit 1; }
  echo "$S3/$region/$rest"
}
case \${words[1]} in
  cp)
    from=$(place "\${words[2]}") to=$(place "\${words[3]}")
    mkdir -p "$(dirname "$to")"
    cp "$from" "$to"
    ;;
  ls)
    prefix=$(place "\${words[2]}")
    for file in "$prefix"*; do
      if [[ -d $file ]]; then set -- "$file"/*; else set -- "$file"; fi
      for one; do if [[ -f $one ]]; then echo "2026-11-21 02:00:00 $(wc -c < "$one") $(basename "$one")"; fi; done
    done
    ;;
  rm) rm "$(place "\${words[2]}")" ;;
  *) exit 252 ;;
esac
`;

describeWithTools(
  'backup',
  [
    'flock',
    'gpg',
    'redis-check-rdb',
    'redis-server',
    'redis-cli',
    'psql',
    'curl',
    'jq',
    'openssl',
    'unshare',
  ],
  () => {
    let services: Services;
    let repository: string;
    let root: string;
    /** What is anew for each test. */
    let place: string;
    let databases = 0;

    beforeAll(async () => {
      [services, repository] = await Promise.all([
        startServices(),
        renderedFolder({
          name: 'orders',
          data: ['postgres', 'redis'],
          operations: ['backup'],
          'backup.folder': SCRIPTS,
        }),
      ]);
      root = mkdtempSync(join(tmpdir(), 'bulwark-backup-'));
      const stand = join(root, 'stand-ins');
      mkdirSync(stand);
      writeFileSync(join(stand, 'aws'), AWS);
      chmodSync(join(stand, 'aws'), 0o755);
      // A folder of which every part may be entered: the scripts run as another user.
      for (const folder of [root, repository]) chmodSync(folder, 0o755);
      await sql(
        'app',
        `CREATE TABLE customers (id int PRIMARY KEY, email text NOT NULL);
         INSERT INTO customers SELECT n, 'customer-' || n || '@example.org' FROM generate_series(1, 5000) AS n;
         CREATE SCHEMA billing;
         CREATE TABLE billing."Odd Name" (customer int REFERENCES public.customers, cents bigint);
         INSERT INTO billing."Odd Name" SELECT n, n * 7 FROM generate_series(1, 700) AS n;
         CREATE MATERIALIZED VIEW totals AS SELECT sum(cents) FROM billing."Odd Name"`,
      );
      await redis('SET', 'greeting', 'hello');
    }, 2 * MINUTE);

    afterAll(async () => {
      await services.end();
      for (const folder of [root, repository]) rmSync(folder, { recursive: true, force: true });
    }, MINUTE);

    beforeEach(() => {
      place = mkdtempSync(join(root, 'test-'));
      for (const folder of ['', 'backups', 'metrics', 'uploads', 's3', `s3/${NEAR}`, `s3/${FAR}`])
        makeFolder(join(place, folder));
    });

    const ended: (() => unknown)[] = [];
    afterEach(async () => {
      for (const end of ended.splice(0).reverse()) await end();
    });

    function makeFolder(path: string): void {
      mkdirSync(path, { recursive: true });
      for (let folder = path; folder.startsWith(place); folder = join(folder, '..'))
        if (asNobody.length > 0) chownSync(folder, NOBODY, NOBODY);
    }

    const path = (...more: readonly string[]): string =>
      [join(root, 'stand-ins'), ...more, postgresFolder() ?? '', process.env.PATH ?? ''].join(delimiter);

    const settings = (): Record<string, string> => ({
      PATH: path(),
      HOME: place,
      S3: join(place, 's3'),
      // A driver's own words behind the question mark, which libpq would refuse.
      DATABASE_URL: `${services.urls.DATABASE_URL}?schema=public&connection_limit=5`,
      REDIS_URL: services.redisOfBackup,
      BACKUP_PASSPHRASE: PASSPHRASE,
      BACKUP_FOLDER: join(place, 'backups'),
      BACKUP_METRICS_FOLDER: join(place, 'metrics'),
      BACKUP_UPLOADS: join(place, 'uploads'),
      BACKUP_BUCKET: 'orders-backups',
      BACKUP_REGION: 'eu-central-1',
      BACKUP_SECOND_BUCKET: 'orders-backups-far',
      BACKUP_SECOND_REGION: 'eu-west-1',
    });

    const script = (
      name: 'backup' | 'restore',
      args: readonly string[] = [],
      env: Readonly<Record<string, string>> = {},
    ) =>
      tryRun([...asNobody, join(repository, SCRIPTS, `${name}.sh`), ...args], {
        cwd: place,
        env: { ...settings(), ...env },
      });

    /** One that is expected to succeed; the path of its archive. */
    async function backUp(env: Readonly<Record<string, string>> = {}): Promise<string> {
      const { code, output } = await script('backup', [], env);
      expect(code, output).toBe(0);
      return join(place, 'backups', archives().at(-1) ?? '');
    }

    const filesIn = (folder: string): readonly string[] =>
      existsSync(join(place, folder)) ? readdirSync(join(place, folder)).sort() : [];
    const archives = (folder = 'backups'): readonly string[] =>
      filesIn(folder).filter((name) => name.endsWith('.tar.gpg'));

    const urlOf = (database: string): string => {
      const url = new URL(services.urls.DATABASE_URL);
      url.pathname = database;
      return url.href;
    };

    const sql = async (database: string, text: string): Promise<string> =>
      (await run(['psql', '-XAtq', '-v', 'ON_ERROR_STOP=1', urlOf(database)], { input: text })).trim();

    async function emptyDatabase(): Promise<string> {
      const name = `restored_${(databases += 1)}`;
      await sql('app', `CREATE DATABASE ${name}`);
      return name;
    }

    const redis = (...words: readonly string[]): Promise<string> =>
      run(['redis-cli', '--no-auth-warning', '-u', services.urls.REDIS_URL, ...words]);

    /** Everything that the tables hold, by content. */
    const contentOf = (database: string): Promise<string> =>
      sql(
        database,
        `SELECT count(*), md5(string_agg(c::text, '|' ORDER BY id)) FROM customers AS c;
         SELECT count(*), md5(string_agg(o::text, '|' ORDER BY customer)) FROM billing."Odd Name" AS o;
         SELECT * FROM totals`,
      );

    const tablesOf = (database: string): Promise<string> =>
      sql(database, `SELECT count(*) FROM pg_tables WHERE schemaname !~ '^(pg_|information)'`);

    /** The archive with one of its parts changed, and all sums right. */
    async function changed(archive: string, change: (parts: string) => void): Promise<string> {
      const parts = join(place, 'parts');
      const gpg = `gpg --homedir "$HOME" --batch --quiet --pinentry-mode loopback --passphrase ${PASSPHRASE}`;
      const env = { ...process.env, HOME: place } as Record<string, string>;
      mkdirSync(parts);
      await run(['bash', '-c', `${gpg} --decrypt "$0" | tar -x`, archive], { cwd: parts, env });
      change(parts);
      const made = join(place, 'changed.tar.gpg');
      await run(
        [
          'bash',
          '-c',
          `rm SHA256SUMS && sums=$(sha256sum *) && echo "$sums" > SHA256SUMS && tar -c . | ${gpg} --symmetric --output "$0"; gpgconf --homedir "$HOME" --kill gpg-agent`,
          made,
        ],
        { cwd: parts, env },
      );
      chmodSync(made, 0o644);
      return made;
    }

    test(
      'all of it comes back: each row, the keys of Redis, files of users',
      async () => {
        writeFileSync(join(place, 'uploads/letter.txt'), 'Dear all');
        const archive = await backUp();
        expect(readFileSync(archive).includes('customer-17@example.org')).toBe(false);
        const database = await emptyDatabase();
        makeFolder(join(place, 'unpacked'));
        const restored = await script('restore', [
          'latest',
          ...['--database', database],
          ...['--redis-to', 'dump.rdb'],
          ...['--uploads-to', 'unpacked'],
        ]);
        expect(restored.code, restored.output).toBe(0);
        expect(await contentOf(database)).toBe(await contentOf('app'));
        expect(readFileSync(join(place, 'unpacked/letter.txt'), 'utf8')).toBe('Dear all');

        const port = String(await freePort());
        const server = await keep({
          argv: [...asNobody, 'redis-server', '--port', port, '--dir', place],
          log: join(place, 'redis.log'),
        });
        ended.push(server.end);
        await until('Redis', () => server.output().includes('Ready to accept'), { program: server });
        expect((await run(['redis-cli', '-p', port, 'GET', 'greeting'])).trim()).toBe('hello');

        // The comparison sees one row that is another.
        await sql(database, `UPDATE customers SET email = 'somebody' WHERE id = 17`);
        expect(await contentOf(database)).not.toBe(await contentOf('app'));
      },
      2 * MINUTE,
    );

    test(
      'it is copied to both regions, tells its metrics, and is fetched from the far one',
      async () => {
        const archive = await backUp();
        const [name = ''] = archives();
        for (const bucket of [NEAR, FAR]) {
          expect(filesIn(`s3/${bucket}`)).toEqual([name, `${name}.sha256`]);
          expect(readFileSync(join(place, 's3', bucket, name)).equals(readFileSync(archive))).toBe(true);
        }
        const metrics = readFileSync(join(place, 'metrics/backup.prom'), 'utf8');
        const value = (metric: string): number =>
          Number(new RegExp(`^${metric} (\\d+)$`, 'm').exec(metrics)?.[1]);
        expect(Math.abs(value('backup_last_success_timestamp_seconds') - Date.now() / 1000)).toBeLessThan(60);
        expect(value('backup_last_duration_seconds')).toBeLessThan(60);
        expect(value('backup_size_bytes')).toBe(readFileSync(archive).length);

        for (const gone of ['backups', `s3/${NEAR}`]) rmSync(join(place, gone), { recursive: true });
        makeFolder(join(place, 'backups'));
        const database = await emptyDatabase();
        const restored = await script('restore', ['latest', '--database', database]);
        expect(restored.code, restored.output).toBe(0);
        expect(restored.stderr).toContain('fetched s3://orders-backups-far/');
        expect(await contentOf(database)).toBe(await contentOf('app'));

        rmSync(join(place, `s3/${FAR}`), { recursive: true });
        expect((await script('restore', ['latest', '--database', database])).code).toBe(7);
      },
      2 * MINUTE,
    );

    test(
      'an archive that is truncated, or was changed, or is opened with another passphrase restores nothing',
      async () => {
        const archive = await backUp();
        const database = await emptyDatabase();
        const refused = async (file: string, env: Readonly<Record<string, string>> = {}): Promise<void> => {
          const { code, stderr } = await script('restore', [file, '--database', database], env);
          expect(code, stderr).toBe(6);
          expect(await tablesOf(database)).toBe('0');
        };
        await refused(archive, { BACKUP_PASSPHRASE: `${PASSPHRASE}!` });
        const whole = readFileSync(archive);
        truncateSync(archive, whole.length - 100);
        await refused(archive);
        // Without its checksum, too: the encryption is authenticated.
        rmSync(`${archive}.sha256`);
        await refused(archive);
        const flipped = Buffer.from(whole);
        flipped[whole.length >> 1] = (flipped[whole.length >> 1] ?? 0) ^ 1;
        writeFileSync(archive, flipped);
        await refused(archive);

        writeFileSync(archive, whole);
        const restored = await script('restore', [archive, '--database', database]);
        expect(restored.code, restored.output).toBe(0);
        expect(await tablesOf(database)).toBe('2');
      },
      2 * MINUTE,
    );

    test(
      'the trial restores the archive itself: a dump that lacks a row, or its end, is refused',
      async () => {
        const archive = await backUp();
        expect((await script('restore', ['--verify', archive])).code).toBe(0);
        const rows = await changed(archive, (parts) => {
          const file = join(parts, 'rows.tsv');
          writeFileSync(file, readFileSync(file, 'utf8').replace('\t5000', '\t5001'));
        });
        const lacking = await script('restore', ['--verify', rows]);
        expect([lacking.code, lacking.stderr]).toEqual([
          6,
          expect.stringContaining('-public.customers\t5001'),
        ]);

        // What writes the dump ends well, and the dump has no end.
        const bin = join(place, 'bin');
        mkdirSync(bin);
        const cut = `#!/usr/bin/env bash
${postgresFolder() ?? ''}/pg_dump "$@" && truncate --size=-2000 database.dump
`;
        writeFileSync(join(bin, 'pg_dump'), cut);
        chmodSync(join(bin, 'pg_dump'), 0o755);
        const before = filesIn('backups');
        const told = readFileSync(join(place, 'metrics/backup.prom'), 'utf8');
        const { code, stderr } = await script('backup', [], { PATH: path(bin) });
        expect(code, stderr).toBe(6);
        expect(filesIn('backups')).toEqual(before);
        expect(readFileSync(join(place, 'metrics/backup.prom'), 'utf8')).toBe(told);
      },
      2 * MINUTE,
    );

    test(
      'a database that is not empty is left as it is',
      async () => {
        await backUp();
        const database = await emptyDatabase();
        await sql(database, 'CREATE TABLE mine (n int)');
        const { code, stderr } = await script('restore', ['latest', '--database', database]);
        expect([code, stderr]).toEqual([5, expect.stringContaining('is not empty')]);
        expect(await tablesOf(database)).toBe('1');
        await sql(database, 'DROP TABLE mine');
        expect((await script('restore', ['latest', '--database', database])).code).toBe(0);
      },
      2 * MINUTE,
    );

    test(
      'a second one at the same time is refused, and the next one after it is not',
      async () => {
        const lock = join(place, 'backups/.lock');
        const holder = await keep({
          argv: [...asNobody, 'flock', lock, 'sleep', '600'],
          log: join(place, 'holder.log'),
        });
        await until('the lock', () => existsSync(lock), { program: holder });
        const { code, stderr } = await script('backup');
        expect([code, stderr]).toEqual([3, expect.stringContaining('another backup is running')]);
        expect(archives()).toEqual([]);
        await holder.end();
        await backUp();
        // Nothing that it started holds the lock any longer.
        await backUp();
        expect(archives().length).toBeGreaterThan(0);
      },
      2 * MINUTE,
    );

    /** The same on a disk of its own, with so many megabytes. */
    const onDisk = (megabytes: number) =>
      tryRun(
        [
          ...['unshare', '--mount', 'bash', '-c'],
          `mount -t tmpfs -o size=${megabytes}m,mode=0777 backups "$BACKUP_FOLDER" && "$@"; code=$?
           ls -A "$BACKUP_FOLDER" | grep -c 'gpg$\\|^.work'; exit "$code"`,
          'disk',
          ...asNobody,
          join(repository, SCRIPTS, 'backup.sh'),
        ],
        { cwd: place, env: settings() },
      );

    test.skipIf(asNobody.length === 0)(
      'a full disk is told as such, before and while it is written to; nothing is left on it',
      async () => {
        const early = await onDisk(4);
        expect([early.code, early.stdout.trim()]).toEqual([4, '0']);
        expect(early.stderr).toMatch(/has \d+ MB of room; with this database it needs \d+ MB/);

        // What the database is in need of is there, but files of users come on top.
        await run(['bash', '-c', 'head -c 40000000 /dev/urandom > "$0"', join(place, 'uploads/film')]);
        const late = await onDisk(32);
        expect([late.code, late.stdout.trim()], late.stderr).toEqual([4, '0']);
        expect(late.stderr).toContain('no room is left');

        const enough = await onDisk(400);
        expect([enough.code, enough.stdout.trim()], enough.stderr).toEqual([0, '1']);
      },
      2 * MINUTE,
    );

    test(
      'a bucket that is not there is told, and the archive is here all the same',
      async () => {
        rmSync(join(place, 's3/eu-west-1'), { recursive: true });
        const { code, stderr } = await script('backup');
        expect([code, stderr]).toEqual([7, expect.stringContaining('s3://orders-backups-far in eu-west-1')]);
        expect(archives()).toHaveLength(1);
        expect(archives(`s3/${NEAR}`)).toHaveLength(1);
        expect(filesIn('metrics')).toEqual([]);
        expect((await script('backup', ['--check'])).code).toBe(1);
        makeFolder(join(place, 's3', FAR));
        await backUp();
        expect((await script('backup', ['--check'])).code).toBe(0);
      },
      2 * MINUTE,
    );

    test(
      'what is older than its days is deleted here and there, and nothing else is',
      async () => {
        const now = Date.now();
        const at = (days: number): string =>
          `orders-${new Date(now - days * 86_400_000).toISOString().replace(/[-:]|\.\d+/g, '')}.tar.gpg`;
        const others = ['notes.txt', 'invoices-20200101T020000Z.tar.gpg'];
        for (const folder of ['backups', `s3/${NEAR}`, `s3/${FAR}`])
          for (const name of [at(31), `${at(31)}.sha256`, at(29), ...others]) {
            writeFileSync(join(place, folder, name), 'x');
          }
        await backUp({ BACKUP_DAYS: '30' });
        for (const folder of ['backups', `s3/${NEAR}`, `s3/${FAR}`]) {
          expect(filesIn(folder)).not.toContain(at(31));
          expect(filesIn(folder)).not.toContain(`${at(31)}.sha256`);
          expect(filesIn(folder)).toEqual(expect.arrayContaining([at(29), ...others]));
        }
      },
      2 * MINUTE,
    );

    test.each([
      [
        'no database',
        { DATABASE_URL: 'postgresql://app:pw@127.0.0.1:1/app' },
        5,
        'the database does not answer',
      ],
      ['no Redis', { REDIS_URL: 'redis://app:pw@127.0.0.1:1/0' }, 5, 'Redis hands over no snapshot'],
      ['a wrong user of Redis', { REDIS_URL: 'REPLACED' }, 5, 'Redis hands over no snapshot'],
      ['no passphrase', { BACKUP_PASSPHRASE: '' }, 2, 'BACKUP_PASSPHRASE is not set'],
      ['a short passphrase', { BACKUP_PASSPHRASE: 'short' }, 2, 'shorter than 32'],
      ['a URL of something else', { DATABASE_URL: 'mysql://app:pw@db/app' }, 2, 'no postgresql://'],
      ['a bucket without its region', { BACKUP_REGION: '' }, 2, 'BACKUP_REGION'],
      ['uploads that are not there', { BACKUP_UPLOADS: '/nowhere' }, 2, 'there is no folder /nowhere'],
      ['days that are none', { BACKUP_DAYS: 'thirty' }, 2, 'no number of days'],
    ])('%s: told by its code, and nothing is left', async (_, env: Record<string, string>, code, words) => {
      const wrong = new URL(services.redisOfBackup);
      wrong.password = 'another';
      const given = env.REDIS_URL === 'REPLACED' ? { REDIS_URL: wrong.href } : env;
      const end = await script('backup', [], given);
      expect([end.code, end.stderr]).toEqual([code, expect.stringContaining(words)]);
      expect(filesIn('backups').filter((name) => name !== '.lock')).toEqual([]);
      expect(filesIn('metrics')).toEqual([]);
    });

    test('secrets may be files, and what is only shown changes nothing', async () => {
      writeFileSync(join(place, 'passphrase'), PASSPHRASE);
      const env = { BACKUP_PASSPHRASE: '', BACKUP_PASSPHRASE_FILE: join(place, 'passphrase') };
      const { code, stdout, stderr } = await script('backup', ['--dry-run'], env);
      expect(code, stderr).toBe(0);
      expect(stdout).toContain('would copy it to s3://orders-backups-far/orders/ in eu-west-1');
      expect(filesIn('backups')).toEqual([]);
      for (const name of ['backup', 'restore'] as const) {
        expect((await script(name, ['--helpp'])).code).toBe(2);
        expect((await script(name, ['--help'])).stdout).toContain(`usage: ${SCRIPTS}/${name}.sh`);
      }
    });

    test(
      'in a cluster its objects are saved as they can be applied again, and no Secret is asked for',
      async () => {
        const { server, asked, env } = await apiServer(place);
        ended.push(() => server.close());
        await backUp(env);
        expect(asked).toContain('/apis/apps/v1/namespaces/orders-production/deployments');
        expect(asked.filter((path) => path.includes('secret'))).toEqual([]);
        const restored = await script('restore', ['latest', '--kubernetes-to', 'objects.json']);
        expect(restored.code, restored.output).toBe(0);
        const { items } = JSON.parse(readFileSync(join(place, 'objects.json'), 'utf8')) as {
          items: unknown[];
        };
        expect(items).toEqual([
          {
            apiVersion: 'apps/v1',
            kind: 'Deployment',
            metadata: { name: 'api', namespace: 'orders-production' },
            spec: { replicas: 2 },
          },
        ]);
        writeFileSync(join(place, 'token'), 'of somebody else');
        const refused = await script('backup', [], env);
        expect([refused.code, refused.stderr]).toEqual([5, expect.stringContaining('401')]);
      },
      2 * MINUTE,
    );

    test(
      'the service makes up for what was missed, waits for its time, and ends when it is told to',
      async () => {
        const service = await keep({
          argv: [...asNobody, join(repository, SCRIPTS, 'backup.sh'), '--at-its-times'],
          log: join(place, 'service.log'),
          cwd: place,
          env: settings(),
        });
        await until('the first backup', () => service.output().includes('the next one in'), {
          program: service,
        });
        expect(archives()).toHaveLength(1);
        expect((await script('backup', ['--check'])).code).toBe(0);
        const start = performance.now();
        expect(await service.end()).toBe(0);
        expect(performance.now() - start).toBeLessThan(5000);

        // Started again, it has nothing to make up for.
        const again = await keep({
          argv: [...asNobody, join(repository, SCRIPTS, 'backup.sh'), '--at-its-times'],
          log: join(place, 'again.log'),
          cwd: place,
          env: settings(),
        });
        ended.push(again.end);
        await until('the wait', () => again.output().includes('the next one in'), { program: again });
        expect(again.output()).not.toContain('was restored on trial');
        // Two at night, in UTC.
        const minutes = Number(/the next one in (\d+) minutes/.exec(again.output())?.[1]);
        const next = new Date(Date.now() + minutes * 60_000);
        expect([1, 2]).toContain(next.getUTCHours());
        // A day and two hours later one would have been made.
        for (const name of ['.started', '.last-success']) {
          const file = join(place, 'backups', name);
          await run(['touch', '--date=3 days ago', file]);
          if (name === '.last-success')
            writeFileSync(file, String(Math.floor(Date.now() / 1000) - 3 * 86_400));
        }
        expect((await script('backup', ['--check'])).code).toBe(1);
      },
      2 * MINUTE,
    );
  },
  missingServices(),
);

/** An API server with one Deployment, one object that was made from it, and a token. */
async function apiServer(place: string): Promise<{
  readonly server: Server;
  readonly asked: readonly string[];
  readonly env: Readonly<Record<string, string>>;
}> {
  writeFileSync(join(place, 'token'), 'ours');
  await makeSelfSigned('kubernetes', { key: join(place, 'key.pem'), certificate: join(place, 'ca.crt') });
  const managed = {
    uid: 'u',
    resourceVersion: '7',
    creationTimestamp: 'now',
    managedFields: [],
    generation: 3,
  };
  const deployment = { namespace: 'orders-production', ...managed };
  const items: Readonly<Record<string, readonly object[]>> = {
    deployments: [
      { metadata: { name: 'api', ...deployment }, spec: { replicas: 2 }, status: { replicas: 2 } },
    ],
    configmaps: [{ metadata: { name: 'kube-root-ca.crt', ...deployment }, data: {} }],
    cronjobs: [{ metadata: { name: 'made', ...deployment, ownerReferences: [{ kind: 'Deployment' }] } }],
  };
  const asked: string[] = [];
  const server = createServer(
    { key: readFileSync(join(place, 'key.pem')), cert: readFileSync(join(place, 'ca.crt')) },
    ({ url = '', headers }, response) => {
      asked.push(url);
      const [, version = ''] = /^\/(?:api|apis)\/(.*)\/namespaces\//.exec(url) ?? [];
      const resource = url.split('/').at(-1) ?? '';
      response.statusCode = headers.authorization === 'Bearer ours' ? 200 : 401;
      const kind = resource === 'deployments' ? 'DeploymentList' : 'OtherList';
      response.end(JSON.stringify({ apiVersion: version, kind, items: items[resource] ?? [] }));
    },
  );
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  for (const file of ['token', 'ca.crt']) chmodSync(join(place, file), 0o644);
  return {
    server,
    asked,
    env: {
      BACKUP_NAMESPACE: 'orders-production',
      BACKUP_ACCOUNT_FOLDER: place,
      KUBERNETES_SERVICE_HOST: '127.0.0.1',
      KUBERNETES_SERVICE_PORT: String((server.address() as AddressInfo).port),
    },
  };
}
