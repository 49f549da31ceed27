/** Vitest's global setup: says at the end which groups of real-tool tests ran, and fails a run that must have all. */
import { beginMarks, endMarks, summarizeMarks, TOOL_GROUPS, toolsAreRequired } from './tool-groups.ts';

/** @returns what runs after the last test */
export default function setup(): () => void {
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
