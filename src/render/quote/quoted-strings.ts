/** Quoted strings with backslash escapes: JSON, TOML, HCL, Python, TypeScript, and the base of YAML's. */
import { HIDDEN, sink, type Refusal } from './sink.ts';

type Quote = '"' | "'";

const ESCAPES: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

const unicodeEscape = (character: string): string =>
  `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/**
 * A string in quotes whose escapes mean the same in all of these: JSON (RFC 8259 section 7), YAML 1.1 and 1.2
 * (sections 5.6 and 5.7), TOML 1.0 (String), HCL (native syntax, Template Expressions), Python (2.4.1.1) and
 * ECMAScript (12.9.4): `\\`, the quote, `\n`, `\r`, `\t`, `\uXXXX`. Hexadecimal is in lower case, as black has it.
 */
export function quoted(value: string, quote: Quote = '"'): string {
  const escaped = value
    .replaceAll('\\', '\\\\')
    .replaceAll(quote, `\\${quote}`)
    .replaceAll(HIDDEN, (character) => ESCAPES[character] ?? unicodeEscape(character));
  return `${quote}${escaped}${quote}`;
}

/** The quote that black and prettier would choose: the preferred one unless the other needs fewer escapes. */
function withFewestEscapes(value: string, preferred: Quote): Quote {
  const other = preferred === '"' ? "'" : '"';
  const count = (quote: Quote): number => value.split(quote).length - 1;
  return count(preferred) > count(other) ? other : preferred;
}

/** RFC 8259 section 7. */
export const json = sink('json', [], (value) => quoted(value));

/** TOML 1.0, "Basic strings". */
export const toml = sink('toml', [], (value) => quoted(value));

const NOT_COMPOSED: Refusal = {
  when: (value) => value !== value.normalize('NFC'),
  reason: 'contains a letter whose accent is a separate character, which HCL would join',
  hint: 'type the letter in its composed form (Unicode NFC)',
};

/**
 * HCL native syntax, "Template Expressions": `${` and `%{` begin a template and are doubled; HCL normalises every
 * string to NFC, so other text would come out changed.
 */
export const hcl = sink('hcl', [NOT_COMPOSED], (value) =>
  quoted(value)
    .replaceAll('${', () => '$${')
    .replaceAll('%{', '%%{'),
);

/** Python Language Reference 2.4.1, a string without prefix, in the quotes that black leaves alone. */
export const py = sink('py', [], (value) => quoted(value, withFewestEscapes(value, '"')));

/** ECMAScript 12.9.4, a string (no template), in the quotes that prettier leaves alone under `singleQuote`. */
export const ts = sink('ts', [], (value) => quoted(value, withFewestEscapes(value, "'")));
