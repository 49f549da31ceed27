/** `bulwark remove`: takes back what `add` added; what was edited since stays, and is named. */
import { usageError } from '../../errors.ts';
import { removeComponents } from '../../plan/change-components.ts';
import { chosenComponents } from '../chosen-components.ts';
import { managedPlace, openManaged, rerun } from '../rerun.ts';
import { withSets } from '../with-sets.ts';
import type { Command } from './command.ts';

export const remove: Command = async (context) => {
  const { line, catalog } = context;
  const ids = line.positionals;
  if (ids.length === 0) {
    throw usageError([
      {
        id: 'missing-component',
        message: 'say which components to remove',
        where: 'bulwark remove',
        hint: 'for example: bulwark remove redis',
      },
    ]);
  }
  const repo = openManaged(context);
  const sets = removeComponents(catalog, ids, chosenComponents(catalog, repo.settings));
  return rerun(context, {
    command: 'remove',
    words: ids,
    place: managedPlace(repo),
    change: (raw) => withSets(raw, sets),
    done: ({ changes = [], request }) => {
      const kept = changes.filter(
        (change) => change.kind === 'keep' && change.reason === 'no-longer-generated',
      );
      const named = kept.map(({ path }) => path).join(', ');
      const { components, stack, manages } = request.plan.project;
      const isLast = manages === 'components' && components.every((id) => id === stack || id === 'git');
      return [
        `Removed ${ids.join(', ')}.`,
        ...(kept.length > 0 ? [`Edited, and therefore kept: ${named}.`] : []),
        ...(isLast ? ["Nothing of bulwark's is left but its records; bulwark eject takes them away."] : []),
      ].join(' ');
    },
  });
};
