/**
 * Does the image of the backup build, and save and restore on trial real services, hardened, as the user that it names?
 * What stands for its alpine base is Debian's build of the same programs: alpine's own packages are not tried here.
 */
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { giveAlpinePrograms } from '../support/alpine-programs.ts';
import { startSurroundings, type Containers, type Surroundings } from '../support/containers.ts';
import { DOCKER_MILLISECONDS, DOCKER_TOOLS, type Docker } from '../support/docker.ts';
import { run } from '../support/keep.ts';
import { whyNoNetwork } from '../support/network.ts';
import { renderedFolder } from '../support/repository.ts';
import { missingServices, postgresFolder, type Services } from '../support/services.ts';
import { describeWithTools } from '../support/tools.ts';
import { image } from '../../src/component/pins.ts';

/** The user of the image: `initdb`, which the restore on trial needs, wants one that has a name. */
const UID = 10_001;
const MINUTE = 60_000;
const SCRIPTS = 'docker/scripts';
const IMAGE = 'orders-backup:test';
const ROWS = 1234;

let folder = '';
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

describeWithTools(
  'image-build',
  DOCKER_TOOLS,
  () => {
    let around: Surroundings | undefined;
    let docker: Docker;
    let containers: Containers;
    let services: Services;

    beforeAll(async () => {
      around = await startSurroundings(UID);
      ({ docker, containers, services } = around);
      folder = await renderedFolder({
        name: 'orders',
        stack: 'fastapi',
        data: ['postgres', 'redis'],
        containers: ['docker', 'compose'],
        operations: ['backup'],
        'backup.folder': SCRIPTS,
        'postgres.version': '17',
        'redis.version': '8',
      });
      await docker.provideImages(folder);
      for (const base of [image('postgres', '17'), image('redis', '8')])
        await giveAlpinePrograms(docker, base);
      // As the comment at the head of the file says.
      await docker.docker(
        ['build', '--quiet', '--tag', IMAGE, '--file', 'docker/backup/Dockerfile', SCRIPTS],
        { cwd: folder, seconds: 600 },
      );
    }, DOCKER_MILLISECONDS);

    afterAll(async () => {
      await around?.docker.tryDocker(['rm', '--force', 'backup']);
      await around?.docker.tryDocker(['volume', 'rm', 'orders-backups']);
      await around?.end();
    }, 3 * MINUTE);

    const sources = (): Readonly<Record<string, string>> => ({
      DATABASE_URL: services.urls.DATABASE_URL,
      REDIS_URL: services.redisOfBackup,
    });

    const sql = (text: string): Promise<string> => {
      const psql = join(postgresFolder() ?? '', 'psql');
      return run([...docker.network.within, psql, services.urls.DATABASE_URL, '-Atc', text]);
    };

    /** A container of the image with the volume of the archives, as compose runs it. */
    const backup = (command: readonly string[], variables: Readonly<Record<string, string>> = {}) =>
      docker.tryDocker([
        ...['run', '--rm', '--init', ...containers.hardened, '--volume', 'orders-backups:/backups'],
        ...Object.entries({
          ...sources(),
          BACKUP_PASSPHRASE: 'long-enough-to-be-a-passphrase-of-ours',
          ...variables,
        }).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
        IMAGE,
        ...command,
      ]);

    test(
      'what it saves it restores on trial, and with the right passphrase alone',
      async () => {
        await sql(`CREATE TABLE orders AS SELECT n AS id FROM generate_series(1, ${ROWS}) AS n`);
        const none = await backup(['backup.sh', '--check']);
        expect(none.code, none.output).toBe(1);

        const made = await backup(['backup.sh']);
        expect(made.code, made.output).toBe(0);
        expect((await backup(['backup.sh', '--check'])).code).toBe(0);

        // Into a server of the image's own version: the one that is saved here is older, and takes no dumps of a newer one.
        const verified = await backup(['restore.sh', '--verify', 'latest']);
        expect(verified.code, verified.output).toBe(0);
        const stranger = { BACKUP_PASSPHRASE: 'another-passphrase-that-is-long-enough' };
        expect((await backup(['restore.sh', '--verify', 'latest'], stranger)).code).toBe(6);
      },
      3 * MINUTE,
    );

    test(
      'a passphrase that is too short, or another database than there is, ends with the code that tells so',
      async () => {
        expect((await backup(['backup.sh'], { BACKUP_PASSPHRASE: 'short' })).code).toBe(2);
        const elsewhere = { DATABASE_URL: 'postgresql://app:app-password@127.0.0.1:1/app' };
        expect((await backup(['backup.sh'], elsewhere)).code).toBe(5);
      },
      MINUTE,
    );

    test(
      'nobody but root may change what it runs, and it ends when it is told to',
      async () => {
        const found = await containers.shell(
          IMAGE,
          'id -u; find /usr/local/bin/*.sh ! -user root -o -perm /022; aws --version; redis-cli --version; pg_dump --version',
        );
        expect(found).toMatch(/^\d+\naws-cli\/2\..*\nredis-cli \d.*\npg_dump \(PostgreSQL\) 17\.\d/);
        await docker.docker([
          ...['run', '--detach', '--init', '--name', 'backup', ...containers.hardened],
          ...['--volume', 'orders-backups:/backups'],
          ...Object.entries(sources()).flatMap(([name, value]) => ['--env', `${name}=${value}`]),
          ...['--env', 'BACKUP_PASSPHRASE=long-enough-to-be-a-passphrase-of-ours', IMAGE],
        ]);
        expect(await containers.health('backup')).toBe(0);
        const { code, seconds } = await containers.stop('backup');
        expect(code).toBe('0');
        expect(seconds).toBeLessThan(10);
      },
      MINUTE,
    );
  },
  missingServices() ?? (await whyNoNetwork()),
);
