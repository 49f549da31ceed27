/** Makes text from files, answers and programs safe to print: nothing in it moves the cursor, colours the screen or turns the writing. */

/** Control characters but for tab and line feed, what turns the direction of writing, and line ends that are no line feeds. */
const UNSAFE =
  '\\u0000-\\u0008\\u000b-\\u001f\\u007f-\\u009f\\u061c\\u200e\\u200f\\u2028-\\u202e\\u2066-\\u2069';
const UNSAFE_CHARACTER = new RegExp(`[${UNSAFE}]`, 'g');
const UNSAFE_IN_A_LINE = new RegExp(`[\\t\\n${UNSAFE}]+`, 'g');

/** Escape sequences (ECMA-48): CSI, the string sequences up to their end, and those of two characters. */
const ESCAPE_SEQUENCE =
  // eslint-disable-next-line no-control-regex -- control characters are exactly what must be found
  /(?:\u001b\[|\u009b)[0-?]*[ -/]*[@-~]|(?:\u001b[PX\]^_]|[\u0090\u0098\u009d-\u009f])[^\u0007\u001b\u009c]*(?:\u0007|\u001b\\|\u009c|$)|\u001b[ -/]*[0-~]/g;

/** Shows each unsafe character as `\u….`: for what a person is to see as it is, such as a path. Keeps line feeds and tabs. */
export const printable = (text: string): string =>
  text.replace(
    UNSAFE_CHARACTER,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );

/** Text as one line, without its colours: for what a program said to a terminal. */
export const plainLine = (text: string): string =>
  text.replace(ESCAPE_SEQUENCE, '').replace(UNSAFE_IN_A_LINE, ' ').trim();
