/** What a preset's inventory says of a rendered tree: the lists beside this file, line by line. */
import type { VirtualTree } from '../../src/tree/virtual-tree.ts';

export interface InventoryLine {
  readonly line: string;
  /** The heading above it, without its `#`. */
  readonly group: string;
  readonly holds: boolean;
}

const LINE = /^(?<path>\S+)(?:\s+(?<operator>::|!!)\s+(?<pattern>.*))?$/;

/**
 * Judges each line of a list: `path` is there and not empty (a folder, if it ends in a slash), `path :: regex` and some
 * line of it matches, `path !! regex` and none does. Comments of whole lines do not count, except in Markdown.
 * @throws Error for a line that is none of these
 */
export function judgeInventory(list: string, tree: VirtualTree, slug: string): readonly InventoryLine[] {
  const judged: InventoryLine[] = [];
  let group = '';
  for (const raw of list.split('\n')) {
    const line = raw.trim();
    if (line.startsWith('#')) group = line.replace(/^#\s*/, '');
    else if (line !== '') judged.push({ line, group, holds: holds(line, tree, slug) });
  }
  return judged;
}

function holds(line: string, tree: VirtualTree, slug: string): boolean {
  const { path, operator, pattern } = LINE.exec(line)?.groups ?? {};
  if (path === undefined) throw new Error(`cannot read the line: ${line}`);
  const texts = textsAt(path.replaceAll('{slug}', slug), tree);
  if (texts.length === 0) return false;
  if (operator === undefined || pattern === undefined) return true;
  const regex = new RegExp(pattern, 'm');
  return texts.some((text) => regex.test(text)) === (operator === '::');
}

const textsAt = (path: string, tree: VirtualTree): readonly string[] =>
  [...tree.values()]
    .filter((file) => (path.endsWith('/') ? file.path.startsWith(path) : file.path === path))
    .map((file) => ({ path: file.path, text: file.content.toString('utf8') }))
    .filter(({ text }) => text !== '')
    .map(({ path: name, text }) =>
      name.endsWith('.md') ? text : text.replace(/^[ \t]*(#(?!!)|\/\/|--[ \t]).*$/gm, ''),
    );
