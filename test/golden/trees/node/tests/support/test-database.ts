/** A database of its own for the tests, beside the one that DATABASE_URL names; it is dropped afterwards. */
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { migrate } from '../../src/infrastructure/persistence/migrations.ts';
import { databaseUrl, redisUrl } from './services.ts';

declare module 'vitest' {
  interface ProvidedContext {
    databaseUrl: string;
    redisUrl: string;
  }
}

export default async function createTestDatabase(
  project: TestProject,
): Promise<() => Promise<void>> {
  const name = `test_${process.pid}`;
  const administer = async (statement: string): Promise<void> => {
    const client = new pg.Client({ connectionString: databaseUrl() });
    await client.connect();
    await client.query(statement).finally(() => client.end());
  };
  await administer(`DROP DATABASE IF EXISTS ${name}`);
  await administer(`CREATE DATABASE ${name}`);
  const url = new URL(databaseUrl());
  url.pathname = `/${name}`;
  await migrate(url.href);
  project.provide('databaseUrl', url.href);
  project.provide('redisUrl', redisUrl());
  return () => administer(`DROP DATABASE ${name} WITH (FORCE)`);
}
