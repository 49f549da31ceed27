/** Is a group of real-tool tests counted only when all of it was executed? */
import { afterEach, expect, test } from 'vitest';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { endMarks, markGroup, MARKS_VARIABLE, summarizeMarks, TOOL_GROUPS } from '../support/tool-groups.ts';
import { findTool, requireTool } from '../support/tools.ts';

const { [MARKS_VARIABLE]: marksOfThisRun } = process.env;

function freshMarks(): string {
  const folder = mkdtempSync(join(tmpdir(), 'bulwark-marks-'));
  process.env[MARKS_VARIABLE] = folder;
  return folder;
}

afterEach(() => {
  const folder = process.env[MARKS_VARIABLE];
  if (folder !== undefined && folder !== marksOfThisRun) endMarks(folder);
  process.env[MARKS_VARIABLE] = marksOfThisRun;
});

test('only what left a mark has run', () => {
  const folder = freshMarks();
  markGroup('hadolint', { ran: true });
  const { ran, missing } = summarizeMarks(folder);
  expect(ran).toEqual(['hadolint']);
  expect(missing).toHaveLength(Object.keys(TOOL_GROUPS).length - 1);
  expect(missing[0]?.reason).toBe('no test of it was executed');
});

test('a group of which one part was skipped has not run', () => {
  const folder = freshMarks();
  markGroup('trivy', { ran: true });
  markGroup('trivy', { skipped: 'not on the PATH' });
  const { ran, missing } = summarizeMarks(folder);
  expect(ran).toEqual([]);
  expect(missing).toContainEqual({ group: 'trivy', reason: 'not on the PATH' });
});

test('a tool that is nowhere is named', () => {
  expect(findTool('bulwark-has-no-such-tool')).toBeUndefined();
  expect(() => requireTool('bulwark-has-no-such-tool')).toThrow('bulwark-has-no-such-tool');
});
