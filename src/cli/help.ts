/** The text of `--help`, from the options and the questions. */
import { describeValues } from '../plan/parse-value.ts';
import { flagOf, type Question } from '../plan/questions.ts';
import { printable } from '../printable.ts';
import { COMMANDS, OPTIONS, type CommandName, type OptionSpec } from './options.ts';

/**
 * @param command whose options are shown; `create` shows the questions' flags too
 * @param remarks what else is to be said of a question, by its key
 */
export function formatHelp(
  questions: readonly Question[],
  command: CommandName,
  remarks: ReadonlyMap<string, string> = new Map(),
): string {
  const options = OPTIONS.filter((spec: OptionSpec) => spec.commands.includes(command));
  const sections = [
    `bulwark ${COMMANDS[command].usage}: ${COMMANDS[command].summary}\n`,
    `Usage:\n${rows([
      ['npm create bulwark [dir] [-- options]', ''],
      [`bulwark ${COMMANDS[command].usage} [options]`, ''],
    ])}`,
    `Commands:\n${rows(Object.values(COMMANDS).map(({ usage, summary }) => [usage, summary]))}`,
    `Options:\n${rows(options.map((spec) => [optionTitle(spec), spec.help]))}`,
    ...(command === 'create'
      ? [
          `Answers:\n${rows(questions.map((question) => [flagTitle(question), help(question, remarks.get(question.key))]))}`,
        ]
      : []),
    'Exit codes: 0 done, 1 findings, 2 usage, 3 conflicts left, 5 input needed, 6 a team rule is broken, 70 bug, 74 machine, 130 interrupted\n' +
      'bulwark has no telemetry.\n',
  ];
  return sections.join('\n');
}

function optionTitle({ name, short, takes, value, values }: OptionSpec): string {
  const long = takes === 'flag' ? `--${name}` : `--${name} ${values ? values.join('|') : (value ?? 'VALUE')}`;
  return short === undefined ? `    ${long}` : `-${short}, ${long}`;
}

const flagTitle = ({ key, field }: Question): string =>
  field.kind === 'boolean' ? `${flagOf(key)}, --no-${flagOf(key).slice(2)}` : `${flagOf(key)} VALUE`;

/** A pack may have written it. */
function help({ field }: Question, remark: string | undefined): string {
  const values = field.kind === 'set' || field.kind === 'boolean' ? '' : ` (${describeValues(field)})`;
  return printable(`${field.help}${values}${remark === undefined ? '' : `; ${remark}`}`);
}

function rows(pairs: readonly (readonly [string, string])[]): string {
  const width = Math.min(34, Math.max(...pairs.map(([title]) => title.length)));
  return pairs
    .map(([title, text]) => {
      if (text === '') return `  ${title}\n`;
      return title.length > width
        ? `  ${title}\n  ${' '.repeat(width)}  ${text}\n`
        : `  ${title.padEnd(width)}  ${text}\n`;
    })
    .join('');
}
