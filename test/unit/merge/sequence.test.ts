/** How two versions of a list come together. */
import { describe, expect, it } from 'vitest';
import { identify, mergeSequence } from '../../../src/merge/structure/sequence.ts';

const merge = (base: string, ours: string, theirs: string): string | undefined =>
  mergeSequence(base.split(''), ours.split(''), theirs.split(''))
    // What one side took out is for the values to leave out.
    ?.filter((id) => !base.includes(id) || (ours.includes(id) && theirs.includes(id)))
    .join('');

describe('mergeSequence', () => {
  it.each([
    ['abc', 'abc', 'abxc', 'abxc', 'between its neighbours'],
    ['abc', 'aubc', 'axbc', 'axubc', 'behind the neighbour above'],
    ['abc', 'abcu', 'abcx', 'abcxu', 'what theirs has at its end, before what ours has at its'],
    ['abc', 'bc', 'axbc', 'xbc', 'before the neighbour below, when that above is gone'],
    ['abc', 'abc', 'xabc', 'xabc', 'at the beginning'],
    ['abc', 'cab', 'abxc', 'cabx', 'where ours has moved the neighbours'],
    ['abc', 'abc', 'abxyzc', 'abxyzc', 'several in their order'],
    ['', 'ab', 'bx', 'abx', 'without a base'],
  ])('%s, %s and %s: %s: %s', (base, ours, theirs, merged) => {
    expect(merge(base, ours, theirs)).toBe(merged);
  });

  it('puts what took the place of another where that one stands', () => {
    // c became x in theirs; b became u in ours.
    expect(merge('abcd', 'aucd', 'abxd')).toBe('auxd');
  });

  it('does not guess where both have another order or changed one element', () => {
    expect(merge('abc', 'abcu', 'bac')).toBeUndefined();
    expect(merge('abc', 'auc', 'axc')).toBeUndefined();
    expect(mergeSequence(['a', 'b'], ['a', 'b', 'u'], ['b', 'a'], false)).toEqual(['a', 'b', 'u']);
  });
});

describe('identify', () => {
  const map = (entries: Record<string, unknown>) => new Map(Object.entries(entries));

  it('knows maps by their names and scalars by their values', () => {
    const list = [map({ uses: 'actions/checkout@v1' }), map({ name: 'x', uses: 'y@z' }), 'text', 1];
    expect(identify(list, [], [])?.base).toEqual([
      'uses actions/checkout',
      'name x',
      'string text',
      'number 1',
    ]);
    const updates = [
      map({ 'package-ecosystem': 'docker', directory: '/a' }),
      map({ 'package-ecosystem': 'docker', directory: '/b' }),
    ];
    expect(new Set(identify(updates, [], [])?.base).size).toBe(2);
  });

  it('tells a number from a text of the same digits', () => {
    expect(new Set(identify([1, '1'], [], [])?.base).size).toBe(2);
  });

  it('knows nothing of what stands twice, of lists and of nothing', () => {
    expect(identify(['a', 'a'], [], [])).toBeUndefined();
    expect(identify([], [], [['a']])).toBeUndefined();
    expect(identify([null], [], [])).toBeUndefined();
  });

  it('counts maps of one name, and tells local repositories apart by their hooks', () => {
    expect(identify([], [map({ name: 'x' }), map({ name: 'x', y: 1 })], [])?.ours).toEqual([
      'name x',
      'name x #2',
    ]);
    const local = (id: string) => map({ repo: 'local', hooks: [map({ id })] });
    expect(identify([local('a'), local('b')], [], [])?.base).toEqual(['repo local a', 'repo local b']);
  });

  it('knows a map without a name by all that it says, in any order', () => {
    const ids = identify(
      [map({ a: 1, b: [map({ c: 2 })] })],
      [map({ b: [map({ c: 2 })], a: 1 })],
      [map({ a: 2 })],
    );
    expect(ids?.ours).toEqual(ids?.base);
    expect(ids?.theirs).not.toEqual(ids?.base);
  });
});
