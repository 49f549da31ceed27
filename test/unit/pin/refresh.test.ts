/** `pin --refresh` and `check --only pins`: what is pinned follows its tag, in the files and in the records, and an update keeps it. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { findReferences } from '../../../src/pin/find-references.ts';
import { pinText } from '../../../src/pin/pin-text.ts';
import { pinOf, writtenKey, type Pins } from '../../../src/pin/reference.ts';
import { renew } from '../../../src/pin/renew.ts';
import { BASELINE_PATH, parseBaseline } from '../../../src/repo/baseline.ts';
import { LOCK_PATH, parseLock } from '../../../src/repo/lockfile.ts';
import { parseSettings, SETTINGS_PATH } from '../../../src/repo/settings-file.ts';
import type { RepoPath } from '../../../src/tree/repo-path.ts';
import { compose, repositoryAt } from './repository.ts';
import { BOTH, digestOf, indexOf, sendJson, sendManifest, standIn, type StandIn } from './stand-in.ts';

let root = '';
beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'bulwark-refresh-'));
});
afterEach(() => {
  rmSync(root, { recursive: true, force: true });
});
const { run, write, read, snapshot, writeAsBulwark } = repositoryAt(() => root);

const sha = (letter: string): string => letter.repeat(40);
const NEWER = indexOf('linux/amd64', 'linux/arm64', 'linux/s390x');
const [OLD_DIGEST, NEW_DIGEST] = [digestOf(BOTH), digestOf(NEWER)];

interface World extends StandIn {
  /** What tags stand for now: tags of actions by `owner/repository@tag`, of images by nothing. */
  readonly now: { manifest: string; readonly tags: Record<string, string> };
}

/** A registry and GitHub whose tags can be moved. */
async function world(tags: Record<string, string> = {}): Promise<World> {
  const now = { manifest: BOTH, tags };
  const host = await standIn((_, response, { url }) => {
    const [, action, tag] = /^\/repos\/([^/]+\/[^/]+)\/git\/ref\/tags\/(.+)$/.exec(url) ?? [];
    const [, listed, prefix] = /^\/repos\/([^/]+\/[^/]+)\/git\/matching-refs\/tags\/(.+)$/.exec(url) ?? [];
    const object = (key: string) => ({ type: 'commit', sha: now.tags[key] });
    if (url.startsWith('/v2/')) sendManifest(response, now.manifest);
    else if (tag !== undefined && `${action}@${tag}` in now.tags)
      sendJson(response, 200, { ref: `refs/tags/${tag}`, object: object(`${action}@${tag}`) });
    else if (prefix !== undefined) {
      const found = Object.keys(now.tags).filter((key) => key.startsWith(`${listed}@${prefix}`));
      sendJson(
        response,
        200,
        found.map((key) => ({ ref: `refs/tags/${key.split('@')[1] ?? ''}`, object: object(key) })),
      );
    } else sendJson(response, 404, {});
  });
  return { ...host, now };
}

const workflow = (...uses: readonly string[]): string =>
  `jobs:\n  a:\n    steps:\n${uses.map((one) => `      - uses: ${one}\n`).join('')}`;

describe('where each kind of file has its digest', () => {
  const [A, B] = [`sha256:${'a'.repeat(64)}`, `sha256:${'b'.repeat(64)}`];
  const pod = (image: string) =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: a}\nspec: {containers: [{name: a, image: "${image}"}]}\n`;
  const app = (digest: string) =>
    `services:\n  - image:\n      registry_type: DOCKER_HUB\n      registry: library\n      repository: redis\n      digest: ${digest}\n`;
  test.each<[string, string, (digest: string) => string, string?]>([
    ['a Dockerfile', 'Dockerfile', (digest) => `FROM redis:8@${digest} AS a\n`],
    [
      'its build argument',
      'Dockerfile',
      (digest) => `ARG BASE="redis:8@${digest}"\nFROM \${BASE} AS a\nFROM $BASE\n`,
    ],
    ['a part of it in an argument', 'Dockerfile', (digest) => `ARG V=8@${digest}\nFROM redis:$V\n`],
    ['compose', 'compose.yml', (digest) => compose(`redis:8@${digest} # why`, `"redis:8@${digest}"`)],
    ['a pod', 'pod.yaml', (digest) => pod(`redis:8@${digest}`)],
    [
      'a kustomization',
      'kustomization.yaml',
      (digest) => `images:\n  - name: redis\n    newTag: "8"\n    digest: ${digest} # why\n`,
    ],
    [
      'the values of a chart',
      'values.yaml',
      (digest) => `a:\n  repository: redis\n  tag: "8"\n  digest: "${digest}"\n`,
    ],
    ['an app of the App Platform', '.do/app.yaml', (digest) => app(`${digest} # 8`), 'library/redis:8'],
  ])('%s: the digest is replaced, and nothing else', (_, path, text, key = 'redis:8') => {
    const pins: Pins = { images: { [`${key}@${A}`]: B }, actions: {} };
    const { text: after, replaced } = pinText(path, text(A), pins);
    expect(after).toBe(text(B));
    expect(replaced[0]).toMatchObject({ key, pin: B, from: A });
    // The twin: a pin for the tag alone changes nothing that is pinned.
    expect(pinText(path, text(A), { images: { [key]: B }, actions: {} }).text).toBe(text(A));
  });

  test.each([
    ['a digest without a tag', 'compose.yml', compose(`redis@${A}`)],
    ['one of the App Platform', '.do/app.yaml', app(A)],
    [
      'a line that is to stay',
      'Dockerfile',
      `# bulwark:allow pin - the next one breaks\nFROM redis:8@${A}\n`,
    ],
    ['two arguments', 'Dockerfile', `ARG N=redis\nARG D=${A}\nFROM $N:8@$D\n`],
  ])('%s stays, and why is said', (_, path, text) => {
    const references = findReferences(path, text).filter((one) => pinOf(one) !== undefined);
    expect(references.length).toBe(1);
    expect(references[0]?.stays).toBeDefined();
    const images = Object.fromEntries(
      references.flatMap((one) => (one.kind === 'image' ? [[writtenKey(one), B]] : [])),
    );
    expect(pinText(path, text, { images, actions: {} }).text).toBe(text);
  });

  test.each([
    ['a version', ' # v1.2.3', ' # v2.0.0'],
    ['a tag of other tools', ' # tag=1.2.3', ' # tag=v2.0.0'],
    ['words behind it', ' # v1.2.3 because of #4', ' # v2.0.0 because of #4'],
    ['no version', ' # why', ' # v2.0.0 # why'],
    ['no comment', '', ' # v2.0.0'],
  ])('an action with %s in its comment', (_, before, after) => {
    const pins: Pins = {
      images: {},
      actions: { [`a/b@${sha('1')}`]: { sha: sha('2'), version: 'v2.0.0' } },
    };
    expect(pinText('.github/workflows/a.yml', workflow(`a/b/c@${sha('1')}${before}`), pins).text).toBe(
      workflow(`a/b/c@${sha('2')}${after}`),
    );
  });
});

describe('what bulwark.json keeps', () => {
  const images = (record: Readonly<Record<string, string>>): Pins => ({ images: record, actions: {} });
  const none = () => false;

  test('a pin that was put to a tag stands under the tag, however often it moves', () => {
    const first = renew(images({ 'a:1@x': 'y' }), images({ 'a:1': 'x' }), () => true);
    expect(first.recorded.images).toEqual({ 'a:1': 'y' });
    expect(first.applied.images).toEqual({ 'a:1': 'y', 'a:1@x': 'y' });
    expect(renew(images({ 'a:1@y': 'z' }), first.recorded, () => true).recorded.images).toEqual({
      'a:1': 'z',
    });
  });

  test('one that the template has stands under what the template has, and goes when it leads back', () => {
    const first = renew(images({ 'a:1@x': 'y' }), images({}), () => true);
    expect(first.recorded.images).toEqual({ 'a:1@x': 'y' });
    const second = renew(images({ 'a:1@y': 'z' }), first.recorded, () => true);
    expect(second.recorded.images).toEqual({ 'a:1@x': 'z' });
    const back = renew(images({ 'a:1@z': 'x' }), second.recorded, () => true);
    expect(back.recorded.images).toEqual({});
    expect(back.applied.images).toEqual({ 'a:1@z': 'x' });
  });

  test("one of a file of the user's is not kept, nor one that has not moved", () => {
    expect(renew(images({ 'a:1@x': 'y' }), images({}), none).recorded.images).toEqual({});
    expect(renew(images({ 'a:1@x': 'x' }), images({}), () => true).recorded.images).toEqual({});
  });
});

describe('in any repository', () => {
  test('what moved is moved, what did not stays, and the second time nothing is left to do', async () => {
    const { host, url, now } = await world({
      'a/b@v1': sha('2'),
      'a/b@v1.3.0': sha('2'),
      'a/c@v2.0.0': sha('3'),
    });
    now.manifest = NEWER;
    write({
      'compose.yml': compose(`${host}/db:1@${OLD_DIGEST}`, `${host}/db@${OLD_DIGEST}`),
      Dockerfile: `FROM ${host}/open:1\n`,
      '.github/workflows/ci.yml': workflow(
        `a/b@${sha('1')} # v1`,
        `a/c@${sha('3')} # v2.0.0`,
        `a/d@${sha('4')} # by hand`,
      ),
    });
    const before = snapshot();
    const dry = await run(['pin', '--refresh', '--dry-run'], url);
    expect(snapshot()).toEqual(before);
    expect(dry.out).toMatch(/reference\s+was\s+pinned to\s+where/);
    const real = await run(['pin', '--refresh'], url);
    expect(real.out).toBe(dry.out);
    expect(read('compose.yml')).toBe(compose(`${host}/db:1@${NEW_DIGEST}`, `${host}/db@${OLD_DIGEST}`));
    expect(read('Dockerfile')).toBe(`FROM ${host}/open:1@${NEW_DIGEST}\n`);
    expect(read('.github/workflows/ci.yml')).toBe(
      workflow(`a/b@${sha('2')} # v1`, `a/c@${sha('3')} # v2.0.0`, `a/d@${sha('4')} # by hand`),
    );
    expect(real.said).toContain('no tag by which to ask');
    expect(real.said).toContain('neither a comment nor bulwark.json');
    const after = snapshot();
    expect((await run(['pin', '--refresh'], url)).said).toContain('no tag has moved');
    expect(snapshot()).toEqual(after);
  });

  test('without --refresh what is pinned is not even asked for', async () => {
    const { host, url, now, asked } = await world();
    now.manifest = NEWER;
    write({ 'compose.yml': compose(`${host}/db:1@${OLD_DIGEST}`) });
    const before = snapshot();
    expect((await run(['pin'], url)).code).toBe(0);
    expect(snapshot()).toEqual(before);
    expect(asked).toEqual([]);
  });

  test('the tag of a release that was moved is told of', async () => {
    const { url } = await world({ 'a/b@v1.2.3': sha('2') });
    write({ '.github/workflows/ci.yml': workflow(`a/b@${sha('1')} # v1.2.3`) });
    expect((await run(['pin', '--refresh'], url)).said).toContain(
      'a/b@v1.2.3 names a release, and its tag was moved',
    );
    expect((await run(['pin', '--refresh'], url)).said).not.toContain('names a release');
  });

  test('offline nothing is asked, and what would be is named', async () => {
    write({ 'compose.yml': compose(`redis:8@${OLD_DIGEST}`) });
    const { code, out } = await run(['pin', '--refresh', '--offline', '--json']);
    expect(code).toBe(2);
    expect(out).toContain(`redis:8@${OLD_DIGEST}`);
  });
});

describe('in a repository that bulwark wrote', () => {
  const records = () => ({
    pins: parseSettings(read(SETTINGS_PATH)).pins,
    baseline: parseBaseline(read(BASELINE_PATH), parseLock(read(LOCK_PATH))),
  });

  test('files, baseline and record move together, also twice', async () => {
    const { host, url, now } = await world({ 'a/b@v1': sha('1'), 'a/b@v1.2.0': sha('1') });
    writeAsBulwark({
      'compose.yml': compose(`${host}/db:1`),
      '.github/workflows/ci.yml': workflow('a/b@v1'),
    });
    expect((await run(['pin'], url)).code).toBe(0);
    expect(read('.github/workflows/ci.yml')).toBe(workflow(`a/b@${sha('1')} # v1.2.0`));
    for (const [letter, version, manifest] of [
      ['2', 'v1.3.0', NEWER],
      ['3', 'v1.4.0', indexOf('linux/amd64')],
    ] as const) {
      now.manifest = manifest;
      // The record knows that `v1` was asked for, which the comment does not say.
      Object.assign(now.tags, { 'a/b@v1': sha(letter), [`a/b@${version}`]: sha(letter) });
      expect((await run(['pin', '--refresh'], url)).code).toBe(0);
      const digest = digestOf(manifest);
      expect(read('compose.yml')).toBe(compose(`${host}/db:1@${digest}`));
      expect(read('.github/workflows/ci.yml')).toBe(workflow(`a/b@${sha(letter)} # ${version}`));
      expect(records().pins).toEqual({
        images: { [`${host}/db:1`]: digest },
        actions: { 'a/b@v1': { sha: sha(letter), version } },
      });
      for (const path of ['compose.yml', '.github/workflows/ci.yml'] as RepoPath[])
        expect(records().baseline.get(path)?.toString()).toBe(read(path));
    }
    const after = snapshot();
    expect((await run(['pin'], url)).code).toBe(0);
    expect(snapshot()).toEqual(after);
  });

  test('an update keeps what was moved, and check says what is behind, with code 7', async () => {
    const pinned = /uses: ([\w-]+\/[\w-]+)[^@\s]*@([0-9a-f]{40}) # (v[\w.]+)/g;
    expect(
      await run(['create', 'service', '--preset', 'minimal', '--yes', '--no-git', '--no-verify']),
    ).toMatchObject({ code: 0 });
    root = join(root, 'service');
    const ci = '.github/workflows/ci.yml';
    const written = [...read(ci).matchAll(pinned)];
    expect(written.length).toBeGreaterThan(2);
    const tags = Object.fromEntries(written.map(([, name, commit, tag]) => [`${name}@${tag}`, commit ?? '']));
    const { url, now } = await world(tags);
    const check = (...args: readonly string[]) => run(['check', ...args], url);
    expect(await check('--only', 'pins')).toMatchObject({ code: 0, out: '' });

    const [, name, , tag] = written[0] ?? [];
    now.tags[`${name}@${tag}`] = sha('9');
    const before = snapshot();
    const behind = await check('--only', 'pins');
    expect(behind.code).toBe(7);
    expect(behind.out).toContain(`${name}@${tag}`);
    expect(behind.out).toContain('999999999999');
    expect(behind.said).toContain('bulwark pin --refresh');
    const document = JSON.parse((await check('--only', 'pins', '--json')).out) as {
      pins: readonly { reference: string; path: string; pin: string; from: string; line: number }[];
    };
    expect(document.pins[0]).toMatchObject({ reference: `${name}@${tag}`, path: ci, pin: sha('9') });
    // Without the word nobody is asked.
    const plain = await check('--json');
    expect(plain.code).toBe(0);
    expect(JSON.parse(plain.out)).toMatchObject({ pins: null });
    expect(snapshot()).toEqual(before);
    expect((await check('--only', 'pins', '--offline')).code).toBe(2);

    expect((await run(['pin', '--refresh', '.github'], url)).code).toBe(0);
    expect(read(ci)).toContain(`${name}@${sha('9')} # ${tag}`);
    expect((await check('--only', 'pins')).code).toBe(0);
    expect((await check()).code).toBe(0);
    const after = snapshot();
    expect((await run(['update', '--yes'])).code).toBe(0);
    expect(snapshot()).toEqual(after);
    // The twin: without its record the update takes the template's commit again.
    const { pins, ...settings } = JSON.parse(read(SETTINGS_PATH)) as Record<string, unknown>;
    expect(pins).toBeDefined();
    write({ [SETTINGS_PATH]: `${JSON.stringify(settings, null, 2)}\n` });
    expect((await run(['update', '--yes'])).code).toBe(0);
    expect(read(ci)).not.toContain(sha('9'));
  });
});
