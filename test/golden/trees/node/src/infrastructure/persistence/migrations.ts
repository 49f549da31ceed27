/**
 * Applies the migrations of prisma/migrations, without Prisma's engine: SQL alone, in the order of their names.
 * It keeps Prisma's own table, so that `prisma migrate` sees what was applied, and the other way round.
 */
import { createHash, randomUUID } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';

/** Prisma's own, so that it and this never migrate at the same time: https://www.prisma.io/docs/orm/prisma-migrate/workflows/development-and-production#advisory-locking */
const LOCK = 72_707_369;

/** As Prisma creates it. */
const TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL,
    checksum VARCHAR(64) NOT NULL,
    finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL,
    logs TEXT,
    rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
    applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

export interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** A migration that was changed after it had been applied, or one that is only half there. */
export class MigrationError extends Error {}

const FOLDER = new URL('../../../prisma/migrations/', import.meta.url);

/** The migrations of a folder, in the order in which they apply. */
export const readMigrations = (folder: URL = FOLDER): readonly Migration[] =>
  readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map(({ name }) => name)
    .sort()
    .map((name) => {
      const sql = readFileSync(new URL(`${name}/migration.sql`, folder), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    });

/**
 * Applies what is left, each migration in a transaction of its own; another process that migrates is waited for.
 * @returns the names of those that it applied
 * @throws MigrationError
 */
export async function migrate(
  url: string,
  migrations: readonly Migration[] = readMigrations(),
): Promise<readonly string[]> {
  return connected(url, async (client) => {
    await client.query('SELECT pg_advisory_lock($1)', [LOCK]);
    await client.query(TABLE);
    const waiting = await pending(client, migrations);
    for (const migration of waiting) await apply(client, migration);
    return waiting.map(({ name }) => name);
  });
}

/** Waits until another process has applied all; false when the time is over before. */
export async function awaitMigrations(
  url: string,
  seconds: number,
  migrations: readonly Migration[] = readMigrations(),
): Promise<boolean> {
  const end = Date.now() + seconds * 1000;
  for (;;) {
    // The database may not be there yet.
    const left = await connected(url, (client) => pending(client, migrations)).catch(
      (error: unknown) => {
        if (error instanceof MigrationError) throw error;
        return undefined;
      },
    );
    if (left?.length === 0) return true;
    if (Date.now() >= end) return false;
    await sleep(Math.min(1000, end - Date.now()));
  }
}

async function connected<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 });
  try {
    await client.connect();
    return await work(client);
  } finally {
    // Also gives the lock back.
    await client.end();
  }
}

interface Applied {
  readonly migration_name: string;
  readonly checksum: string;
  readonly finished_at: Date | null;
}

async function pending(
  client: pg.Client,
  migrations: readonly Migration[],
): Promise<readonly Migration[]> {
  const { rows } = await client.query<Applied>(
    'SELECT migration_name, checksum, finished_at FROM _prisma_migrations WHERE rolled_back_at IS NULL',
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row]));
  for (const { name, checksum } of migrations) {
    const row = applied.get(name);
    if (row?.finished_at === null)
      throw new MigrationError(
        `${name} has failed before; \`prisma migrate resolve\` tells how it ended`,
      );
    if (row && row.checksum !== checksum)
      throw new MigrationError(
        `${name} was changed after it had been applied; write a new migration`,
      );
  }
  return migrations.filter(({ name }) => !applied.has(name));
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query('BEGIN');
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, started_at, finished_at, applied_steps_count)
       VALUES ($1, $2, $3, transaction_timestamp(), clock_timestamp(), 1)`,
      [randomUUID(), checksum, name],
    );
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw new MigrationError(`${name}: ${error instanceof Error ? error.message : String(error)}`);
  }
}
