/** `bulwark update`: the present answers with the present templates, merged with what the user has made of the last run. */
import { managedPlace, openManaged, rerun } from '../rerun.ts';
import { ExitCode } from '../../errors.ts';
import type { RunState } from '../../run.ts';
import { isUpToDate } from '../settled.ts';
import type { Command } from './command.ts';

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
  return rerun(context, { command: 'update', place: managedPlace(repo), done });
};

function done({ changes = [], written }: RunState): string {
  const isChanged = changes.some(({ kind }) => kind !== 'unchanged' && kind !== 'keep');
  const isLeft = changes.some((change) => change.kind === 'conflict' && change.merged !== undefined);
  return isChanged && written === true
    ? isLeft
      ? 'Updated, with conflicts left.'
      : 'Updated.'
    : NOTHING_NEW;
}
