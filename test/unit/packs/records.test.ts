/** What is recorded of packs, and when other content is refused with code 8. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { loadPacks } from '../../../src/packs/load-packs.ts';
import { recordsOf, refuseChanged, type Moves } from '../../../src/packs/records.ts';
import { writeTarball } from '../../../src/packs/tar.ts';
import { lockOf, parseLock, serializeLock } from '../../../src/repo/lockfile.ts';
import {
  cardPack,
  manifest,
  portsIn,
  refusalOf,
  remoteIn,
  treeOf,
  writeFiles,
  type Files,
} from '../../support/packs.ts';
import { catalog } from '../../support/render.ts';

let folder: string;
let target: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-records-'));
  target = join(folder, 'work/svc');
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const load = (reference: string) => loadPacks([reference], catalog, portsIn(folder));
/** The codes of a lenient look, of one that lets new versions pass, and of a strict one, of the second content against the lock of the first. */
async function judge(
  reference: string,
  first: (files: Files) => unknown,
  then: Files,
): Promise<[number, number, number]> {
  first(cardPack());
  const { locked } = recordsOf(await load(reference), target);
  refuseChanged(await load(reference), target, locked, 'nowhere');
  first(then);
  const changed = await load(reference);
  const codeOf = async (moves: Moves) => {
    const { code, text } = await refusalOf(() => {
      refuseChanged(changed, target, locked, moves);
    });
    if (code === 8) expect(text).toContain(locked[0]?.sha512);
    if (code === 8) expect(text).toContain(changed.packs[0]?.sha512);
    return code;
  };
  return [await codeOf('freely'), await codeOf('to-new-versions'), await codeOf('nowhere')];
}

const SAME_VERSION = { 'templates/acme-card/base/docs/acme-card.md.hbs': 'other\n' };
const NEW_VERSION = { ...SAME_VERSION, 'pack.json': manifest({ version: '2.0.0' }) };

describe('a pack whose content has changed', () => {
  it.each([
    ['same version', SAME_VERSION, [0, 8, 8]],
    ['new version', NEW_VERSION, [0, 0, 8]],
  ])('in a folder is new content, which a strict look refuses (%s)', async (_, then, codes) => {
    expect(await judge('./acme', (files) => writeFiles(join(folder, 'acme'), files), then)).toEqual(codes);
  });

  it('on a branch too; behind a tag it is refused always', async () => {
    const remote = remoteIn(folder);
    expect(await judge(`${remote.url}#@main`, (files) => remote.publish(files), NEW_VERSION)).toEqual([
      0, 0, 8,
    ]);
    expect(await judge(`${remote.url}#@v1`, (files) => remote.publish(files, 'v1'), NEW_VERSION)).toEqual([
      8, 8, 8,
    ]);
  });

  it('in an archive of this machine is refused where its version is the same', async () => {
    const write = (files: Files) => {
      writeFileSync(join(folder, 'x.tgz'), writeTarball(treeOf({ ...cardPack(), ...files })));
    };
    expect(await judge('./x.tgz', write, SAME_VERSION)).toEqual([8, 8, 8]);
    expect(await judge('./x.tgz', write, NEW_VERSION)).toEqual([0, 0, 8]);
  });
});

describe('the records', () => {
  it('name folders from the repository, and hold what a pack extends too', async () => {
    writeFiles(folder, { 'base/pack.json': manifest() });
    writeFiles(folder, { 'upper/pack.json': manifest({ name: 'upper', extends: '../base' }) });
    const { references, locked } = recordsOf(await load('./upper'), target);
    expect(references).toEqual(['../../upper']);
    expect(locked.map(({ name, reference }) => [name, reference])).toEqual([
      ['acme', '../../base'],
      ['upper', '../../upper'],
    ]);
    expect(JSON.stringify(locked)).not.toContain(folder);
    const inside = recordsOf(await load('./upper'), folder);
    expect(inside.references).toEqual(['./upper']);
  });

  it('stand in the lock and are read back; without packs the lock is as it was', () => {
    const pack = {
      name: 'a',
      reference: '../a',
      version: '1.0.0',
      commit: 'a'.repeat(40),
      sha512: 'b'.repeat(128),
    };
    const lock = lockOf(new Map(), '0.1.0', [pack]);
    expect(parseLock(serializeLock(lock))).toEqual(lock);
    expect(serializeLock(lockOf(new Map(), '0.1.0'))).toBe(
      '{\n  "version": 1,\n  "bulwark": "0.1.0",\n  "files": {}\n}\n',
    );
  });

  it.each([
    ['a list of texts', ['x']],
    ['no list', {}],
    ['a short digest', [{ name: 'a', reference: 'b', version: '1', sha512: 'c' }]],
    ['an unknown key', [{ name: 'a', reference: 'b', version: '1', sha512: 'b'.repeat(128), more: 1 }]],
    ['a wrong commit', [{ name: 'a', reference: 'b', version: '1', sha512: 'b'.repeat(128), commit: 'x' }]],
  ])('that are %s make a lock corrupt', async (_, packs) => {
    const text = JSON.stringify({ version: 1, bulwark: '0.1.0', packs, files: {} });
    expect(await refusalOf(() => parseLock(text))).toMatchObject({ code: 2, ids: ['lock-corrupt'] });
  });
});
