/** What a report keeps of one repository: little, whatever the repository holds. */
import { ExitCode, type Issue } from '../errors.ts';

/** What can be the matter with a repository, in words of a report. */
export const STATES = [
  'current',
  'update available',
  'edited',
  'updated',
  'would be updated',
  'conflicts',
  'rules broken',
  'not managed',
  'refused',
  'held',
  'unreachable',
  'failed',
  'interrupted',
] as const;
export type State = (typeof STATES)[number];

export interface FileChange {
  readonly path: string;
  readonly change: string;
}

/** The branch that an update was put on. */
export interface BranchRow {
  readonly name: string;
  /** The branch that it starts from. */
  readonly base: string;
  /**
   * `made` in a local repository, `pushed` to a remote, `would be pushed` without `--push`; `unchanged`: it was there just so;
   * `held`: it is there with commits of others, and stays as it is.
   */
  readonly outcome: 'made' | 'pushed' | 'would be pushed' | 'unchanged' | 'held';
  readonly commit?: string;
}

export interface Row {
  readonly name: string;
  /** The folder or the address, without a password. */
  readonly place: string;
  /** `acme/orders`, where the remote has owners. */
  readonly slug?: string;
  readonly state: State;
  /** What the command would end with for this repository alone. */
  readonly code: number;
  /** The version of bulwark that rendered it last; absent where that cannot be read. */
  readonly bulwark?: string;
  /** `acme@1.2.0`, in the order of `bulwark.json`. */
  readonly packs: readonly string[];
  /** Files that were edited since bulwark wrote them. */
  readonly edits: number;
  /** Files that an update changes, or would. */
  readonly updates: number;
  readonly conflicts: number;
  /** Findings of team rules. */
  readonly rules: number;
  /** The first of those that an update changes; only of `fleet update`. */
  readonly files?: readonly FileChange[];
  readonly branch?: BranchRow;
  readonly issues: readonly Issue[];
}

/** A row keeps no more files, issues and characters than these: a report of a thousand repositories fits on a page of memory. */
export const MAX_FILES = 100;
const MAX_ISSUES = 5;
const MAX_TEXT = 400;

export const fewIssues = (issues: readonly Issue[]): readonly Issue[] =>
  issues.slice(0, MAX_ISSUES).map(({ id, message, where, hint }) => ({
    id: shortened(id),
    message: shortened(message),
    ...(where !== undefined && { where: shortened(where) }),
    ...(hint !== undefined && { hint: shortened(hint) }),
  }));

export const shortened = (text: string): string =>
  text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;

/**
 * The codes that a fleet can end with, worst first: what makes the report itself doubtful, then what somebody has to decide, then
 * what can wait.
 */
const PRECEDENCE: readonly number[] = [
  ExitCode.interrupted,
  ExitCode.terminated,
  ExitCode.bug,
  ExitCode.machine,
  ExitCode.integrity,
  ExitCode.untrusted,
  ExitCode.ruleBroken,
  ExitCode.conflicts,
  ExitCode.inputNeeded,
  ExitCode.usage,
  ExitCode.findings,
  ExitCode.drift,
];

/** The worst of the rows' codes; 0 for none. */
export function codeOfRows(rows: readonly Pick<Row, 'code'>[]): ExitCode {
  const codes = new Set(rows.map(({ code }) => code));
  const worst = PRECEDENCE.find((code) => codes.has(code));
  if (worst !== undefined) return worst as ExitCode;
  return [...codes].every((code) => code === ExitCode.ok) ? ExitCode.ok : ExitCode.bug;
}

/** How many repositories are in each state, in the order of the states; those without any are left out. */
export function countStates(rows: readonly Pick<Row, 'state'>[]): Readonly<Record<string, number>> {
  const counts = STATES.map((state) => [state, rows.filter((row) => row.state === state).length] as const);
  return Object.fromEntries(counts.filter(([, count]) => count > 0));
}
