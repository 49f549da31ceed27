/** Makes text from files and answers safe to print: nothing in it moves the cursor or colours the screen. */

// eslint-disable-next-line no-control-regex -- control characters are what must be found
const CONTROL = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;

/** Shows control and bidirectional characters as `\u….`; keeps line feeds and tabs. */
export const printable = (text: string): string =>
  text.replace(CONTROL, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
