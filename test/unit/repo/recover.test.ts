/** What recovery does with journals of others: alive, foreign, edited over, hostile. */
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { sha256 } from '../../../src/repo/lockfile.ts';
import type { Owner } from '../../../src/repo/owner.ts';
import { thisProcess } from '../../../src/repo/owner.ts';
import { recoverTarget } from '../../../src/repo/recover.ts';
import { snapshot } from '../../e2e/safety/support/snapshot.ts';

let parent: string;
let root: string;
beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'bulwark-recover-'));
  root = join(parent, 'repo');
  mkdirSync(root);
});
afterEach(() => {
  rmSync(parent, { recursive: true });
});

/** No process has this id: it is above the largest that Linux gives. */
const DEAD: Owner = { pid: 2 ** 22 + 1, started: '1', host: hostname() };

/** A run that had replaced `a` and made `b` when it was killed. */
function layJournal(owner: Owner, steps?: unknown, folder = join(root, '.bulwark/journal')): void {
  mkdirSync(join(folder, 'originals'), { recursive: true });
  mkdirSync(join(folder, 'staged'));
  writeFileSync(join(folder, 'originals/0'), 'old a\n');
  writeFileSync(join(root, 'a'), 'new a\n');
  writeFileSync(join(root, 'b'), 'new b\n');
  const standard = [
    { path: 'a', kind: 'update', sha256: sha256(Buffer.from('new a\n')) },
    { path: 'b', kind: 'create', sha256: sha256(Buffer.from('new b\n')) },
  ];
  const plan = { version: 1, owner, steps: steps ?? standard, made: [], emptied: [] };
  writeFileSync(join(folder, 'applying.json'), JSON.stringify(plan));
}

const read = (path: string) => readFileSync(join(root, path), 'utf8');

describe('recoverTarget', () => {
  it('takes back what a dead process had done', () => {
    layJournal(DEAD);
    expect(recoverTarget(root)).toEqual({ outcome: 'rolled-back', kept: [] });
    expect(Object.keys(snapshot(root))).toEqual(['a']);
    expect(read('a')).toBe('old a\n');
  });

  it('keeps what was edited since, puts the original beside it, and says so', () => {
    layJournal(DEAD);
    writeFileSync(join(root, 'a'), 'edited a\n');
    writeFileSync(join(root, 'b'), 'edited b\n');
    writeFileSync(join(root, 'a.orig'), 'mine\n');
    expect(recoverTarget(root)).toEqual({
      outcome: 'rolled-back',
      kept: [{ path: 'a', original: 'a.orig.1' }, { path: 'b' }],
    });
    expect([read('a'), read('b'), read('a.orig'), read('a.orig.1')]).toEqual([
      'edited a\n',
      'edited b\n',
      'mine\n',
      'old a\n',
    ]);
  });

  it('does not lose the original when the user deleted the file or its folder', () => {
    layJournal(DEAD, [{ path: 'sub/a', kind: 'update', sha256: 'x' }]);
    expect(recoverTarget(root).kept).toEqual([{ path: 'sub/a', original: 'a.orig' }]);
    expect(read('a.orig')).toBe('old a\n');
  });

  it.each([
    ['this process', () => thisProcess()],
    ['one of another machine, a moment ago', () => ({ ...DEAD, host: 'elsewhere' })],
  ])('leaves the journal of %s alone', (_, owner) => {
    layJournal(owner());
    const before = snapshot(parent);
    expect(() => recoverTarget(root)).toThrow(
      expect.objectContaining({ exitCode: 74, issues: [expect.objectContaining({ id: 'busy' })] }),
    );
    expect(snapshot(parent)).toEqual(before);
  });

  it.each([
    ['an earlier process with the same id', () => ({ ...thisProcess(), started: '1' })],
    ['one of another machine, an hour ago', () => ({ ...DEAD, host: 'elsewhere' })],
  ])('takes back what %s left', (_, owner) => {
    // Without /proc the start of a process is not known, and only its age tells.
    if (thisProcess().started === '') return;
    layJournal(owner());
    const hourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(join(root, '.bulwark/journal'), hourAgo, hourAgo);
    expect(recoverTarget(root).outcome).toBe('rolled-back');
  });

  it.each([
    ['a path that leads out', [{ path: '../victim', kind: 'create', sha256: 'x' }]],
    ['a step that does not exist', [{ path: 'a', kind: 'chmod' }]],
    ['no list', {}],
  ])('does nothing with a journal that has %s', (_, steps) => {
    writeFileSync(join(parent, 'victim'), '');
    layJournal(DEAD, steps);
    const before = snapshot(parent);
    expect(() => recoverTarget(root)).toThrow(
      expect.objectContaining({ exitCode: 74, issues: [expect.objectContaining({ id: 'journal-corrupt' })] }),
    );
    expect(snapshot(parent)).toEqual(before);
  });

  it('follows no link that stands for the journal, a part of it, or a folder of the target', () => {
    const outside = join(parent, 'outside');
    layJournal(DEAD, undefined, join(outside, 'journal'));
    mkdirSync(join(outside, 'journal.99999999-1'));
    const before = snapshot(outside);
    symlinkSync(outside, join(root, '.bulwark'));
    expect(recoverTarget(root).outcome).toBe('nothing');
    rmSync(join(root, '.bulwark'));
    mkdirSync(join(root, '.bulwark'));
    symlinkSync(join(outside, 'journal'), join(root, '.bulwark/journal'));
    expect(recoverTarget(root).outcome).toBe('nothing');
    rmSync(join(root, '.bulwark'), { recursive: true });

    layJournal(DEAD, [{ path: 'sub/a', kind: 'create', sha256: sha256(Buffer.from('{}')) }]);
    writeFileSync(join(outside, 'a'), '{}');
    symlinkSync(outside, join(root, 'sub'));
    recoverTarget(root);
    expect(readFileSync(join(outside, 'a'), 'utf8')).toBe('{}');
    rmSync(join(outside, 'a'));
    expect(snapshot(outside)).toEqual(before);
  });

  it('leaves folders that only look like ours', () => {
    const name = `.repo.bulwark-${DEAD.pid}-1`;
    mkdirSync(join(parent, name));
    writeFileSync(join(parent, name, 'mine.txt'), 'mine\n');
    mkdirSync(join(parent, '.repo.bulwark-notes'));
    mkdirSync(join(root, '.bulwark'));
    writeFileSync(join(root, '.bulwark/lock.json'), '{}');
    mkdirSync(join(root, `.bulwark/journal.${DEAD.pid}-1`));
    writeFileSync(join(root, `.bulwark/journal.${DEAD.pid}-1/mine.txt`), 'mine\n');
    const before = snapshot(parent);
    recoverTarget(root);
    expect(snapshot(parent)).toEqual(before);
  });

  it('does nothing where nothing was left, also where nothing is', () => {
    expect(recoverTarget(root)).toEqual({ outcome: 'nothing', kept: [] });
    expect(recoverTarget(join(root, 'not/there'))).toEqual({ outcome: 'nothing', kept: [] });
    expect(existsSync(join(root, 'not'))).toBe(false);
  });
});
