/** The baseline: exact, mergeable by line, and every damage is found and named by its line. */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { deflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { parseBaseline, readBaseline, serializeBaseline } from '../../../src/repo/baseline.ts';
import { lockOf } from '../../../src/repo/lockfile.ts';
import { treeOf } from './trees.ts';

const FILES: Record<string, [string, boolean]> = {
  'a.txt': ['one\r\ntwo', false],
  'a b/é.yml': ['key: "ü"\n', false],
  empty: ['', false],
  'z.sh': ['#!/bin/sh\n'.repeat(50), true],
};
const tree = treeOf(FILES);
const text = serializeBaseline(tree);

describe('baseline', () => {
  it('is sorted, one line a file, and gives every byte back', () => {
    expect(text.split('\n').map((line) => line.split('\t')[0])).toEqual([
      'a b/é.yml',
      'a.txt',
      'empty',
      'z.sh',
      '',
    ]);
    expect([...parseBaseline(text)]).toEqual([...tree.values()].map(({ path, content }) => [path, content]));
    expect(parseBaseline('')).toEqual(new Map());
    // Stored, pressed with small tables and pressed with large ones.
    for (const size of [0, 1023, 1024, 8192, 8193, 70_000]) {
      const content = Buffer.from('a line of text\n'.repeat(size).slice(0, size));
      expect(parseBaseline(serializeBaseline(treeOf({ x: [content, false] }))).get('x' as never)).toEqual(
        content,
      );
    }
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 2000 }), (bytes) => {
        const one = treeOf({ x: [Buffer.from(bytes), false] });
        expect(parseBaseline(serializeBaseline(one)).get('x' as never)).toEqual(Buffer.from(bytes));
      }),
    );
  });

  it('takes the line of an unchanged file over as it stands', () => {
    // The same text in another form: pressed, where it would be stored.
    const pressed = deflateRawSync('one\r\ntwo').toString('base64');
    const other = text.replace(/^a\.txt\t.*$/m, `a.txt\t${pressed}`);
    expect(other).not.toBe(text);
    expect(serializeBaseline(tree, [readBaseline(other)])).toBe(other);
    const changed = treeOf({ ...FILES, 'a.txt': ['changed', false] });
    expect(parseBaseline(serializeBaseline(changed, [readBaseline(other)])).get('a.txt' as never)).toEqual(
      Buffer.from('changed'),
    );
  });

  it('merges by union: two branches that add files need no hand', () => {
    const folder = mkdtempSync(join(tmpdir(), 'bulwark-union-'));
    const write = (name: string, more: Record<string, [string, boolean]>) => {
      writeFileSync(join(folder, name), serializeBaseline(treeOf({ ...FILES, ...more })));
    };
    write('base', {});
    write('ours', { 'm/ours.txt': ['ours', false], both: ['same', false] });
    write('theirs', { 'm/theirs.txt': ['theirs', false], both: ['same', false] });
    execFileSync('git', ['merge-file', '--union', 'ours', 'base', 'theirs'], { cwd: folder });
    const merged = parseBaseline(readFileSync(join(folder, 'ours'), 'utf8'));
    expect([...merged.keys()]).toEqual([
      'a b/é.yml',
      'a.txt',
      'both',
      'empty',
      'm/ours.txt',
      'm/theirs.txt',
      'z.sh',
    ]);
    rmSync(folder, { recursive: true });
  });

  const line = (path: string, content: string) => serializeBaseline(treeOf({ [path]: [content, false] }));
  it.each([
    ['baseline-conflict', 'two texts for one path', `${text}${line('a.txt', 'other')}`, 5],
    ['baseline-conflict', 'markers', text.replace('empty', '<<<<<<< ours\nempty'), 3],
    ['baseline-corrupt', 'no tab', text.replace('a.txt\t', 'a.txt '), 2],
    ['baseline-corrupt', 'an empty line', text.replace('empty', '\nempty'), 3],
    ['baseline-corrupt', 'a path that leads out', text.replace('z.sh', '../z.sh'), 4],
    ['baseline-corrupt', 'no base64', text.replace('z.sh\t', 'z.sh\t!'), 4],
    ['baseline-corrupt', 'cut short', text.slice(0, -9), 4],
    [
      'baseline-corrupt',
      'another text than the lock says',
      text.replace(/^a\.txt.*\n/m, line('a.txt', 'x')),
      2,
    ],
  ])('says %s: %s', (id, _, damaged, number) => {
    expect(() => parseBaseline(damaged, lockOf(tree, '1'))).toThrow(
      expect.objectContaining({
        exitCode: id === 'baseline-conflict' ? 3 : 2,
        issues: [expect.objectContaining({ id, where: `.bulwark/baseline:${number}` })],
      }),
    );
  });

  it('finds any letter that was changed, by the lock', () => {
    const lock = lockOf(tree, '1');
    fc.assert(
      fc.property(fc.nat(text.length - 2), fc.constantFrom('A', 'b', '7', '/', ' '), (at, letter) => {
        const damaged = text.slice(0, at) + letter + text.slice(at + 1);
        let texts: Map<string, Buffer>;
        try {
          texts = parseBaseline(damaged, lock);
        } catch (error) {
          expect(error).toMatchObject({ issues: [{ where: expect.stringMatching(/:\d+$/) as string }] });
          return;
        }
        // What is let pass gives no wrong text: a path the lock does not know, or spare bits of base64.
        for (const [path, content] of texts)
          if (lock.files[path]) expect(content).toEqual(tree.get(path as never)?.content);
      }),
      { numRuns: 300 },
    );
  });
});
