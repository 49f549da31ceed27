/** `bulwark update`: the present answers with the present templates, merged with what the user has made of the last run. */
import { ExitCode } from '../../errors.ts';
import type { ManagedRepo } from '../../repo/managed-repo.ts';
import type { RunState } from '../../run.ts';
import { carryOutRun, type PreparedRun } from '../prepared-run.ts';
import { managedPlace, openManaged, prepareRerun } from '../rerun.ts';
import { isUpToDate } from '../settled.ts';
import type { Command, CommandContext } from './command.ts';

const NOTHING_NEW = 'Nothing to do: the repository is up to date.';

export const update: Command = async (context) => {
  const { options } = context.line;
  if (options.has('abort')) return (await import('../take-back.ts')).takeBack(context);
  if (options.has('rebuild')) return (await import('../rebuild.ts')).rebuild(context);
  const repo = openManaged(context);
  if (isUpToDate(context, repo)) {
    context.say(`\n${context.style.bold(NOTHING_NEW)}\n`);
    return ExitCode.ok;
  }
  return carryOutRun(context, await prepareUpdate(context, repo));
};

/** @throws BulwarkError: faults of the records (code 2), open conflicts (code 3), and what `prepareRerun` throws */
export const prepareUpdate = (
  context: CommandContext,
  repo: ManagedRepo = openManaged(context),
): Promise<PreparedRun> => prepareRerun(context, { command: 'update', place: managedPlace(repo), done });

function done({ changes = [], written }: RunState): string {
  const isChanged = changes.some(({ kind }) => kind !== 'unchanged' && kind !== 'keep');
  const isLeft = changes.some((change) => change.kind === 'conflict' && change.merged !== undefined);
  return isChanged && written === true
    ? isLeft
      ? 'Updated, with conflicts left.'
      : 'Updated.'
    : NOTHING_NEW;
}
