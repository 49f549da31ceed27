/** T6: a commit that is killed or asked to stop at any write leaves the folder as it was or as it was to be. */
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

import { recoverTarget } from '../../../src/repo/recover.ts';
import type { ChildTask } from './support/child.ts';
import { buildChild, eachAtOnce, runChild } from './support/run-child.ts';
import { SCENARIOS, type ScenarioName } from './support/scenarios.ts';
import { snapshot } from './support/snapshot.ts';

let child: string;
let place: string;

beforeAll(async () => {
  place = mkdtempSync(join(tmpdir(), 'bulwark-t6-'));
  child = await buildChild(place);
});
afterAll(() => {
  rmSync(place, { recursive: true });
});

/** A folder that holds the scenario's target, to be compared as a whole. */
function layParent(scenario: ScenarioName): { readonly parent: string; readonly root: string } {
  const parent = mkdtempSync(join(place, 'p'));
  const root = join(parent, SCENARIOS[scenario].root);
  mkdirSync(join(parent, 'neighbour'));
  SCENARIOS[scenario].lay(root);
  return { parent, root };
}

/** What the scenario starts from, what it ends with, and how many writes that takes. */
async function outline(scenario: ScenarioName) {
  const { parent, root } = layParent(scenario);
  const before = snapshot(parent);
  const { report } = await runChild(child, { root, scenario });
  expect(report?.failed).toBeUndefined();
  return { before, after: snapshot(parent), writes: report?.writes ?? 0, creations: report?.creations ?? [] };
}

const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index + 1);
const NAMES = ['missing', 'nested', 'empty', 'existing'] as const;

describe.each(NAMES)('T6: %s folder', (scenario) => {
  it('is before or after when killed with -9 at every write, once the next command has looked', async () => {
    const { before, after, writes, creations } = await outline(scenario);
    expect(after).not.toEqual(before);
    const fates = new Set<string>();
    const cases = [
      ...upTo(writes).map((killAt) => ({ killAt, torn: false })),
      ...creations.map((killAt) => ({ killAt, torn: true })),
    ];
    await eachAtOnce(cases, async (harm) => {
      const { parent, root } = layParent(scenario);
      const { signal } = await runChild(child, { root, scenario, ...harm });
      expect(signal).toBe('SIGKILL');
      const { kept } = recoverTarget(root);
      expect(kept).toEqual([]);
      const now = snapshot(parent);
      const fate = JSON.stringify(now) === JSON.stringify(after) ? 'after' : 'before';
      expect(now, `killed at write ${JSON.stringify(harm)}`).toEqual(fate === 'after' ? after : before);
      fates.add(fate);
      expect(recoverTarget(root).outcome).toBe('nothing');
    });
    expect([...fates].sort()).toEqual(['after', 'before']);
  }, 120_000);

  it('is before or after at once when asked to stop (SIGTERM) at every write', async () => {
    const { before, after, writes } = await outline(scenario);
    await eachAtOnce(upTo(writes), async (terminateAt) => {
      const { parent, root } = layParent(scenario);
      const { report } = await runChild(child, { root, scenario, terminateAt });
      const stopped = report?.failed?.[0] === 'interrupted';
      expect(snapshot(parent), `stopped at write ${terminateAt}`).toEqual(stopped ? before : after);
    });
  }, 120_000);
});

// The other two differ from these in where they start, not in how they take back.
describe.each(['missing', 'existing'] as const)('T6: %s folder', (scenario) => {
  it('is before or after when killed at every write of taking back', async () => {
    const { before, after, writes } = await outline(scenario);
    for (const terminateAt of [Math.ceil(writes / 3), Math.ceil((writes * 2) / 3)]) {
      const probe = layParent(scenario);
      const { report } = await runChild(child, { root: probe.root, scenario, terminateAt });
      const cases = upTo(report?.writes ?? 0).filter((killAt) => killAt > terminateAt);
      await eachAtOnce(cases, async (killAt) => {
        const { parent, root } = layParent(scenario);
        await runChild(child, { root, scenario, terminateAt, killAt });
        recoverTarget(root);
        const now = snapshot(parent);
        const isAfter = report?.failed === undefined && JSON.stringify(now) === JSON.stringify(after);
        expect(now, `stopped at ${terminateAt}, killed at ${killAt}`).toEqual(isAfter ? after : before);
      });
    }
  }, 120_000);

  it('is before or after when the recovery itself is killed at every write', async () => {
    const { before, after, writes } = await outline(scenario);
    const crash = async (task: Omit<ChildTask, 'root' | 'scenario'>) => {
      const laid = layParent(scenario);
      await runChild(child, { root: laid.root, scenario, ...task });
      return laid;
    };
    for (const killAt of [4, Math.ceil((writes * 2) / 3)]) {
      const probe = await crash({ killAt });
      const { report } = await runChild(child, { root: probe.root, scenario, action: 'recover' });
      await eachAtOnce(upTo(report?.writes ?? 0), async (recoveryKillAt) => {
        const { parent, root } = await crash({ killAt });
        await runChild(child, { root, scenario, action: 'recover', killAt: recoveryKillAt });
        recoverTarget(root);
        const now = snapshot(parent);
        const isAfter = JSON.stringify(now) === JSON.stringify(after);
        expect(now, `killed at ${killAt}, recovery at ${recoveryKillAt}`).toEqual(isAfter ? after : before);
        expect(isAfter).toBe(JSON.stringify(snapshot(probe.parent)) === JSON.stringify(after));
      });
    }
  }, 120_000);
});
