/** What the readers of YAML, JSON and TOML make of a text: values with the places where they are written. */

/** A value as the format's own parser reads it: maps are `Map`s, so that no key of a file means anything to JavaScript. */
export type Data = unknown;

/** A scalar, or anything that is only ever taken as a whole. */
export interface Leaf {
  readonly kind: 'leaf';
  readonly start: number;
  readonly data: Data;
}

/** A map or a list whose items can be edited one by one. */
export interface Group {
  readonly kind: 'map' | 'list';
  /** Where it begins: at its bracket, or at the end of the line above its first item. */
  readonly start: number;
  /** Where the first item's lead begins: behind the bracket. */
  readonly itemsStart: number;
  readonly items: readonly Item[];
  /** Behind the closing bracket, or behind the last line that belongs to it. */
  readonly end: number;
  readonly bracketed: boolean;
  /** Items are separated by commas. */
  readonly commas: boolean;
  /** The white space before an item that stands on a line of its own. */
  readonly indent: string;
  readonly data: Data;
}

export type Node = Leaf | Group;

/**
 * An entry of a map or an element of a list. Its text is `[start, nodeEnd)`; up to `end` follow its comma and the comments that
 * go with it. Between the `end` before and `start` stands its lead: the comments and blank lines above it.
 */
export interface Item {
  /** Of a map's entry; unique in the map. */
  readonly key: string | undefined;
  readonly start: number;
  readonly nodeEnd: number;
  readonly end: number;
  /** Offset of the comma behind it. */
  readonly comma: number | undefined;
  readonly node: Node;
}

/** A text with its structure. */
export interface Source {
  readonly text: string;
  readonly root: Group;
  /** How a nested map is indented against the map it stands in; undefined: the text has none. */
  readonly unit: string | undefined;
  /** The same for a list in a map. */
  readonly listUnit: string | undefined;
}

/** A document of a YAML stream; a file of another format is one. */
export interface Document {
  /** The line that opens it: `---`. */
  readonly opening: string;
  /** Tells it from the others of its stream. */
  readonly name: string | undefined;
  /** Undefined for a document with nothing in it but comments. */
  readonly source: Source | undefined;
  readonly text: string;
  readonly data: Data;
}

/** Something that cannot be edited with every other byte left as it is; the merge goes by lines instead. */
export class Unfaithful extends Error {
  override readonly name = 'Unfaithful';
}

/** Deeper than any file of ours, and short of the call stack. */
export const MAX_DEPTH = 64;

/** The item's own text without its comma. */
export const coreOf = ({ text }: Source, item: Item): string => text.slice(item.start, item.nodeEnd);

/** What follows the item's text without its comma: the comment at the end of its line, and those below that go with it. */
export function tailOf({ text }: Source, { nodeEnd, end, comma }: Item): string {
  const tail = text.slice(nodeEnd, end);
  return comma === undefined ? tail : tail.slice(0, comma - nodeEnd) + tail.slice(comma - nodeEnd + 1);
}

/** What an item says before its value: key and colon, dash, anchor, tag, and the comment behind them. */
export const headOf = ({ text }: Source, item: Item): string => text.slice(item.start, item.node.start);

/** A text that is the same for the same item at any indentation. */
export const canonical = (source: Source, item: Item, indent: string): string =>
  (coreOf(source, item) + tailOf(source, item).trimEnd()).replaceAll(`\n${indent}`, '\n');

/** @returns the indentation of nested groups: that of the first one found */
export function unitsOf(root: Group): Pick<Source, 'unit' | 'listUnit'> {
  let unit: string | undefined;
  let listUnit: string | undefined;
  const walk = (group: Group): void => {
    for (const { node } of group.items) {
      if (node.kind === 'leaf') continue;
      if ((group.kind === 'map' || group.bracketed) && node.indent.startsWith(group.indent)) {
        const step = node.indent.slice(group.indent.length);
        if (node.kind === 'list' && !node.bracketed) listUnit ??= step;
        // What stands in a line, and a table of TOML, is not indented against what it stands in.
        else if (step !== '') unit ??= step;
      }
      walk(node);
    }
  };
  walk(root);
  return { unit, listUnit };
}
