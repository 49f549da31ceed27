import { createHash } from 'node:crypto';
import pg from 'pg';
import { afterEach, beforeEach, expect, inject, test } from 'vitest';
import {
  awaitMigrations,
  migrate,
  readMigrations,
  type Migration,
} from '../../src/infrastructure/persistence/migrations.ts';
import { deploy, diagnose, missingSql, SCHEMA } from '../support/schema-engine.ts';

const names = readMigrations().map(({ name }) => name);
const migration = (name: string, sql: string): Migration => ({
  name,
  sql,
  checksum: createHash('sha256').update(sql).digest('hex'),
});

let url: string;
let number = 0;

async function query(statement: string, at = url): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: at });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(statement)).rows;
  } finally {
    await client.end();
  }
}

beforeEach(async () => {
  const name = `test_${process.pid}_migrations_${(number += 1)}`;
  await query(`CREATE DATABASE ${name}`, inject('databaseUrl'));
  const own = new URL(inject('databaseUrl'));
  own.pathname = `/${name}`;
  url = own.href;
});
afterEach(() =>
  query(`DROP DATABASE ${new URL(url).pathname.slice(1)} WITH (FORCE)`, inject('databaseUrl')),
);

test('an empty database gets all, in order and once', async () => {
  expect(await migrate(url)).toEqual(names);
  expect(await migrate(url)).toEqual([]);
});

test('what was applied makes the schema, and Prisma sees it so', async () => {
  await migrate(url);
  expect(await missingSql(url)).toMatch(/^-- This is an empty migration/);
  expect(await diagnose(url)).toMatchObject({
    history: null,
    editedMigrationNames: [],
    failedMigrationNames: [],
  });
});

test('a schema with one more column is seen to differ', async () => {
  await migrate(url);
  const more = SCHEMA.replace('model Item {', 'model Item {\n  colour String?');
  expect(await missingSql(url, more)).toContain('ADD COLUMN     "colour"');
});

test('what Prisma applied is not applied again', async () => {
  expect(await deploy(url)).toEqual(names);
  expect(await migrate(url)).toEqual([]);
});

test('two that migrate at the same time apply each migration once', async () => {
  const applied = await Promise.all([migrate(url), migrate(url), migrate(url)]);
  expect(applied.flat()).toEqual(names);
});

test('one that fails leaves nothing behind, and what is before it stays', async () => {
  const broken = migration('2', 'CREATE TABLE b (id int); SELECT 1 / 0;');
  await expect(migrate(url, [migration('1', 'CREATE TABLE a (id int);'), broken])).rejects.toThrow(
    '2: division by zero',
  );
  const tables = await query("SELECT tablename FROM pg_tables WHERE tablename IN ('a', 'b')");
  expect(tables).toEqual([{ tablename: 'a' }]);
  expect(await migrate(url, [migration('1', 'CREATE TABLE a (id int);')])).toEqual([]);
});

test('one that was changed after it had been applied is refused', async () => {
  await migrate(url, [migration('1', 'SELECT 1;')]);
  await expect(migrate(url, [migration('1', 'SELECT 2;')])).rejects.toThrow('was changed after');
});

test('waiting ends when another process has applied all, or when the time is over', async () => {
  expect(await awaitMigrations(url, 0.2)).toBe(false);
  const waiting = awaitMigrations(url, 20);
  await migrate(url);
  expect(await waiting).toBe(true);
});
