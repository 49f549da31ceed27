/** Puts recorded pins into a rendered tree, as an update has to before it compares the tree with baseline and disk. */
import { isBinary } from '../tree/is-binary.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { VirtualTree } from '../tree/virtual-tree.ts';
import { applyPins } from './pin-text.ts';
import type { Pins } from './reference.ts';

/** Copies of other people's code, and what bulwark keeps itself. */
const NOT_OURS = /(?:^|\/)(?:\.bulwark|node_modules|vendor|third_party|\.terraform|\.venv)\//;

/** The texts in which references are looked for; a file whose bytes are no UTF-8 is left alone. */
export function textsOf(
  files: Iterable<{ readonly path: RepoPath; readonly content: Buffer }>,
): ReadonlyMap<RepoPath, string> {
  const texts = new Map<RepoPath, string>();
  for (const { path, content } of files) {
    const text = NOT_OURS.test(path) ? undefined : textIn(content);
    if (text !== undefined) texts.set(path, text);
  }
  return texts;
}

function textIn(content: Buffer): string | undefined {
  if (isBinary(content)) return undefined;
  const text = content.toString('utf8');
  return Buffer.from(text).equals(content) ? text : undefined;
}

/**
 * The tree with the pins in it: the bytes that `bulwark pin` made of the same tree.
 * @param pins those of `bulwark.json`
 */
export function pinTree(tree: VirtualTree, pins: Pins): VirtualTree {
  const { changed } = applyPins(textsOf(tree.values()), pins);
  if (changed.size === 0) return tree;
  return new Map(
    [...tree].map(([path, file]) => {
      const pinned = changed.get(path);
      return [path, pinned ? { ...file, content: Buffer.from(pinned.text) } : file];
    }),
  );
}
