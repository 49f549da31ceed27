/** What the routes of accounts work with, built on the connections. */
import type { Logger } from 'pino';
import { AccountMails } from '../domain/auth/account-mails.ts';
import { Administration } from '../domain/auth/administration.ts';
import type { Clock } from '../domain/auth/ports.ts';
import { Registration } from '../domain/auth/registration.ts';
import { Sessions } from '../domain/auth/sessions.ts';
import { RateLimiter } from '../infrastructure/cache/rate-limiter.ts';
import type { RedisClient } from '../infrastructure/cache/redis.ts';
import { BackgroundMails } from '../infrastructure/mail/background-mails.ts';
import { SmtpMailer } from '../infrastructure/mail/smtp-mailer.ts';
import { PostgresAuthStore } from '../infrastructure/persistence/auth-store.ts';
import type { Database } from '../infrastructure/persistence/database.ts';
import { BcryptHasher } from '../infrastructure/security/bcrypt-hasher.ts';
import { JwtAccessTokens } from '../infrastructure/security/jwt-access-tokens.ts';
import { API_PREFIX, DISPLAY_NAME, SLUG } from '../project.ts';
import type { Settings } from '../settings/settings.ts';

export interface Accounts {
  readonly registration: Registration;
  readonly sessions: Sessions;
  readonly administration: Administration;
  readonly limiter: RateLimiter;
  readonly accessTokenSeconds: number;
  readonly close: () => Promise<void>;
}

export function createAccounts(
  settings: Settings,
  logger: Logger,
  database: Database,
  redis: RedisClient,
  clock: Clock = () => new Date(),
): Accounts {
  const hasher = new BcryptHasher(settings.bcryptCost, settings.bcryptThreads);
  const accessTokens = new JwtAccessTokens(
    {
      key: settings.jwtSecretKey,
      issuer: settings.publicUrl,
      audience: SLUG,
      minutes: settings.accessTokenMinutes,
    },
    clock,
  );
  const texts = {
    service: DISPLAY_NAME,
    verificationUrl: `${settings.publicUrl}${API_PREFIX}/auth/verify-email`,
    verificationHours: settings.verificationHours,
  };
  const mails = new BackgroundMails(
    new AccountMails(new PostgresAuthStore(database), new SmtpMailer(settings), texts, clock),
    logger,
  );
  const store = new PostgresAuthStore(database, (event) => {
    mails.deliver(event);
  });
  const policy = {
    lock: { failures: settings.lockAfterFailures, minutes: settings.lockMinutes },
    days: settings.sessionDays,
  };
  return {
    registration: new Registration(store, hasher, clock),
    sessions: new Sessions(store, hasher, accessTokens, policy, clock),
    administration: new Administration(store, clock),
    limiter: new RateLimiter(redis, logger),
    accessTokenSeconds: accessTokens.lifetimeSeconds,
    close: () => mails.close(),
  };
}
