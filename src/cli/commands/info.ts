/** `bulwark info`: the options and the files of one component, or the answers of one preset. */
import type { AnyComponent } from '../../component/define.ts';
import type { FieldValue } from '../../component/fields.ts';
import { ExitCode, usageError } from '../../errors.ts';
import type { Catalog } from '../../plan/catalog.ts';
import { nearest } from '../../plan/nearest.ts';
import { describeValues } from '../../plan/parse-value.ts';
import { environmentNameOf, flagOf, type Question } from '../../plan/questions.ts';
import { FRAGMENTS } from '../../render/template-store.ts';
import { serializeDocument } from '../document.ts';
import { formatTable } from '../report.ts';
import type { Command } from './command.ts';

export const info: Command = async ({ catalog, line, terminal }) => {
  const [name] = line.positionals;
  if (name === undefined) throw unnamed(catalog);
  const preset = catalog.presets.find(({ id }) => id === name);
  const component = catalog.components.find(({ id }) => id === name);
  if (!component && !preset) throw unnamed(catalog, name);
  const isJson = line.options.has('json');
  if (component) {
    const described = await describeComponent(catalog, component);
    terminal.out(
      isJson ? serializeDocument({ ok: true, code: ExitCode.ok, ...described }) : formatComponent(described),
    );
  } else if (preset) {
    terminal.out(
      isJson
        ? serializeDocument({ ok: true, code: ExitCode.ok, ...preset })
        : `${preset.id}: ${preset.description}\n\n${formatTable(
            ['question', 'answer'],
            Object.entries(preset.answers).map(([key, value]) => [
              key,
              Array.isArray(value) ? value.join(', ') : String(value),
            ]),
          )}`,
    );
  }
  return ExitCode.ok;
};

interface DescribedOption {
  readonly key: string;
  readonly flag: string;
  readonly environment: string;
  readonly label: string;
  readonly help: string;
  readonly values: string;
  /** Null where it depends on other answers. */
  readonly default: FieldValue | null;
  readonly applies: string | null;
}

interface DescribedComponent {
  readonly id: string;
  readonly category: string;
  readonly description: string;
  readonly requires: readonly string[];
  readonly stacks: readonly string[] | null;
  readonly options: readonly DescribedOption[];
  readonly files: readonly { readonly path: string; readonly layer: string }[];
}

async function describeComponent(catalog: Catalog, component: AnyComponent): Promise<DescribedComponent> {
  const files = await catalog.templates(component.id);
  return {
    id: component.id,
    category: component.category,
    description: component.description,
    requires: component.requires ?? [],
    stacks: component.stacks ?? null,
    options: catalog.questions.filter((question) => question.component === component.id).map(describeOption),
    files: files.filter(({ layer }) => layer !== FRAGMENTS).map(({ path, layer }) => ({ path, layer })),
  };
}

const describeOption = ({ key, field }: Question): DescribedOption => ({
  key,
  flag: flagOf(key),
  environment: environmentNameOf(key),
  label: field.label,
  help: field.help,
  values: describeValues(field),
  default: typeof field.default === 'function' ? null : field.default,
  applies: field.when?.reason ?? null,
});

function formatComponent({
  id,
  category,
  description,
  requires,
  stacks,
  options,
  files,
}: DescribedComponent): string {
  const facts = [
    `${id} (${category}): ${description}`,
    ...(requires.length > 0 ? [`needs: ${requires.join(', ')}`] : []),
    ...(stacks ? [`for: ${stacks.join(', ')}`] : []),
  ];
  const optionRows = options.map(({ flag, values, default: fallback, help }) => [
    flag,
    values,
    fallback === null ? 'depends' : String(fallback),
    help,
  ]);
  const fileRows = files.map(({ path, layer }) => [path, layer]);
  return [
    `${facts.join('\n')}\n`,
    ...(options.length > 0
      ? [`Options:\n${formatTable(['flag', 'takes', 'default', 'meaning'], optionRows)}`]
      : []),
    ...(files.length > 0 ? [`Files:\n${formatTable(['path', 'layer'], fileRows)}`] : []),
  ].join('\n');
}

function unnamed(catalog: Catalog, name?: string): Error {
  const names = [...catalog.components, ...catalog.presets].map(({ id }) => id);
  const suggestion = name === undefined ? undefined : nearest(name, names);
  return usageError([
    {
      id: name === undefined ? 'missing-word' : 'unknown-component',
      message:
        name === undefined
          ? '"info" needs the name of a component or preset'
          : `there is no component or preset "${name}"`,
      ...(name !== undefined && { where: name }),
      hint: suggestion === undefined ? `use one of ${names.join(', ')}` : `did you mean ${suggestion}?`,
    },
  ]);
}
