/** The packed npm package, installed into an empty folder from a registry on loopback. */
import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { homedir, hostname, tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import nodePlop from 'node-plop';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  cleanEnvironment,
  entriesOf,
  packEverything,
  startRegistry,
  type Registry,
} from '../support/registry.mjs';
import { bareEnvironment } from '../support/program.ts';
import { snapshot } from './safety/support/snapshot.ts';

const MB = 1024 * 1024;
const root = fileURLToPath(new URL('../..', import.meta.url));

let folder: string;
let place: string;
let tarball: string;
let registry: Registry;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-package-'));
  place = join(folder, 'empty');
  mkdirSync(place);
  tarball = packEverything(join(folder, 'tarballs'));
  registry = await startRegistry(join(folder, 'tarballs'));
  writeFileSync(join(place, 'package.json'), '{ "private": true }\n');
  const { code, output } = await run(
    'npm',
    'install',
    '--ignore-scripts',
    '--no-audit',
    '--no-fund',
    'create-bulwark',
  );
  expect(code, output).toBe(0);
}, 60_000);
afterAll(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

async function run(command: string, ...args: string[]): Promise<{ code: number | null; output: string }> {
  const client = cleanEnvironment(join(folder, 'client'), registry.url);
  const child = spawn(command, args, {
    cwd: place,
    env: { ...bareEnvironment(client.HOME ?? folder), ...client },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream.on('data', (data: Buffer) => (output += data.toString()));
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on('close', resolve).on('error', reject);
  });
  return { code, output };
}

describe('the packed package', () => {
  test('is small: at most 12 packages and 15 MB installed, under 2 MB packed', () => {
    const { packages } = readJson(join(place, 'node_modules/.package-lock.json')) as { packages: object };
    const installed = readdirSync(join(place, 'node_modules'), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .reduce((sum, entry) => sum + statSync(join(entry.parentPath, entry.name)).size, 0);
    expect(Object.keys(packages).length).toBeLessThanOrEqual(12);
    expect(installed).toBeLessThanOrEqual(15 * MB);
    expect(statSync(tarball).size).toBeLessThan(2 * MB);
  });

  test('holds the program, its schemas and its papers, and nothing of the machine that packed it', () => {
    const entries = entriesOf(readFileSync(tarball));
    for (const { path } of entries) {
      expect(path).toMatch(
        /^package\/(?:dist\/|schema\/[a-z]+\.schema\.json$|(?:package\.json|README\.md|LICENSE)$)/,
      );
      expect(path).not.toMatch(/\.(?:ts|hbs|map|test\.js)$/);
    }
    const personal = [root, homedir(), userInfo().homedir, hostname()].filter((text) => text.length > 5);
    for (const { path, content } of entries) {
      for (const text of personal) expect(content.includes(text), `${path} holds ${text}`).toBe(false);
    }
    const { scripts = {} } = readJson(join(place, 'node_modules/create-bulwark/package.json')) as {
      scripts?: object;
    };
    expect(Object.keys(scripts).filter((name) => name.endsWith('install'))).toEqual([]);
  });

  test('creates a repository and judges it', async () => {
    const created = await run('npx', 'create-bulwark', 'my-service', '--yes');
    expect(created.code, created.output).toBe(0);
    expect(created.output).toMatch(/judged: \d+ embedded checks, no finding/);
    const files = Object.keys(snapshot(join(place, 'my-service')));
    expect(files).toEqual(expect.arrayContaining(['Dockerfile', 'bulwark.json', '.git/', '.gitignore']));
    const judged = await run('npx', 'bulwark', 'verify', 'my-service', '--json');
    const { ok } = JSON.parse(judged.output) as { ok: boolean };
    expect(ok, judged.output).toBe(true);
  });

  test('is a plop pack', async () => {
    const pack = createRequire(join(place, 'package.json')).resolve('create-bulwark');
    expect(pack).toBe(join(place, 'node_modules/create-bulwark/dist/plopfile.js'));
    const plop = await nodePlop(pack);
    const names = plop.getGeneratorList().map(({ name }) => name);
    expect(names).toEqual(expect.arrayContaining(['create', 'update', 'docker']));
  });
});

const readJson = (path: string): unknown => JSON.parse(readFileSync(path, 'utf8'));
