/** A paragraph that the user added stands beside what the templates changed; anything else stays a conflict. */
import { describe, expect, test } from 'vitest';
import { settleAdditions } from '../../../src/merge/settle-additions.ts';

const marked = (ours: string, base: string, theirs: string): string =>
  `top\n<<<<<<< yours\n${ours}||||||| base\n${base}=======\n${theirs}>>>>>>> bulwark\nend\n`;

describe('a conflict is settled', () => {
  test.each([
    ['added behind what goes', 'old\n\nmine\n', 'old\n', '', 'top\n\nmine\nend\n'],
    ['added behind what changes', 'old\n\nmine\n', 'old\n', 'new\n', 'top\nnew\n\nmine\nend\n'],
    ['added before what changes', 'mine\n\nold\n', 'old\n', 'new\n', 'top\nmine\n\nnew\nend\n'],
    ['added where they add', '\nmine\n', '', '\ntheirs\n', 'top\n\ntheirs\n\nmine\nend\n'],
  ])('%s', (_, ours, base, theirs, expected) => {
    expect(settleAdditions(marked(ours, base, theirs))).toEqual({ text: expected, conflicts: [] });
  });
});

describe('a conflict stays', () => {
  test.each([
    ['the same line changed by both', 'mine\n', 'old\n', 'new\n'],
    ['a line added without a blank one between', 'old\nmine\n', 'old\n', 'new\n'],
    ['a line taken away by the user', '', 'old\n', 'new\n'],
    ['changed and added', 'mine\n\nmore\n', 'old\n', 'new\n'],
  ])('%s', (_, ours, base, theirs) => {
    const text = marked(ours, base, theirs);
    expect(settleAdditions(text)).toEqual({ text, conflicts: [2] });
  });

  test('and its line is counted behind one that was settled', () => {
    const first = marked('old\n\nmine\n', 'old\n', 'new\n');
    const second = marked('mine\n', 'old\n', 'new\n');
    expect(settleAdditions(first + second).conflicts).toEqual([7]);
  });
});
