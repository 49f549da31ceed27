/** The completion script for fish. */
import { PROGRAMS, type CommandWords, type OptionWords, type Values } from './words.ts';

export function fishCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name).join(' ');
  return `# fish completion for bulwark. To use it now: bulwark completion fish | source
# For good: bulwark completion fish > ~/.config/fish/completions/bulwark.fish

function __bulwark_command
    set -l words (commandline -opc)
    for word in $words[2..-1]
        if contains -- $word ${names}
            echo $word
            return
        end
    end
    if string match -q -- '*create-bulwark' $words[1]
        echo create
    end
end

function __bulwark_is
    set -l command (__bulwark_command)
    test "$command" = "$argv[1]"
end

function __bulwark_list
    set -l before (string match -r -- '.*,' (commandline -ct | string replace -r -- '^--[^=]*=' ''))
    for word in $argv
        echo "$before$word"
    end
end

for program in ${PROGRAMS.join(' ')}
    complete -c $program -f
${commands.map(commandLines).join('\n')}
end
`;
}

function commandLines({ name, summary, options, argument }: CommandWords): string {
  const when = `-n '__bulwark_is ${name}'`;
  return [
    `    complete -c $program -n '__bulwark_is ""' -a ${name} -d ${quote(summary)}`,
    ...options.map((option) => `    complete -c $program ${when} ${optionWords(option)}`),
    ...(argument ? [`    complete -c $program ${when} ${argumentWords(argument)}`] : []),
  ].join('\n');
}

function optionWords({ long, short, help, values }: OptionWords): string {
  const names = `-l ${long.slice(2)}${short === undefined ? '' : ` -s ${short.slice(1)}`}`;
  return `${names}${values ? ` ${valueWords(values)}` : ''} -d ${quote(help)}`;
}

function valueWords(values: Values): string {
  switch (values.kind) {
    case 'one':
    case 'prefix':
      return `-x -a ${quote(values.words.join(' '))}`;
    case 'list':
      return `-x -a ${quote(`(__bulwark_list ${values.words.join(' ')})`)}`;
    case 'file':
      return '-r -F';
    case 'folder':
      return `-x -a '(__fish_complete_directories)'`;
    case 'text':
      return '-x';
  }
}

const argumentWords = (values: Values): string => valueWords(values).replace(/^-x /, '');

const quote = (text: string): string => `'${text.replace(/['\\]/g, '\\$&')}'`;
