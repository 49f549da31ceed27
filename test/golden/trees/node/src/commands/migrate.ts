/**
 * Applies the migrations and ends; `--wait` only waits until another process has applied them.
 * Ends with 0 when none is left, with 1 when one failed or the wait was in vain.
 */
import { parseArgs } from 'node:util';
import {
  awaitMigrations,
  migrate,
  MigrationError,
} from '../infrastructure/persistence/migrations.ts';
import { loadDatabaseSettings } from '../settings/settings.ts';
import { startOrExplain } from './starting.ts';

await startOrExplain(async () => {
  const { values } = parseArgs({
    options: { wait: { type: 'boolean' }, timeout: { type: 'string', default: '300' } },
  });
  const { databaseUrl } = loadDatabaseSettings(process.env);
  try {
    if (values.wait) {
      const done = await awaitMigrations(databaseUrl, Number(values.timeout));
      console.log(done ? 'No migration is left' : `Migrations are left after ${values.timeout} s`);
      process.exitCode = done ? 0 : 1;
      return;
    }
    const applied = await migrate(databaseUrl);
    for (const name of applied) console.log(`Applied ${name}`);
    console.log(`${applied.length} applied, none is left`);
  } catch (error) {
    if (!(error instanceof MigrationError)) throw error;
    console.error(`Migration: ${error.message}`);
    process.exitCode = 1;
  }
});
