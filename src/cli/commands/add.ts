/** `bulwark add`: renders the components into the repository that one stands in, and asks what they need to know. */
import { usageError } from '../../errors.ts';
import { addComponents } from '../../plan/change-components.ts';
import { findManaged } from '../../repo/managed-repo.ts';
import { chosenComponents } from '../chosen-components.ts';
import { carryOutRun, type PreparedRun } from '../prepared-run.ts';
import { managedPlace, openManaged, prepareRerun, type Place } from '../rerun.ts';
import { withSets } from '../with-sets.ts';
import type { Command, CommandContext } from './command.ts';

export const add: Command = async (context) => carryOutRun(context, await prepareAdd(context));

/** @throws BulwarkError: unknown components (code 2), and what `prepareRerun` throws */
export async function prepareAdd(context: CommandContext): Promise<PreparedRun> {
  const { line, catalog, say } = context;
  const ids = line.positionals;
  if (ids.length === 0) {
    throw usageError([
      {
        id: 'missing-component',
        message: 'say which components to add',
        where: 'bulwark add',
        hint: 'for example: bulwark add redis; see "bulwark list" for all',
      },
    ]);
  }
  const { place, chosen, imageDoubts } = await placeOf(context);
  const { sets, required } = addComponents(catalog, ids, chosen);
  for (const id of required) say(`note: ${id} is added too, for it is needed\n`);
  if ([...ids, ...required].includes('docker')) for (const doubt of imageDoubts) say(`note: ${doubt}\n`);
  return prepareRerun(context, {
    command: 'add',
    words: ids,
    place,
    change: (raw) => withSets(raw, sets),
    done: () => `Added ${[...ids, ...required].join(', ')}.`,
  });
}

/** Where bulwark was never, no component is chosen yet, whatever files there are. */
async function placeOf(context: CommandContext): Promise<{
  readonly place: Place;
  readonly chosen: readonly string[];
  readonly imageDoubts: readonly string[];
}> {
  if (findManaged(context.terminal.cwd) === undefined) {
    const { foreignPlace } = await import('../foreign-place.ts');
    const { components } = context.catalog;
    const isAlone = context.line.positionals.every(
      (id) => components.find((component) => component.id === id)?.standsAlone === true,
    );
    const { place, detection } = await foreignPlace(context, isAlone);
    return { place, chosen: [], imageDoubts: detection.imageDoubts };
  }
  const repo = openManaged(context);
  return {
    place: managedPlace(repo),
    chosen: chosenComponents(context.catalog, repo.settings),
    imageDoubts: [],
  };
}
