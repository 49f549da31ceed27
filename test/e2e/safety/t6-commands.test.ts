/**
 * T6 for a repository's whole life: every command that writes into a repository is killed at every one of its writes. The next
 * command, `check`, then finds the old tree or the new one, and says of it what it says of one that nothing was done to.
 */
import { cpSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { catalogWith, runCommand, theCatalog } from '../../support/repository-life.ts';
import type { Catalog } from '../../../src/plan/catalog.ts';
import { BOTH, sendManifest } from '../../unit/pin/stand-in.ts';
import { runHarmed, writesIn, type Harm } from './support/harmed-program.ts';
import { eachAtOnce } from './support/run-child.ts';
import { snapshot } from './support/snapshot.ts';

const MINUTES = 60_000;
const ROOT = 'shop';

let place: string;
let server: Server;
/** A registry on loopback, which has every image. */
let registry: string;

beforeAll(async () => {
  place = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-t6-')));
  server = createServer((_, response) => {
    sendManifest(response, BOTH);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  registry = `127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => {
  server.closeAllConnections();
  server.close();
  rmSync(place, { recursive: true });
});

const write = (root: string, path: string, text: string): void => {
  mkdirSync(dirname(join(root, path)), { recursive: true });
  writeFileSync(join(root, path), text);
};
const edit = (root: string, path: string, from: string | RegExp, to: string): void => {
  const text = readFileSync(join(root, path), 'utf8');
  const edited = text.replace(from, () => to);
  expect(edited, path).not.toBe(text);
  writeFileSync(join(root, path), edited);
};
const run = async (
  root: string,
  args: readonly string[],
  code = 0,
  catalog: Catalog = theCatalog,
): Promise<void> => {
  const end = await runCommand(root, args, catalog);
  expect(end.code, end.stderr).toBe(code);
};

const MINIMAL = [
  'create',
  '.',
  '--yes',
  '--no-git',
  '--preset',
  'minimal',
  '--stack',
  'none',
  '--name',
  'Shop',
];
const minimal = async (root: string, ...more: readonly string[]): Promise<void> =>
  run(root, [...MINIMAL, '--data', 'none', ...more]);

/** Small, and with everything that a run may touch: a file to splice into, one to add lines to, one that is in no one's way. */
const foreign = (root: string): void => {
  write(root, 'package.json', '{ "name": "orders" }\n');
  write(root, 'compose.yaml', 'services:\n  web:\n    image: nginx:1.30\n');
  write(root, '.gitignore', 'node_modules\n');
  write(root, 'docs/notes.md', 'notes\n');
};

const OTHER_WORDS = ['--set', 'description=Sells flowers'];
const conflicting = async (root: string): Promise<void> => {
  await minimal(root);
  edit(root, 'README.md', /^The Shop service.*$|^.*Shop service.*$/m, 'Sells bread.');
  write(root, 'mine.txt', 'mine\n');
};
const conflicted = async (root: string): Promise<void> => {
  await conflicting(root);
  await run(root, ['update', '--force', ...OTHER_WORDS], 3);
};

interface Scenario {
  /** Lays out what the command finds. */
  readonly lay: (root: string) => unknown;
  readonly args: readonly string[];
  /** Where it stands, below the root. */
  readonly cwd?: string;
  readonly code?: number;
}

const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'create in an empty folder': { lay: () => undefined, args: [...MINIMAL, '--data', 'none'] },
  add: { lay: minimal, args: ['add', 'on-call', '--yes'] },
  remove: { lay: minimal, args: ['remove', 'ci', '--yes'] },
  'remove, with a file that was edited': {
    lay: async (root) => {
      await minimal(root);
      await run(root, ['add', 'on-call', '--yes']);
      edit(root, 'docs/ON_CALL.md', /$/, '\nBy hand.\n');
    },
    args: ['remove', 'on-call', '--yes', '--force'],
  },
  adopt: { lay: foreign, args: ['adopt', 'compose', '--yes'], cwd: 'docs' },
  'add in a foreign repository': { lay: foreign, args: ['add', 'redis', '--yes'], cwd: 'docs' },
  update: { lay: minimal, args: ['update', ...OTHER_WORDS] },
  'update with conflicts': { lay: conflicting, args: ['update', '--force', ...OTHER_WORDS], code: 3 },
  'update --abort': { lay: conflicted, args: ['update', '--abort'] },
  'update --rebuild': {
    lay: async (root) => {
      await minimal(root);
      edit(root, '.bulwark/lock.json', /^/, '<<<<<<< ours\n');
    },
    args: ['update', '--rebuild'],
  },
  'resolve --theirs': { lay: conflicted, args: ['resolve', '--theirs'] },
  'resolve --ours, one of two': {
    lay: async (root) => {
      await conflicting(root);
      edit(root, 'docker-compose.yml', 'PORT: "8080"', 'PORT: "7000"');
      await run(root, ['update', '--force', '--set', 'none.port=9000', ...OTHER_WORDS], 3);
    },
    args: ['resolve', '--ours', 'README.md'],
    code: 3,
  },
  pin: {
    lay: async (root) => {
      await run(root, [...MINIMAL, '--data', 'redis'], 0, fromRegistry());
    },
    args: ['pin', 'docker-compose.yml'],
  },
  eject: { lay: minimal, args: ['eject'], cwd: 'app' },
};

/** One whose images come from the registry of this test. */
const fromRegistry = (): Catalog =>
  catalogWith((template) => {
    const { body } = template;
    const moved = (text: string): string =>
      text.replace(/image: (?:\S+\/)?redis:/g, `image: ${registry}/redis:`);
    return {
      ...template,
      body:
        typeof body === 'function'
          ? (...args) => moved(body(...args))
          : Buffer.from(moved(body.toString('utf8'))),
    };
  });

/** The parent of a root that a scenario was laid out in. */
const rootIn = (parent: string): string => join(parent, ROOT);

interface Told {
  readonly code: number;
  readonly said: string;
}

/** What `check` says there; of an interrupted run, which it tells too, nothing. */
async function checked(parent: string, cwd = ''): Promise<Told> {
  const { code, stdout, stderr } = await runCommand(join(rootIn(parent), cwd), ['check']);
  const said = `${stdout}${stderr}`
    .replaceAll(parent, '')
    .replace(/^note: (?:what )?an interrupted .*\n/m, '');
  return { code, said };
}

interface Outline {
  /** A folder to copy. */
  readonly laid: string;
  readonly before: Readonly<Record<string, string>>;
  readonly after: Readonly<Record<string, string>>;
  readonly told: { readonly before: Told; readonly after: Told };
  readonly writes: readonly string[];
}

const copyOf = (laid: string): string => {
  const parent = mkdtempSync(join(place, 'c'));
  cpSync(laid, parent, { recursive: true, preserveTimestamps: true });
  return parent;
};

/** What a scenario starts from, what it ends with, and how many writes that takes. */
async function outline({ lay, args, cwd = '', code = 0 }: Scenario): Promise<Outline> {
  const laid = mkdtempSync(join(place, 'l'));
  const root = rootIn(laid);
  mkdirSync(join(root, '.git'), { recursive: true });
  mkdirSync(join(laid, 'neighbour'));
  await lay(root);
  const done = copyOf(laid);
  const report = join(place, `${laid.slice(place.length + 1)}.json`);
  const end = await runHarmed({ cwd: join(rootIn(done), cwd), below: done, args, report });
  expect(end.code, end.stderr).toBe(code);
  const [before, after] = [snapshot(laid), snapshot(done)];
  expect(after).not.toEqual(before);
  const told = { before: await checked(laid, cwd), after: await checked(done, cwd) };
  // Looking changes nothing.
  expect([snapshot(laid), snapshot(done)]).toEqual([before, after]);
  return { laid, before, after, told, writes: writesIn(report) };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);

/** Each kind of harm at some writes from the first to the last: what is killed at every one need not be stopped at every one. */
const spread = (
  count: number,
): readonly { readonly at: number; readonly how: 'SIGTERM' | 'SIGINT' | 'ENOSPC' }[] =>
  (['SIGTERM', 'SIGINT', 'ENOSPC'] as const).flatMap((how, index) =>
    [
      ...new Set(
        Array.from({ length: STOPS }, (_, stop) => Math.floor(((stop + index / 3) * count) / STOPS) + 1),
      ),
    ].map((at) => ({ at, how })),
  );
const STOPS = 5;

describe.each(Object.entries(SCENARIOS))('T6: %s', (_, scenario) => {
  test(
    'killed with -9 at any write it leaves the old tree or the new one to check',
    async () => {
      const { laid, before, after, told, writes } = await outline(scenario);
      const fates = new Set<string>();
      const cases: Harm[] = [
        ...upTo(writes.length).map((at): Harm => ({ at, how: 'kill' })),
        ...writes.flatMap((name, index): Harm[] =>
          name.startsWith('write ') ? [{ at: index + 1, how: 'tear' }] : [],
        ),
      ];
      await eachAtOnce(cases, async (harm) => {
        const parent = copyOf(laid);
        const { args, cwd = '' } = scenario;
        const end = await runHarmed({ cwd: join(rootIn(parent), cwd), below: parent, args, harm });
        const words = `${harm.how} at ${harm.at}, ${String(writes[harm.at - 1])}`;
        expect(end.signal, words).toBe('SIGKILL');
        const said = await checked(parent, cwd);
        const now = snapshot(parent);
        const fate = JSON.stringify(now) === JSON.stringify(after) ? 'after' : 'before';
        expect(now, words).toEqual(fate === 'after' ? after : before);
        expect(said, words).toEqual(told[fate]);
        fates.add(fate);
        rmSync(parent, { recursive: true });
      });
      expect([...fates].sort()).toEqual(['after', 'before']);
    },
    4 * MINUTES,
  );

  test(
    'asked to stop, or refused a write, it leaves the old tree or the new one by itself',
    async () => {
      const { laid, before, after, writes } = await outline(scenario);
      const codes = { SIGTERM: 143, SIGINT: 130, ENOSPC: 74 } as const;
      const fates = new Set<string>();
      await eachAtOnce(spread(writes.length), async (harm) => {
        const parent = copyOf(laid);
        const { args, cwd = '', code = 0 } = scenario;
        const end = await runHarmed({ cwd: join(rootIn(parent), cwd), below: parent, args, harm });
        const words = `${harm.how} at ${harm.at}, ${String(writes[harm.at - 1])}: ${end.stderr}`;
        expect([codes[harm.how], code], words).toContain(end.code);
        // After the last step it is too late to stop; and where the clearing up was refused, the next command does it.
        if (end.code === code) await checked(parent, cwd);
        const now = snapshot(parent);
        const fate = JSON.stringify(now) === JSON.stringify(after) ? 'after' : 'before';
        expect(now, words).toEqual(fate === 'after' ? after : before);
        if (end.code === code) expect(fate, words).toBe('after');
        fates.add(`${end.code ?? ''} ${fate}`);
        rmSync(parent, { recursive: true });
      });
      expect([...fates]).toEqual(expect.arrayContaining(['143 before', '130 before', '74 before']));
    },
    4 * MINUTES,
  );
});
