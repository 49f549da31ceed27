/** Reads the document that `check --json` or `update --json` has printed in a process of its own. */
import { ExitCode, type Issue } from '../errors.ts';
import type { ExecResult } from '../exec.ts';
import { isObject } from '../packs/shape.ts';
import { RECORD_PATHS } from '../repo/records.ts';
import { fewIssues, MAX_FILES, shortened, type FileChange } from './row.ts';

/** The part of a document that a report needs. */
export interface ChildDocument {
  readonly code: number;
  readonly issues: readonly Issue[];
  readonly edits: number;
  readonly updates: number;
  readonly conflicts: number;
  readonly rules: number;
  /** The first of them. */
  readonly files: readonly FileChange[];
  /** Whether the command came as far as a plan; without one it has written nothing. */
  readonly hasPlan: boolean;
}

/** What does not count as a change. */
const STILL: ReadonlySet<unknown> = new Set(['unchanged', 'keep']);
const RECORDS: ReadonlySet<unknown> = new Set(RECORD_PATHS);

/** @returns undefined when there is no document: the process was ended, or said something else */
export function readDocument({ outcome, exitCode, stdout }: ExecResult): ChildDocument | undefined {
  if (outcome !== 'exited') return undefined;
  const value = parsed(stdout);
  if (!isObject(value) || typeof value.code !== 'number' || value.code !== exitCode) return undefined;
  const planned = Array.isArray(value.updates) ? value.updates : value.files;
  const changes = listOf(planned).flatMap(changeOf);
  const issues = listOf(value.issues).flatMap(issueOf);
  const marked = changes.filter(({ change }) => change === 'conflict');
  return {
    code: value.code,
    issues: fewIssues(issues),
    edits: listOf(value.edits).length,
    updates: changes.length,
    // Those of an earlier run are told without a plan.
    conflicts: marked.length + issues.filter(({ id }) => id === 'conflicts-left').length,
    rules: isObject(value.rules) ? listOf(value.rules.findings).length : 0,
    files: changes.slice(0, MAX_FILES),
    hasPlan: Array.isArray(planned),
  };
}

/** What a process without a document has ended with. */
export function issueOfEnd({ outcome, exitCode, stderr }: ExecResult): Issue {
  const said = stderr.trim().split('\n')[0] ?? '';
  const how = {
    exited: `ended with ${exitCode ?? ExitCode.bug}`,
    missing: 'could not be started',
    timeout: 'took too long',
    signal: 'was ended, or said more than can be read',
  }[outcome];
  return {
    id: 'fleet-child',
    message: shortened(`bulwark ${how}${said === '' ? '' : `: ${said}`}`),
    hint: 'run bulwark check in that repository to see more',
  };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // It said something else than a document: the caller tells how it ended.
    return undefined;
  }
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]) : []);

function changeOf(value: unknown): FileChange[] {
  if (!isObject(value) || typeof value.path !== 'string' || typeof value.change !== 'string') return [];
  const { path, change } = value;
  return STILL.has(change) || RECORDS.has(path) ? [] : [{ path: shortened(path), change }];
}

function issueOf(value: unknown): Issue[] {
  if (!isObject(value) || typeof value.id !== 'string' || typeof value.message !== 'string') return [];
  const { id, message, where, hint } = value;
  return [
    {
      id,
      message,
      ...(typeof where === 'string' && { where }),
      ...(typeof hint === 'string' && { hint }),
    },
  ];
}
