/** Takes a shell script apart into its simple commands, as far as finding the files and targets they name needs. */

export interface ShellCommand {
  /** Words without quotes; a word that is only known when the script runs is undefined. */
  readonly words: readonly (string | undefined)[];
  /** 0-based, from the start of the script. */
  readonly line: number;
  /** Targets of `>` and `>>`. */
  readonly writes: readonly string[];
}

const KEYWORDS = new Set([
  'if',
  'then',
  'else',
  'elif',
  'do',
  'while',
  'until',
  '!',
  '{',
  '}',
  '(',
  ')',
  'fi',
  'done',
  'time',
]);

/** One word or operator at a time; what is inside of `$( )` and backticks makes its word unknown. */
const TOKEN =
  /(?<comment>(?<=^|[\s;&|(])#[^\n]*)|(?<space>[ \t]+|\\\r?\n)|(?<end>\r?\n|;;?|&&|\|\||\|&?|&(?!>)|[()])|(?<redirect>\d*(?:>>|>\||>&|&>>?|<>|<<<|>|<(?!<)))|(?<heredoc><<-?\s*(?:"[^"\n]*"|'[^'\n]*'|[\w-]+))|(?<word>(?:\$\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\)|`[^`]*`|"(?:[^"\\]|\\[^])*"|'[^']*'|\\[^]|[^\s;&|()<>"'`\\])+)|(?<other>[^])/y;

/** @returns the commands in order; nothing from a script that cannot be read */
export function shellCommands(script: string): readonly ShellCommand[] {
  const commands: ShellCommand[] = [];
  let words: (string | undefined)[] = [];
  let writes: string[] = [];
  let start = 0;
  let redirected: string | undefined;
  let heredocs: string[] = [];
  let line = 0;
  const end = (): void => {
    const command = withoutKeywords(words);
    if (command.length > 0 || writes.length > 0) commands.push({ words: command, line: start, writes });
    words = [];
    writes = [];
    redirected = undefined;
  };
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < script.length) {
    const match = TOKEN.exec(script);
    if (!match?.groups) break;
    const { end: operator, redirect, heredoc, word } = match.groups;
    if (word !== undefined) {
      if (redirected !== undefined) {
        const target = plainWord(word);
        if (redirected.includes('>') && target !== undefined) writes.push(target);
        redirected = undefined;
      } else {
        if (words.length === 0) start = line;
        words.push(plainWord(word));
      }
    } else if (redirect !== undefined) redirected = redirect;
    else if (heredoc !== undefined) heredocs.push(heredoc.replace(/^<<-?\s*/, '').replace(/["']/g, ''));
    else if (operator !== undefined) end();
    line += match[0].split('\n').length - 1;
    if (operator?.includes('\n') && heredocs.length > 0) {
      const skipped = heredocEnd(script, TOKEN.lastIndex, heredocs);
      line += script.slice(TOKEN.lastIndex, skipped).split('\n').length - 1;
      TOKEN.lastIndex = skipped;
      heredocs = [];
    }
  }
  end();
  return commands;
}

function heredocEnd(script: string, from: number, delimiters: readonly string[]): number {
  let at = from;
  for (const delimiter of delimiters) {
    while (at < script.length) {
      const next = script.indexOf('\n', at);
      const line = script.slice(at, next < 0 ? undefined : next);
      at = next < 0 ? script.length : next + 1;
      if (line.trim() === delimiter) break;
    }
  }
  return at;
}

/** The word without its quotes, or undefined when something is put into it; of an assignment its name is left. */
function plainWord(word: string): string | undefined {
  let text = '';
  for (const [part, double, single, escaped] of word.matchAll(
    /"((?:[^"\\]|\\[^])*)"|'([^']*)'|\\([^])|[^"'\\]+/g,
  )) {
    if (single !== undefined) text += single;
    else if (escaped !== undefined) text += escaped;
    else {
      const inner = double ?? part;
      if (/\$[\w{(@*#?!$-]|`/.test(inner)) return /^[A-Za-z_]\w*=/.exec(word)?.[0];
      text += inner;
    }
  }
  return text;
}

/** Without leading keywords and assignments; a variable before a command is the command's environment. */
function withoutKeywords(words: readonly (string | undefined)[]): readonly (string | undefined)[] {
  let from = 0;
  while (from < words.length) {
    const word = words[from];
    if (word !== undefined && (KEYWORDS.has(word) || /^[A-Za-z_]\w*\+?=/.test(word))) from += 1;
    else break;
  }
  return words.slice(from);
}
