/** What happens to files that are there before bulwark comes: no line of the user's is lost. */
import { describe, expect, it } from 'vitest';
import { appendMissingLines } from '../../../src/merge/append-lines.ts';
import { mergersUntil } from '../../../src/merge/mergers.ts';
import { reconcile, type OnConflict } from '../../../src/merge/reconcile.ts';
import type { Change } from '../../../src/tree/change-set.ts';
import { repoPath } from '../../../src/tree/repo-path.ts';
import { virtualTree, type VirtualFile } from '../../../src/tree/virtual-tree.ts';

const rendered = (path: string, text: string, executable = false): VirtualFile => ({
  path: repoPath(path, 'test'),
  content: Buffer.from(text),
  executable,
  origin: { component: 'x', template: 't' },
  ownership: 'managed',
});

const change = async (
  file: VirtualFile,
  disk: string | undefined,
  decision: Exclude<OnConflict, 'ask'>,
  mode = false,
): Promise<Change> => {
  const present =
    disk === undefined ? [] : [[file.path, { content: Buffer.from(disk), executable: mode }] as const];
  const [only] = await reconcile({
    rendered: virtualTree([file]),
    disk: new Map(present),
    decide: () => decision,
    baseline: new Map(),
    originals: new Map(),
    renames: new Map(),
    splices: false,
    mergers: mergersUntil(new AbortController().signal),
  });
  if (!only) throw new Error('no change');
  return only;
};

describe('reconcile without a baseline', () => {
  it('creates what is not there and leaves what is the same', async () => {
    expect(await change(rendered('a', 'x'), undefined, 'fail')).toMatchObject({
      kind: 'create',
      content: Buffer.from('x'),
    });
    expect(await change(rendered('a', 'x'), 'x', 'fail')).toMatchObject({ kind: 'unchanged' });
    expect(await change(rendered('a', 'x', true), 'x', 'fail')).toMatchObject({ kind: 'conflict' });
  });

  it('does with a differing file what was decided', async () => {
    expect(await change(rendered('a', 'x'), 'y', 'keep')).toMatchObject({
      kind: 'keep',
      reason: 'on-conflict-keep',
    });
    expect(await change(rendered('a', 'x'), 'y', 'overwrite')).toMatchObject({
      kind: 'update',
      content: Buffer.from('x'),
    });
    expect(await change(rendered('a', 'x'), 'y', 'fail')).toMatchObject({ kind: 'conflict', lines: [] });
    expect(await change(rendered('a', 'x'), 'y', 'fail')).not.toHaveProperty('merged');
  });

  it('puts both sides between markers, in the style of diff3', async () => {
    const marked = await change(rendered('a', 'one\ntwo\nthree\n'), 'one\n2\nthree\nfour\n', 'marker');
    expect(marked).toMatchObject({ kind: 'conflict', lines: [2, 9] });
    expect('merged' in marked && marked.merged.toString()).toBe(
      'one\n<<<<<<< yours\n2\n||||||| base\n=======\ntwo\n>>>>>>> bulwark\nthree\n' +
        '<<<<<<< yours\nfour\n||||||| base\n=======\n>>>>>>> bulwark\n',
    );
  });

  it('does not mark binary files', async () => {
    expect(await change(rendered('a', 'x'), '\u0000y', 'marker')).not.toHaveProperty('merged');
  });

  it.each(['README.md', 'LICENSE', 'LICENSE.txt', 'readme.rst'])('keeps %s', async (path) => {
    expect(await change(rendered(path, 'ours'), 'theirs', 'fail')).toMatchObject({
      kind: 'keep',
      reason: 'harmless',
    });
  });

  it('adds its patterns to a .gitignore', async () => {
    const added = await change(
      rendered('.gitignore', '# Secrets\n.env\n!.env.example\n\n# Python\n*.pyc\n'),
      '*.pyc\ndist',
      'fail',
    );
    expect(added.kind === 'update' && added.content.toString()).toBe(
      '*.pyc\ndist\n\n# Secrets\n.env\n!.env.example\n',
    );
    expect(await change(rendered('.gitignore', '*.pyc\n'), '*.pyc\ndist', 'fail')).toMatchObject({
      kind: 'keep',
    });
  });
});

describe('appendMissingLines', () => {
  it('keeps the line ending of the file', async () => {
    expect(appendMissingLines(Buffer.from('a\r\n'), Buffer.from('a\nb\n')).toString()).toBe('a\r\n\r\nb\r\n');
  });

  it('is done after once', async () => {
    const once = appendMissingLines(Buffer.from('a'), Buffer.from('# x\nb\n\nc\n'));
    expect(appendMissingLines(once, Buffer.from('# x\nb\n\nc\n'))).toBe(once);
  });
});
