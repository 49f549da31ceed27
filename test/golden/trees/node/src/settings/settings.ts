/** What the service has to know, by variable. */
import { z } from 'zod';
import { SLUG } from '../project.ts';
import { authRules, authShape } from './auth.ts';
import { flag, integer, list, seconds, secret, url } from './kinds.ts';
import { loadSettings, variableOf, type Environment, type SettingsOf } from './load.ts';

/** What the migrations need, and nothing more. */
export const databaseShape = {
  databaseUrl: url('postgresql', 'postgres').describe('postgresql://USER:PASSWORD@HOST:5432/NAME'),
};

const serviceShape = {
  ...databaseShape,
  environment: z
    .enum(['development', 'staging', 'production'], 'is none of the environments')
    .default('production')
    .describe('development, staging or production'),
  logLevel: z
    .enum(['DEBUG', 'INFO', 'WARNING', 'ERROR'], 'is none of the levels')
    .default('INFO')
    .describe('DEBUG, INFO, WARNING or ERROR'),
  host: z.string().default('127.0.0.1').describe('the address to listen on'),
  port: integer(0, 65535).default(3000).describe('a port, 1 to 65535'),
  forwardedAllowIps: list()
    .default(['127.0.0.1'])
    .describe('addresses of the proxies whose X-Forwarded-* headers count'),
  maxBodyBytes: integer(1, 1_073_741_824).default(1_048_576).describe('the largest request body'),
  corsOrigins: list()
    .default([])
    .describe('origins such as https://app.example.org, separated by commas'),
  drainDelaySeconds: seconds(0, 300)
    .default(5)
    .describe('seconds between SIGTERM and the end of listening, 0 to 300'),
  shutdownTimeoutSeconds: integer(1, 300)
    .default(20)
    .describe('seconds that requests in flight get to finish, 1 to 300'),

  databasePoolSize: integer(1, 1000).default(10).describe('connections of each process, 1 to 1000'),
  databaseTimeoutSeconds: seconds(0.1, 300)
    .default(10)
    .describe('seconds that a connection or a statement may take'),

  redisUrl: url('redis', 'rediss').describe('redis://:PASSWORD@HOST:6379/0'),
  redisTimeoutSeconds: seconds(0.01, 60).default(1).describe('seconds that a command may take'),
  cacheTtlSeconds: integer(1, 31_536_000).default(60).describe('seconds that an entry lives'),
  ...authShape,

  healthTimeoutSeconds: seconds(0.01, 60)
    .default(2)
    .describe('seconds that each health check may take'),
  systemHealthToken: secret().describe('32 characters or more; `openssl rand -hex 32` makes one'),
  metricsToken: secret().optional().describe('32 characters or more, unlike every other secret'),

  otelEnabled: flag().default(false).describe('true or false'),
  otelServiceName: z.string().default(SLUG).describe("the service's name in traces"),
};

export type DatabaseSettings = SettingsOf<typeof databaseShape>;
export type Settings = SettingsOf<typeof serviceShape>;

const SECRETS = ['systemHealthToken', 'metricsToken', 'jwtSecretKey'] as const;

function secretsDiffer(settings: Settings): string | undefined {
  const owners = new Map<string, string>();
  for (const name of SECRETS) {
    const value = settings[name];
    if (value === undefined) continue;
    const other = owners.get(value);
    if (other !== undefined)
      return `${variableOf(name)} and ${variableOf(other)} are the same; give each its own`;
    owners.set(value, name);
  }
  return undefined;
}

/** @throws SettingsError */
export const loadServiceSettings = (environment: Environment): Settings =>
  loadSettings(serviceShape, environment, [secretsDiffer, ...authRules]);

/** @throws SettingsError */
export const loadDatabaseSettings = (environment: Environment): DatabaseSettings =>
  loadSettings(databaseShape, environment);
