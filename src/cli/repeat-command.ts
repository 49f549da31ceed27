/** The command that repeats a run, and the next steps, as they are typed. */
import { flagOf } from '../plan/questions.ts';
import type { Answers, Source } from '../plan/answers.ts';
import type { RunRequest } from '../run.ts';
import type { CommandLine } from './args.ts';
import type { CommandContext } from './commands/command.ts';
import type { OptionName } from './options.ts';
import type { Terminal } from './terminal.ts';

/** Sources whose values come back by themselves. */
const IMPLIED: ReadonlySet<Source> = new Set([
  'default',
  'detected',
  'preset',
  'directory',
  'team default',
  'team lock',
]);

/**
 * Options that have a say in what is written, besides the answers. Not among them: `--trust`, for whoever repeats a command that
 * he was given has not read the code; `--verify` and `--no-verify`, which change what is said alone; `--force`, which is decided
 * anew each time.
 */
const REPEATED = ['rules', 'on-conflict', 'git', 'no-git', 'offline', 'cwd'] as const satisfies OptionName[];

/** Those of them that were given, as they were typed: paths start from where the command is run, as they did. */
export const repeatedOptions = ({ options }: Pick<CommandLine, 'options'>): readonly string[] =>
  REPEATED.flatMap((name) => {
    const given = options.get(name);
    if (given === undefined) return [];
    if (given === true) return [`--${name}`];
    return [given].flat().flatMap((value) => [`--${name}`, value]);
  });

/**
 * `npm create bulwark@latest my-service -- --yes --stack fastapi` for the package manager that is in use.
 * @param more flags that are no answers
 */
export function repeatCommand(
  directory: string,
  preset: string | null,
  answers: Answers,
  packageManager: Terminal['packageManager'],
  more: readonly string[] = [],
): string {
  const flags = [
    ...(preset === null ? [] : ['--preset', preset]),
    ...answerFlags(answers, IMPLIED),
    ...more,
    '--yes',
  ];
  const separator = packageManager === 'npm' ? ['--'] : [];
  return [packageManager, 'create', 'bulwark', directory, ...separator, ...flags].map(shellWord).join(' ');
}

/**
 * `bulwark add redis --redis-version=8 --yes`, for a command in a repository that is there.
 * @param words the components that it was called with
 * @param decided keys of answers that follow from them
 */
export function repeatRerun(
  { line, packs }: Pick<CommandContext, 'line' | 'packs'>,
  { command, answers }: Pick<RunRequest, 'command' | 'answers'>,
  words: readonly string[],
  decided: ReadonlySet<string>,
): string {
  const said = new Map([...answers].filter(([key]) => !decided.has(key)));
  // What the repository records comes back by itself.
  const implied = new Set<Source>([...IMPLIED, 'bulwark.json']);
  const flags = [...answerFlags(said, implied), ...(packs?.flags ?? []), ...repeatedOptions(line), '--yes'];
  return ['bulwark', command, ...words, ...flags].map(shellWord).join(' ');
}

const answerFlags = (answers: Answers, implied: ReadonlySet<Source>): readonly string[] =>
  [...answers].flatMap(([key, { value, source }]) => {
    if (implied.has(source)) return [];
    if (typeof value === 'boolean') return [value ? flagOf(key) : `--no-${flagOf(key).slice(2)}`];
    return [`${flagOf(key)}=${Array.isArray(value) ? value.join(',') || 'none' : String(value)}`];
  });

/** POSIX quoting for a command that is shown, not run. */
export const shellWord = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
