/** The rows of repositories that could not be looked at, and the start of all others. */
import { join } from 'node:path';
import { BulwarkError, ExitCode } from '../errors.ts';
import type { FleetPorts } from './ports.ts';
import type { FleetRepository } from './repository.ts';
import { fewIssues, type Row, type State } from './row.ts';

/** Nothing is known of it yet but its name. */
export const emptyRow = (repository: FleetRepository): Omit<Row, 'state' | 'code'> => ({
  name: repository.name,
  place: repository.kind === 'folder' ? join(repository.path, repository.folder) : repository.url,
  ...(repository.kind === 'remote' && repository.slug !== undefined && { slug: repository.slug }),
  packs: [],
  edits: 0,
  updates: 0,
  conflicts: 0,
  rules: 0,
  issues: [],
});

/** A folder that is not there, or that bulwark does not look after. */
export function unfit(repository: FleetRepository, state: 'missing' | 'not managed'): Row {
  const isMissing = state === 'missing';
  return {
    ...emptyRow(repository),
    state: isMissing ? 'unreachable' : 'not managed',
    code: isMissing ? ExitCode.machine : ExitCode.usage,
    issues: [
      isMissing
        ? {
            id: 'fleet-unreachable',
            message: 'there is no such folder',
            hint: 'correct the entry, or leave it out',
          }
        : {
            id: 'not-managed',
            message: 'bulwark does not look after this folder',
            hint: 'run bulwark adopt in it, or leave it out',
          },
    ],
  };
}

/** Turns what stands in the way of one repository into its row: the others go on. */
export async function withoutThrowing(
  repository: FleetRepository,
  { signal }: Pick<FleetPorts, 'signal'>,
  look: () => Promise<Row>,
): Promise<Row> {
  try {
    return await look();
  } catch (error) {
    if (!(error instanceof BulwarkError)) throw error;
    const row = emptyRow(repository);
    if (signal.aborted) return { ...row, state: 'interrupted', code: ExitCode.interrupted };
    return {
      ...row,
      state: stateOf(error),
      code: error.exitCode,
      issues: fewIssues(error.issues),
    };
  }
}

function stateOf({ exitCode, issues }: BulwarkError): State {
  if (issues.some(({ id }) => id === 'fleet-unreachable' || id === 'git-missing')) return 'unreachable';
  return exitCode === ExitCode.usage ? 'refused' : 'failed';
}

/** @throws BulwarkError (code 74) for what lies beyond the network, where that is not to be used */
export function refuseOffline(repository: FleetRepository, { offline }: Pick<FleetPorts, 'offline'>): void {
  if (!offline || repository.kind === 'folder' || repository.url.startsWith('file:')) return;
  throw new BulwarkError(ExitCode.machine, [
    {
      id: 'fleet-unreachable',
      message: 'the repository is on another machine, and --offline forbids the network',
      hint: 'leave out --offline',
    },
  ]);
}
