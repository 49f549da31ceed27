/** Finds real tools for tests, and makes groups of tests that need them skip with a reason, or fail where CI asks so. */
import { accessSync, constants, existsSync, readdirSync, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { basename, delimiter, join } from 'node:path';
import { afterAll, describe, test, type TestContext } from 'vitest';
import { exec, type Exec } from '../../src/exec.ts';
import { markGroup, toolsAreRequired, type ToolGroup } from './tool-groups.ts';

/** kubeconform judges by the schemas of the project's `shared` folder, where that is beside this clone. */
const SCHEMAS = join(import.meta.dirname, '../../../shared/tools/k8s-schemas/schemas');
if (existsSync(SCHEMAS)) process.env.BULWARK_KUBERNETES_SCHEMAS ??= SCHEMAS;

/** Why kubeconform cannot judge anything here. */
export const missingSchemas = (): string | undefined =>
  existsSync(process.env.BULWARK_KUBERNETES_SCHEMAS ?? '')
    ? undefined
    : 'BULWARK_KUBERNETES_SCHEMAS names no folder of schemas';

/**
 * Where tools are looked for: the pinned ones of $BULWARK_VALIDATORS first, then the PATH, then Pythons that pyenv
 * has. Pyenv's shims are left out: one exists for each version, and most of them only print that it is not active.
 */
export function toolFolders(): readonly string[] {
  const { BULWARK_VALIDATORS, PATH = '', PYENV_ROOT = join(homedir(), '.pyenv') } = process.env;
  const versions = join(PYENV_ROOT, 'versions');
  const pythons = existsSync(versions)
    ? readdirSync(versions)
        .sort((a, b) => b.localeCompare(a, 'en', { numeric: true }))
        .map((version) => join(versions, version, 'bin'))
    : [];
  const onPath = PATH.split(delimiter).filter((folder) => folder !== '' && basename(folder) !== 'shims');
  return [...(BULWARK_VALIDATORS ? [BULWARK_VALIDATORS] : []), ...onPath, ...pythons];
}

/** Absolute path of a program, or undefined when it is nowhere. */
export function findTool(name: string): string | undefined {
  return toolFolders()
    .map((folder) => join(folder, name))
    .find(isExecutable);
}

/**
 * Absolute path of a program that a test cannot do without.
 * @throws when it is nowhere; tests of a group ask `describeWithTools` first
 */
export function requireTool(name: string): string {
  const path = findTool(name);
  if (path === undefined) throw new Error(whyMissing([name]));
  return path;
}

/** `exec` that finds the pinned tools of $BULWARK_VALIDATORS first, as a user's PATH would. */
export const execWithTools: Exec = (execution) => {
  const { BULWARK_VALIDATORS, PATH = '' } = process.env;
  const path = BULWARK_VALIDATORS ? `${BULWARK_VALIDATORS}${delimiter}${PATH}` : PATH;
  return exec({ ...execution, env: { PATH: path, ...execution.env } });
};

/**
 * A group of tests that need real tools: skipped with the reason when one is absent, failed instead under
 * BULWARK_REQUIRE_TOOLS=1. The group counts as run only when its tests were executed.
 * @param group an entry of TOOL_GROUPS
 * @param tools names of programs, all of which are needed
 * @param obstacle why the tests cannot run for another reason than a program that is absent
 */
export function describeWithTools(
  group: ToolGroup,
  tools: readonly string[],
  tests: () => void,
  obstacle?: string,
): void {
  const missing = tools.filter((name) => findTool(name) === undefined);
  if (missing.length === 0 && obstacle === undefined) {
    describe(`real tools: ${group}`, () => {
      // Vitest runs the hooks of a group only when it executes a test of it.
      afterAll(() => {
        markGroup(group, { ran: true });
      });
      tests();
    });
    return;
  }
  const reason = missing.length > 0 ? whyMissing(missing) : (obstacle ?? '');
  markGroup(group, { skipped: reason });
  if (toolsAreRequired()) {
    test(`real tools: ${group}`, () => {
      throw new Error(`${reason}, and BULWARK_REQUIRE_TOOLS=1 asks for all of them`);
    });
  } else {
    describe.skip(`real tools: ${group} (${reason})`, tests);
  }
}

/**
 * Leaves a test of a group out for a reason that shows only when it runs (a registry that does not answer); fails it
 * instead where all tools are required.
 */
export function skipInGroup(group: ToolGroup, context: TestContext, reason: string): never {
  markGroup(group, { skipped: reason });
  if (toolsAreRequired()) throw new Error(`${reason}, and BULWARK_REQUIRE_TOOLS=1 asks for all of them`);
  return context.skip(reason);
}

const whyMissing = (names: readonly string[]): string =>
  `not on the PATH nor in $BULWARK_VALIDATORS: ${names.join(', ')}`;

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/**
 * Whether a test has to be left out because the system has no such program; where all tools are required it is not, and
 * fails for want of it.
 */
export const isLeftOutWithout = (program: string): boolean =>
  findTool(program) === undefined && !toolsAreRequired();
