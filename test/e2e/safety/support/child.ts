/** The process that is killed: commits a scenario or recovers from one, and does itself harm at the write it is told. */
import { dirname } from 'node:path';

import { BulwarkError } from '../../../../src/errors.ts';
import { commitChanges } from '../../../../src/repo/commit-changes.ts';
import { recoverTarget } from '../../../../src/repo/recover.ts';
import { tear, watchedDisk } from './disks.ts';
import { SCENARIOS, type ScenarioName } from './scenarios.ts';
import { snapshot } from './snapshot.ts';

export interface ChildTask {
  readonly root: string;
  readonly scenario: ScenarioName;
  /** Default: commit. `lay` and `snapshot` are for file systems that only the child sees. */
  readonly action?: 'commit' | 'recover' | 'lay' | 'snapshot';
  /** Lays the scenario out before it commits. */
  readonly layFirst?: boolean;
  /** Asks itself to stop before this write, as Ctrl-C does. */
  readonly terminateAt?: number;
  /** Is killed before this write … */
  readonly killAt?: number;
  /** … or, if that creates a file, in the middle of it. */
  readonly torn?: boolean;
}

/** What the child says when it has lived to the end. */
export interface ChildReport {
  readonly writes: number;
  /** Which of the writes create a file with content. */
  readonly creations: readonly number[];
  readonly failed?: readonly string[];
  /** Of the folder that holds the root, for the actions `snapshot` and `recover`. */
  readonly snapshot?: Readonly<Record<string, string>>;
}

const task = JSON.parse(process.argv[2] ?? '') as ChildTask;
const controller = new AbortController();
process.on('SIGTERM', () => {
  controller.abort();
});

let writes = 0;
const creations: number[] = [];
const disk = watchedDisk((count, name, args) => {
  writes = count;
  if (name === 'writeNew') creations.push(count);
  if (count === task.terminateAt) process.kill(process.pid, 'SIGTERM');
  if (count !== task.killAt) return;
  if (task.torn === true && name === 'writeNew') tear(args[0] as string, args[1] as Buffer);
  process.kill(process.pid, 'SIGKILL');
});

const { action = 'commit', root, scenario } = task;
let failed: readonly string[] | undefined;
try {
  if (action === 'lay' || task.layFirst === true) SCENARIOS[scenario].lay(root);
  if (action === 'recover') recoverTarget(root, disk);
  if (action === 'commit') {
    await commitChanges(root, SCENARIOS[scenario].changes, { disk, signal: controller.signal });
  }
} catch (error) {
  if (!(error instanceof BulwarkError)) throw error;
  failed = error.issues.map(({ id }) => id);
}
const report: ChildReport = {
  writes,
  creations,
  ...(failed && { failed }),
  ...((action === 'snapshot' || action === 'recover') && { snapshot: snapshot(dirname(root)) }),
};
process.stdout.write(JSON.stringify(report));
