/** What is read of one manifest, and the parts that every language has in common. */
import type { ComponentId } from '../../component/define.ts';
import type { RepoPath } from '../../tree/repo-path.ts';
import type { JudgedFile } from '../../verify/check.ts';
import { folderOf } from '../../verify/embedded/source-text.ts';
import type { ApplicationFacts, Language } from '../detection.ts';
import { shown, weigh, type Claim, type Said } from '../evidence.ts';
import { licenceOfName } from '../licence-text.ts';
import { healthPathOfCode, portsOfCode, portsOfCommand } from '../ports-and-paths.ts';
import type { Origin, Subject } from '../precedence.ts';
import { inFolder, type Sources } from '../sources.ts';

/** A component's server that a library of the application speaks to. */
export interface Driver {
  readonly component: ComponentId;
  readonly because: string;
}

export interface Application {
  readonly facts: ApplicationFacts;
  readonly claims: readonly Claim[];
  readonly drivers: readonly Driver[];
  /** Names of libraries, in lower case. */
  readonly libraries: ReadonlySet<string>;
}

/** What a reader of one language has found; all that is absent is not known. */
export interface Findings {
  readonly manifest: JudgedFile;
  readonly language: Language;
  readonly kind: ApplicationFacts['kind'];
  readonly framework?: string | undefined;
  /** The framework's port when nobody sets another. */
  readonly frameworkPort?: number | undefined;
  /** The path that the framework answers when it is healthy, without a line of code. */
  readonly frameworkHealthPath?: string | undefined;
  readonly entryPoint?: RepoPath | undefined;
  readonly startCommand?: string | undefined;
  readonly testCommand?: string | undefined;
  readonly buildCommand?: string | undefined;
  readonly name?: unknown;
  readonly description?: unknown;
  readonly licence?: unknown;
  /** Names of libraries, in lower case. */
  readonly libraries: ReadonlySet<string>;
  readonly claims?: readonly Claim[];
}

/** The folder that a manifest stands in. */
export const placeOf = ({ path }: JudgedFile): string => folderOf(path);

/** Puts an application together: what all languages have in common is read here. */
export function applicationOf(found: Findings, sources: Sources): Application {
  const { manifest, language, kind, framework, entryPoint, startCommand, testCommand, buildCommand } = found;
  const claim = claimsOf(manifest.path);
  const claims: readonly Claim[] = [
    ...(found.claims ?? []),
    ...claim('name', 'manifest', usableName(found.name), `name in ${manifest.path}`),
    ...claim('description', 'manifest', textOf(found.description), `description in ${manifest.path}`),
    ...claim('licence', 'manifest', licenceIn(found.licence), `licence in ${manifest.path}`),
    ...claim('startCommand', 'manifest', startCommand),
    ...claim('testCommand', 'manifest', testCommand),
    ...portsOfCommand(startCommand ?? '').flatMap((port) =>
      claim('none.port', 'command', port, `${shown(startCommand)} in ${manifest.path}`),
    ),
    ...codeClaims(entryPoint, sources),
    ...claim('none.port', 'framework', found.frameworkPort, `the default of ${framework ?? language}`),
    ...claim(
      'none.healthPath',
      'framework',
      found.frameworkHealthPath,
      `what ${framework ?? language} answers, by ${manifest.path}`,
    ),
  ];
  return {
    facts: {
      folder: placeOf(manifest),
      manifest: manifest.path,
      language,
      kind,
      ...given('framework', framework),
      ...given('packageManager', valueOf('packageManager', claims)),
      ...given('runtimeVersion', valueOf('runtimeVersion', claims)),
      ...given('entryPoint', entryPoint),
      ...given('startCommand', startCommand),
      ...given('testCommand', testCommand),
      ...given('buildCommand', buildCommand),
    },
    claims,
    drivers: driversOf(found.libraries, manifest.path),
    libraries: found.libraries,
  };
}

/** Makes claims that need a value: none where it is undefined. */
export const claimsOf =
  (path: string) =>
  (subject: Subject, origin: Origin, value: Said | undefined, because = path): readonly Claim[] =>
    value === undefined ? [] : [{ subject, origin, value, because }];

function codeClaims(entryPoint: RepoPath | undefined, sources: Sources): readonly Claim[] {
  if (entryPoint === undefined) return [];
  const code = sources.text(sources.file(entryPoint)) ?? '';
  const claim = claimsOf(entryPoint);
  return [
    ...portsOfCode(code).flatMap((port) => claim('none.port', 'code', port, `port ${port} in ${entryPoint}`)),
    ...claim('none.healthPath', 'code', healthPathOfCode(code), `a route in ${entryPoint}`),
  ];
}

const valueOf = (subject: Subject, claims: readonly Claim[]): string | undefined => {
  const verdict = weigh(subject, claims);
  return verdict && 'value' in verdict ? String(verdict.value) : undefined;
};

/** A property that is left out where it has no value. */
export const given = <Key extends string, Value>(
  key: Key,
  value: Value | undefined,
): Partial<Record<Key, Value>> => (value === undefined ? {} : ({ [key]: value } as Record<Key, Value>));

const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined;

/** Names that tools and tutorials put in, and that name nothing. */
const NAMELESS =
  /^(?:app|api|backend|frontend|server|client|web|root|main|monorepo|workspace|project|demo|test|example|src|source|package|service|my-?(?:app|project|service)|hello-?world|untitled)$/i;

/** `orders` of `@acme/orders` and of `com.acme:orders`. */
const usableName = (name: unknown): string | undefined => {
  const own = textOf(name)
    ?.replace(/^@[^/]*\//, '')
    .replace(/\/v\d+$/, '')
    .split(/[/:]/)
    .at(-1);
  return own === undefined || own === '' || NAMELESS.test(own) ? undefined : own;
};

const licenceIn = (licence: unknown): string | undefined => {
  const text = textOf(licence);
  return text === undefined ? undefined : licenceOfName(text);
};

/** Libraries by the component whose server they speak to; one name means the same in every registry that has it. */
const DRIVERS: Readonly<Record<ComponentId, readonly string[]>> = {
  postgres: [
    ...['pg', 'pg-promise', 'postgres', '@neondatabase/serverless', '@prisma/adapter-pg', '@types/pg'],
    ...['psycopg', 'psycopg2', 'psycopg2-binary', 'psycopg-binary', 'asyncpg', 'aiopg'],
    ...['tokio-postgres', 'sqlx-postgres', 'deadpool-postgres'],
    ...['github.com/lib/pq', 'github.com/jackc/pgx', 'gorm.io/driver/postgres'],
    ...['org.postgresql:postgresql', 'org.postgresql:r2dbc-postgresql', 'quarkus-jdbc-postgresql'],
    ...['ext-pgsql', 'ext-pdo_pgsql', 'npgsql', 'npgsql.entityframeworkcore.postgresql'],
  ],
  redis: [
    ...['redis', 'ioredis', '@redis/client', 'bullmq', 'bull', 'connect-redis'],
    ...['aioredis', 'django-redis', 'rq', 'arq', 'fred', 'deadpool-redis'],
    ...['github.com/redis/go-redis', 'github.com/go-redis/redis', 'github.com/gomodule/redigo'],
    ...[
      'org.springframework.boot:spring-boot-starter-data-redis',
      'redis.clients:jedis',
      'io.lettuce:lettuce-core',
    ],
    ...['sidekiq', 'resque', 'predis/predis', 'ext-redis', 'stackexchange.redis'],
    ...['microsoft.extensions.caching.stackexchangeredis'],
  ],
  rabbitmq: [
    ...['amqplib', 'amqp-connection-manager', 'pika', 'aio-pika', 'lapin', 'amqprs'],
    ...['github.com/rabbitmq/amqp091-go', 'github.com/streadway/amqp'],
    ...['org.springframework.boot:spring-boot-starter-amqp', 'com.rabbitmq:amqp-client'],
    ...['bunny', 'sneakers', 'php-amqplib/php-amqplib', 'rabbitmq.client', 'masstransit.rabbitmq'],
  ],
};

function driversOf(libraries: ReadonlySet<string>, manifest: RepoPath): readonly Driver[] {
  return Object.entries(DRIVERS).flatMap(([component, names]) => {
    const name = names.find((one) => libraries.has(one));
    return name === undefined ? [] : [{ component, because: `${name} in ${manifest}` }];
  });
}

/** A framework by the library that brings it. */
export interface Framework {
  readonly library: string;
  readonly name: string;
  /** Where it listens when nobody sets anything, by its own documentation. */
  readonly port?: number;
}

/**
 * The framework of an application. Several of one rank are a doubt, and none is chosen.
 * @param ranks what is built on others comes first: Next before Express
 */
export function frameworkOf(
  libraries: ReadonlySet<string>,
  ranks: readonly (readonly Framework[])[],
  manifest: JudgedFile,
  sources: Sources,
): Framework | undefined {
  for (const rank of ranks) {
    const found = rank.filter(({ library }) => libraries.has(library));
    const names = [...new Set(found.map(({ name }) => name))];
    if (names.length > 1) {
      sources.doubt(`Framework: ${manifest.path} has ${names.join(' and ')}`);
      return undefined;
    }
    if (found[0]) return found[0];
  }
  return undefined;
}

/** The first of the paths, below the folder, that is a file. */
export const firstFile = (sources: Sources, folder: string, names: readonly string[]): RepoPath | undefined =>
  names.map((name) => inFolder(folder, name)).find((path) => sources.has(path));

/** `22` of `v22`, `3.12.4` of `python-3.12.4`; undefined for a name such as `lts/iron`. */
export const plainVersion = (text: string | undefined): string | undefined =>
  /^(?:[a-z]+-)?v?(\d+(?:\.\d+){0,3})$/i.exec(text?.trim() ?? '')?.[1];

/** The version in a file that holds nothing else: `.nvmrc`, `.python-version`; the nearest above the folder. */
export function versionFile(sources: Sources, path: RepoPath | undefined): readonly Claim[] {
  const line = sources
    .lines(path === undefined ? undefined : sources.file(path))
    .find((one) => one.trim() !== '');
  const version = plainVersion(line);
  return path === undefined || version === undefined
    ? []
    : [{ subject: 'runtimeVersion', origin: 'version file', value: version, because: path }];
}
