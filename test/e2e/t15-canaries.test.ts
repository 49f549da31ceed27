/** T15: what the environment and the machine hold that is nobody else's business is in nothing that bulwark writes or says. */
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { inflateRawSync } from 'node:zlib';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { program, runProgram, type ProgramEnd } from '../support/program.ts';

const CANARIES = {
  NPM_TOKEN: 'npm_Canary1aaaaaaaaaaaaaaaaaaaaaaaaaaaaaa',
  GITHUB_TOKEN: 'ghp_Canary2bbbbbbbbbbbbbbbbbbbbbbbbbbbbbb',
  AWS_SECRET_ACCESS_KEY: 'Canary3cccccccccccccccccccccccccccccccccc',
  DATABASE_URL: 'postgresql://user:Canary4ddd@db.internal/app',
  POSTGRES_PASSWORD: 'Canary5eeeeeeeeeeeeee',
  SECRET_KEY: 'Canary6ffffffffffffffffffffffffffffff',
  npm_config__authToken: 'Canary7gggggggggggggg',
  HTTPS_PROXY: 'http://user:Canary8hhh@proxy.internal:3128',
} as const;

let folder: string;
let temporary: string;
beforeEach(() => {
  // No part of the path occurs in what is rendered for other reasons.
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-t15-zqxj-')));
  temporary = join(folder, 'temporary');
  mkdirSync(temporary);
  mkdirSync(join(folder, 'here'));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const run = (...args: string[]): ProgramEnd =>
  runProgram(args, {
    cwd: join(folder, 'here'),
    env: {
      ...CANARIES,
      HOME: join(folder, 'home'),
      TMPDIR: temporary,
      USER: 'zqxj-user',
      LOGNAME: 'zqxj-user',
    },
  });

/** Every file below the folder, with the texts that the baseline holds packed. */
function textsBelow(place: string): Map<string, string> {
  const texts = new Map<string, string>();
  for (const entry of readdirSync(place, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const text = readFileSync(path, 'latin1');
    texts.set(path.slice(place.length), text);
    if (!path.endsWith('.bulwark/baseline')) continue;
    for (const line of text.trimEnd().split('\n')) {
      const [name = '', packed = ''] = line.split('\t');
      texts.set(`baseline of ${name}`, inflateRawSync(Buffer.from(packed, 'base64')).toString('latin1'));
    }
  }
  return texts;
}

/** What names this machine, its user and its folders. */
const personal = (): string[] => {
  const names = [hostname(), userInfo().username].filter((name) => name.length > 4);
  return [folder, 'zqxj', program, userInfo().homedir === '/' ? folder : `${userInfo().homedir}/`, ...names];
};

function expectNothingIn(texts: ReadonlyMap<string, string>, secrets: readonly string[]): void {
  for (const [path, text] of texts) {
    const found = secrets.filter((secret) => text.includes(secret));
    expect(found, path).toEqual([]);
  }
}

describe('T15', () => {
  test.each([['--no-git'], ['--git']])('a new repository (%s) holds no secret and no machine', (git) => {
    const end = run('my-service', '--yes', '--verbose', git);
    expect(end.code, end.stderr).toBe(0);
    const said = new Map(Object.entries({ stdout: end.stdout, stderr: end.stderr }));
    const secrets = Object.values(CANARIES);
    expectNothingIn(said, secrets);
    const texts = textsBelow(join(folder, 'here'));
    expect(texts.size).toBeGreaterThan(100);
    expectNothingIn(texts, [...secrets, ...personal()]);
    expect(readdirSync(temporary)).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['here', 'temporary']);
  });

  test('the document of a run holds none either, whether it goes well or not', () => {
    const secrets = Object.values(CANARIES);
    for (const args of [
      ['my-service', '--yes', '--json'],
      ['my-service', '--yes', '--json', '--owner', 'a b'],
      ['my-service', '--yes', '--json', '--answers', 'none.yml'],
      ['my-service', '--json'],
    ]) {
      const { stdout, stderr } = run(...args);
      expectNothingIn(new Map(Object.entries({ stdout, stderr })), secrets);
    }
  });
});
