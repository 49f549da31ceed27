/** T11: `npm create`, `pnpm create`, `yarn create` and `bun create`, with and without `--`, all render the same. */
import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/args.ts';
import { cacheFolder } from '../support/cache.ts';
import { cleanEnvironment, npm, packEverything, startRegistry, type Registry } from '../support/registry.mjs';
import { smallCatalog } from '../support/catalog.ts';
import { snapshot } from './safety/support/snapshot.ts';

const MANAGERS = { pnpm: '12', yarn: '1', bun: '1' } as const;
const FLAGS = ['--yes', '--no-git', '--owner', 'acme', '--set', 'licence=MIT'];

/** How each of them hands words on: npm keeps flags before `--` for itself, so there is one way only. */
const COMMANDS: readonly (readonly [keyof typeof MANAGERS | 'npm', ...string[]])[] = [
  ['npm', 'create', '--yes', 'bulwark', 'my-service', '--', ...FLAGS],
  ['npm', 'init', '--yes', 'bulwark', '--', 'my-service', ...FLAGS],
  ['pnpm', 'create', 'bulwark', 'my-service', ...FLAGS],
  ['pnpm', 'create', 'bulwark', 'my-service', '--', ...FLAGS],
  ['yarn', 'create', 'bulwark', 'my-service', ...FLAGS],
  ['yarn', 'create', 'bulwark', 'my-service', '--', ...FLAGS],
  ['bun', 'create', 'bulwark', 'my-service', ...FLAGS],
  ['bun', 'create', 'bulwark', 'my-service', '--', ...FLAGS],
];

const tools = installManagers();
let folder: string;
let registry: Registry;
let expected: Record<string, string>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-t11-'));
  packEverything(join(folder, 'tarballs'));
  registry = await startRegistry(join(folder, 'tarballs'));
  const { code, output } = await runCommand(
    ['npm', 'create', '--yes', 'bulwark', 'my-service', '--', ...FLAGS],
    'first',
  );
  expect(code, output).toBe(0);
  expected = snapshot(join(folder, 'first/my-service'));
}, 60_000);
afterAll(() => {
  registry.close();
  rmSync(folder, { recursive: true, force: true });
});

describe('T11', () => {
  for (const command of COMMANDS) {
    const [manager] = command;
    const missing = tools.missing[manager];
    const title = command.slice(0, -FLAGS.length).join(' ');
    test.skipIf(missing !== undefined)(
      `${title} …${missing === undefined ? '' : ` (skipped: ${missing})`}`,
      async () => {
        const place = title.replaceAll(/\W+/g, '-');
        const { code, output } = await runCommand(command, place);
        expect(code, output).toBe(0);
        expect(snapshot(join(folder, place, 'my-service'))).toEqual(expected);
        expect(output).toContain(`The same again: ${manager} create bulwark my-service`);
      },
    );
  }

  test('npm without `--` keeps the flags for itself: nothing is written, and the answer is the flags', async () => {
    const command = ['npm', 'create', '--yes', 'bulwark', 'my-service', '--owner=acme'] as const;
    const { code, output } = await runCommand(command, 'kept');
    expect(code).toBe(5);
    expect(output).toContain('--owner=');
    expect(existsSync(join(folder, 'kept/my-service'))).toBe(false);
  });

  test.each([
    [['--', 'my-service', ...FLAGS]],
    [['my-service', '--', ...FLAGS]],
    [['my-service', ...FLAGS, '--']],
    [['my-service', '--yes', '--', ...FLAGS.slice(1)]],
  ])('%j is read as if the first -- were not there', (argv) => {
    const plain = argv.filter((word) => word !== '--');
    const read = (words: readonly string[]) => parseCommandLine(words, smallCatalog.questions, false);
    expect(read(argv)).toEqual(read(plain));
    expect(read(argv).issues).toEqual([]);
  });
});

/** Runs a command in a folder of its own, with a client of its own. */
async function runCommand(
  [file, ...args]: readonly [string, ...string[]],
  place: string,
): Promise<{ code: number | null; output: string }> {
  const cwd = join(folder, place);
  mkdirSync(cwd);
  const env = cleanEnvironment(join(folder, `${place}.client`), registry.url);
  const child = spawn(file, args, {
    cwd,
    env: { ...env, PATH: [tools.path, env.PATH].join(delimiter) },
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

/** Installs the other package managers once, into the cache. */
function installManagers(): { path: string; missing: Readonly<Partial<Record<string, string>>> } {
  const place = cacheFolder('package-managers');
  const isThere = (name: string) => existsSync(join(place, 'node_modules/.bin', name));
  const wanted = Object.entries(MANAGERS).filter(([name]) => !isThere(name));
  if (wanted.length > 0) {
    const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('npm_')));
    const packages = wanted.map(([name, version]) => `${name}@${version}`);
    try {
      // A script of bun's package puts its program in place.
      npm(
        [
          'install',
          '--ignore-scripts=false',
          '--prefix',
          place,
          '--fetch-retries=0',
          '--fetch-timeout=20000',
          ...packages,
        ],
        {
          cwd: place,
          env,
        },
      );
    } catch {
      // What is missing is told by the tests that are skipped.
    }
  }
  const reason = 'it is not installed, and the registry cannot be reached';
  return {
    path: join(place, 'node_modules/.bin'),
    missing: Object.fromEntries(
      Object.keys(MANAGERS).map((name) => [name, isThere(name) ? undefined : reason]),
    ),
  };
}
