/** Archives: what we write we read, what tar and git write too; what no honest program writes is refused with its reason. */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { digestOf, LIMITS, packTree } from '../../../src/packs/pack-tree.ts';
import { readTarball, writeTarball } from '../../../src/packs/tar.ts';
import {
  cardPack,
  entriesOf,
  rawEntry,
  rawTarball,
  refusalOf,
  treeOf,
  writeFiles,
} from '../../support/packs.ts';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'bulwark-tar-'));
});
afterAll(() => {
  rmSync(folder, { recursive: true, force: true });
});

const LONG = `templates/${'a'.repeat(90)}/${'b'.repeat(90)}/c.txt`;

describe('a tarball', () => {
  it('comes back as it was written, with long and other names, and the same bytes each time', () => {
    const tree = packTree(
      [
        { path: 'pack.json', content: Buffer.from('{}'), executable: false },
        { path: LONG, content: Buffer.from('long'), executable: true },
        { path: 'docs/é ü 日本.md', content: Buffer.alloc(0), executable: false },
      ],
      'test',
    );
    const archive = writeTarball(tree);
    expect(digestOf(packTree(readTarball(archive, 'x'), 'x'))).toBe(digestOf(tree));
    expect(writeTarball(tree).equals(archive)).toBe(true);
  });

  it('of any content comes back', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 2000 }), { maxLength: 5 }), (contents) => {
        const tree = packTree(
          contents.map((content, index) => ({
            path: `f${index}/x`,
            content: Buffer.from(content),
            executable: index % 2 === 0,
          })),
          'test',
        );
        expect(digestOf(packTree(readTarball(writeTarball(tree), 'x'), 'x'))).toBe(digestOf(tree));
      }),
      { numRuns: 30 },
    );
  });

  it.each([
    ['gnu', ['--format=gnu']],
    ['pax', ['--format=pax']],
    ['ustar with a folder around it', ['--format=ustar', '--transform=s,^\\./,wrapped/,']],
  ])('that tar writes (%s) is read', (_, options) => {
    const files = { ...cardPack(), [LONG]: 'long' };
    const source = writeFiles(mkdtempSync(join(folder, 'source-')), files);
    const archive = join(folder, 'x.tgz');
    const { status, stderr } = spawnSync('tar', [...options, '-czf', archive, '-C', source, '.'], {
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    expect(digestOf(packTree(readTarball(readFileSync(archive), 'x'), 'x'))).toBe(digestOf(treeOf(files)));
  });

  it.each([
    ['a symbolic link', [{ path: 'a', type: '2', link: '/etc/passwd' }], 'pack-link', 'symbolic link'],
    ['a hard link', [{ path: 'a', type: '1', link: 'b' }], 'pack-link', 'hard link'],
    ['a device', [{ path: 'a', type: '3' }], 'pack-link', 'device'],
    ['a pipe', [{ path: 'a', type: '6' }], 'pack-link', 'pipe'],
    ['an unknown type', [{ path: 'a', type: 'S' }], 'pack-link', 'no plain file'],
    ['a file twice', [{ path: 'a' }, { path: './a' }], 'pack-archive', 'twice'],
    ['a file that ends early', [{ path: 'a', size: 4096 }], 'pack-archive', 'in the middle'],
    [
      'a renaming global header',
      [{ path: 'g', type: 'g', content: '14 path=../x\n\n' }],
      'pack-archive',
      'renames',
    ],
    [
      'a sparse file',
      [{ path: 'x', type: 'x', content: '22 GNU.sparse.name=ab\n' }],
      'pack-archive',
      'GNU.sparse',
    ],
    ['a linkpath', [{ path: 'x', type: 'x', content: '17 linkpath=/etc\n' }], 'pack-archive', 'linkpath'],
  ] as const)('with %s is refused', async (_, entries, id, why) => {
    const { code, ids, text } = await refusalOf(() => readTarball(rawTarball(entries), 'x.tgz'));
    expect([code, ids], text).toEqual([2, [id]]);
    expect(text).toContain(why);
  });

  it.each([
    '../x',
    '/x',
    'a/../../x',
    'C:/x',
    'a\\..\\x',
    '.git/hooks/post-checkout',
    'nul',
    'a//b',
    'x\u0001',
  ])('with the path %j is refused, also where pax gives it', async (path) => {
    const record = (length: number): string => `${length} path=${path}\n`;
    const length =
      [1, 2]
        .map((digits) => Buffer.byteLength(record(0)) - 1 + digits)
        .find((sum) => Buffer.byteLength(record(sum)) === sum) ?? 0;
    const named = [...entriesOf(cardPack()), { path, content: 'x' }];
    const renamed = [
      ...entriesOf(cardPack()),
      { path: 'p', type: 'x', content: record(length) },
      { path: 'ok', content: 'x' },
    ];
    for (const entries of [named, renamed]) {
      const { code, ids, text } = await refusalOf(() => packTree(readTarball(rawTarball(entries), 'x'), 'x'));
      expect([code, ids], text).toEqual([2, ['pack-path']]);
    }
  });

  it.each([
    ['a bomb', () => gzipSync(Buffer.alloc(60 * 1024 * 1024)), 'unpacks from'],
    [
      'too many files',
      () =>
        gzipSync(
          Buffer.concat(Array.from({ length: 30_001 }, (_, index) => rawEntry({ path: `f${index}` }))),
          { level: 1 },
        ),
      'more than',
    ],
    ['a huge archive', () => Buffer.alloc(LIMITS.archiveBytes + 1), 'is an archive of'],
  ])('that is %s is refused', async (_, make, why) => {
    const { code, ids, text } = await refusalOf(() => packTree(readTarball(make(), 'x'), 'x'));
    expect([code, ids], text).toEqual([2, ['pack-too-large']]);
    expect(text).toContain(why);
  });

  it.each([
    ['no gzip', Buffer.from('hello')],
    ['no tar', gzipSync(Buffer.from('x'.repeat(600)))],
    ['empty', gzipSync(Buffer.alloc(0))],
  ])('that is %s is refused', async (_, archive) => {
    expect(await refusalOf(() => readTarball(archive, 'x'))).toMatchObject({
      code: 2,
      ids: ['pack-archive'],
    });
  });
});

describe('the files of a pack', () => {
  const found = (...paths: string[]) =>
    paths.map((path) => ({ path, content: Buffer.from('x'), executable: false }));

  it.each([
    [['a/B.txt', 'A/b.txt'], 'one path on some systems'],
    [['caf\u00e9', 'cafe\u0301'], 'one path on some systems'],
    [['a', 'A/b'], 'as a file and as a folder'],
  ])('%j collide', async (paths, why) => {
    const { code, ids, text } = await refusalOf(() => packTree(found(...paths), 'x'));
    expect([code, ids]).toEqual([2, ['pack-names-collide']]);
    expect(text).toContain(why);
  });

  it('are left out where a package manager put them', () => {
    expect([...packTree(found('a', 'node_modules/x/y', 'b/node_modules/z'), 'x').keys()]).toEqual(['a']);
  });

  it('have a digest that tells trees apart which their joined bytes do not', () => {
    const of = (...files: [string, string, boolean][]) =>
      digestOf(
        packTree(
          files.map(([path, text, executable]) => ({ path, content: Buffer.from(text), executable })),
          'x',
        ),
      );
    const digests = [
      of(['a', 'b', false]),
      of(['a', 'b', true]),
      of(['ab', '', false]),
      of(['a', '', false], ['b', '', false]),
      of(['a', '644 1 0\nb\n', false]),
    ];
    expect(new Set(digests).size).toBe(digests.length);
    expect(of(['b', '2', false], ['a', '1', false])).toBe(of(['a', '1', false], ['b', '2', false]));
  });
});
