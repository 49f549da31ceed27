/** What the job that deletes old entries has to know, and nothing more. */
import { integer } from './kinds.ts';
import { loadSettings, type Environment, type SettingsOf } from './load.ts';
import { databaseShape } from './settings.ts';

const retentionShape = {
  ...databaseShape,
  auditRetentionDays: integer(1, 36_500).default(365).describe('days that the audit log is kept'),
};

/** @throws SettingsError */
export const loadRetentionSettings = (
  environment: Environment,
): SettingsOf<typeof retentionShape> => loadSettings(retentionShape, environment);
