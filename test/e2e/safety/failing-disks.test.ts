/** Real disks that are full, read-only, forbidden or mounted in the middle of the target. */
import { chmodSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';

import { asNobody, isLeftOutAsRoot } from '../../support/nobody.ts';
import type { ChildTask } from './support/child.ts';
import { buildChild, CAN_MOUNT, runChild, runMounted } from './support/run-child.ts';
import { SCENARIOS, type ScenarioName } from './support/scenarios.ts';
import { snapshot } from './support/snapshot.ts';

let child: string;
let place: string;
let parent: string;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'bulwark-disks-'));
  chmodSync(place, 0o755);
  child = await buildChild(place);
});
afterAll(() => {
  rmSync(place, { recursive: true });
});
beforeEach(() => {
  parent = mkdtempSync(join(place, 'p'));
  chmodSync(parent, 0o755);
});

const WHY = CAN_MOUNT ? '' : ' (skipped: unshare -m is not permitted here)';

/** Lays a scenario out on a mount of its own, commits it, and looks at it before and after. */
function commitOnMount(scenario: ScenarioName, mount: string, seal = ''): ReturnType<typeof runMounted> {
  const root = join(parent, SCENARIOS[scenario].root);
  const task = (action: 'lay' | 'commit' | 'snapshot') => ({ root, scenario, action });
  const prepare = `${mount}; "$NODE" "$CHILD" "$2" >/dev/null; ${seal || 'true'}`;
  return runMounted(
    child,
    prepare,
    [parent, JSON.stringify(task('lay'))],
    [task('snapshot'), task('commit'), task('snapshot')],
  );
}

describe(`on a mount${WHY}`, () => {
  it.skipIf(!CAN_MOUNT).each([
    ['missing', '12k'],
    ['nested', '16k'],
    ['empty', '20k'],
    ['existing', '64k'],
  ] as const)('a full disk (%s folder, %s) is an error, and the disk is as before', (scenario, size) => {
    const [before, commit, after] = commitOnMount(scenario, `mount -t tmpfs -o size=${size} none "$1"`);
    expect(commit?.failed).toEqual(['disk-full']);
    expect(after?.snapshot).toEqual(before?.snapshot);
  });

  it.skipIf(!CAN_MOUNT).each(['missing', 'existing'] as const)(
    'a read-only disk (%s folder) is an error, and the disk is as before',
    (scenario) => {
      const [before, commit, after] = commitOnMount(
        scenario,
        'mount -t tmpfs none "$1"',
        'mount -o remount,ro "$1"',
      );
      expect(commit?.failed).toEqual(['read-only-disk']);
      expect(after?.snapshot).toEqual(before?.snapshot);
    },
  );

  it.skipIf(!CAN_MOUNT)(
    'T6: a folder of the target on another file system is before or after when killed at every write',
    () => {
      const scenario = 'mounted';
      const root = join(parent, SCENARIOS[scenario].root);
      mkdirSync(join(root, 'vol'), { recursive: true });
      const run = (...tasks: Omit<ChildTask, 'root' | 'scenario'>[]) => {
        const all = tasks.map((task) => ({ root, scenario, ...task }) as const);
        return runMounted(child, 'mount -t tmpfs none "$1"', [join(root, 'vol')], all);
      };
      const [, before, whole, after] = run(
        { action: 'lay' },
        { action: 'snapshot' },
        {},
        { action: 'recover' },
      );
      expect(whole?.failed).toBeUndefined();
      expect(after?.snapshot).toMatchObject({
        'mounted/vol/new/c.txt': '644 Ywo=',
        'mounted/vol/a.txt': '755 bmV3IGEK',
      });
      expect(after?.snapshot).not.toHaveProperty('mounted/vol/b.txt');
      for (let killAt = 1; killAt <= (whole?.writes ?? 0); killAt += 1) {
        rmSync(root, { recursive: true });
        mkdirSync(join(root, 'vol'), { recursive: true });
        const [killed, now] = run({ layFirst: true, killAt }, { action: 'recover' });
        expect(killed).toBeUndefined();
        const isAfter = JSON.stringify(now?.snapshot) === JSON.stringify(after?.snapshot);
        expect(now?.snapshot, `killed at ${killAt}`).toEqual((isAfter ? after : before)?.snapshot);
      }
    },
    120_000,
  );
});

// To root every folder is writable: then the child is somebody else, which takes a program.
describe.skipIf(isLeftOutAsRoot)('without permission', () => {
  it.each(['missing', 'nested', 'empty', 'existing'] as const)(
    '%s folder: an error, the disk as before',
    async (scenario) => {
      const root = join(parent, SCENARIOS[scenario].root);
      SCENARIOS[scenario].lay(root);
      chmodSync(scenario === 'missing' || scenario === 'nested' ? parent : root, 0o555);
      const before = snapshot(parent);
      const { report } = await runChild(child, { root, scenario }, asNobody);
      expect(report?.failed).toEqual(['no-permission']);
      expect(snapshot(parent)).toEqual(before);
      chmodSync(parent, 0o755);
    },
  );

  it('a folder inside the target: an error, and what was written before it is taken back', async () => {
    const root = join(parent, SCENARIOS.sealed.root);
    SCENARIOS.sealed.lay(root);
    const before = snapshot(parent);
    const { report } = await runChild(child, { root, scenario: 'sealed' }, asNobody);
    expect(report?.failed).toEqual(['no-permission']);
    expect(report?.writes).toBeGreaterThan(5);
    expect(snapshot(parent)).toEqual(before);
  });
});
