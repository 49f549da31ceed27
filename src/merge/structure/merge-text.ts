/** Three-way merge of two structures into the text of one of them: what is not changed stays to the last byte. */
import { ABSENT, isSame } from './data.ts';
import { isOnLines, leadOf, rawLead, shiftLine, write, type Style, type Written } from './reindent.ts';
import { identify, mergeSequence } from './sequence.ts';
import {
  canonical,
  coreOf,
  headOf,
  tailOf,
  Unfaithful,
  type Group,
  type Item,
  type Source,
} from './source.ts';

export interface Sides {
  readonly base: Source;
  readonly ours: Source;
  readonly theirs: Source;
}

/**
 * @returns the text of ours with the changes from base to theirs
 * @throws Unfaithful when that cannot be said without touching anything else, or both sides changed one thing
 */
export function mergeText(sides: Sides): string {
  return new TextMerge(sides).group(sides.base.root, sides.ours.root, sides.theirs.root);
}

/** What is to be done with an item of theirs, told by the keys and names that lead to it. */
export type Choose = (path: readonly string[]) => 'add' | 'descend' | 'replace' | 'leave';

/**
 * @returns the text of ours with items of theirs added to it; nothing of ours is changed, but what `choose` has replaced
 * @throws Unfaithful when there is no place for one of them
 */
export function addText(ours: Source, theirs: Source, choose: Choose): string {
  return new TextMerge({ base: ours, ours, theirs }).additions(ours.root, theirs.root, choose, []);
}

/** One item of the merged group as it is to be written. */
interface Piece {
  /** Undefined: it stands on the line of what is before it. */
  readonly lead: { readonly lines: readonly string[] } | undefined;
  /** What stands before it as it is; undefined where that changes. */
  readonly rawLead: string | undefined;
  readonly core: string;
  /** Without comma. */
  readonly tail: string;
  /** With the comma as it is; undefined for what is not wholly ours. */
  readonly raw?: { readonly text: string; readonly comma: boolean };
}

interface Triple<T> {
  readonly b: T | undefined;
  readonly o: T;
  readonly t: T;
}

const AS_BASE: Style = { unit: undefined, listUnit: undefined };

class TextMerge {
  readonly #base: Source;
  readonly #ours: Source;
  readonly #theirs: Source;

  constructor({ base, ours, theirs }: Sides) {
    this.#base = base;
    this.#ours = ours;
    this.#theirs = theirs;
  }

  /** The text of `o` from its beginning to its end, merged. */
  group(b: Group | undefined, o: Group, t: Group): string {
    const ids = idsOf(b, o, t);
    const order = ids && mergeSequence(ids.b, ids.o, ids.t, o.kind === 'list');
    if (!ids || !order) return this.#whole(b, o, t);
    const places = { b: indexOf(ids.b), o: indexOf(ids.o), t: indexOf(ids.t) };
    const pieces: Piece[] = [];
    for (const id of order) {
      const [ib, io, it] = [places.b.get(id), places.o.get(id), places.t.get(id)];
      if (io !== undefined) {
        if (it !== undefined) pieces.push(this.#both(b, o, t, ib, io, it));
        else if (ib === undefined) pieces.push(this.#kept(o, io));
      } else if (it !== undefined && ib === undefined) {
        pieces.push(this.#added(o, t, it));
      }
    }
    return this.#joined(o, pieces, this.#foot(b, o, t));
  }

  /** The text of `o` from its beginning to its end, with items of `t` added. */
  additions(o: Group, t: Group, choose: Choose, path: readonly string[]): string {
    const ids = idsOf(undefined, o, t);
    const order = ids && mergeSequence([], ids.o, ids.t, false);
    if (!ids || !order) throw new Unfaithful('nothing tells the elements of a list apart');
    const places = { o: indexOf(ids.o), t: indexOf(ids.t) };
    const isSetOff = o.items.some((_, index) => index > 0 && leadOf(this.#ours, o, index)[0]?.trim() === '');
    const pieces: Piece[] = [];
    for (const id of order) {
      const [io, it] = [places.o.get(id), places.t.get(id)];
      const choice = it === undefined ? 'leave' : choose([...path, id]);
      if (io !== undefined) {
        const kept = this.#kept(o, io);
        if (it === undefined || choice === 'leave' || choice === 'add') pieces.push(kept);
        else if (choice === 'replace') pieces.push(this.#replaced(kept, o, t, it));
        else pieces.push(this.#descended(kept, itemAt(o, io), itemAt(t, it), choose, [...path, id]));
      } else if (it !== undefined && choice === 'add') {
        const added = this.#added(o, t, it);
        const lines = added.lead?.lines ?? [];
        const isFlush = added.lead !== undefined && pieces.length > 0 && lines[0]?.trim() !== '';
        pieces.push(isSetOff && isFlush ? { ...added, lead: { lines: ['', ...lines] } } : added);
      }
    }
    return this.#joined(o, pieces, footOf(this.#ours, o).join('\n'));
  }

  #replaced(kept: Piece, o: Group, t: Group, it: number): Piece {
    if (kept.tail.trim() !== '') throw new Unfaithful('a comment stands where a value is to stand');
    const { core, tail } = this.#written(o, t, it);
    return { lead: kept.lead, rawLead: kept.rawLead, core, tail };
  }

  #descended(kept: Piece, o: Item, t: Item, choose: Choose, path: readonly string[]): Piece {
    if (o.node.kind === 'leaf' || o.node.kind !== t.node.kind)
      throw new Unfaithful('a value is of another kind');
    const core = headOf(this.#ours, o) + this.additions(o.node, t.node, choose, path);
    return { lead: kept.lead, rawLead: kept.rawLead, core, tail: kept.tail };
  }

  /** A list whose elements nothing tells apart. */
  #whole(b: Group | undefined, o: Group, t: Group): string {
    if (!isSame(t.data, b?.data ?? ABSENT) && !isSame(t.data, o.data)) {
      throw new Unfaithful('a list changed whose elements have no names');
    }
    return this.#ours.text.slice(o.start, o.end);
  }

  #kept(group: Group, at: number): Piece {
    const item = itemAt(group, at);
    return {
      lead: leadKind(this.#ours, group, at),
      rawLead: rawLead(this.#ours, group, at),
      core: coreOf(this.#ours, item),
      tail: tailOf(this.#ours, item),
      raw: { text: this.#ours.text.slice(item.start, item.end), comma: item.comma !== undefined },
    };
  }

  #added(o: Group, t: Group, at: number): Piece {
    const { lead, core, tail } = this.#written(o, t, at);
    if (isOnLines(this.#ours, o)) return { lead: { lines: lead }, rawLead: undefined, core, tail };
    if (tail.trim() !== '') throw new Unfaithful('a comment cannot be put into a line');
    return { lead: undefined, rawLead: undefined, core, tail: '' };
  }

  /**
   * An item of theirs in the style of the group of ours that it comes into.
   * @param style that of base, where ours has it as base had it: theirs has followed it
   */
  #written(o: Group, t: Group, at: number, style: Style = this.#ours): Written {
    const item = itemAt(t, at);
    const isFlat = !isOnLines(this.#ours, o);
    const indent = isFlat ? '' : o.indent;
    let written = write(this.#theirs, t, at, indent, style);
    if (o.kind === 'list' && o.bracketed !== t.bracketed) {
      written = o.bracketed
        ? { ...written, core: this.#theirs.text.slice(item.node.start, item.nodeEnd) }
        : { ...written, core: `- ${written.core}` };
      if (written.core.includes('\n'))
        throw new Unfaithful('a value of several lines cannot be put into brackets');
    }
    if (isFlat && written.core.includes('\n')) {
      throw new Unfaithful('a value of several lines cannot be put into a line');
    }
    return written;
  }

  #both(b: Group | undefined, o: Group, t: Group, ib: number | undefined, io: number, it: number): Piece {
    const kept = this.#kept(o, io);
    const lead = this.#lead(b, o, t, ib, io, it, kept);
    const merged = this.#item(b, o, t, ib, io, it);
    if (!merged) return { ...kept, ...lead };
    return { ...lead, core: merged.core, tail: merged.tail };
  }

  /** @returns undefined when ours stays as it is */
  #item(
    b: Group | undefined,
    o: Group,
    t: Group,
    ib: number | undefined,
    io: number,
    it: number,
  ): Pick<Piece, 'core' | 'tail'> | undefined {
    const items = {
      b: b && ib !== undefined ? itemAt(b, ib) : undefined,
      o: itemAt(o, io),
      t: itemAt(t, it),
    };
    const texts = {
      b: items.b && b ? canonical(this.#base, items.b, b.indent) : undefined,
      o: canonical(this.#ours, items.o, o.indent),
      t: canonical(this.#theirs, items.t, t.indent),
    };
    if (texts.t === texts.b || texts.t === texts.o) return undefined;
    if (texts.o === texts.b && sameStyle(o, t)) {
      return this.#written(o, t, it, texts.o.includes('\n') ? AS_BASE : this.#ours);
    }
    const nodes = { b: items.b?.node, o: items.o.node, t: items.t.node };
    const tail = this.#tail(items, o, t, it);
    if (
      nodes.o.kind !== 'leaf' &&
      nodes.o.kind === nodes.t.kind &&
      (!nodes.b || nodes.b.kind === nodes.o.kind)
    ) {
      const group = this.group(nodes.b, nodes.o, nodes.t);
      return { core: this.#head(items, nodes.o, nodes.t) + group, tail };
    }
    return { core: this.#leaf(items, o, t, it), tail };
  }

  #leaf(items: Triple<Item>, o: Group, t: Group, it: number): string {
    const { b } = items;
    const ours = coreOf(this.#ours, items.o);
    const base = b && coreOf(this.#base, b);
    if (isSame(items.t.node.data, b ? b.node.data : ABSENT) || isSame(items.t.node.data, items.o.node.data))
      return ours;
    if (ours === base) return this.#written(o, t, it, AS_BASE).core;
    const value = this.#theirs.text.slice(items.t.node.start, items.t.nodeEnd);
    const isOneLine = ![ours, base ?? '', value].some((text) => text.includes('\n'));
    if (b && isOneLine && items.t.node.kind === 'leaf' && isSame(items.o.node.data, b.node.data)) {
      return headOf(this.#ours, items.o) + value;
    }
    throw new Unfaithful('both sides changed a value');
  }

  /** Key, anchor, tag and the comment behind them, of an item whose value is a group. */
  #head(items: Triple<Item>, o: Group, t: Group): string {
    const ours = headOf(this.#ours, items.o);
    const theirs = headOf(this.#theirs, items.t);
    const base = items.b && headOf(this.#base, items.b);
    if (same(theirs, base) || same(theirs, ours) || base === undefined) return ours;
    if (!same(ours, base) || !sameStyle(o, t) || theirs.includes('\n')) {
      throw new Unfaithful('both sides changed what stands before a value');
    }
    return theirs;
  }

  #tail(items: Triple<Item>, o: Group, t: Group, it: number): string {
    const ours = tailOf(this.#ours, items.o);
    const theirs = tailOf(this.#theirs, items.t);
    const base = items.b && tailOf(this.#base, items.b);
    if (base === undefined || same(theirs, base) || same(theirs, ours)) return ours;
    if (!same(ours, base)) throw new Unfaithful('both sides changed a comment');
    return this.#written(o, t, it).tail;
  }

  #lead(
    b: Group | undefined,
    o: Group,
    t: Group,
    ib: number | undefined,
    io: number,
    it: number,
    kept: Piece,
  ): Pick<Piece, 'lead' | 'rawLead'> {
    const unchanged = { lead: kept.lead, rawLead: kept.rawLead };
    if (!b || ib === undefined) return unchanged;
    const base = cutBlank(leadOf(this.#base, b, ib));
    const ours = cutBlank(leadOf(this.#ours, o, io));
    const theirs = cutBlank(leadOf(this.#theirs, t, it));
    const takesBlank = base.blank.length !== theirs.blank.length && ours.blank.length === base.blank.length;
    const takesRest = !sameLines(theirs.rest, base.rest) && !sameLines(theirs.rest, ours.rest);
    if (takesRest && !sameLines(ours.rest, base.rest)) throw new Unfaithful('both sides changed a comment');
    if (!takesBlank && !takesRest) return unchanged;
    if (!kept.lead && !isOnLines(this.#ours, o)) return unchanged;
    const rest = takesRest ? theirs.rest.map((line) => shiftLine(line, t.indent, o.indent)) : ours.rest;
    return { lead: { lines: [...(takesBlank ? theirs.blank : ours.blank), ...rest] }, rawLead: undefined };
  }

  /** What stands between the last item and the end of the group. */
  #foot(b: Group | undefined, o: Group, t: Group): string {
    const ours = footOf(this.#ours, o);
    if (!b) return ours.join('\n');
    const [inBase, inOurs, inTheirs] = [
      comments(this.#base, b),
      comments(this.#ours, o),
      comments(this.#theirs, t),
    ];
    if (sameLines(inTheirs, inBase) || sameLines(inTheirs, inOurs)) return ours.join('\n');
    if (!sameLines(inOurs, inBase) || o.bracketed !== t.bracketed || !isOnLines(this.#ours, o)) {
      throw new Unfaithful('both sides changed what stands at the end of a value');
    }
    const [first = ''] = ours;
    const lines = inTheirs.map((line) => shiftLine(line, t.indent, o.indent));
    return [first, ...lines, ...(hasClosing(this.#ours, o) ? ours.slice(-1) : [])].join('\n');
  }

  #joined(o: Group, pieces: readonly Piece[], foot: string): string {
    if (pieces.length === 0 && (o.items.length > 0 || !o.bracketed)) {
      throw new Unfaithful('nothing is left of a value');
    }
    const isFlat = !isOnLines(this.#ours, o);
    const trailing = o.items.at(-1)?.comma !== undefined;
    const firstLead = o.items.length > 0 ? rawLead(this.#ours, o, 0) : '';
    let text = this.#ours.text.slice(o.start, o.itemsStart);
    for (const [index, piece] of pieces.entries()) {
      const written = isFlat
        ? flatLead(piece, index, firstLead)
        : lineLead(piece, index, firstLead, o.indent);
      const lead = index === 0 && o.itemsStart === 0 ? written.replace(/^\n/, '') : written;
      const comma = o.commas && (index < pieces.length - 1 || trailing);
      text +=
        lead +
        (piece.raw?.comma === comma || (piece.raw && !o.commas)
          ? piece.raw.text
          : piece.core + (comma ? ',' : '') + piece.tail);
    }
    return text + foot;
  }
}

/** In a line, what comes first stands where the first stood; the others behind a blank. */
function flatLead(piece: Piece, index: number, firstLead: string): string {
  if (index === 0) return firstLead;
  return piece.rawLead === undefined || piece.rawLead === firstLead ? ' ' : piece.rawLead;
}

function lineLead(piece: Piece, index: number, firstLead: string, indent: string): string {
  if (index === 0 && !firstLead.includes('\n')) {
    if (piece.lead && piece.lead.lines.length > 0)
      throw new Unfaithful('a comment cannot be put into a line');
    return firstLead;
  }
  if (!piece.lead) return `\n${indent}`;
  return piece.rawLead ?? `\n${piece.lead.lines.map((line) => `${line}\n`).join('')}${indent}`;
}

function leadKind(source: Source, group: Group, at: number): Piece['lead'] {
  return rawLead(source, group, at).includes('\n') ? { lines: leadOf(source, group, at) } : undefined;
}

function idsOf(
  b: Group | undefined,
  o: Group,
  t: Group,
):
  | { readonly b: readonly string[]; readonly o: readonly string[]; readonly t: readonly string[] }
  | undefined {
  if (o.kind === 'map') return { b: keysOf(b), o: keysOf(o), t: keysOf(t) };
  const ids = identify(elementsOf(b), elementsOf(o), elementsOf(t));
  return ids && { b: ids.base, o: ids.ours, t: ids.theirs };
}

const keysOf = (group: Group | undefined): readonly string[] =>
  (group?.items ?? []).map(({ key }) => key ?? '');
const elementsOf = (group: Group | undefined): readonly unknown[] =>
  (group?.items ?? []).map(({ node }) => node.data);
const indexOf = (ids: readonly string[]): ReadonlyMap<string, number> =>
  new Map(ids.map((id, index) => [id, index]));

function itemAt(group: Group, at: number): Item {
  const item = group.items[at];
  if (!item) throw new Error(`no item ${at}`);
  return item;
}

const same = (a: string, b: string | undefined): boolean => a.trim() === b?.trim();

const sameLines = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((line, index) => same(line, b[index]));

/** An item can only be taken as it is written where both texts write its group in one way. */
const sameStyle = (o: Group, t: Group): boolean => o.bracketed === t.bracketed;

function cutBlank(lines: readonly string[]): {
  readonly blank: readonly string[];
  readonly rest: readonly string[];
} {
  const first = lines.findIndex((line) => line.trim() !== '');
  const at = first < 0 ? lines.length : first;
  return { blank: lines.slice(0, at), rest: lines.slice(at) };
}

const footOf = ({ text }: Source, group: Group): readonly string[] =>
  text.slice(group.items.at(-1)?.end ?? group.itemsStart, group.end).split('\n');

/** The text after the last line feed is the closing bracket, or nothing at the end of the file. */
const hasClosing = (source: Source, group: Group): boolean => group.bracketed || group === source.root;

function comments(source: Source, group: Group): readonly string[] {
  const foot = footOf(source, group);
  return hasClosing(source, group) ? foot.slice(1, -1) : foot.slice(1);
}
