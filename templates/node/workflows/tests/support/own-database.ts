/** A database for one test file alone: what others queue, its workers do not take. */
import pg from 'pg';
import { inject } from 'vitest';
import { migrate } from '../../src/infrastructure/persistence/migrations.ts';

export interface OwnDatabase {
  readonly url: string;
  /** Has a connection of its own to it. */
  readonly connect: () => Promise<pg.Client>;
  readonly drop: () => Promise<void>;
}

/** @param name what tells it from those of other test files */
export async function createOwnDatabase(name: string): Promise<OwnDatabase> {
  const shared = new URL(inject('databaseUrl'));
  const own = new URL(shared);
  own.pathname = `${shared.pathname}_${name}`;
  const connectTo = async (url: string): Promise<pg.Client> => {
    const client = new pg.Client({ connectionString: url });
    await client.connect();
    return client;
  };
  const administer = async (statement: string): Promise<void> => {
    const client = await connectTo(shared.href);
    await client.query(statement).finally(() => client.end());
  };
  await administer(`CREATE DATABASE ${own.pathname.slice(1)}`);
  await migrate(own.href);
  return {
    url: own.href,
    connect: () => connectTo(own.href),
    drop: () => administer(`DROP DATABASE ${own.pathname.slice(1)} WITH (FORCE)`),
  };
}
