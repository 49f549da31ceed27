/** Standard input, which can be read but once: the packs and the answers of a run may both stand in it. */
import { readFileSync } from 'node:fs';

let text: string | undefined;

/** All of it; the same again when it is asked for again. */
export const standardInput = (): string => (text ??= readFileSync(0, 'utf8'));
