/** `bulwark add`: renders the components into the repository that one stands in, and asks what they need to know. */
import { usageError } from '../../errors.ts';
import { addComponents } from '../../plan/change-components.ts';
import { chosenComponents } from '../chosen-components.ts';
import { openManaged, rerun } from '../rerun.ts';
import { withSets } from '../with-sets.ts';
import type { Command } from './command.ts';

export const add: Command = async (context) => {
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
  const repo = openManaged(context);
  const { sets, required } = addComponents(catalog, ids, chosenComponents(catalog, repo.settings));
  for (const id of required) say(`note: ${id} is added too, for it is needed\n`);
  return rerun(context, {
    command: 'add',
    repo,
    change: (raw) => withSets(raw, sets),
    done: () => `Added ${[...ids, ...required].join(', ')}.`,
  });
};
