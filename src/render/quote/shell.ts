/** Words of the shell, alone, inside a Makefile, and as values of a .env file. */
import { CONTROL_CHARACTER, LINE_BREAK, NUL, sink, type Refusal } from './sink.ts';

/** Nothing the shell expands, and no first character that make takes as a recipe's prefix. */
const BARE_WORD = /^[A-Za-z0-9_./][A-Za-z0-9_./:@+,-]*$/;

/** Before `>` or `<` a number would become a file descriptor (POSIX 2.7). */
const NUMBER = /^[0-9]+$/;

/** POSIX 2.4, and what bash adds: a command that begins with one means something else. */
const RESERVED = new Set(
  'if then else elif fi do done case esac while until for in function select time coproc'.split(' '),
);

const isBareWord = (value: string): boolean =>
  BARE_WORD.test(value) && !NUMBER.test(value) && !RESERVED.has(value);

/** POSIX 2.2.2: between single quotes every character stands for itself; a single quote is put between two strings. */
const word = (value: string): string =>
  isBareWord(value) ? value : `'${value.replaceAll("'", String.raw`'\''`)}'`;

const doubleDollars = (value: string): string => value.split('$').join('$$');

/** A word for any POSIX shell. A word that begins with `-` is still an option to the command: put `--` before it. */
export const sh = sink('sh', [NUL], word);

/** A shell word in a recipe: GNU make manual 5.1.2, "Using Variables in Recipes". */
export const makeSh = sink('makeSh', [LINE_BREAK, CONTROL_CHARACTER], (value) => doubleDollars(word(value)));

const MAKE_SPACE_AT_EDGE: Refusal = {
  when: (value) => /^[ \t]|[ \t]$/.test(value),
  reason: 'begins or ends with a space, which make or an editor would drop',
  hint: 'remove the space at the beginning or end',
};
const MAKE_BACKSLASH_AT_END: Refusal = {
  when: (value) => value.endsWith('\\'),
  reason: 'ends with a backslash, which joins the next line to it',
  hint: 'remove the backslash at the end',
};

/**
 * What stands on the right of `:=`. GNU make manual 3.1, "What Makefiles Contain": `#` begins a comment unless a
 * backslash precedes it, and then backslashes before it must be doubled; 6.1: a dollar sign is `$$`.
 */
export const make = sink(
  'make',
  [LINE_BREAK, CONTROL_CHARACTER, MAKE_SPACE_AT_EDGE, MAKE_BACKSLASH_AT_END],
  (value) =>
    doubleDollars(value.replaceAll(/(\\*)#/g, (_, slashes: string) => String.raw`${slashes}${slashes}\#`)),
);

/** May also be read by `docker run --env-file`, which takes quotes for part of the value. */
const BARE_ENV = /^[A-Za-z0-9_./:@%+=,-]*$/;

const ENV_EXPANSION: Refusal = {
  when: (value) => value.includes('${'),
  reason: 'contains "${", which python-dotenv expands even between single quotes',
  hint: 'leave out "${"',
};
const ENV_BACKSLASHES: Refusal = {
  when: (value) => value.includes(String.raw`\\`) || value.endsWith('\\'),
  reason: 'ends with a backslash or has two in a row, which readers of .env files take in different ways',
  hint: 'leave out the backslash',
};
const ENV_MIXED_QUOTES: Refusal = {
  when: (value) => value.includes("'") && /["$`\\]/.test(value),
  reason:
    'contains a single quote together with one of " $ ` \\, which readers of .env files take in different ways',
  hint: 'leave out the single quote',
};

/**
 * A value after `NAME=` that compose, python-dotenv, Node's `--env-file` and a shell that sources the file all read
 * alike. Sources: compose's "Environment file syntax", python-dotenv's parser.py and variables.py, POSIX 2.2.
 */
export const env = sink(
  'env',
  [LINE_BREAK, CONTROL_CHARACTER, ENV_EXPANSION, ENV_BACKSLASHES, ENV_MIXED_QUOTES],
  (value) => {
    if (BARE_ENV.test(value)) return value;
    return value.includes("'") ? `"${value}"` : `'${value}'`;
  },
);
