/** What can be completed, from the commands, the options and the questions; each shell's script is made of it. */
import type { Catalog } from '../../plan/catalog.ts';
import { flagOf, type Question } from '../../plan/questions.ts';
import { ANSWERING, COMMANDS, OPTIONS, type CommandName, type OptionSpec } from '../options.ts';

export const PROGRAMS = ['bulwark', 'create-bulwark'] as const;

/** What follows an option or a command. */
export type Values =
  | { readonly kind: 'file' | 'folder' | 'text' }
  /** `one` of the words; a `list` of them with commas; a `prefix` that is typed on. */
  | { readonly kind: 'one' | 'list' | 'prefix'; readonly words: readonly string[] };

export interface OptionWords {
  /** With its dashes. */
  readonly long: string;
  readonly short?: string;
  readonly help: string;
  /** Absent: it takes none. */
  readonly values?: Values;
}

export interface CommandWords {
  readonly name: CommandName;
  readonly summary: string;
  readonly options: readonly OptionWords[];
  /** Absent: it takes no further word. */
  readonly argument?: Values;
}

/** @param shells for the argument of `completion` itself */
export function completionWords(catalog: Catalog, shells: readonly string[]): readonly CommandWords[] {
  const presets = catalog.presets.map(({ id }) => id);
  const components = catalog.components.map(({ id }) => id);
  const keys = catalog.questions.map(({ key }) => `${key}=`);
  const words = (kind: 'one' | 'prefix', of: readonly string[]): Values => ({
    kind,
    words: of.filter(isWord),
  });
  const optionValues: Readonly<Record<string, Values>> = {
    preset: words('one', presets),
    set: words('prefix', keys),
    answers: { kind: 'file' },
    rules: { kind: 'file' },
    cwd: { kind: 'folder' },
    pack: { kind: 'file' },
    fleet: { kind: 'file' },
  };
  const argumentsOf: Readonly<Record<CommandName, Values | undefined>> = {
    create: { kind: 'folder' },
    add: words('one', components),
    remove: words('one', components),
    adopt: words('one', components),
    update: undefined,
    resolve: { kind: 'file' },
    diff: { kind: 'file' },
    check: undefined,
    eject: undefined,
    verify: { kind: 'folder' },
    list: undefined,
    info: words('one', [...components, ...presets]),
    pin: { kind: 'file' },
    pack: words('one', ['init', 'lint', 'test']),
    fleet: words('one', ['status', 'update', 'init', 'matrix']),
    doctor: undefined,
    completion: words('one', shells),
  };

  const ownOption = ({ name, short, takes, values, help }: OptionSpec): OptionWords => ({
    long: `--${name}`,
    ...(short !== undefined && { short: `-${short}` }),
    help,
    ...(takes !== 'flag' && {
      values: values ? words('one', values) : (optionValues[name] ?? { kind: 'text' }),
    }),
  });
  return (Object.keys(COMMANDS) as CommandName[]).map((name) => {
    const argument = argumentsOf[name];
    return {
      name,
      summary: COMMANDS[name].summary,
      options: [
        ...OPTIONS.filter((spec: OptionSpec) => spec.commands.includes(name)).map(ownOption),
        ...(ANSWERING.includes(name) ? catalog.questions.flatMap(questionOptions) : []),
      ],
      ...(argument && { argument }),
    };
  });
}

function questionOptions({ key, field }: Question): OptionWords[] {
  const long = flagOf(key);
  const help = field.label;
  switch (field.kind) {
    case 'boolean':
      return [
        { long, help },
        { long: `--no-${long.slice(2)}`, help: `not: ${help}` },
      ];
    case 'choice':
      return [{ long, help, values: { kind: 'one', words: field.options.filter(isWord) } }];
    case 'set':
      return [{ long, help, values: { kind: 'list', words: [...field.options.filter(isWord), 'none'] } }];
    case 'text':
    case 'integer':
      return [{ long, help, values: { kind: 'text' } }];
  }
}

/** Nothing that a shell would take for more than a word goes into a script. */
const isWord = (value: string): boolean => /^[A-Za-z0-9_@%+=:./-]+$/.test(value);
