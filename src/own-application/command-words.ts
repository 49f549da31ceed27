/** Commands that people write for a shell, as the words of a program that is started without one. */

/** What only a shell reads: joined commands, redirections, patterns, substitutions. */
const SHELL_SIGN = /[|&;<>()`*?[\]{}~#!\\]/;

/** `$PORT`, `${PORT}` and `${PORT:-8000}`. */
const PORT_VARIABLE = /^\$(?:PORT(?!\w)|\{PORT(?::?-\d{1,5})?\})/;

export type CommandWords =
  | { readonly words: readonly string[] }
  /** In plain words, as half a sentence behind the command. */
  | { readonly fault: string };

/**
 * Takes a command apart as a shell would that has nothing to put in but the port.
 * @param port stands for the variable PORT
 */
export function commandWords(command: string, port: number): CommandWords {
  const words: string[] = [];
  let word: string | undefined;
  let quote: string | undefined;
  for (let index = 0; index < command.length; index += 1) {
    const sign = command.charAt(index);
    if (sign === '$' && quote !== "'") {
      const variable = PORT_VARIABLE.exec(command.slice(index))?.[0];
      if (variable === undefined) return { fault: 'reads a variable, which only a shell puts in' };
      word = `${word ?? ''}${port}`;
      index += variable.length - 1;
    } else if (quote !== undefined) {
      if (sign === quote) quote = undefined;
      else if (quote === '"' && (sign === '\\' || sign === '`'))
        return { fault: `has "${sign}" between double quotes, which only a shell reads` };
      else word = `${word ?? ''}${sign}`;
    } else if (sign === '"' || sign === "'") {
      quote = sign;
      word ??= '';
    } else if (sign === ' ') {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else if (SHELL_SIGN.test(sign)) {
      return { fault: `has "${sign}", which only a shell reads` };
    } else word = `${word ?? ''}${sign}`;
  }
  if (quote !== undefined) return { fault: 'has a quote that is not closed' };
  if (word !== undefined) words.push(word);
  const [first] = words;
  if (first === undefined || first === '') return { fault: 'names no program' };
  if (/^\w+=/.test(first))
    return { fault: 'begins with a variable, which belongs into the environment of the container' };
  return { words };
}

/** A word that means itself to every shell, to YAML and to a Dockerfile. */
const PLAIN_WORD = /^[A-Za-z0-9._/@:=,+%-]+$/;

/** The fault of a command that a build or a workflow hands to a shell, in plain words, or undefined; empty is none. */
export function plainCommandFault(command: string): string | undefined {
  if (command === '') return undefined;
  const isPlain = command
    .split(' && ')
    .every((part) => !part.startsWith('-') && part.split(' ').every((word) => PLAIN_WORD.test(word)));
  return isPlain ? undefined : 'must be plain words, joined by " && " where there is more than one command';
}
