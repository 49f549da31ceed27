/** `bulwark pin` as a person runs it: disk, baseline, lock and settings change together or not at all. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findReferences } from '../../../src/pin/find-references.ts';
import { pinTree } from '../../../src/pin/pin-tree.ts';
import { pinOf } from '../../../src/pin/reference.ts';
import { BASELINE_PATH, parseBaseline } from '../../../src/repo/baseline.ts';
import { LOCK_PATH, parseLock } from '../../../src/repo/lockfile.ts';
import { parseSettings, serializeSettings, SETTINGS_PATH } from '../../../src/repo/settings-file.ts';
import type { RepoPath } from '../../../src/tree/repo-path.ts';
import { treeOf } from '../repo/trees.ts';
import { compose, repositoryAt } from './repository.ts';
import { BOTH, digestOf, sendJson, sendManifest, standIn, type StandIn } from './stand-in.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bulwark-pin-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});

const SHA = 'a'.repeat(40);
const DIGEST = digestOf(BOTH);

/** A registry that has everything but `missing`, and GitHub that has `actions/checkout@v4`. */
const world = (): Promise<StandIn> =>
  standIn((_, response, { url }) => {
    if (url.includes('missing')) sendJson(response, 404, {});
    else if (url.startsWith('/v2/')) sendManifest(response, BOTH);
    else if (url.endsWith('/actions/checkout/git/ref/tags/v4'))
      sendJson(response, 200, { ref: 'refs/tags/v4', object: { type: 'commit', sha: SHA } });
    else if (url.includes('/matching-refs/'))
      sendJson(response, 200, [{ ref: 'refs/tags/v4.3.1', object: { type: 'commit', sha: SHA } }]);
    else if (url.endsWith('/ref/heads/main')) sendJson(response, 200, { ref: 'refs/heads/main' });
    else sendJson(response, 404, {});
  });

const { run, write, read, snapshot, writeAsBulwark } = repositoryAt(() => root);

const WORKFLOW = 'jobs:\n  a:\n    steps:\n      - uses: actions/checkout@v4\n      - uses: acme/x@main\n';

describe('in any repository', () => {
  test('pins what it names, tells what it did and what it left, and does nothing the second time', async () => {
    const { host, url } = await world();
    write({
      'compose.yml': compose(`${host}/db:1`, `${host}/db:1`, 'own/app:${TAG}'),
      '.github/workflows/ci.yml': WORKFLOW,
      Dockerfile: `FROM ${host}/base:2 AS build\n`,
    });
    const { code, out, said } = await run(['pin'], url);
    expect(code).toBe(0);
    expect(read('compose.yml')).toBe(
      compose(`${host}/db:1@${DIGEST}`, `${host}/db:1@${DIGEST}`, 'own/app:${TAG}'),
    );
    expect(read('.github/workflows/ci.yml')).toBe(WORKFLOW.replace('@v4', `@${SHA} # v4.3.1`));
    expect(read('Dockerfile')).toBe(`FROM ${host}/base:2@${DIGEST} AS build\n`);
    expect(out).toContain(`${host}/db:1`);
    expect(out).toContain(DIGEST.slice(0, 19));
    expect(said).toContain(`asking over the network: ${host}`);
    expect(said).toContain('acme/x@main: it names a branch');
    expect(said).toContain('own/app:${TAG}: it is composed of a variable');
    const before = snapshot();
    expect((await run(['pin', '--cwd', root], url)).said).toContain('there is nothing to pin');
    expect(snapshot()).toEqual(before);
  });

  test('only in the paths that are named', async () => {
    const { host } = await world();
    write({
      'a/compose.yml': compose(`${host}/db:1`),
      'b/compose.yml': compose(`${host}/db:1`),
      'b/c/Dockerfile': `FROM ${host}/x:1\n`,
    });
    expect((await run(['pin', 'compose.yml', '../b/c'], undefined, join(root, 'a'))).code).toBe(2);
    expect((await run(['pin', 'a/compose.yml', 'b/c/'])).code).toBe(0);
    expect(read('a/compose.yml')).toContain(DIGEST);
    expect(read('b/c/Dockerfile')).toContain(DIGEST);
    expect(read('b/compose.yml')).toBe(compose(`${host}/db:1`));
  });

  test('a dry run says the same, as a table, a diff or a document, and writes nothing', async () => {
    const { host, url } = await world();
    write({ 'compose.yml': compose(`${host}/db:1`), '.github/workflows/ci.yml': WORKFLOW });
    const before = snapshot();
    const table = await run(['pin', '--dry-run'], url);
    const diff = await run(['pin', '-n', '--diff'], url);
    const document = await run(['pin', '-n', '--json'], url);
    expect(table.said).toContain('nothing was written');
    expect(diff.out).toContain(`-    image: ${host}/db:1\n+    image: ${host}/db:1@${DIGEST}\n`);
    expect(document.said).toBe('');
    expect(snapshot()).toEqual(before);
    const real = await run(['pin', '--json'], url);
    expect(JSON.parse(real.out)).toEqual(JSON.parse(document.out));
    expect(JSON.parse(real.out)).toMatchObject({
      ok: true,
      code: 0,
      files: [
        {
          path: '.github/workflows/ci.yml',
          replaced: [{ reference: 'actions/checkout@v4', pin: SHA, line: 4 }],
        },
        {
          path: 'compose.yml',
          change: 'update',
          replaced: [{ reference: `${host}/db:1`, pin: DIGEST, line: 3 }],
        },
      ],
      left: [{ reference: 'acme/x@main', path: '.github/workflows/ci.yml', line: 5 }],
      hosts: [host],
    });
    expect(snapshot()).not.toEqual(before);
  });

  test.each([
    ['a tag that is missing', (host: string) => `${host}/missing:1`, [], 2, 'image-not-found'],
    ['a host that is not there', () => '127.0.0.1:1/db:1', [], 74, 'unreachable'],
    ['no network allowed', (host: string) => `${host}/db:2`, ['--offline'], 2, 'offline'],
  ] as const)(
    '%s: everything that is wrong is said, and nothing is written',
    async (_, bad, more, code, id) => {
      const { host } = await world();
      write({
        'compose.yml': compose(`${host}/db:1`, bad(host)),
        Dockerfile: `FROM ${host}/missing/too:1\n`,
      });
      const before = snapshot();
      const end = await run(['pin', '--json', ...more]);
      expect(end.code).toBe(code);
      const { ok, issues } = JSON.parse(end.out) as { ok: boolean; issues: { id: string }[] };
      expect(ok).toBe(false);
      expect(issues.map((issue) => issue.id)).toContain(id);
      expect(issues.length).toBeGreaterThan(1);
      expect(snapshot()).toEqual(before);
    },
  );

  test('a file that changes meanwhile is not overwritten', async () => {
    const registry = await standIn((_, response) => {
      write({ 'compose.yml': 'services: {}\n' });
      sendManifest(response, BOTH);
    });
    write({ 'compose.yml': compose(`${registry.host}/db:1`), Dockerfile: `FROM ${registry.host}/x:1\n` });
    expect((await run(['pin'])).code).toBe(3);
    expect(read('compose.yml')).toBe('services: {}\n');
    expect(read('Dockerfile')).toBe(`FROM ${registry.host}/x:1\n`);
  });

  test('bytes that are no text, folders of others and links are left', async () => {
    const { host } = await world();
    write({ 'vendor/x/Dockerfile': `FROM ${host}/x:1\n`, 'node_modules/x/Dockerfile': `FROM ${host}/x:1\n` });
    writeFileSync(
      join(root, 'Dockerfile'),
      Buffer.concat([Buffer.from(`FROM ${host}/x:1\n# `), Buffer.from([0xff, 0xfe])]),
    );
    const before = snapshot();
    expect((await run(['pin'])).said).toContain('nothing to pin');
    expect(snapshot()).toEqual(before);
  });
});

describe('in a repository that bulwark wrote', () => {
  const records = () => ({
    settings: parseSettings(read(SETTINGS_PATH)),
    baseline: parseBaseline(read(BASELINE_PATH), parseLock(read(LOCK_PATH))),
    lock: parseLock(read(LOCK_PATH)),
  });
  const path = (text: string) => text as RepoPath;

  test('a pinned file is none that was edited, and what was found is recorded', async () => {
    const { host, url } = await world();
    writeAsBulwark({
      'compose.yml': compose(`${host}/db:1`),
      '.github/workflows/ci.yml': WORKFLOW,
      'README.md': 'a\n',
    });
    write({ 'other/Dockerfile': `FROM ${host}/db:1\n` });
    const before = records();
    expect((await run(['pin'], url, join(root, 'other'))).code).toBe(0);
    const { settings, baseline, lock } = records();
    expect(settings.pins).toEqual({
      images: { [`${host}/db:1`]: DIGEST },
      actions: { 'actions/checkout@v4': { sha: SHA, version: 'v4.3.1' } },
    });
    for (const name of ['compose.yml', '.github/workflows/ci.yml', 'README.md']) {
      expect(baseline.get(path(name))?.toString()).toBe(read(name));
    }
    expect(read('compose.yml')).toContain(DIGEST);
    expect(read('other/Dockerfile')).toContain(DIGEST);
    expect(lock.files['README.md']).toEqual(before.lock.files['README.md']);
    expect(lock.files['compose.yml']?.sha256).not.toBe(before.lock.files['compose.yml']?.sha256);
    const after = snapshot();
    // Whether `main` is a branch is asked for anew: that is recorded nowhere.
    expect((await run(['pin'], url)).code).toBe(0);
    expect(snapshot()).toEqual(after);
  });

  test('in an edited file both the edit and the pin stand; a deleted one stays deleted', async () => {
    const { host } = await world();
    const written = compose(`${host}/db:1`, `${host}/cache:1`);
    writeAsBulwark({ 'compose.yml': written, 'gone/compose.yml': compose(`${host}/db:1`) });
    const edited = `# mine\n${compose(`${host}/db:1`, `${host}/cache:2`)}`;
    write({ 'compose.yml': edited });
    rmSync(join(root, 'gone'), { recursive: true });
    expect((await run(['pin'])).code).toBe(0);
    expect(read('compose.yml')).toBe(
      `# mine\n${compose(`${host}/db:1@${DIGEST}`, `${host}/cache:2@${DIGEST}`)}`,
    );
    const { baseline } = records();
    expect(baseline.get(path('compose.yml'))?.toString()).toBe(
      compose(`${host}/db:1@${DIGEST}`, `${host}/cache:1`),
    );
    expect(baseline.get(path('gone/compose.yml'))?.toString()).toBe(compose(`${host}/db:1@${DIGEST}`));
    expect(Object.keys(snapshot())).not.toContain('gone/compose.yml');
  });

  test('a file of its own is pinned with the others although it was not named: an update would do it', async () => {
    const { host } = await world();
    writeAsBulwark({
      'a/compose.yml': compose(`${host}/db:1`),
      'b/compose.yml': compose(`${host}/db:1`, `${host}/x:1`),
    });
    expect((await run(['pin', 'a'])).code).toBe(0);
    expect(read('b/compose.yml')).toBe(compose(`${host}/db:1@${DIGEST}`, `${host}/x:1`));
  });

  test('a pin that nothing goes by any more is forgotten, but not when only a part was looked at', async () => {
    const { host } = await world();
    writeAsBulwark({ 'compose.yml': compose(`${host}/db:1`) });
    const settings = parseSettings(read(SETTINGS_PATH));
    const old = { images: { 'postgres:1': digestOf('old') }, actions: {} };
    write({ [SETTINGS_PATH]: serializeSettings({ ...settings, pins: old }) });
    await run(['pin', 'compose.yml']);
    expect(Object.keys(records().settings.pins?.images ?? {})).toEqual([`${host}/db:1`, 'postgres:1'].sort());
    await run(['pin']);
    expect(Object.keys(records().settings.pins?.images ?? {})).toEqual([`${host}/db:1`]);
  });

  test.each([
    ['a lock that is missing', LOCK_PATH, undefined, 2],
    ['a baseline in conflict', BASELINE_PATH, '<<<<<<< HEAD\n', 3],
    [
      'pins that would break out of a comment',
      SETTINGS_PATH,
      JSON.stringify({ pins: { images: {}, actions: { 'a/b@v1': { sha: SHA, version: 'v1\n  evil: 1' } } } }),
      2,
    ],
    [
      'a digest that is none',
      SETTINGS_PATH,
      JSON.stringify({ pins: { images: { 'a:1': 'latest' }, actions: {} } }),
      2,
    ],
  ])('%s: nothing is written', async (_, record, text, code) => {
    const { host } = await world();
    writeAsBulwark({ 'compose.yml': compose(`${host}/db:1`) });
    rmSync(join(root, record));
    if (text !== undefined) write({ [record]: text });
    const before = snapshot();
    expect((await run(['pin'])).code).toBe(code);
    expect(snapshot()).toEqual(before);
  });

  test('rendering with the recorded pins gives the files as they were pinned, byte for byte', async () => {
    const created = await run([
      'create',
      'service',
      '--preset',
      'fastapi-platform',
      '--yes',
      '--no-git',
      '--no-verify',
    ]);
    expect(created).toMatchObject({ code: 0 });
    root = join(root, 'service');
    execFileSync('git', ['init', '--quiet', root]);
    const { baseline, settings } = records();
    const texts = new Map([...baseline].map(([name, content]) => [name, content.toString('utf8')]));
    const offline = await run(['pin', '--offline', '--json']);
    expect(offline.code).toBe(2);
    const keys = (JSON.parse(offline.out) as { issues: { where: string }[] }).issues.map(
      ({ where }) => where,
    );
    expect(keys).toContain('postgres:17.11-alpine3.24');
    const pins = { images: Object.fromEntries(keys.map((key) => [key, digestOf(key)])), actions: {} };
    write({ [SETTINGS_PATH]: serializeSettings({ ...settings, pins }) });
    expect((await run(['pin', '--offline'])).code).toBe(0);
    const tree = treeOf(Object.fromEntries([...texts].map(([name, text]) => [name, [text, false]])));
    const rendered = pinTree(tree, pins);
    expect(
      [...texts].filter(([name, text]) => rendered.get(name)?.content.toString() !== text).length,
    ).toBeGreaterThan(5);
    const after = records();
    for (const name of texts.keys()) {
      const expected = rendered.get(name)?.content.toString('utf8');
      expect(read(name), name).toBe(expected);
      expect(after.baseline.get(name)?.toString('utf8'), name).toBe(expected);
    }
    expect(after.settings.pins).toEqual(pins);
    const open = [...texts.keys()].flatMap((name) =>
      findReferences(name, read(name)).filter((one) => pinOf(one) === undefined && keys.includes(one.key)),
    );
    expect(open).toEqual([]);
    root = dirname(root);
  });
});
