import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { SettingsError } from '../../src/settings/load.ts';
import { loadDatabaseSettings, loadServiceSettings } from '../../src/settings/settings.ts';
import { environment } from '../support/settings.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'settings-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true });
});

const faultsOf = (changes: Readonly<Record<string, string>>): string => {
  try {
    loadServiceSettings(environment(changes));
  } catch (error) {
    if (error instanceof SettingsError) return error.message;
    throw error;
  }
  return '';
};

test('right settings are read, with defaults for the rest', () => {
  const settings = loadServiceSettings(
    environment({ CORS_ORIGINS: 'https://a.example, https://b.example' }),
  );
  expect(settings).toMatchObject({
    environment: 'development',
    port: 3000,
    corsOrigins: ['https://a.example', 'https://b.example'],
    otelEnabled: false,
    drainDelaySeconds: 0,
  });
});

test('without ENVIRONMENT it is production', () => {
  const strict = { ENVIRONMENT: '', PUBLIC_URL: 'https://a.example', BCRYPT_COST: '12' };
  expect(loadServiceSettings(environment(strict)).environment).toBe('production');
});

test('every fault is told at once, with its variable', () => {
  const faults = faultsOf({
    DATABASE_URL: '',
    REDIS_URL: 'http://127.0.0.1',
    PORT: '70000',
    DRAIN_DELAY_SECONDS: 'soon',
    OTEL_ENABLED: 'yes',
    SYSTEM_HEALTH_TOKEN: 'short',
  });
  expect(faults).toContain('DATABASE_URL: is missing (as DATABASE_URL or DATABASE_URL_FILE)');
  expect(faults).toContain('REDIS_URL: does not begin with redis:// or rediss://');
  expect(faults).toContain('PORT: is not between 0 and 65535');
  expect(faults).toContain('DRAIN_DELAY_SECONDS: is not a number of seconds');
  expect(faults).toContain('OTEL_ENABLED: is neither true nor false');
  expect(faults).toContain('SYSTEM_HEALTH_TOKEN: has fewer than 32 characters');
});

test('a fault never shows the value', () => {
  expect(faultsOf({ SYSTEM_HEALTH_TOKEN: 'hunter2' })).not.toContain('hunter2');
});

test.each([
  ['METRICS_TOKEN', 'SYSTEM_HEALTH_TOKEN'],
  ['JWT_SECRET_KEY', 'SYSTEM_HEALTH_TOKEN'],
])('%s must not be %s', (name, other) => {
  const same = 'the-same-secret-in-two-variables-0001';
  expect(faultsOf({ [name]: same, [other]: same })).toContain('are the same; give each its own');
});

test('production insists on https and on slow hashes', () => {
  const production = {
    ENVIRONMENT: 'production',
    BCRYPT_COST: '12',
    PUBLIC_URL: 'https://a.example',
  };
  expect(faultsOf(production)).toBe('');
  expect(faultsOf({ ...production, BCRYPT_COST: '9' })).toContain('BCRYPT_COST: is below 10');
  expect(faultsOf({ ...production, PUBLIC_URL: 'http://a.example' })).toContain('https://');
});

test('a setting may come from a file', () => {
  const path = join(folder, 'url');
  writeFileSync(path, 'postgresql://app@db.example/app\n');
  expect(loadDatabaseSettings({ DATABASE_URL_FILE: path })).toEqual({
    databaseUrl: 'postgresql://app@db.example/app',
  });
});

test('a file that cannot be read, or that comes beside a value, is a fault', () => {
  const path = join(folder, 'nowhere');
  expect(faultsOf({ DATABASE_URL: '', DATABASE_URL_FILE: path })).toContain('cannot read');
  expect(faultsOf({ DATABASE_URL_FILE: path })).toContain('DATABASE_URL_FILE is set too');
});

test.each([
  ['not a url', 'is not a URL'],
  ['postgresql:///app', 'names no host'],
])('%s is no URL of a database', (url, fault) => {
  expect(faultsOf({ DATABASE_URL: url })).toContain(fault);
});
