/** The one report of a fleet: a row a repository, how many are in each state, and what it all ends with. */
import { ExitCode, type Issue } from '../errors.ts';
import { codeOfRows, countStates, type Row } from './row.ts';

export interface FleetReport {
  readonly ok: boolean;
  readonly code: ExitCode;
  readonly issues: readonly Issue[];
  readonly action: 'status' | 'update';
  /** The version that looked. */
  readonly bulwark: string;
  readonly counts: Readonly<Record<string, number>>;
  /** Repositories that were never looked at, because the run was interrupted. */
  readonly left: number;
  /** In the order of the fleet. */
  readonly repositories: readonly Row[];
}

/** @param rows undefined for those that were never looked at */
export function reportOf(
  action: FleetReport['action'],
  bulwark: string,
  rows: readonly (Row | undefined)[],
): FleetReport {
  const seen = rows.flatMap((row) => row ?? []);
  const left = rows.length - seen.length;
  const code = left > 0 ? ExitCode.interrupted : codeOfRows(seen);
  return {
    ok: code === ExitCode.ok,
    code,
    issues: [],
    action,
    bulwark,
    counts: countStates(seen),
    left,
    repositories: seen,
  };
}
