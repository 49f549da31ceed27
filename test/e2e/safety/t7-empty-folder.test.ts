/** T7: an empty folder that exists is still there, and still the same one, whatever happens in it. */
import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';

import { commitChanges } from '../../../src/repo/commit-changes.ts';
import { recoverTarget } from '../../../src/repo/recover.ts';
import { failingDisk, watchedDisk } from './support/disks.ts';
import { buildChild } from './support/run-child.ts';
import { NEW } from './support/scenarios.ts';
import { snapshot } from './support/snapshot.ts';

let parent: string;
let root: string;

beforeEach(() => {
  parent = mkdtempSync(join(tmpdir(), 'bulwark t7-'));
  root = join(parent, 'empty');
  mkdirSync(root);
});
afterEach(() => {
  rmSync(parent, { recursive: true });
});

async function countWrites(): Promise<number> {
  let writes = 0;
  await commitChanges(root, NEW, { disk: watchedDisk((count) => (writes = count)) });
  rmSync(root, { recursive: true });
  mkdirSync(root);
  return writes;
}

describe('T7: creating in an empty folder', () => {
  it.each(['ENOSPC', 'EACCES', 'EROFS', 'EIO'])(
    'leaves it empty when any write fails with %s',
    async (code) => {
      const writes = await countWrites();
      for (let at = 1; at <= writes; at += 1) {
        const before = snapshot(parent);
        const { ino } = statSync(root);
        const outcome = await commitChanges(root, NEW, { disk: failingDisk(at, code) }).then(
          () => 'done',
          (error: unknown) => error,
        );
        expect(statSync(root).ino).toBe(ino);
        if (outcome === 'done') break;
        // Where clearing up failed as well, the next command does it. In this process the journal would count as alive.
        expect(outcome).toMatchObject({ exitCode: 74, issues: [{ hint: expect.any(String) as string }] });
        expect(snapshot(parent), `write ${at}`).toEqual(before);
      }
    },
  );

  it('fills it when it is the current folder', async () => {
    const child = await buildChild(parent);
    const { ino } = statSync(root);
    const run = (action: string) =>
      spawnSync(process.execPath, [child, JSON.stringify({ root: '.', scenario: 'empty', action })], {
        cwd: root,
        encoding: 'utf8',
      });
    expect(JSON.parse(run('commit').stdout)).not.toHaveProperty('failed');
    expect(statSync(root).ino).toBe(ino);
    expect(Object.keys(snapshot(root))).toContain('scripts/run.sh');
    // The folder that the user's shell stands in is still the one with the files.
    expect(spawnSync('ls', ['README.md'], { cwd: root }).status).toBe(0);
    expect(recoverTarget(root).outcome).toBe('nothing');
  });
});
