/** The completion script for zsh. */
import { PROGRAMS, type CommandWords, type OptionWords, type Values } from './words.ts';

export function zshCompletion(commands: readonly CommandWords[]): string {
  return `#compdef ${PROGRAMS.join(' ')}
# zsh completion for bulwark. To use it now: source <(bulwark completion zsh)
# For good: bulwark completion zsh > a folder of your $fpath/_bulwark

_bulwark_commands() {
  local -a commands
  commands=(
${commands.map(({ name, summary }) => `    ${quote(`${name}:${summary}`)}`).join('\n')}
  )
  _describe -t commands command commands
}

${commands.map(commandFunction).join('\n\n')}

_bulwark() {
  local context state state_descr line
  typeset -A opt_args
  if [[ \${words[1]:t} == create-* ]]; then
    case \${words[2]} in
      ${commands.map(({ name }) => name).join('|')}) ;;
      *) _bulwark_create; return ;;
    esac
  fi
  _arguments -C '1:command:_bulwark_commands' '*::argument:->rest'
  [[ $state == rest ]] || return
  case \${line[1]} in
${commands.map(({ name }) => `    ${name}) _bulwark_${name} ;;`).join('\n')}
  esac
}

if [[ \${funcstack[1]} == _bulwark ]]; then _bulwark "$@"; else compdef _bulwark ${PROGRAMS.join(' ')}; fi
`;
}

function commandFunction({ name, options, argument }: CommandWords): string {
  const specifications = [
    ...options.flatMap(optionSpecifications),
    ...(argument ? [`1:argument:${action(argument)}`] : []),
  ];
  return `_bulwark_${name}() {\n  _arguments -S ${specifications.map((line) => `\\\n    ${quote(line)}`).join(' ')}\n}`;
}

function optionSpecifications({ long, short, help, values }: OptionWords): string[] {
  const explained = `[${help.replace(/[[\]:\\]/g, '\\$&')}]`;
  const value = values ? `:value:${action(values)}` : '';
  const isRepeated = values?.kind === 'prefix';
  const excluded = isRepeated ? '*' : short === undefined ? '' : `(${short} ${long})`;
  return [
    `${excluded}${long}${values ? '=' : ''}${explained}${value}`,
    ...(short === undefined ? [] : [`${excluded}${short}${explained}${value}`]),
  ];
}

function action(values: Values): string {
  switch (values.kind) {
    case 'one':
      return `(${values.words.map(escape).join(' ')})`;
    case 'list':
      return `_values -s , value ${values.words.map(escape).join(' ')}`;
    case 'prefix':
      return `{compadd -S "" -- ${values.words.join(' ')}}`;
    case 'file':
      return '_files';
    case 'folder':
      return '_files -/';
    case 'text':
      return ' ';
  }
}

/** A colon would end the part of the specification that it stands in. */
const escape = (word: string): string => word.replaceAll(':', '\\:');

const quote = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;
