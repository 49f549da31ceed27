/** T12: spaces, unicode, 200 letters, CRLF, read-only files, names that differ by case alone, any umask. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { commitChanges } from '../../../src/repo/commit-changes.ts';
import { readExisting } from '../../../src/repo/open-repo.ts';
import type { RepoPath } from '../../../src/tree/repo-path.ts';
import { caseBlindDisk, linklessDisk, systemError } from './support/disks.ts';
import { create, EXISTING, layExisting, NEW, remove, update } from './support/scenarios.ts';
import { snapshot } from './support/snapshot.ts';

let parent: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'bulwark-t12-'));
});
afterEach(() => {
  rmSync(parent, { recursive: true });
});

const text = (mode: string, content: string) => `${mode} ${Buffer.from(content).toString('base64')}`;

describe('T12: names', () => {
  const NAMES = [
    'with space',
    'Ünïcödé 日本 🏰',
    'x'.repeat(200),
    '日'.repeat(85),
    "quote's $(x) `y`",
    '-dash',
    '%41',
  ];

  it.each(NAMES)('writes into and below a folder named %s', async (name) => {
    for (const exists of [false, true]) {
      const root = join(parent, exists ? 'there' : '', name);
      mkdirSync(exists ? root : parent, { recursive: true });
      await commitChanges(root, [create(`${name}/${name}`, 'text\n')]);
      expect(snapshot(root)).toEqual({ [`${name}/`]: '755', [`${name}/${name}`]: text('644', 'text\n') });
      await commitChanges(root, [update(`${name}/${name}`, 'text\n', 'other\n')]);
      await commitChanges(root, [remove(`${name}/${name}`, 'other\n')]);
      expect(snapshot(root)).toEqual({});
    }
  });

  it('refuses a path that the system finds too long, and leaves nothing', async () => {
    const long = Array.from({ length: 20 }, () => 'y'.repeat(250)).join('/');
    await expect(commitChanges(join(parent, 'new'), [create(long, 'x')])).rejects.toMatchObject({
      exitCode: 74,
      issues: [{ id: 'name-too-long', where: long }],
    });
    await expect(commitChanges(join(parent, 'z'.repeat(256)), NEW)).rejects.toMatchObject({
      issues: [{ id: 'name-too-long' }],
    });
    expect(snapshot(parent)).toEqual({});
  });
});

describe('T12: bytes and modes', () => {
  it('writes every kind of change as it is given, with nothing else touched', async () => {
    layExisting(parent);
    const identity = () => {
      const { ino, mtimeMs, ctimeMs, nlink } = statSync(join(parent, 'user.txt'));
      return { ino, mtimeMs, ctimeMs, nlink };
    };
    const users = identity();
    await commitChanges(parent, EXISTING);
    expect(snapshot(parent)).toEqual({
      '.bulwark/': '755',
      '.bulwark/lock.json': text('644', '{"new":true}\n'),
      '.git/': '755',
      '.git/HEAD': text('644', 'ref: refs/heads/main\n'),
      'become-file': text('644', 'now a file\n'),
      'become-folder/': '755',
      'become-folder/inner.md': text('644', 'now a folder\n'),
      'crlf.txt': text('644', 'one\r\ntwo\r\nthree\r\n'),
      'new/': '755',
      'new/dir/': '755',
      'new/dir/file.txt': text('644', 'new\n'),
      'old/': '755',
      'old/deep/': '755',
      'old/deep/mine.txt': text('644', 'stays\n'),
      'read-only.txt': text('644', 'opened\n'),
      'run.sh': text('755', '#!/bin/sh\n'),
      'user.txt': text('640', 'mine\n'),
    });
    expect(identity()).toEqual(users);
  });

  it.each([0o000, 0o027, 0o077])('gives files 644 and 755 under umask %o', async (mask) => {
    const before = process.umask(mask);
    try {
      await commitChanges(join(parent, 'new'), NEW);
    } finally {
      process.umask(before);
    }
    const modes = ['README.md', 'scripts/run.sh'].map(
      (path) => statSync(join(parent, 'new', path)).mode & 0o777,
    );
    expect(modes).toEqual([0o644, 0o755]);
  });

  it('takes back to the very file: inode, time and mode', async () => {
    layExisting(parent);
    const before = snapshot(parent);
    const file = join(parent, 'read-only.txt');
    const { ino, mtimeMs } = statSync(file);
    const controller = new AbortController();
    const changes = [...EXISTING, update('user.txt', 'not what is there\n', 'x')];
    await expect(commitChanges(parent, changes, { signal: controller.signal })).rejects.toMatchObject({
      exitCode: 3,
    });
    // The last of the changes fails only when its turn comes.
    const last = [...EXISTING, create('zzz/link/file.txt', 'x')];
    mkdirSync(join(parent, 'zzz'));
    writeFileSync(join(parent, 'zzz/link'), 'a file in the way');
    await expect(commitChanges(parent, last)).rejects.toMatchObject({ exitCode: 2 });
    rmSync(join(parent, 'zzz'), { recursive: true });
    expect(snapshot(parent)).toEqual(before);
    expect(statSync(file)).toMatchObject({ ino, mtimeMs });
  });

  it('works, and takes back, where the file system has no hard links', async () => {
    layExisting(parent);
    const before = snapshot(parent);
    let renames = 0;
    const rename: typeof linklessDisk.rename = (from, to) => {
      renames += 1;
      if (to.endsWith('run.sh') && renames > 0 && from.includes('staged')) throw systemError('EIO');
      linklessDisk.rename(from, to);
    };
    await expect(
      commitChanges(parent, EXISTING, { disk: { ...linklessDisk, rename } }),
    ).rejects.toMatchObject({
      issues: [{ id: 'disk-failed', where: 'run.sh' }],
    });
    expect(snapshot(parent)).toEqual(before);
    await commitChanges(parent, EXISTING, { disk: linklessDisk });
    expect(snapshot(parent)['crlf.txt']).toBe(text('644', 'one\r\ntwo\r\nthree\r\n'));
  });
});

describe('T12: names that differ by case alone', () => {
  it('renames by case, on a file system that tells case apart and on one that does not', async () => {
    for (const blind of [false, true]) {
      const root = mkdtempSync(join(parent, 'case'));
      mkdirSync(join(root, 'Docs'));
      writeFileSync(join(root, 'Docs/Guide.md'), 'old\n');
      const changes = [remove('Docs/Guide.md', 'old\n'), create('docs/guide.md', 'new\n')];
      await commitChanges(root, changes, blind ? { disk: caseBlindDisk(root) } : {});
      expect(snapshot(root)).toEqual({ 'docs/': '755', 'docs/guide.md': text('644', 'new\n') });
    }
  });

  it('takes a rename by case back', async () => {
    writeFileSync(join(parent, 'Guide.md'), 'old\n');
    const blind = caseBlindDisk(parent);
    const rename: typeof blind.rename = (from, to) => {
      if (to.endsWith('zzz')) throw systemError('EIO');
      blind.rename(from, to);
    };
    const changes = [remove('Guide.md', 'old\n'), create('guide.md', 'new\n'), create('zzz', '')];
    await expect(commitChanges(parent, changes, { disk: { ...blind, rename } })).rejects.toThrow();
    expect(snapshot(parent)).toEqual({ 'Guide.md': text('644', 'old\n') });
  });

  it('refuses a file that another one hides, naming both', () => {
    writeFileSync(join(parent, 'Readme.md'), 'mine\n');
    mkdirSync(join(parent, 'Docs'));
    writeFileSync(join(parent, 'Docs/a.md'), 'mine\n');
    const paths = ['README.md', 'docs/a.md'] as RepoPath[];
    const { files, issues } = readExisting(parent, paths, caseBlindDisk(parent));
    expect(files.size).toBe(0);
    expect(issues).toMatchObject([
      { id: 'case-collision', where: 'README.md', message: expect.stringContaining('Readme.md') as string },
      { id: 'case-collision', where: 'docs', message: expect.stringContaining('Docs') as string },
    ]);
    const renamed = readExisting(
      parent,
      [...paths, 'Readme.md', 'Docs/a.md'] as RepoPath[],
      caseBlindDisk(parent),
    );
    expect([...renamed.files.keys()]).toEqual(['Readme.md', 'Docs/a.md']);
    expect(renamed.issues).toEqual([]);
    expect(readExisting(parent, paths).issues).toEqual([]);
  });

  it('reads a read-only file and its executable bit', () => {
    writeFileSync(join(parent, 'run.sh'), 'x\r\n');
    chmodSync(join(parent, 'run.sh'), 0o555);
    expect(readExisting(parent, ['run.sh'] as RepoPath[]).files.get('run.sh' as RepoPath)).toEqual({
      content: Buffer.from('x\r\n'),
      executable: true,
    });
  });
});
