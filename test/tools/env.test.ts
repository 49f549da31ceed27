/** Do the rendered scripts write a `.env` that they find valid, and see what would be a fault in production? */
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { tryRun } from '../support/keep.ts';
import { renderedFolder } from '../support/repository.ts';
import { describeWithTools, requireTool } from '../support/tools.ts';

describeWithTools('python-app-3.13', ['python3.13'], () => {
  let folder: string;
  let file: string;

  beforeAll(async () => {
    folder = await renderedFolder({ name: 'my-service', data: ['postgres', 'redis', 'rabbitmq'] });
    file = join(folder, '.env');
  });

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const script = (name: string, ...args: readonly string[]): ReturnType<typeof tryRun> =>
    tryRun([requireTool('python3.13'), `scripts/${name}.py`, ...args], { cwd: folder });

  /** What is found in the generated file when one of its lines is another. */
  async function faultsOf(line: RegExp, replacement: string, ...args: readonly string[]): Promise<string> {
    const text = readFileSync(file, 'utf8');
    expect(text).toMatch(line);
    const changed = join(folder, '.env.changed');
    writeFileSync(changed, text.replace(line, replacement));
    const { code, stderr } = await script('validate_env', changed, ...args);
    expect(code, stderr).toBe(1);
    return stderr;
  }

  test('what is generated is valid, secret, and new each time', async () => {
    expect((await script('generate_env', '--dry-run')).stdout).toContain('would write');
    const generated = await script('generate_env');
    expect(generated.code, generated.output).toBe(0);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(await script('validate_env')).toMatchObject({ code: 0 });

    const secrets = readFileSync(file, 'utf8').match(/(?<==)[0-9a-f]{64}$/gm) ?? [];
    expect(secrets.length).toBeGreaterThanOrEqual(4);
    expect(new Set(secrets).size).toBe(secrets.length);

    const before = readFileSync(file, 'utf8');
    expect((await script('generate_env')).code).toBe(1);
    expect(readFileSync(file, 'utf8')).toBe(before);
    const other = await script('generate_env', '--output', join(folder, 'other.env'));
    expect(other.code, other.output).toBe(0);
    for (const secret of secrets)
      expect(readFileSync(join(folder, 'other.env'), 'utf8')).not.toContain(secret);
  });

  test.each([
    [
      'a secret that is short',
      /^SYSTEM_HEALTH_TOKEN=.*$/m,
      'SYSTEM_HEALTH_TOKEN=short',
      /SYSTEM_HEALTH_TOKEN: has 5/,
    ],
    ['a secret that is missing', /^REDIS_PASSWORD=.*$/m, 'REDIS_PASSWORD=', /REDIS_PASSWORD: is missing/],
    ['a name that is misspelt', /^LOG_LEVEL=/m, 'LOG_LEVLE=', /LOG_LEVLE: .*did you mean LOG_LEVEL/],
    ['a port that is none', /^PORT=.*$/m, 'PORT=99999', /PORT: is not a port/],
  ])('it finds %s', async (_, line, replacement, expected) => {
    expect(await faultsOf(line, replacement)).toMatch(expected);
  });

  test.each([
    ['services on this machine', /^LOG_LEVEL=.*$/m, 'LOG_LEVEL=INFO', /DATABASE_URL: points to localhost/],
    ['debug output', /^LOG_LEVEL=.*$/m, 'LOG_LEVEL=DEBUG', /LOG_LEVEL: DEBUG tells too much/],
    ['every origin allowed', /^CORS_ORIGINS=.*$/m, 'CORS_ORIGINS=*', /CORS_ORIGINS: allows everything/],
    [
      'a password that everybody knows',
      /^DATABASE_URL=.*$/m,
      'DATABASE_URL=postgresql://app:postgres@db.example.org/app',
      /DATABASE_URL: has a password that everybody knows/,
    ],
  ])('in production it also finds %s', async (_, line, replacement, expected) => {
    expect(await faultsOf(line, replacement, '--production')).toMatch(expected);
  });

  test('the same secret for two is one too few', async () => {
    const [, secret = ''] = /^POSTGRES_PASSWORD=(.*)$/m.exec(readFileSync(file, 'utf8')) ?? [];
    const faults = await faultsOf(/^REDIS_PASSWORD=.*$/m, `REDIS_PASSWORD=${secret}`);
    expect(faults).toContain('REDIS_PASSWORD: is the same as POSTGRES_PASSWORD');
  });
});
