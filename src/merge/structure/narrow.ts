/**
 * Leaves out of a YAML file what is the same on all three sides, so that only the rest is parsed: most of a file, most of the time, and
 * parsing takes longer than everything else. What is left out stands as one word in all three texts and is put back word for
 * word, so that a misread line costs speed and never bytes.
 */
import type { Texts } from './merge-structure.ts';

const WORD = 'bulwark-left-out-';
/** Shorter blocks are parsed as fast as they are found. */
const MIN_LENGTH = 60;
/** An alias may lead into what would be left out. */
const ALIAS = /(?:[:-]|^)[ \t]+[&*]\w|<<:|^---|^\.\.\.|^%/m;
/** A key whose value begins on the next line. */
const HEAD = /^ *([\w.-]+|"[^"\\]*"|'[^']*'):[ \t]*(?:#.*)?$/;

export interface Narrowed {
  readonly texts: Texts;
  /** Puts back what was left out; undefined when it is not there once. */
  readonly restore: (text: string) => string | undefined;
}

/** @returns undefined when there is nothing to leave out */
export function narrow(texts: Texts): Narrowed | undefined {
  const sides = [texts.base, texts.ours, texts.theirs];
  if (sides.some((text) => ALIAS.test(text) || text.includes(WORD))) return undefined;
  const [base, ours, theirs] = sides.map((text) => new Side(text.split('\n')));
  if (!base || !ours || !theirs) return undefined;
  const leftOut: string[] = [];
  const walk = (b: Block, o: Block, t: Block): void => {
    const [inBase, inOurs, inTheirs] = [base.blocksIn(b), ours.blocksIn(o), theirs.blocksIn(t)];
    for (const [key, block] of inOurs) {
      const [other, third] = [inBase.get(key), inTheirs.get(key)];
      if (!other || !third) continue;
      const text = ours.textOf(block);
      if (text !== base.textOf(other) || text !== theirs.textOf(third)) {
        walk(other, block, third);
      } else if (text.length >= MIN_LENGTH) {
        const word = `${/^ */.exec(text)?.[0] ?? ''}${WORD}${leftOut.length}`;
        leftOut.push(text);
        base.leaveOut(other, word);
        ours.leaveOut(block, word);
        theirs.leaveOut(third, word);
      }
    }
  };
  walk(base.whole, ours.whole, theirs.whole);
  if (leftOut.length === 0) return undefined;
  return {
    texts: { base: base.text(), ours: ours.text(), theirs: theirs.text() },
    restore: (text) => {
      let found = 0;
      const restored = text.replace(new RegExp(`^ *${WORD}(\\d+)$`, 'gm'), (_, index: string) => {
        found += 1;
        return leftOut[Number(index)] ?? '';
      });
      return found === leftOut.length && !restored.includes(WORD) ? restored : undefined;
    },
  };
}

/** Lines from one to before another, and how far they are indented. */
interface Block {
  readonly from: number;
  readonly to: number;
  readonly indent: number;
}

class Side {
  readonly #lines: readonly string[];
  readonly #leftOut = new Map<number, { readonly to: number; readonly word: string }>();

  constructor(lines: readonly string[]) {
    this.#lines = lines;
  }

  get whole(): Block {
    return { from: 0, to: this.#lines.length, indent: 0 };
  }

  textOf({ from, to }: Block): string {
    return this.#lines.slice(from, to).join('\n');
  }

  leaveOut({ from, to }: Block, word: string): void {
    this.#leftOut.set(from, { to, word });
  }

  text(): string {
    const kept: string[] = [];
    for (let at = 0; at < this.#lines.length;) {
      const out = this.#leftOut.get(at);
      kept.push(out?.word ?? this.#lines[at] ?? '');
      at = out?.to ?? at + 1;
    }
    return kept.join('\n');
  }

  /** What stands below each key of a block that stands in it once. Items of lists are left alone: they are known by what is in them. */
  blocksIn({ from, to, indent }: Block): ReadonlyMap<string, Block> {
    const blocks = new Map<string, Block>();
    const twice = new Set<string>();
    for (let at = from; at < to; at += 1) {
      const line = this.#lines[at] ?? '';
      const key = indentOf(line) === indent ? HEAD.exec(line)?.[1] : undefined;
      if (key === undefined) continue;
      const block = this.#below(at + 1, to, indent);
      if (!block) continue;
      if (blocks.has(key)) twice.add(key);
      blocks.set(key, block);
      at = block.to - 1;
    }
    for (const key of twice) blocks.delete(key);
    return blocks;
  }

  #below(from: number, limit: number, indent: number): Block | undefined {
    let to = from;
    let inner: number | undefined;
    for (let at = from; at < limit; at += 1) {
      const line = this.#lines[at] ?? '';
      if (line.trim() === '') continue;
      if (indentOf(line) <= indent) break;
      // A comment at the beginning or at the end may belong to what stands around.
      if (line.trimStart().startsWith('#')) {
        if (inner === undefined) return undefined;
        continue;
      }
      inner ??= indentOf(line);
      to = at + 1;
    }
    const first = this.#lines[from] ?? '';
    return inner === undefined || first.trim() === '' ? undefined : { from, to, indent: inner };
  }
}

const indentOf = (line: string): number => line.length - line.trimStart().length;
