/** `bulwark list`: which stacks, components and presets there are. */
import { CATEGORIES, type Category } from '../../component/define.ts';
import { ExitCode } from '../../errors.ts';
import { serializeDocument } from '../document.ts';
import { packOfComponent, packOfPreset, settledBy, shownAnswer, shownPacks } from '../provenance.ts';
import { formatTable } from '../report.ts';
import type { Command } from './command.ts';

export const list: Command = async (context) => {
  const { catalog, line, terminal } = context;
  const { components, presets } = catalog;
  const packs = shownPacks(context);
  const settled = settledBy(context);
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
          pack: packOfComponent(context, id),
        })),
        presets: presets.map(({ id, description, answers }) => ({
          id,
          description,
          answers,
          pack: packOfPreset(context, id),
        })),
        packs,
        settled,
      }),
    );
    return ExitCode.ok;
  }
  const members = (rows: readonly (readonly [string, string, string | null])[]): string =>
    packs.length === 0
      ? formatTable(
          ['name', 'what it is'],
          rows.map(([id, description]) => [id, description]),
        )
      : formatTable(
          ['name', 'what it is', 'pack'],
          rows.map(([id, description, pack]) => [id, description, pack ?? '']),
        );
  for (const category of Object.keys(CATEGORIES) as Category[]) {
    const ofIt = components.filter((component) => component.category === category);
    if (ofIt.length === 0) continue;
    terminal.out(`${category}: ${CATEGORIES[category]}\n`);
    terminal.out(members(ofIt.map(({ id, description }) => [id, description, packOfComponent(context, id)])));
  }
  terminal.out(`presets: sets of answers under a name\n`);
  terminal.out(members(presets.map(({ id, description }) => [id, description, packOfPreset(context, id)])));
  if (packs.length > 0) {
    terminal.out(`packs: templates and standards of a team\n`);
    terminal.out(
      formatTable(
        ['name', 'version', 'what it is'],
        packs.map(({ name, version, description }) => [name, version, description ?? '']),
      ),
    );
  }
  if (settled.length > 0) {
    terminal.out(`settled by packs: an answer that is locked cannot be another\n`);
    terminal.out(
      formatTable(
        ['key', 'how', 'answer', 'pack'],
        settled.map(({ key, how, value, pack }) => [
          key,
          how,
          how === 'required' ? '' : shownAnswer(value),
          pack,
        ]),
      ),
    );
  }
  return ExitCode.ok;
};
