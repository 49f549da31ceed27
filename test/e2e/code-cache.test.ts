/** What V8 has compiled is kept beside the program: it is used, it may be missing or spoilt, and nothing else depends on it. */
import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { crc32 } from 'node:zlib';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { asNobody, isLeftOutAsRoot } from '../support/nobody.ts';

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

/** Renders without writing. */
const render = (): string => run(['create', folder, '--yes', '--dry-run', '--no-verify', '--json']);

function list(environment: Readonly<Record<string, string>> = {}, as: readonly string[] = []): string {
  return run(['list', '--json'], environment, as);
}

function run(
  command: readonly string[],
  environment: Readonly<Record<string, string>> = {},
  as: readonly string[] = [],
): string {
  const args = [...as, process.execPath, join(dist, 'bin.js'), ...command];
  const { status, stdout, stderr } = spawnSync('env', args, {
    encoding: 'utf8',
    env: { ...process.env, NODE_DISABLE_COMPILE_CACHE: '', ...environment },
  });
  expect(status, stderr).toBe(0);
  expect(stderr).toBe('');
  return stdout;
}

const kept = (): readonly string[] => readdirSync(dist).filter((name) => name.includes('.cache'));
const checksum = crc32(readFileSync(join(root, 'dist/program.js'))).toString(16);
const PROGRAM = `program.js.${checksum}.${process.arch}.cache`;

test('it is written whole by the first run and left alone by the next, which says the same', () => {
  const said = list();
  expect(kept()).toEqual([PROGRAM]);
  const content = readFileSync(join(dist, PROGRAM));
  expect(content.length).toBeGreaterThan(100_000);
  expect(list()).toBe(said);
  expect(readFileSync(join(dist, PROGRAM)).equals(content)).toBe(true);
});

test('a run that loads what none did before keeps the rest of its way too, and the same run once more does not', () => {
  const kept = (): number => readFileSync(join(dist, PROGRAM)).length;
  list();
  const ofList = kept();
  render();
  const ofBoth = kept();
  expect(ofBoth).toBeGreaterThan(1.2 * ofList);
  const { mtimeMs } = statSync(join(dist, PROGRAM));
  render();
  list();
  expect(statSync(join(dist, PROGRAM)).mtimeMs).toBe(mtimeMs);
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

test('of a program of the same length it is not used either', () => {
  const said = list();
  const path = join(dist, 'program.js');
  const code = readFileSync(path, 'utf8');
  const other = code.replaceAll('bring your own application', 'BRING YOUR OWN APPLICATION');
  expect(other).not.toBe(code);
  writeFileSync(path, other);
  expect(list()).toBe(said.replaceAll('bring your own application', 'BRING YOUR OWN APPLICATION'));
});

test('nothing is written where that is not wanted', () => {
  list({ NODE_DISABLE_COMPILE_CACHE: '1' });
  expect(kept()).toEqual([]);
});

test.skipIf(isLeftOutAsRoot)('nothing is written where nothing can be', () => {
  chmodSync(folder, 0o755);
  chmodSync(dist, 0o555);
  list({}, asNobody);
  expect(kept()).toEqual([]);
});
