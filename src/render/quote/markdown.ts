/** Inline text of Markdown: in a paragraph, a heading, a list, a link or a table cell, and in HTML between tags. */
import { CONTROL_CHARACTER, HIDDEN, LINE_BREAK, sink } from './sink.ts';

/** References (CommonMark 2.5) for what HTML or a table would take for its own; a backslash does not help there. */
const REFERENCES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '|': '&#124;',
};

/** Inline syntax of CommonMark and GitHub's (`~` strikes through, `$` begins a formula). */
const INLINE = new Set('\\`*[]~$');

/** At the beginning of a line: heading, lists, setext underline, a table's row of dashes. */
const AT_LINE_START = new Set('#+-=:');

const isWordCharacter = (character: string | undefined): boolean => /^[A-Za-z0-9]$/.test(character ?? '');

const reference = (character: string): string => `&#${character.codePointAt(0) ?? 0};`;

/** Writes one character, knowing its neighbours; none is undefined. */
function written(character: string, before: string | undefined, after: string | undefined): string {
  const atEdge = before === undefined || after === undefined;
  // Space at the edge would be dropped, and a table cell may follow a backslash at the end at once.
  if (atEdge && /\s/u.test(character)) return reference(character);
  if (after === undefined && character === '\\') return reference(character);
  if (character.search(HIDDEN) !== -1) return reference(character);
  const known = REFERENCES[character];
  if (known !== undefined) return known;
  // Within a word `_` is text (CommonMark 6.2, rules 2 and 6); names in snake case stay readable.
  if (character === '_') return isWordCharacter(before) && isWordCharacter(after) ? '_' : '\\_';
  // `#` at the end would close a heading.
  const isSyntax =
    INLINE.has(character) ||
    (before === undefined && AT_LINE_START.has(character)) ||
    (after === undefined && character === '#');
  return isSyntax ? `\\${character}` : character;
}

/** Text that is written as it is, as most is: a letter first, at the end no space, and nothing that means anything. */
const PLAIN = /^[A-Za-z](?:[A-Za-z0-9 ,;.:'"()/?!%=+-]*[A-Za-z0-9.)])?$/;

/** CommonMark 0.31 sections 2.4 (backslash escapes) and 2.5 (references); GFM 4.10 (tables). */
export const md = sink('md', [LINE_BREAK, CONTROL_CHARACTER], (value) => {
  if (PLAIN.test(value)) return value;
  const characters = Array.from(value);
  const text = characters
    .map((character, index) => written(character, characters[index - 1], characters[index + 1]))
    .join('');
  // A number with `.` or `)` would begin an ordered list.
  return text.replace(/^([0-9]+)([.)])/, '$1\\$2');
});
