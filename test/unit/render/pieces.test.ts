/** Texts cut into shared pieces are the texts again, also in the form that the baseline has. */
import { inflateRawSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { cutIntoPieces } from '../../../src/render/pieces.ts';
import { joinPieces, packPiece } from '../../../src/repo/baseline.ts';

const paragraph = (name: string) => `${name}==1.0 \\\n    --hash=${name.repeat(4000)}\n    # via é\n`;
const lock = (...names: string[]) => Buffer.from(names.map(paragraph).join(''));

const textOf = ({ pieces, texts }: ReturnType<typeof cutIntoPieces>, index: number): Buffer[] =>
  (texts[index] ?? []).map((piece) => pieces[piece] ?? Buffer.alloc(0));

describe('pieces', () => {
  test('what two large texts share is kept once', () => {
    const texts = [lock('a', 'b', 'c', 'd', 'e'), lock('a', 'c', 'e', 'f', 'g')];
    const { pieces } = cutIntoPieces(texts);
    const kept = pieces.reduce((sum, { length }) => sum + length, 0);
    expect(kept).toBe(lock('a', 'b', 'c', 'd', 'e', 'f', 'g').length);
  });

  test('a text that shares nothing is one piece', () => {
    expect(cutIntoPieces([lock('a', 'b', 'c', 'd', 'e'), lock('f')]).pieces).toHaveLength(2);
  });

  test('any texts are themselves again, and so are their forms', () => {
    const large = fc
      .array(fc.constantFrom('a', 'b', 'c', 'd', '\r', '\xff', ''), { maxLength: 12 })
      .map((names) => lock(...names));
    const any = fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes));
    fc.assert(
      fc.property(fc.array(fc.oneof(large, any), { maxLength: 6 }), (texts) => {
        const cut = cutIntoPieces(texts);
        texts.forEach((text, index) => {
          const parts = textOf(cut, index);
          expect(Buffer.concat(parts).equals(text)).toBe(true);
          const form = Buffer.from(joinPieces(parts.map(packPiece)), 'base64');
          expect(inflateRawSync(form).equals(text)).toBe(true);
        });
      }),
      { numRuns: 200 },
    );
  });
});
