/** How texts that have much in common (a lock file for each set of options) are kept: what several hold is kept once. */

/** A smaller text is not worth cutting. */
const LARGE_BYTES = 16 * 1024;
/** Lock files are paragraphs: a line at the margin and the indented ones below it. */
const PARAGRAPH = /(?<=\n)(?=\S)/;

export interface Pieces {
  /** Each differs from all others. */
  readonly pieces: readonly Buffer[];
  /** For each text, which pieces make it up, in order. */
  readonly texts: readonly (readonly number[])[];
}

/** Cuts texts where what they share begins and ends; a text that shares nothing stays whole. */
export function cutIntoPieces(texts: readonly Buffer[]): Pieces {
  const paragraphs = texts.map((text) =>
    text.length < LARGE_BYTES ? [text.toString('latin1')] : text.toString('latin1').split(PARAGRAPH),
  );
  const holders = new Map<string, Set<number>>();
  paragraphs.forEach((parts, text) => {
    for (const part of parts) holders.set(part, (holders.get(part) ?? new Set()).add(text));
  });
  const numbers = new Map<string, number>();
  const numberOf = (piece: string): number => {
    const number = numbers.get(piece) ?? numbers.size;
    numbers.set(piece, number);
    return number;
  };
  const isShared = (part: string): boolean => (holders.get(part)?.size ?? 0) > 1;
  const cut = paragraphs.map((parts) => joinUnless(isShared, parts).map(numberOf));
  return { pieces: [...numbers.keys()].map((piece) => Buffer.from(piece, 'latin1')), texts: cut };
}

/** Joins neighbours of which neither stands apart. */
function joinUnless(standsApart: (part: string) => boolean, parts: readonly string[]): string[] {
  const joined: string[] = [];
  let isOpen = false;
  for (const part of parts) {
    const apart = standsApart(part);
    if (apart || !isOpen) joined.push(part);
    else joined.push(`${joined.pop() ?? ''}${part}`);
    isOpen = !apart;
  }
  return joined;
}
