/** Vitest's global setup: says at the end which groups of real-tool tests ran, and fails a run that must have all. */
import {
  beginMarks,
  endMarks,
  marksFolder,
  summarizeMarks,
  TOOL_GROUPS,
  toolsAreRequired,
} from './tool-groups.ts';

/**
 * Vitest runs it for the root and for each project that extends it: the first one counts for all.
 *
 * @returns what runs after the last test of all projects
 */
export default function setup(): (() => void) | undefined {
  if (marksFolder() !== undefined) return undefined;
  const folder = beginMarks();
  return () => {
    const { ran, missing } = summarizeMarks(folder);
    endMarks(folder);
    const lines = [
      `real-tool groups: ${ran.length} of ${Object.keys(TOOL_GROUPS).length} ran`,
      ...missing.map(({ group, reason }) => `  not run: ${group} (${reason})`),
    ];
    process.stdout.write(`\n${lines.join('\n')}\n`);
    if (!toolsAreRequired() || missing.length === 0) return;
    process.stdout.write('BULWARK_REQUIRE_TOOLS=1 asks for all of them: this run has failed\n');
    process.exitCode = 1;
  };
}
