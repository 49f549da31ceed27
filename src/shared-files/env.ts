/** Environment examples: blocks of `NAME=value` lines, each name once. */
import { refuseRepeats, type Assembler } from './fragment.ts';
import { joinText } from './text.ts';

/** A line that sets a variable, also one that is commented out as an example. */
const VARIABLE = /^#?\s?([A-Z][A-Z0-9_]*)=/gm;

export const joinEnv: Assembler = (fragments) => {
  refuseRepeats(fragments, VARIABLE, (name) => `the variable ${name}`);
  return joinText(fragments);
};
