/** Where the application runs that is tested from end to end, and what it is told: ports that nobody uses in everyday life. */
import { environment as settings } from '../support/settings.ts';
import { databaseUrl, redisUrl } from '../support/services.ts';

const PORTS = {
  api: 34_510,
  mail: 34_525,
} as const;

export const portOf = (name: keyof typeof PORTS): number => PORTS[name];
export const address = (name: keyof typeof PORTS): string => `http://127.0.0.1:${PORTS[name]}`;

export const environment = (): Record<string, string> =>
  settings({
    PATH: process.env.PATH ?? '',
    DATABASE_URL: databaseUrl(),
    REDIS_URL: redisUrl(),
    PORT: String(PORTS.api),
    PUBLIC_URL: address('api'),
    SMTP_URL: `smtp://127.0.0.1:${PORTS.mail}`,
  });
