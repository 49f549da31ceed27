/** What `openTarget` says of a folder. */
import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { openTarget, readOwnFile, readTargetFiles, targetFault } from '../../../src/repo/open-repo.ts';
import { LOCK_PATH } from '../../../src/repo/lockfile.ts';
import type { RepoPath } from '../../../src/tree/repo-path.ts';

let parent: string;
beforeEach(() => {
  parent = realpathSync(mkdtempSync(join(tmpdir(), 'bulwark-open-')));
});
afterEach(() => {
  rmSync(parent, { recursive: true });
});

function lay(...paths: string[]): string {
  const root = join(parent, 'repo');
  mkdirSync(root, { recursive: true });
  for (const path of paths) {
    mkdirSync(join(root, path, '..'), { recursive: true });
    if (path.endsWith('/')) mkdirSync(join(root, path), { recursive: true });
    else writeFileSync(join(root, path), path);
  }
  return root;
}

describe('openTarget', () => {
  it.each([
    ['empty', []],
    ['harmless', ['.git/', 'LICENSE', 'README.md', '.gitignore']],
    ['harmless', ['.git', 'licence.txt', 'readme', 'LICENSE-MIT', 'LICENSE.md']],
    ['occupied', ['.git', 'READMEs']],
    ['occupied', ['README.md', '.env']],
    ['occupied', ['.bulwark/other']],
    ['bulwark', ['bulwark.json']],
    ['bulwark', ['.bulwark/lock.json', 'src/']],
  ])('says %s of %j', (state, paths) => {
    const root = lay(...paths);
    expect(openTarget(root)).toMatchObject({ state, root, anchor: root, viaLink: false });
    expect(targetFault(openTarget(root))).toBeUndefined();
  });

  it('names the folder that a missing one will be made in', () => {
    const root = lay();
    expect(openTarget(join(root, 'a'))).toMatchObject({ state: 'missing', anchor: root, entries: [] });
    expect(openTarget(join(root, 'a/b/c'))).toMatchObject({
      state: 'missing',
      anchor: root,
      root: join(root, 'a/b/c'),
    });
  });

  it('finds the work tree above, by a folder or a file', () => {
    const root = lay('.git', 'sub/deep/file');
    expect(openTarget(join(root, 'sub/deep')).workTree).toBe(root);
    expect(openTarget(join(root, 'sub/new/er')).workTree).toBe(root);
    expect(openTarget(root).workTree).toBe(root);
    expect(openTarget(parent).workTree).toBeUndefined();
  });

  it('follows a link to the root, and says so', () => {
    const root = lay('file');
    symlinkSync('repo', join(parent, 'link'));
    expect(openTarget(join(parent, 'link'))).toMatchObject({ state: 'occupied', root, viaLink: true });
    expect(openTarget(join(parent, 'link/new'))).toMatchObject({
      state: 'missing',
      root: join(root, 'new'),
      viaLink: true,
    });
  });

  it('has an issue for what is no folder', () => {
    const root = lay('file');
    expect(targetFault(openTarget(join(root, 'file')))).toMatchObject({ id: 'not-a-folder' });
  });
});

describe('reading', () => {
  it('gives the files that are there, and undefined for those that are not', () => {
    const root = lay('a', 'b/c', LOCK_PATH);
    const paths = ['a', 'b/c', 'b/d', 'x/y', 'b/c/d'] as RepoPath[];
    const files = readTargetFiles(openTarget(root), paths.slice(0, 4));
    expect([...files]).toEqual([
      ['a', { content: Buffer.from('a'), executable: false }],
      ['b/c', { content: Buffer.from('b/c'), executable: false }],
    ]);
    // A file that another path goes through goes away with the plan.
    expect([...readTargetFiles(openTarget(root), paths).keys()]).toEqual(['a', 'b/c']);
    expect(() => readTargetFiles(openTarget(root), ['b/c/d' as RepoPath])).toThrow(
      expect.objectContaining({
        exitCode: 2,
        issues: [expect.objectContaining({ id: 'wrong-kind', where: 'b/c' })],
      }),
    );
    expect(readTargetFiles(openTarget(join(root, 'new')), paths)).toEqual(new Map());
    expect(readOwnFile(root, LOCK_PATH)).toBe(LOCK_PATH);
    expect(readOwnFile(parent, LOCK_PATH)).toBeUndefined();
  });
});
