/** `bulwark adopt`: brings a repository that bulwark did not make under its care; what is there stays as it is. */
import { usageError } from '../../errors.ts';
import { addComponents } from '../../plan/change-components.ts';
import { findManaged } from '../../repo/managed-repo.ts';
import type { RunState } from '../../run.ts';
import { adoptable } from '../adoptable.ts';
import { foreignPlace } from '../foreign-place.ts';
import { rerun } from '../rerun.ts';
import { withSets } from '../with-sets.ts';
import type { Command } from './command.ts';

export const adopt: Command = async (context) => {
  const { catalog, line, terminal, say } = context;
  const managed = findManaged(terminal.cwd);
  if (managed !== undefined) {
    throw usageError([
      {
        id: 'already-managed',
        message: 'bulwark looks after this repository already',
        where: managed,
        hint: 'bring it up to the present templates with: bulwark update',
      },
    ]);
  }
  const { place, detection, tree } = await foreignPlace(context);
  const known = new Set(catalog.components.map(({ id }) => id));
  const fixed = new Set(
    catalog.components
      .filter(({ category }) => category === 'stack' || category === 'essential')
      .map(({ id }) => id),
  );
  const present = detection.present
    .map(({ component }) => component)
    .filter((id) => known.has(id) && !fixed.has(id));
  const ids = line.positionals.length > 0 ? line.positionals : await adoptable(catalog, present, place, tree);
  for (const id of line.positionals.length > 0 ? [] : present.filter((one) => !ids.includes(one))) {
    say(`note: ${id}: what there is of it is not what bulwark could look after, and is left alone\n`);
  }
  if (ids.length === 0) {
    throw usageError([
      {
        id: 'nothing-to-adopt',
        message: 'no file here plays the part of a component',
        where: place.root,
        hint: 'say which components to look after: bulwark adopt docker ci, or add new ones: bulwark add docker',
      },
    ]);
  }
  const { sets, required } = addComponents(catalog, ids, []);
  for (const id of required) say(`note: ${id} comes along, for it is needed\n`);
  return rerun(context, {
    command: 'adopt',
    words: ids,
    place: { ...place, undecided: 'keep' },
    change: (raw) => withSets(raw, sets),
    done,
  });
};

function done({ changes = [] }: RunState): string {
  const count = (kind: string): number => changes.filter((change) => change.kind === kind).length;
  return `Adopted: ${count('unchanged')} identical, ${count('create')} new, ${count('keep')} different and kept.`;
}
