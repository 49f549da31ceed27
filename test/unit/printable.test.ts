/** Whatever a file, an answer or a program says: printed, it changes nothing but the place where it stands. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { plainLine, printable } from '../../src/printable.ts';

test.each([
  ['colours', '\u001b[31mred\u001b[0m', 'red'],
  ['the title of the window', '\u001b]0;title\u0007text', 'text'],
  ['a link', '\u001b]8;;https://example.test\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['a sequence that never ends', 'a\u001bPrest', 'a'],
  ['eight-bit controls', '\u009b2Ja', 'a'],
  ['line feeds and carriage returns', 'a\r\n  b\tc', 'a   b c'],
  ['reversed writing', 'a\u202ec', 'a c'],
  ['a lone escape', 'a\u001b', 'a'],
])('%s are not printed', (_, text, expected) => {
  expect(plainLine(text)).toBe(expected);
});

test.each([
  ['colours', '\u001b[31mred', '\\u001b[31mred'],
  ['reversed writing', 'a\u202ec', 'a\\u202ec'],
  ['a mark of Arabic', 'a\u061cc', 'a\\u061cc'],
  ['a separator of lines', 'a\u2028c', 'a\\u2028c'],
  ['carriage returns', 'a\rb', 'a\\u000db'],
  ['line feeds and tabs, which stay', 'a\n\tb', 'a\n\tb'],
  ['letters of any language, which stay', 'ä שלום 日本 🙂', 'ä שלום 日本 🙂'],
])('%s are shown', (_, text, expected) => {
  expect(printable(text)).toBe(expected);
});

// What a terminal or an editor does not print as itself (Unicode: Cc, Zl, Zp, Bidi_Control).
const UNSAFE = /[\p{Cc}\p{Zl}\p{Zp}\p{Bidi_Control}]/u;

test('both know every character that is unsafe', () => {
  const text = fc.string({
    unit: fc.oneof(
      fc.integer({ min: 0, max: 0x2fff }).map((code) => String.fromCharCode(code)),
      fc.constantFrom('\u001b[', '\u009b', ']8;;'),
    ),
  });
  fc.assert(
    fc.property(text, (any) => {
      expect(plainLine(any)).not.toMatch(UNSAFE);
      expect(printable(any).replace(/[\n\t]/g, '')).not.toMatch(UNSAFE);
    }),
    { numRuns: 500 },
  );
  for (let code = 0; code <= 0xffff; code += 1) {
    const character = String.fromCharCode(code);
    if (!UNSAFE.test(character)) continue;
    expect(plainLine(`a${character}`), code.toString(16)).toBe('a');
    if (character !== '\n' && character !== '\t') expect(printable(character)).toMatch(/^\\u[0-9a-f]{4}$/);
  }
});
