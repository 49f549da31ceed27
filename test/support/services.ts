/** PostgreSQL, Redis and RabbitMQ from Debian's packages, for one test file. */
import { chownSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { keep, run, tryRun, until, type Kept } from './keep.ts';
import { asNobody, NOBODY } from './nobody.ts';

/** Where the services answer, and for whom; each role, user and database in them is made. */
export interface ServiceUrls {
  readonly DATABASE_URL: string;
  readonly REDIS_URL: string;
  readonly RABBITMQ_URL: string;
}

export interface Services {
  readonly urls: ServiceUrls;
  /** Redis, for the user who makes backups. */
  readonly redisOfBackup: string;
  /** RabbitMQ alone: what it keeps on disk is there again when it comes back. */
  readonly broker: Broker;
  readonly end: () => Promise<void>;
}

interface Broker {
  readonly stop: () => Promise<void>;
  readonly start: () => Promise<void>;
  readonly end: () => Promise<void>;
}

const BACKUP_USER = 'backup';
const RABBITMQ = '/usr/lib/rabbitmq/bin/rabbitmq-server';
/** The newest version's programs. */
export function postgresFolder(): string | undefined {
  const versions = '/usr/lib/postgresql';
  if (!existsSync(versions)) return undefined;
  return readdirSync(versions)
    .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
    .map((version) => join(versions, version, 'bin'))
    .filter((folder) => existsSync(join(folder, 'initdb')))
    .at(-1);
}

/** What is not installed, with what installs it. */
export function missingServices(): string | undefined {
  const missing = [
    ...(postgresFolder() === undefined ? ['postgresql'] : []),
    ...(existsSync('/usr/bin/redis-server') ? [] : ['redis-server']),
    ...(existsSync(RABBITMQ) ? [] : ['rabbitmq-server']),
  ];
  return missing.length > 0 ? `not installed: Debian's ${missing.join(', ')}` : undefined;
}

/** A port of this machine on which nobody listens. */
export const freePort = (): Promise<number> =>
  new Promise((resolve, reject) => {
    const server = createServer();
    server.on('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
  });

/** On the ports that they have by themselves: for a network of the tests' own, where nobody else has them. */
export const OWN_NETWORK_URLS: ServiceUrls = {
  DATABASE_URL: 'postgresql://app:app-password@127.0.0.1:5432/app',
  REDIS_URL: 'redis://app:app-password@127.0.0.1:6379/0',
  RABBITMQ_URL: 'amqp://app:app-password@127.0.0.1:5672/',
};

/** URLs on free ports of this machine. */
export async function freeUrls(): Promise<ServiceUrls> {
  const [postgres, redis, rabbitmq] = await Promise.all([freePort(), freePort(), freePort()]);
  return {
    DATABASE_URL: `postgresql://app:app-password@127.0.0.1:${postgres}/app`,
    REDIS_URL: `redis://app:app-password@127.0.0.1:${redis}/0`,
    RABBITMQ_URL: `amqp://app:app-password@127.0.0.1:${rabbitmq}/`,
  };
}

/**
 * Starts all three and waits until they answer.
 * @param urls what they are to be
 * @param within what goes before each command, to run it in another network
 */
export async function startServices(urls?: ServiceUrls, within: readonly string[] = []): Promise<Services> {
  const wanted = urls ?? (await freeUrls());
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-services-'));
  const place = { folder, within };
  if (asNobody.length > 0) chownSync(folder, NOBODY, NOBODY);
  const started = await Promise.allSettled([
    startRabbitmq(place, new URL(wanted.RABBITMQ_URL)),
    startPostgres(place, new URL(wanted.DATABASE_URL)),
    startRedis(place, new URL(wanted.REDIS_URL)),
  ]);
  const end = async (): Promise<void> => {
    const kept = started.flatMap((result) => (result.status === 'fulfilled' ? [result.value] : []));
    await Promise.all(kept.map((service) => service.end()));
    rmSync(folder, { recursive: true, force: true });
  };
  const [broker] = started;
  const failed = started.find((result) => result.status === 'rejected');
  if (failed || broker.status === 'rejected') {
    await end();
    throw failed?.reason;
  }
  const redisOfBackup = new URL(wanted.REDIS_URL);
  redisOfBackup.username = BACKUP_USER;
  return { urls: wanted, redisOfBackup: redisOfBackup.href, broker: broker.value, end };
}

interface Place {
  readonly folder: string;
  readonly within: readonly string[];
}

async function startPostgres({ folder, within }: Place, url: URL): Promise<Kept> {
  const bin = postgresFolder() ?? '';
  const data = join(folder, 'postgres');
  await run(
    [
      ...asNobody,
      `${bin}/initdb`,
      `--pgdata=${data}`,
      '--username=postgres',
      '--no-sync',
      '--auth=trust',
      '--encoding=UTF8',
      '--locale=C.UTF-8',
    ],
    { cwd: folder },
  );
  const settings = {
    listen_addresses: '127.0.0.1',
    port: url.port,
    unix_socket_directories: folder,
    fsync: 'off',
    max_connections: '300',
  };
  const postgres = await keep({
    argv: [
      ...within,
      ...asNobody,
      `${bin}/postgres`,
      '-D',
      data,
      ...Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]),
    ],
    log: join(folder, 'postgres.log'),
    cwd: folder,
    // Does not wait for its clients.
    endSignal: 'QUIT',
  });
  // Through its socket, which is where its network is not asked for.
  const socket = [`--host=${folder}`, `--port=${url.port}`, '--username=postgres'];
  await until(
    'PostgreSQL',
    async () => (await tryRun([`${bin}/pg_isready`, '--quiet', ...socket])).code === 0,
    { program: postgres },
  );
  const name = url.pathname.slice(1);
  await run([`${bin}/psql`, ...socket, '--quiet', '--set=ON_ERROR_STOP=1', 'postgres'], {
    input: `CREATE ROLE "${url.username}" LOGIN CREATEDB PASSWORD '${url.password}';
CREATE DATABASE "${name}" OWNER "${url.username}";`,
  });
  return postgres;
}

async function startRedis({ folder, within }: Place, url: URL): Promise<Kept> {
  const configuration = join(folder, 'redis.conf');
  // Both users may what those of the rendered docker/redis/start.sh may, and no more.
  writeFileSync(
    configuration,
    `bind 127.0.0.1
port ${url.port}
dir ${folder}
save ""
user default off
user ${url.username} on >${url.password} ~* &* +@all -@admin -@dangerous +info
user ${BACKUP_USER} on >${url.password} -@all +ping +psync +replconf +sync
`,
  );
  const log = join(folder, 'redis.log');
  const redis = await keep({
    argv: [...within, ...asNobody, 'redis-server', configuration],
    log,
    cwd: folder,
  });
  await until('Redis', () => redis.output().includes('Ready to accept connections'), {
    program: redis,
  });
  return redis;
}

async function startRabbitmq({ folder, within }: Place, url: URL): Promise<Broker> {
  const home = join(folder, 'rabbitmq');
  mkdirSync(home);
  if (asNobody.length > 0) chownSync(home, NOBODY, NOBODY);
  writeFileSync(
    join(home, 'rabbitmq.conf'),
    `default_user = ${url.username}\ndefault_pass = ${url.password}\n`,
  );
  writeFileSync(join(home, 'plugins'), '[].');
  const [distribution, mapper] = await Promise.all([freePort(), freePort()]);
  const env = {
    PATH: process.env.PATH ?? '',
    HOME: home,
    ERL_EPMD_PORT: String(mapper),
    ERL_EPMD_ADDRESS: '127.0.0.1',
    RABBITMQ_NODENAME: `bulwark${url.port}@localhost`,
    RABBITMQ_NODE_IP_ADDRESS: '127.0.0.1',
    RABBITMQ_NODE_PORT: url.port,
    RABBITMQ_DIST_PORT: String(distribution),
    RABBITMQ_MNESIA_BASE: join(home, 'mnesia'),
    RABBITMQ_LOG_BASE: join(home, 'log'),
    RABBITMQ_CONF_ENV_FILE: '/dev/null',
    RABBITMQ_CONFIG_FILE: join(home, 'rabbitmq.conf'),
    RABBITMQ_ENABLED_PLUGINS_FILE: join(home, 'plugins'),
    RABBITMQ_PID_FILE: join(home, 'pid'),
  };
  let times = 0;
  const keepProgram = (argv: readonly string[]): Promise<Kept> =>
    // A log for each: what an earlier one said says nothing about this one.
    keep({
      argv: [...within, ...asNobody, ...argv],
      log: join(folder, `rabbitmq-${times++}.log`),
      cwd: home,
      env,
    });
  // RabbitMQ would start one itself, as a daemon that outlives it.
  const portMapper = await keepProgram(['epmd', '-address', '127.0.0.1', '-port', String(mapper)]);
  let node: Kept | undefined;
  const start = async (): Promise<void> => {
    const program = await keepProgram([RABBITMQ]);
    node = program;
    await until('RabbitMQ', () => program.output().includes('completed with'), { program });
  };
  const stop = async (): Promise<void> => {
    await node?.end();
  };
  await start();
  return {
    start,
    stop,
    end: async () => {
      await Promise.all([stop(), portMapper.end()]);
    },
  };
}
