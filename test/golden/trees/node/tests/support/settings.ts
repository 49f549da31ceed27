/** Settings for tests: right ones, of which each test changes what it is about. */
import { loadServiceSettings, type Settings } from '../../src/settings/settings.ts';

export const SYSTEM_HEALTH_TOKEN = 'system-health-token-of-the-tests-0001';
export const METRICS_TOKEN = 'metrics-token-of-the-tests-0000000001';

/** Nothing answers at these addresses. */
const NOWHERE = {
  DATABASE_URL: 'postgresql://app:password@127.0.0.1:9/app',
  REDIS_URL: 'redis://127.0.0.1:9/0',
};

export const environment = (
  changes: Readonly<Record<string, string>> = {},
): Record<string, string> => ({
  ...NOWHERE,
  ENVIRONMENT: 'development',
  LOG_LEVEL: 'ERROR',
  SYSTEM_HEALTH_TOKEN,
  METRICS_TOKEN,
  DRAIN_DELAY_SECONDS: '0',
  JWT_SECRET_KEY: 'jwt-secret-key-of-the-tests-000000001',
  PUBLIC_URL: 'http://localhost:3000',
  SMTP_URL: 'smtp://127.0.0.1:9',
  MAIL_FROM: 'no-reply@example.org',
  // As little work as bcrypt can do: the tests are not about how slow it is.
  BCRYPT_COST: '4',
  AUTH_LIMIT_PER_CLIENT: '100000',
  AUTH_LIMIT_PER_ACCOUNT: '100000',
  ...changes,
});

export const settingsWith = (changes: Readonly<Record<string, string>> = {}): Settings =>
  loadServiceSettings(environment(changes));
