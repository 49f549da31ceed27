import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { deleteOld } from '../../src/infrastructure/persistence/audit-retention.ts';
import { addUser, newAddress } from '../support/accounts.ts';
import { startApplication, type Application } from '../support/application.ts';
import { eventually } from '../support/eventually.ts';
import { startProgram } from '../support/program.ts';

let application: Application;
beforeAll(async () => {
  application = await startApplication();
});
afterAll(() => application.close());

test('a role is granted from the command line, and noted', async () => {
  const { client } = application.resources.database;
  const { id, email } = await addUser(application.resources);
  const granting = startProgram('grant-role', {}, [email.toUpperCase(), 'admin']);
  expect(await granting.ended).toBe(0);
  expect((await client.user.findUniqueOrThrow({ where: { id } })).role).toBe('admin');
  const entry = await client.authAuditEntry.findFirstOrThrow({ where: { userId: id } });
  expect(entry).toMatchObject({ event: 'change_role', details: { by: 'command line' } });
});

test.each([
  [[newAddress(), 'admin'], 1, 'There is no such user'],
  [['jo@example.org', 'king'], 2, 'Usage:'],
])('%j ends with %i', async (args, code, words) => {
  const granting = startProgram('grant-role', {}, args);
  expect(await granting.ended).toBe(code);
  expect(granting.output()).toContain(words);
});

test('what is older than it has to be kept is deleted, and nothing else', async () => {
  const { client } = application.resources.database;
  await client.authAuditEntry.deleteMany();
  const now = new Date('2026-03-01T00:00:00Z');
  const ago = (days: number): Date => new Date(now.getTime() - days * 86_400_000);
  for (const days of [29, 30.1, 400])
    await client.authAuditEntry.create({
      data: { occurredAt: ago(days), event: 'login', success: true },
    });
  expect((await deleteOld(client, 30, now)).entries).toBe(2);
  const left = await client.authAuditEntry.findMany({ where: { occurredAt: { lt: now } } });
  expect(left.map(({ occurredAt }) => occurredAt)).toEqual([ago(29)]);
});

test('the job does it again and again until it is told to stop', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'retention-'));
  const heartbeat = join(folder, 'heartbeat');
  const job = startProgram('audit-retention', {}, ['--every', '24', '--heartbeat', heartbeat]);
  await eventually(() => existsSync(heartbeat) || undefined);
  job.signal('SIGTERM');
  expect(await job.ended).toBe(0);
  expect(job.output()).toContain('Deleted what is too old');
  rmSync(folder, { recursive: true });
});
