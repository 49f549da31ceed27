/** What V8 has compiled is kept beside the program: it is used, it may be missing or spoilt, and nothing else depends on it. */
import { spawnSync } from 'node:child_process';
import { chmodSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';

const root = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let dist: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-cache-'));
  dist = join(folder, 'dist');
  cpSync(join(root, 'dist'), dist, { recursive: true, filter: (path) => !path.endsWith('.cache') });
});
afterEach(() => {
  chmodSync(dist, 0o755);
  rmSync(folder, { recursive: true });
});

function list(environment: Readonly<Record<string, string>> = {}): string {
  const { status, stdout, stderr } = spawnSync(process.execPath, [join(dist, 'bin.js'), 'list', '--json'], {
    encoding: 'utf8',
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '', ...environment },
  });
  expect(status, stderr).toBe(0);
  expect(stderr).toBe('');
  return stdout;
}

const kept = (): readonly string[] => readdirSync(dist).filter((name) => name.includes('.cache'));
const PROGRAM = `program.js.${process.arch}.cache`;

test('it is written whole by the first run and left alone by the next, which says the same', () => {
  const said = list();
  expect(kept()).toEqual([PROGRAM]);
  const content = readFileSync(join(dist, PROGRAM));
  expect(content.length).toBeGreaterThan(100_000);
  expect(list()).toBe(said);
  expect(readFileSync(join(dist, PROGRAM)).equals(content)).toBe(true);
});

test('what V8 refuses is made anew', () => {
  const said = list();
  for (const spoilt of [
    Buffer.from('no code'),
    Buffer.alloc(0),
    readFileSync(join(dist, PROGRAM)).subarray(0, 5000),
  ]) {
    writeFileSync(join(dist, PROGRAM), spoilt);
    expect(list()).toBe(said);
    expect(readFileSync(join(dist, PROGRAM)).length).toBeGreaterThan(100_000);
  }
});

test('of another program it is not used', () => {
  list();
  const path = join(dist, 'program.js');
  writeFileSync(path, `${readFileSync(path, 'utf8')}\nprocess.stdout.write('changed');`);
  expect(list()).toContain('changed');
});

test('nothing is written where that is not wanted', () => {
  list({ NODE_DISABLE_COMPILE_CACHE: '1' });
  expect(kept()).toEqual([]);
});

test.skipIf(process.getuid?.() === 0)(
  'nothing is written where nothing can be (skipped: root can write anywhere)',
  () => {
    chmodSync(dist, 0o555);
    list();
    expect(kept()).toEqual([]);
  },
);
