/** `bulwark list`: which stacks, components and presets there are. */
import { CATEGORIES, type Category } from '../../component/define.ts';
import { ExitCode } from '../../errors.ts';
import { serializeDocument } from '../document.ts';
import { formatTable } from '../report.ts';
import type { Command } from './command.ts';

export const list: Command = async ({ catalog, line, terminal }) => {
  const { components, presets } = catalog;
  if (line.options.has('json')) {
    terminal.out(
      serializeDocument({
        ok: true,
        code: ExitCode.ok,
        components: components.map(({ id, category, description, requires = [], stacks = null }) => ({
          id,
          category,
          description,
          requires,
          stacks,
        })),
        presets: presets.map(({ id, description, answers }) => ({ id, description, answers })),
      }),
    );
    return ExitCode.ok;
  }
  for (const category of Object.keys(CATEGORIES) as Category[]) {
    const members = components.filter((component) => component.category === category);
    if (members.length === 0) continue;
    terminal.out(`${category}: ${CATEGORIES[category]}\n`);
    terminal.out(
      formatTable(
        ['name', 'what it is'],
        members.map(({ id, description }) => [id, description]),
      ),
    );
  }
  terminal.out(`presets: sets of answers under a name\n`);
  terminal.out(
    formatTable(
      ['name', 'what it is'],
      presets.map(({ id, description }) => [id, description]),
    ),
  );
  return ExitCode.ok;
};
