/** What accounts have to know. */
import { z } from 'zod';
import { integer, seconds, secret, url } from './kinds.ts';

const MIN_PRODUCTION_BCRYPT_COST = 10;
const ADDRESS = /^[^@\s<>]{1,64}@[^@\s<>]{1,253}$/;

export const authShape = {
  jwtSecretKey: secret().describe(
    '32 characters or more, unlike every other secret; signs access tokens',
  ),
  publicUrl: url('http', 'https')
    .transform((value) => value.replace(/\/+$/, ''))
    .describe('where clients reach the service, such as https://app.example.org'),
  accessTokenMinutes: integer(1, 60).default(15).describe('minutes, 1 to 60'),
  sessionDays: integer(1, 365).default(30).describe('days until one has to log in again'),
  bcryptCost: integer(4, 16).default(12).describe('4 to 16; in production 10 or more'),
  bcryptThreads: integer(1, 64)
    .default(2)
    .describe('passwords that a process hashes at a time, 1 to 64'),
  lockAfterFailures: integer(1, 100).default(5).describe('wrong passwords in a row'),
  lockMinutes: integer(1, 1440).default(30).describe('minutes that an account is locked'),
  verificationHours: integer(1, 168).default(24).describe('hours that a link is valid'),
  authLimitPerClient: integer(1, 1_000_000)
    .default(10)
    .describe('requests that an address may send'),
  authLimitPerAccount: integer(1, 1_000_000).default(10).describe('requests on one account'),
  authLimitSeconds: integer(1, 3600).default(60).describe('seconds that limits count over'),
  smtpUrl: url('smtp', 'smtps').describe('smtp://USER:PASSWORD@HOST:587'),
  smtpTimeoutSeconds: seconds(0.1, 60)
    .default(10)
    .describe('seconds that the mail server may take'),
  mailFrom: z
    .string()
    .regex(ADDRESS, 'is not an address')
    .describe('the address that mails are from, such as no-reply@example.org'),
};

interface Judged {
  readonly environment: string;
  readonly bcryptCost: number;
  readonly publicUrl: string;
}

/** What production insists on. */
export const authRules = [
  ({ environment, bcryptCost }: Judged): string | undefined =>
    environment === 'production' && bcryptCost < MIN_PRODUCTION_BCRYPT_COST
      ? `BCRYPT_COST: is below ${MIN_PRODUCTION_BCRYPT_COST}, too little for production`
      : undefined,
  ({ environment, publicUrl }: Judged): string | undefined =>
    environment === 'production' && !publicUrl.startsWith('https://')
      ? 'PUBLIC_URL: does not begin with https://, which production needs'
      : undefined,
] as const;
