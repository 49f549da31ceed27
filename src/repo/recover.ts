/** The first thing every command does: ends what an earlier process left half done. */
import { dirname } from 'node:path';

import { type Disk, nodeDisk } from './disk.ts';
import { asFailure } from './failures.ts';
import { advance, clearJournal, findJournal, type KeptAside, rollBack } from './journal.ts';
import { openTarget } from './open-repo.ts';
import { clearStaleStaging } from './staging.ts';

export interface Recovery {
  /** `completed`: the change was whole, only its traces were left; `cleared`: it had not touched anything yet. */
  readonly outcome: 'nothing' | 'cleared' | 'rolled-back' | 'completed';
  /** Files that were edited after the interruption, which therefore stay as they are. */
  readonly kept: readonly KeptAside[];
}

/**
 * Completes or takes back what a process that was killed in `commitChanges` left in the folder `dir` or beside it.
 * Can itself be killed at any moment. Touches nothing where nothing was left.
 * @throws BulwarkError (code 74): `busy` while another bulwark is writing here, `journal-corrupt`, or what the system refuses
 */
export function recoverTarget(dir: string, disk: Disk = nodeDisk): Recovery {
  const { root, anchor, state } = openTarget(dir, disk);
  const now = Date.now();
  try {
    const isFolder = state !== 'missing' && state !== 'not-a-folder';
    // Where the root is there, what would be staged for it stood beside it.
    const stagedIn = isFolder ? dirname(root) : anchor;
    const cleared =
      stagedIn !== root && canList(stagedIn, disk) && clearStaleStaging(root, stagedIn, now, disk);
    const found = isFolder ? findJournal(root, now, disk) : undefined;
    if (!found) return { outcome: cleared ? 'cleared' : 'nothing', kept: [] };
    if (found.state !== 'applying') {
      clearJournal(root, disk);
      return { outcome: found.state === 'done' ? 'completed' : 'cleared', kept: [] };
    }
    const kept = rollBack(root, found.plan, disk);
    advance(root, 'applying', 'undone', disk);
    clearJournal(root, disk);
    return { outcome: 'rolled-back', kept };
  } catch (error) {
    throw asFailure(error, 'take back what an interrupted run left', root);
  }
}

/** A parent that may be entered and not read is nothing unusual: shared homes, containers. */
function canList(folder: string, disk: Disk): boolean {
  try {
    disk.list(folder);
    return true;
  } catch {
    return false;
  }
}
