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
import { printable } from '../../printable.ts';
import {
  packOfComponent,
  packOfPreset,
  packOfTemplate,
  settledBy,
  shownAnswer,
  type Settled,
} from '../provenance.ts';
import { formatTable } from '../report.ts';
import type { Command, CommandContext } from './command.ts';

export const info: Command = async (context) => {
  const { catalog, line, terminal } = context;
  const [name] = line.positionals;
  if (name === undefined) throw unnamed(catalog);
  const preset = catalog.presets.find(({ id }) => id === name);
  const component = catalog.components.find(({ id }) => id === name);
  if (!component && !preset) throw unnamed(catalog, name);
  const isJson = line.options.has('json');
  if (component) {
    const described = await describeComponent(context, component);
    terminal.out(
      isJson ? serializeDocument({ ok: true, code: ExitCode.ok, ...described }) : formatComponent(described),
    );
  } else if (preset) {
    const pack = packOfPreset(context, preset.id);
    terminal.out(
      isJson
        ? serializeDocument({ ok: true, code: ExitCode.ok, ...preset, pack })
        : `${printable(`${preset.id}: ${preset.description}\n${fromPack(pack)}`)}\n${formatTable(
            ['question', 'answer'],
            Object.entries(preset.answers).map(([key, value]) => [key, shownAnswer(value)]),
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
  /** What a pack has settled of it. */
  readonly settled: Settled | null;
}

interface DescribedComponent {
  readonly id: string;
  readonly category: string;
  readonly description: string;
  readonly requires: readonly string[];
  readonly stacks: readonly string[] | null;
  readonly options: readonly DescribedOption[];
  readonly files: readonly {
    readonly path: string;
    readonly layer: string;
    /** That brings or overrides it. */
    readonly pack: string | null;
  }[];
  /** That brings it; null: it is ours. */
  readonly pack: string | null;
  /** Packs that want it in every repository. */
  readonly requiredBy: readonly string[];
}

async function describeComponent(
  context: CommandContext,
  component: AnyComponent,
): Promise<DescribedComponent> {
  const { catalog } = context;
  const files = await catalog.templates(component.id);
  const settled = settledBy(context);
  return {
    id: component.id,
    category: component.category,
    description: component.description,
    requires: component.requires ?? [],
    stacks: component.stacks ?? null,
    options: catalog.questions
      .filter((question) => question.component === component.id)
      .map((question) => ({
        ...describeOption(question),
        settled: settled.find(({ key }) => key === question.key) ?? null,
      })),
    files: files
      .filter(({ layer }) => layer !== FRAGMENTS)
      .map((template) => ({
        path: template.path,
        layer: template.layer,
        pack: packOfTemplate(context, template),
      })),
    pack: packOfComponent(context, component.id),
    requiredBy: settled.flatMap(({ how, key, pack }) =>
      how === 'required' && key === component.id ? [pack] : [],
    ),
  };
}

const describeOption = ({ key, field }: Question): Omit<DescribedOption, 'settled'> => ({
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
  pack,
  requiredBy,
}: DescribedComponent): string {
  const facts = [
    `${id} (${category}): ${description}`,
    ...(requires.length > 0 ? [`needs: ${requires.join(', ')}`] : []),
    ...(stacks ? [`for: ${stacks.join(', ')}`] : []),
    ...(pack === null ? [] : [fromPack(pack).trimEnd()]),
    ...requiredBy.map((by) => `wanted in every repository by the pack "${by}"`),
  ];
  const optionRows = options.map(({ flag, values, default: fallback, help, settled }) => [
    flag,
    values,
    settled ? shownSettled(settled) : fallback === null ? 'depends' : String(fallback),
    help,
  ]);
  const isMixed = files.some((file) => file.pack !== pack);
  const fileRows = files.map((file) => [file.path, file.layer, ...(isMixed ? [file.pack ?? ''] : [])]);
  return [
    printable(`${facts.join('\n')}\n`),
    ...(options.length > 0
      ? [`Options:\n${formatTable(['flag', 'takes', 'default', 'meaning'], optionRows)}`]
      : []),
    ...(files.length > 0
      ? [`Files:\n${formatTable(['path', 'layer', ...(isMixed ? ['pack'] : [])], fileRows)}`]
      : []),
  ].join('\n');
}

const fromPack = (pack: string | null): string => (pack === null ? '' : `from the pack "${pack}"\n`);

const shownSettled = ({ value, how, pack }: Settled): string =>
  `${shownAnswer(value)} (${how === 'locked' ? 'locked by' : 'of'} ${pack})`;

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
