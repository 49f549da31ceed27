/**
 * Deletes what of the audit log is older than AUDIT_RETENTION_DAYS, and sessions that ended before; then it ends.
 * With --every HOURS it stays and does so again and again; --heartbeat FILE is touched each time that it did its work.
 */
import { writeFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { deleteOld } from '../infrastructure/persistence/audit-retention.ts';
import { Database } from '../infrastructure/persistence/database.ts';
import { createLogger } from '../logger.ts';
import { loadRetentionSettings } from '../settings/retention.ts';
import { startOrExplain } from './starting.ts';

await startOrExplain(async () => {
  const { values } = parseArgs({
    options: { every: { type: 'string' }, heartbeat: { type: 'string' } },
  });
  const settings = loadRetentionSettings(process.env);
  const logger = createLogger('INFO');
  const database = new Database(
    { ...settings, databasePoolSize: 1, databaseTimeoutSeconds: 60 },
    logger,
  );
  const ending = new AbortController();
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.once(signal, () => {
      ending.abort();
    });
  const hours = values.every === undefined ? undefined : Number(values.every);
  try {
    do {
      const deleted = await deleteOld(database.client, settings.auditRetentionDays, new Date());
      logger.info(deleted, 'Deleted what is too old');
      if (values.heartbeat !== undefined) writeFileSync(values.heartbeat, '');
      if (hours !== undefined)
        await sleep(hours * 3_600_000, undefined, { signal: ending.signal }).catch(() => undefined);
    } while (hours !== undefined && !ending.signal.aborted);
  } finally {
    await database.close();
  }
});
