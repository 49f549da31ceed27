/** Gives a user who has registered a role; the first administrator is made by it. */
import { Administration } from '../domain/auth/administration.ts';
import { AuthError } from '../domain/auth/errors.ts';
import { ROLES } from '../domain/auth/user.ts';
import { PostgresAuthStore } from '../infrastructure/persistence/auth-store.ts';
import { Database } from '../infrastructure/persistence/database.ts';
import { createLogger } from '../logger.ts';
import { loadDatabaseSettings } from '../settings/settings.ts';
import { startOrExplain } from './starting.ts';

await startOrExplain(async () => {
  const [email, given] = process.argv.slice(2);
  const role = ROLES.find((name) => name === given);
  if (email === undefined || role === undefined) {
    console.error(`Usage: grant-role EMAIL ${ROLES.join('|')}`);
    process.exitCode = 2;
    return;
  }
  const settings = {
    ...loadDatabaseSettings(process.env),
    databasePoolSize: 1,
    databaseTimeoutSeconds: 10,
  };
  const database = new Database(settings, createLogger('WARNING'));
  try {
    const administration = new Administration(new PostgresAuthStore(database), () => new Date());
    const user = await administration.grantRole(email.toLowerCase(), role);
    console.log(`${user.email} has the role ${user.role} now`);
  } catch (error) {
    if (!(error instanceof AuthError)) throw error;
    console.error(`Role: ${error.message}`);
    process.exitCode = 1;
  } finally {
    await database.close();
  }
});
