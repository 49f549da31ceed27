/** Patterns of rules files: the same verdicts as JavaScript's own engine, in linear time, and refusals with their place. */
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isPattern, parsePattern, type Pattern } from '../../../src/rules/pattern.ts';

const pattern = (source: string): Pattern => {
  const read = parsePattern(source);
  if (!isPattern(read)) throw new Error(`${source} ${read.message}`);
  return read;
};

const VERDICTS: readonly [source: string, text: string, matches: boolean][] = [
  ['^team-[a-z]+$', 'team-shop', true],
  ['^team-[a-z]+$', 'team-Shop', false],
  ['team', 'the team of', true],
  ['^$', '', true],
  ['^$', ' ', false],
  ['^(?:a|bc)*d$', 'abcad', true],
  ['^(?:a|bc)*d$', 'abad', false],
  ['^[^/]+/[^/]+$', 'a/b', true],
  ['^\\d{3,4}$', '123', true],
  ['^\\d{3,4}$', '12345', false],
  ['^a{2}$', 'aaa', false],
  ['^x?y+?$', 'yy', true],
  ['[.\\-\\]]', 'a]b', true],
  ['^.$', '🙂', true],
  ['^[🙂-🙃]$', '🙃', true],
  ['\\$\\{', 'a${b', true],
  ['^(a*)*$', 'aaaa', true],
  ['^(a*)*$', 'aab', false],
];

test.each(VERDICTS)('%s on %j: %s', (source, text, matches) => {
  expect(pattern(source).test(text)).toBe(matches);
  expect(new RegExp(source, 'u').test(text)).toBe(matches);
});

/** Patterns small enough for JavaScript's engine to answer at once. */
const sources = fc.letrec<{ node: string; atom: string }>((tie) => ({
  atom: fc.oneof(
    { depthSize: 'small' },
    fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '[a-c]', '\\d', '\\w', '\\S', '1', '-', '^', '$'),
    tie('node').map((node) => `(?:${node})`),
  ),
  node: fc
    .array(fc.tuple(tie('atom'), fc.constantFrom('', '', '', '*', '+', '?', '{1,2}', '{2}', '{0,1}', '*?')), {
      maxLength: 3,
    })
    .map((parts) => parts.map(([atom, times]) => (/^[\^$]$/.test(atom) ? atom : atom + times)).join(''))
    .chain((left) => fc.constantFrom(left, `${left}|b`, `a|${left}`)),
}));

test('says what RegExp says', () => {
  fc.assert(
    fc.property(
      sources.node,
      fc.array(fc.constantFrom('a', 'b', 'c', '1', '-', '\n', '🙂'), { maxLength: 6 }),
      (source, characters) => {
        const text = characters.join('');
        expect(pattern(source).test(text), `${source} on ${JSON.stringify(text)}`).toBe(
          new RegExp(source, 'u').test(text),
        );
      },
    ),
    { numRuns: 2000 },
  );
});

test.each(['^(a+)+$', '^(a|aa)+$', '^(a|a)*$', '(.*a){20}$', '^a*a*a*a*a*a*b$', '^(?:\\w+\\s?)*$'])(
  'time grows with the text alone: %s',
  (source) => {
    const text = `${'a'.repeat(8000)}!`;
    const start = performance.now();
    const verdict = pattern(source).test(text);
    expect(verdict).toBe(false);
    // Backtracking would take longer than the universe is old.
    expect(performance.now() - start).toBeLessThan(2000);
  },
);

describe('refusals', () => {
  test.each([
    ['(?=a)b', 0, /look-around/],
    ['a(?<n>b)', 1, /named group/],
    ['(a)\\1', 3, /back reference/],
    ['a**', 2, /repeats what is repeated/],
    ['*a', 0, /nothing before it/],
    ['^*', 1, /repeats \^/],
    ['(a', 0, /not closed/],
    ['a)', 1, /not opened/],
    ['[a', 0, /not closed/],
    ['[]', 0, /empty/],
    ['[z-a]', 2, /range/],
    ['a{3,2}', 1, /at most than at least/],
    ['a{201}', 1, /more than 200/],
    ['a{x}', 1, /\{2,5\}/],
    ['\\p{L}', 0, /not known/],
    ['a\\', 1, /lone/],
    ['((((((((((((((((((((((a))))))))))))))))))))))', 21, /too deeply/],
    ['((a{200}){200}){200}', 0, /too large/],
    ['x'.repeat(501), 500, /longer than 500/],
  ])('%s', (source, offset, message) => {
    const read = parsePattern(source);
    expect(read).toMatchObject({ offset });
    expect('message' in read && read.message).toMatch(message);
  });
});
