/** Writes an item of another text at an indentation of ours. */
import { Unfaithful, type Group, type Item, type Source } from './source.ts';

/** How our text is indented; undefined: as the other one is. */
export type Style = Pick<Source, 'unit' | 'listUnit'>;

/** An item that can be put among ours. */
export interface Written {
  /** Comments and blank lines above it, without line ends. */
  readonly lead: readonly string[];
  readonly core: string;
  /** Without comma. */
  readonly tail: string;
}

/** Whether the items of a group stand on lines of their own, whatever the first one does. */
export function isOnLines({ text }: Source, group: Group): boolean {
  const [first] = group.items;
  const lead = text.slice(group.itemsStart, first?.start ?? group.end);
  return group.bracketed ? lead.includes('\n') : true;
}

/**
 * @param at the place of the item in its group
 * @param indent of the item among ours
 * @throws Unfaithful when a line of it cannot be indented so
 */
export function write(source: Source, group: Group, at: number, indent: string, style: Style): Written {
  const item = group.items[at];
  if (!item) throw new Error(`no item ${at}`);
  const from = isOnLines(source, group) ? group.indent : undefined;
  const writing = new Writing(source, style);
  const core = writing.core(group, item, from ?? indent, indent);
  const tail = source.text.slice(item.nodeEnd, item.comma ?? item.end) + afterComma(source, item);
  return {
    lead: leadOf(source, group, at).map((line) => shiftLine(line, from ?? indent, indent)),
    core,
    tail: shift(tail, from ?? indent, indent),
  };
}

const afterComma = ({ text }: Source, { comma, end }: Item): string =>
  comma === undefined ? '' : text.slice(comma + 1, end);

/** The comments and blank lines between an item and the one above it. */
export function leadOf(source: Source, group: Group, at: number): readonly string[] {
  const raw = rawLead(source, group, at);
  return raw.split('\n').slice(1, -1);
}

/** Everything between an item and the one above it; as if the text began with a line end. */
export function rawLead({ text }: Source, group: Group, at: number): string {
  const from = at === 0 ? group.itemsStart : (group.items[at - 1]?.end ?? 0);
  const raw = text.slice(from, group.items[at]?.start ?? group.end);
  return group.itemsStart === 0 && at === 0 ? `\n${raw}` : raw;
}

/** @param from the indentation that the lines have, of which a part is replaced */
export function shift(text: string, from: string, to: string): string {
  if (from === to || !text.includes('\n')) return text;
  const [first = '', ...rest] = text.split('\n');
  return [first, ...rest.map((line) => shiftLine(line, from, to))].join('\n');
}

/** The last line of a lead is the white space before the item. */
function shiftLead(lead: string, from: string, to: string): string {
  const end = lead.lastIndexOf('\n');
  return end < 0 ? lead : `${shift(lead.slice(0, end), from, to)}\n${to}`;
}

export function shiftLine(line: string, from: string, to: string): string {
  const trimmed = line.trimStart();
  if (trimmed === '') return '';
  if (line.startsWith(from)) return to + line.slice(from.length);
  if (trimmed.startsWith('#') || trimmed.startsWith('//')) return to + trimmed;
  throw new Unfaithful(`the line "${trimmed}" is indented less than what it belongs to`);
}

class Writing {
  readonly #source: Source;
  readonly #style: Style;

  constructor(source: Source, style: Style) {
    this.#source = source;
    this.#style = style;
  }

  core(parent: Group, { start, nodeEnd, node }: Item, from: string, to: string): string {
    const { text } = this.#source;
    if (node.kind === 'leaf' || node.items.length === 0) return shift(text.slice(start, nodeEnd), from, to);
    const inner = this.#inner(parent, node, from, to);
    let written = shift(text.slice(start, node.itemsStart), from, to);
    let end = node.itemsStart;
    for (const item of node.items) {
      written += shiftLead(text.slice(end, item.start), inner.from, inner.to);
      written += this.core(node, item, inner.from, inner.to);
      written += shift(text.slice(item.nodeEnd, item.end), inner.from, inner.to);
      end = item.end;
    }
    const foot = text.slice(end, nodeEnd);
    const closing = node.bracketed ? foot.lastIndexOf('\n') : foot.length;
    if (closing < 0) return written + foot;
    return (
      written + shift(foot.slice(0, closing), inner.from, inner.to) + shift(foot.slice(closing), from, to)
    );
  }

  #inner(
    parent: Group,
    group: Group,
    from: string,
    to: string,
  ): { readonly from: string; readonly to: string } {
    if (!isOnLines(this.#source, group)) return { from, to };
    if (!group.indent.startsWith(from))
      throw new Unfaithful('a nested value is indented less than its parent');
    const step = group.indent.slice(from.length);
    return { from: group.indent, to: to + (this.#stepOf(parent, group, step) ?? step) };
  }

  /** As in `unitsOf`: what stands behind a dash, and a table of TOML, is indented the same in any style. */
  #stepOf(parent: Group, group: Group, step: string): string | undefined {
    if (parent.kind === 'list' && !parent.bracketed) return step;
    if (group.kind === 'list' && !group.bracketed) {
      return this.#style.listUnit ?? (step === this.#source.unit ? this.#style.unit : step);
    }
    return step === '' ? step : this.#style.unit;
  }
}
