/** `bulwark update`: the present answers with the present templates, merged with what the user has made of the last run. */
import type { RunState } from '../../run.ts';
import { carryOutRun, type PreparedRun } from '../prepared-run.ts';
import { managedPlace, openManaged, prepareRerun } from '../rerun.ts';
import type { Command, CommandContext } from './command.ts';

export const update: Command = async (context) => {
  const { options } = context.line;
  if (options.has('abort')) return (await import('../take-back.ts')).takeBack(context);
  if (options.has('rebuild')) return (await import('../rebuild.ts')).rebuild(context);
  return carryOutRun(context, await prepareUpdate(context));
};

/** @throws BulwarkError: faults of the records (code 2), open conflicts (code 3), and what `prepareRerun` throws */
export const prepareUpdate = (context: CommandContext): Promise<PreparedRun> =>
  prepareRerun(context, { command: 'update', place: managedPlace(openManaged(context)), done });

function done({ changes = [], written }: RunState): string {
  const isChanged = changes.some(({ kind }) => kind !== 'unchanged' && kind !== 'keep');
  return isChanged && written === true ? 'Updated.' : 'Nothing to do: the repository is up to date.';
}
