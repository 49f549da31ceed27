/** `fleet status` of one repository: what `bulwark check` says of it. */
import { join, resolve } from 'node:path';
import { ExitCode } from '../errors.ts';
import { emptyRow, refuseOffline, unfit, withoutThrowing } from './begin-row.ts';
import { checkoutOf, withCheckout } from './checkout.ts';
import { issueOfEnd, readDocument } from './child-document.ts';
import { lookAtFolder, writtenBy } from './managed-folder.ts';
import type { FleetPorts } from './ports.ts';
import type { FleetRepository } from './repository.ts';
import type { Row, State } from './row.ts';

/**
 * @param args what `check` gets besides, such as `--rules`
 * @returns a row, whatever becomes of the repository
 * @throws only what is a bug
 */
export async function statusOf(
  repository: FleetRepository,
  args: readonly string[],
  ports: FleetPorts,
): Promise<Row> {
  return withoutThrowing(repository, ports, () => {
    if (repository.kind === 'folder') {
      const folder = join(resolve(ports.base, repository.path), repository.folder);
      return statusAt(folder, repository, args, ports);
    }
    refuseOffline(repository, ports);
    return withCheckout(checkoutOf(repository), ports, ({ root }) =>
      statusAt(join(root, repository.folder), repository, args, ports),
    );
  });
}

async function statusAt(
  folder: string,
  repository: FleetRepository,
  args: readonly string[],
  ports: FleetPorts,
): Promise<Row> {
  const { state, root } = lookAtFolder(folder);
  if (state !== 'managed') return unfit(repository, state);
  const end = await ports.bulwark(root, ['check', ...args], ports.signal);
  const document = readDocument(end);
  const common = { ...emptyRow(repository), ...writtenBy(root) };
  if (document === undefined) {
    if (ports.signal.aborted) return { ...common, state: 'interrupted', code: ExitCode.interrupted };
    return { ...common, state: 'failed', code: end.exitCode ?? ExitCode.machine, issues: [issueOfEnd(end)] };
  }
  const { code, issues, edits, updates, conflicts, rules } = document;
  return { ...common, state: stateOf(code, updates), code, edits, updates, conflicts, rules, issues };
}

function stateOf(code: number, updates: number): State {
  switch (code) {
    case ExitCode.ok:
      return 'current';
    case ExitCode.drift:
      return updates > 0 ? 'update available' : 'edited';
    case ExitCode.ruleBroken:
      return 'rules broken';
    case ExitCode.conflicts:
      return 'conflicts';
    default:
      return 'failed';
  }
}
