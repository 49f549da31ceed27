/** The completion script for bash, 3.2 (macOS) and later. */
import { PROGRAMS, type CommandWords, type Values } from './words.ts';

export function bashCompletion(commands: readonly CommandWords[]): string {
  const names = commands.map(({ name }) => name);
  const valueCases = new Map<string, string>();
  for (const { options } of commands) {
    for (const { long, values } of options) if (values) valueCases.set(long, reply(values));
  }
  return `# bash completion for bulwark. To use it now: source <(bulwark completion bash)
# For good: bulwark completion bash > ~/.local/share/bash-completion/completions/bulwark

_bulwark_words() { COMPREPLY=($(compgen -W "$1" -- "$cur")); }
_bulwark_list() {
  local before=''
  [[ $cur == *,* ]] && before="\${cur%,*},"
  COMPREPLY=($(compgen -P "$before" -W "$1" -- "\${cur##*,}"))
  compopt -o nospace 2>/dev/null
}
_bulwark_prefix() { _bulwark_words "$1"; compopt -o nospace 2>/dev/null; }
_bulwark_file() { COMPREPLY=($(compgen -f -- "$cur")); compopt -o filenames 2>/dev/null; }
_bulwark_folder() { COMPREPLY=($(compgen -d -- "$cur")); compopt -o filenames 2>/dev/null; }

_bulwark() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" previous="\${COMP_WORDS[COMP_CWORD-1]}" command='' word
  COMPREPLY=()
  # In --name=value bash takes the = for a word of its own.
  if [[ $cur == '=' ]]; then cur=''
  elif [[ $previous == '=' ]]; then previous="\${COMP_WORDS[COMP_CWORD-2]}"
  fi
  case "$previous" in
${[...valueCases].map(([long, action]) => `    ${long}) ${action}; return ;;`).join('\n')}
  esac
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$word" in
      ${names.join('|')}) command="$word"; break ;;
    esac
  done
  if [[ -z $command && "\${COMP_WORDS[0]##*/}" == create-* ]]; then command=create; fi
  if [[ $cur == -* ]]; then
    case "$command" in
${commands.map(({ name, options }) => `      ${name}) _bulwark_words '${optionNames(options)}' ;;`).join('\n')}
      *) _bulwark_words '--help --version' ;;
    esac
    return
  fi
  case "$command" in
${commands.map(({ name, argument }) => `    ${name}) ${argument ? reply(argument) : ':'} ;;`).join('\n')}
    *) _bulwark_words '${names.join(' ')}' ;;
  esac
}

complete -F _bulwark ${PROGRAMS.join(' ')}
`;
}

const optionNames = (options: CommandWords['options']): string =>
  options.flatMap(({ long, short }) => (short === undefined ? [long] : [long, short])).join(' ');

function reply(values: Values): string {
  switch (values.kind) {
    case 'one':
      return `_bulwark_words '${values.words.join(' ')}'`;
    case 'list':
      return `_bulwark_list '${values.words.join(' ')}'`;
    case 'prefix':
      return `_bulwark_prefix '${values.words.join(' ')}'`;
    case 'file':
      return '_bulwark_file';
    case 'folder':
      return '_bulwark_folder';
    case 'text':
      return ':';
  }
}
