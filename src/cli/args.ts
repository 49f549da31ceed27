/** Reads the command line: a command, its options, and answers given as flags; every fault is collected. */
import { parseArgs } from 'node:util';
import type { Issue } from '../errors.ts';
import { nearest } from '../plan/nearest.ts';
import { flagOf, type Question } from '../plan/questions.ts';
import {
  ANSWERING,
  COMMANDS,
  OPTIONS,
  type CommandName,
  type OptionName,
  type OptionSpec,
} from './options.ts';

export interface CommandLine {
  readonly command: CommandName;
  readonly positionals: readonly string[];
  /** True for flags, the value for others, all values for lists. */
  readonly options: ReadonlyMap<OptionName, true | string | readonly string[]>;
  /** Answers by key from the questions' own flags. */
  readonly flags: ReadonlyMap<string, unknown>;
  readonly issues: readonly Issue[];
}

interface Flag {
  readonly key: string;
  readonly value: unknown;
}

/**
 * @param argv without node and script
 * @param strictCommand true under the name `bulwark`: the first word must then be a command
 */
export function parseCommandLine(
  argv: readonly string[],
  questions: readonly Question[],
  strictCommand: boolean,
): CommandLine {
  const issues: Issue[] = [];
  const specs = new Map<string, OptionSpec>(OPTIONS.map((spec) => [spec.name, spec]));
  const answers = answerFlags(questions);
  const known = parserOptions(answers, questions);
  const { tokens } = parseArgs({
    args: keepFlagsApart(dropFirstDoubleDash(argv), known),
    options: known,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });

  const words = tokens.filter((token) => token.kind === 'positional').map(({ value }) => value);
  const [first, ...rest] = words;
  const isCommand = first !== undefined && Object.hasOwn(COMMANDS, first);
  const named: CommandName = isCommand ? (first as CommandName) : 'create';
  const { command, positionals } = inFull(named, isCommand ? rest : words);
  if (strictCommand && first !== undefined && !isCommand) issues.push(unknownCommand(first));
  issues.push(...tooMany(command, positionals));

  const options = new Map<OptionName, true | string | readonly string[]>();
  const flags = new Map<string, unknown>();
  for (const token of tokens) {
    if (token.kind !== 'option') continue;
    const { name, rawName, value, inlineValue } = token;
    const flag = answers.get(name);
    const spec = specs.get(name);
    const takesValue = flag ? flag.value === undefined : spec !== undefined && spec.takes !== 'flag';
    const given = value === MISSING ? undefined : value;
    if (!flag && !spec) {
      issues.push(unknownFlag(rawName, [...specs.keys(), ...answers.keys()]));
    } else if (takesValue && given === undefined) {
      issues.push({
        id: 'missing-value',
        message: `${rawName} needs a value`,
        where: rawName,
        hint: `write ${rawName}=…`,
      });
    } else if (!takesValue && inlineValue === true) {
      issues.push({
        id: 'unexpected-value',
        message: `${rawName} takes no value`,
        where: rawName,
        hint: `write ${rawName}`,
      });
    } else if (flag) {
      flags.set(flag.key, takesValue ? given : flag.value);
    } else if (spec) {
      issues.push(...misplaced(spec, command, rawName), ...wrongValue(spec, given, rawName));
      const key = spec.name as OptionName;
      const before = options.get(key);
      if (spec.takes === 'flag') options.set(key, true);
      else if (spec.takes === 'value') options.set(key, given ?? '');
      else options.set(key, [...(Array.isArray(before) ? (before as string[]) : []), given ?? '']);
    }
  }
  issues.push(...contradictions(options));
  if (!ANSWERING.includes(command)) {
    for (const key of flags.keys()) {
      issues.push({
        id: 'misplaced-flag',
        message: `${flagOf(key)} answers a question; "${command}" asks none`,
        where: flagOf(key),
        hint: `leave out ${flagOf(key)}`,
      });
    }
  }
  return { command, positionals, options, flags, issues };
}

/** `fleet init` is a shorter way to say `add fleet`, with all that can be said to it. */
const inFull = (
  command: CommandName,
  words: readonly string[],
): Pick<CommandLine, 'command' | 'positionals'> =>
  command === 'fleet' && words[0] === 'init'
    ? { command: 'add', positionals: ['fleet', ...words.slice(1)] }
    : { command, positionals: words };

/** Bun passes the `--` of `bun create x -- --flag` on, npm drops it: the first one means nothing, wherever it stands. */
function dropFirstDoubleDash(argv: readonly string[]): string[] {
  const index = argv.indexOf('--');
  return argv.filter((_, position) => position !== index);
}

/** Stands for a value that was not given; no word of a command line can hold this character. */
const MISSING = '\u0000';

/** `parseArgs` takes the word after `--stack` for its value, also when that is another flag. */
const keepFlagsApart = (argv: readonly string[], known: ReturnType<typeof parserOptions>): string[] =>
  argv.map((word, index) => {
    const takesValue = word.startsWith('--') && known[word.slice(2)]?.type === 'string';
    return takesValue && /^-./.test(argv[index + 1] ?? '-?') ? `${word}=${MISSING}` : word;
  });

/** Flags of the questions by long name; a boolean has two, with their value, others wait for one. */
function answerFlags(questions: readonly Question[]): Map<string, Flag> {
  return new Map(
    questions.flatMap(({ key, field }): [string, Flag][] => {
      const name = flagOf(key).slice(2);
      if (field.kind !== 'boolean') return [[name, { key, value: undefined }]];
      return [
        [name, { key, value: true }],
        [`no-${name}`, { key, value: false }],
      ];
    }),
  );
}

function parserOptions(answers: ReadonlyMap<string, Flag>, questions: readonly Question[]) {
  const booleans = new Set(questions.filter(({ field }) => field.kind === 'boolean').map(({ key }) => key));
  const own = OPTIONS.map((spec: OptionSpec) => [
    spec.name,
    {
      type: spec.takes === 'flag' ? ('boolean' as const) : ('string' as const),
      ...(spec.short !== undefined && { short: spec.short }),
    },
  ]);
  const asked = [...answers].map(([name, { key }]) => [
    name,
    { type: booleans.has(key) ? ('boolean' as const) : ('string' as const) },
  ]);
  return Object.fromEntries([...own, ...asked]) as Record<
    string,
    { type: 'boolean' | 'string'; short?: string }
  >;
}

const unknownCommand = (word: string): Issue => {
  const suggestion = nearest(word, Object.keys(COMMANDS));
  return {
    id: 'unknown-command',
    message: `there is no command "${word}"`,
    where: word,
    hint:
      suggestion === undefined
        ? `use one of ${Object.keys(COMMANDS).join(', ')}`
        : `did you mean "${suggestion}"?`,
  };
};

const unknownFlag = (rawName: string, names: readonly string[]): Issue => {
  const suggestion = nearest(rawName.replace(/^-+/, ''), names);
  return {
    id: 'unknown-flag',
    message: `there is no option ${rawName}`,
    where: rawName,
    hint: suggestion === undefined ? 'see --help for all options' : `did you mean --${suggestion}?`,
  };
};

function tooMany(command: CommandName, positionals: readonly string[]): Issue[] {
  const { usage } = COMMANDS[command];
  const allowed = usage.endsWith('…') ? Infinity : usage.split(' ').length - 1;
  return positionals.slice(allowed).map((word) => ({
    id: 'unexpected-word',
    message: `"${word}" is one word too many`,
    where: word,
    hint: `use: bulwark ${usage}`,
  }));
}

const misplaced = (spec: OptionSpec, command: CommandName, rawName: string): Issue[] =>
  spec.commands.includes(command)
    ? []
    : [
        {
          id: 'misplaced-flag',
          message: `${rawName} has no meaning for "${command}"`,
          where: rawName,
          hint: `it belongs to ${spec.commands.map((name) => `"${name}"`).join(', ')}`,
        },
      ];

function wrongValue(spec: OptionSpec, given: string | undefined, rawName: string): Issue[] {
  if (!spec.values || given === undefined || spec.values.includes(given)) return [];
  const suggestion = nearest(given, spec.values);
  return [
    {
      id: 'invalid-value',
      message: `${rawName} does not take "${given}"`,
      where: rawName,
      hint: `${suggestion === undefined ? '' : `did you mean ${suggestion}? `}use one of ${spec.values.join(', ')}`,
    },
  ];
}

const CONTRADICTIONS: readonly (readonly [OptionName, OptionName])[] = [
  ['git', 'no-git'],
  ['verify', 'no-verify'],
  ['color', 'no-color'],
  ['quiet', 'verbose'],
  ['json', 'diff'],
  ['json', 'sarif'],
  ['ours', 'theirs'],
  ['abort', 'rebuild'],
];

const contradictions = (options: ReadonlyMap<OptionName, unknown>): Issue[] =>
  CONTRADICTIONS.filter(([a, b]) => options.has(a) && options.has(b)).map(([a, b]) => ({
    id: 'contradiction',
    message: `--${a} and --${b} exclude each other`,
    where: `--${b}`,
    hint: 'leave out one of the two',
  }));
