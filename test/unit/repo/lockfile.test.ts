/** The lock: what is written is read back, and what is not a lock is named. */
import { describe, expect, it } from 'vitest';

import { lockOf, parseLock, serializeLock } from '../../../src/repo/lockfile.ts';
import { virtualTree } from '../../../src/tree/virtual-tree.ts';
import { treeOf } from './trees.ts';

const tree = treeOf({ 'b/z.sh': ['#!/bin/sh\n', true], 'a.txt': ['a\n', false], __proto__x: ['', false] });

describe('lock', () => {
  it('is read back as it was written, one line a file, sorted', () => {
    const text = serializeLock(lockOf(tree, '1.2.3'));
    expect(parseLock(text)).toEqual(lockOf(tree, '1.2.3'));
    expect(text.split('\n').slice(4, 7)).toEqual([
      expect.stringMatching(/^ {4}"__proto__x": \{ "owner": "managed"/),
      '    "a.txt": { "owner": "managed", "component": "test", "mode": "644", "sha256": "87428fc522803d31065e7bce3cf03fe475096631e5e07bbd7a0fde60c4cf25c7" },',
      expect.stringMatching(/^ {4}"b\/z.sh": .*"mode": "755".* \}$/),
    ]);
    expect(text.endsWith('\n  }\n}\n')).toBe(true);
    expect(serializeLock(parseLock(text))).toBe(text);
    expect(parseLock(serializeLock(lockOf(virtualTree([]), '1'))).files).toEqual({});
  });

  it('keeps a file that is named __proto__', () => {
    const text = serializeLock(lockOf(treeOf({ __proto__x: ['x', false] }), '1')).replace(
      '__proto__x',
      '__proto__',
    );
    expect(Object.keys(parseLock(text).files)).toEqual(['__proto__']);
    expect(serializeLock(parseLock(text))).toBe(text);
  });

  const good = serializeLock(lockOf(tree, '1'));
  it.each([
    ['lock-conflict', good.replace('    "a.txt"', '<<<<<<< HEAD\n    "a.txt"'), '.bulwark/lock.json:6'],
    [
      'lock-conflict',
      good.replaceAll('\n', '\r\n').replace('    "a.txt"', '=======\r\n    "a.txt"'),
      '.bulwark/lock.json:6',
    ],
    ['lock-corrupt', '', '.bulwark/lock.json:1:1'],
    ['lock-corrupt', good.slice(0, -4), '.bulwark/lock.json'],
    ['lock-corrupt', good.replace('644', '777'), '.bulwark/lock.json'],
    ['lock-corrupt', good.replace('managed', 'mine'), '.bulwark/lock.json'],
    ['lock-corrupt', good.replace('a.txt', '../a.txt'), '.bulwark/lock.json'],
    ['lock-corrupt', good.replace('b/z.sh', 'a.txt'), '.bulwark/lock.json:7:5'],
    ['lock-corrupt', good.replace(/"sha256": "../, '"sha256": "'), '.bulwark/lock.json'],
    ['lock-corrupt', good.replace('"bulwark"', '"bulwalk"'), '.bulwark/lock.json'],
    ['lock-corrupt', '[]', '.bulwark/lock.json'],
    ['lock-version', good.replace('"version": 1', '"version": 2'), '.bulwark/lock.json'],
    ['lock-version', '{}', '.bulwark/lock.json'],
  ])('says %s', (id, text, where) => {
    const exitCode = id === 'lock-conflict' ? 3 : 2;
    expect(() => parseLock(text)).toThrow(
      expect.objectContaining({
        exitCode,
        issues: [
          expect.objectContaining({
            id,
            where: expect.stringContaining(where) as string,
            ...(id === 'lock-conflict' && { hint: 'run: bulwark update --rebuild' }),
          }),
        ],
      }),
    );
  });
});
