/** No write leaves the target through a symlink, and no edit made between plan and write is lost. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { commitChanges } from '../../../src/repo/commit-changes.ts';
import { type Disk, nodeDisk } from '../../../src/repo/disk.ts';
import { openTarget, readExisting } from '../../../src/repo/open-repo.ts';
import type { RepoPath } from '../../../src/tree/repo-path.ts';
import { isLeftOutWithout } from '../../support/tools.ts';
import { create, EXISTING, layExisting, NEW, remove, update } from './support/scenarios.ts';
import { snapshot } from './support/snapshot.ts';

let parent: string;
let root: string;
let outside: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'bulwark-links-'));
  root = join(parent, 'repo');
  outside = join(parent, 'outside');
  mkdirSync(root);
  mkdirSync(outside);
  writeFileSync(join(outside, 'secret'), 'secret\n');
});
afterEach(() => {
  rmSync(parent, { recursive: true });
});

/** Links that lead out of the target, each standing where the first segment of `spot/file` is. */
const LINKS: Readonly<Record<string, () => void>> = {
  'a link to a folder': () => {
    symlinkSync(outside, join(root, 'spot'));
  },
  'a chain of links': () => {
    symlinkSync(outside, join(parent, 'second'));
    symlinkSync('../second', join(root, 'first'));
    symlinkSync('first', join(root, 'spot'));
  },
  'a dangling link': () => {
    symlinkSync(join(outside, 'new'), join(root, 'spot'));
  },
  'a link to itself': () => {
    symlinkSync('spot', join(root, 'spot'));
  },
};

describe.each(Object.entries(LINKS))('%s in the target', (_, lay) => {
  it('is an issue on the way and at the end of a path, in the plan and in the writing', async () => {
    lay();
    const before = snapshot(parent);
    for (const path of ['spot', 'spot/file', 'spot/deeper/file']) {
      expect(readExisting(root, [path as RepoPath]).issues).toMatchObject([
        { id: 'symlink-in-target', where: 'spot' },
      ]);
      for (const change of [create(path, 'x'), update(path, 'secret\n', 'x'), remove(path, 'secret\n')]) {
        const changes = [create('aaa/first.txt', 'x'), change];
        await expect(commitChanges(root, changes)).rejects.toMatchObject({
          exitCode: 2,
          issues: [{ id: 'symlink-in-target', where: 'spot' }],
        });
        expect(snapshot(parent)).toEqual(before);
      }
    }
  });
});

/** Does something just before the staged file of `path` takes its place, or in the middle of the run. */
function meanwhile(when: (from: string, to: string) => boolean, action: () => void): Disk {
  let done = false;
  return {
    ...nodeDisk,
    rename: (from, to) => {
      if (!done && when(from, to)) {
        done = true;
        action();
      }
      nodeDisk.rename(from, to);
    },
  };
}

describe('between plan and write', () => {
  it('a link that takes the place of a folder in mid-run stops the run, and nothing is written', async () => {
    mkdirSync(join(root, 'later'));
    writeFileSync(join(root, 'later/mine.txt'), 'mine\n');
    const disk = meanwhile(
      (_, to) => to.endsWith('first.txt'),
      () => {
        renameSync(join(root, 'later'), join(parent, 'moved'));
        symlinkSync(outside, join(root, 'later'));
      },
    );
    const changes = [
      create('first.txt', 'x'),
      create('later/sub/file.txt', 'x'),
      update('later/mine.txt', 'mine\n', 'x'),
    ];
    await expect(commitChanges(root, changes, { disk })).rejects.toMatchObject({
      issues: [{ id: 'symlink-in-target' }],
    });
    expect(Object.keys(snapshot(root))).toEqual(['later']);
    expect(snapshot(outside)).toEqual({ secret: expect.any(String) as string });
    expect(existsSync(join(parent, 'moved/mine.txt'))).toBe(true);
  });

  it.each(['crlf.txt', 'only/ours.txt', 'new/dir/file.txt', 'run.sh'])(
    'an edit of %s in mid-run stops the run; the edit stays, the rest is as it was',
    async (path) => {
      layExisting(root);
      const edit = () => {
        mkdirSync(join(root, path, '..'), { recursive: true });
        writeFileSync(join(root, path), 'edited\n');
      };
      const disk = meanwhile((from) => from.endsWith('staging.json'), edit);
      await expect(commitChanges(root, EXISTING, { disk })).rejects.toMatchObject({
        exitCode: 3,
        issues: [{ id: 'changed-since-plan', where: path }],
      });
      const now = snapshot(root);
      rmSync(root, { recursive: true });
      mkdirSync(root);
      layExisting(root);
      edit();
      expect(now).toEqual(snapshot(root));
    },
  );

  it('an edit made before the writing costs no write at all', async () => {
    layExisting(root);
    writeFileSync(join(root, 'crlf.txt'), 'edited\n');
    rmSync(join(root, 'only/ours.txt'));
    const refuse = () => {
      throw new Error('written');
    };
    const disk: Disk = { ...nodeDisk, makeFolder: refuse, writeNew: refuse, rename: refuse };
    await expect(commitChanges(root, EXISTING, { disk })).rejects.toMatchObject({
      issues: [{ where: 'only/ours.txt' }, { where: 'crlf.txt' }],
    });
  });

  it('a folder that appears where a new one is to be made stays, and nothing else is there', async () => {
    const goal = join(parent, 'new');
    const disk = meanwhile(
      () => true,
      () => {
        mkdirSync(goal);
        writeFileSync(join(goal, 'mine.txt'), 'mine\n');
      },
    );
    await expect(commitChanges(goal, NEW, { disk })).rejects.toThrow();
    expect(Object.keys(snapshot(parent))).toEqual([
      'new/',
      'new/mine.txt',
      'outside/',
      'outside/secret',
      'repo/',
    ]);
  });
});

describe('what is no file', () => {
  it.skipIf(isLeftOutWithout('mkfifo'))(
    'is an issue where a file is planned, and is never waited for',
    async () => {
      execFileSync('mkfifo', [join(root, 'pipe')]);
      mkdirSync(join(root, 'folder'));
      writeFileSync(join(root, 'folder/mine.txt'), 'mine\n');
      for (const path of ['pipe', 'folder']) {
        expect(readExisting(root, [path as RepoPath]).issues).toMatchObject([
          { id: 'wrong-kind', where: path },
        ]);
        for (const change of [create(path, 'x'), update(path, '', 'x'), remove(path, '')]) {
          await expect(commitChanges(root, [change])).rejects.toMatchObject({
            issues: [{ id: 'wrong-kind' }],
          });
        }
      }
      expect(existsSync(join(root, 'folder/mine.txt'))).toBe(true);
      expect(existsSync(join(root, '.bulwark'))).toBe(false);
    },
  );

  it('is refused as a target; a link to a folder is followed, a dangling one refused', async () => {
    writeFileSync(join(parent, 'file'), '');
    symlinkSync('nowhere', join(parent, 'dangling'));
    symlinkSync('repo', join(parent, 'link'));
    for (const name of ['file', 'file/below', 'dangling', 'dangling/below']) {
      expect(openTarget(join(parent, name)).state).toBe('not-a-folder');
      await expect(commitChanges(join(parent, name), NEW)).rejects.toMatchObject({ exitCode: 2 });
    }
    expect(openTarget(join(parent, 'link'))).toMatchObject({ state: 'empty', viaLink: true });
    await commitChanges(join(parent, 'link/new'), NEW);
    expect(existsSync(join(root, 'new/README.md'))).toBe(true);
  });
});
