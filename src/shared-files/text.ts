/** Fragments of prose, one after the other with a blank line between. */
import type { Assembler } from './fragment.ts';

export const joinText: Assembler = (fragments) =>
  fragments
    .map(({ text }) => text.trim())
    .filter((text) => text !== '')
    .join('\n\n') + '\n';
