/** Makefiles: variables and targets from several components, each once; every target is phony. */
import { refuseRepeats, type Assembler } from './fragment.ts';
import { joinText } from './text.ts';

const TARGET = /^([a-z][a-z0-9_-]*):(?!=)/gm;
const VARIABLE = /^([A-Z][A-Z0-9_]*)\s*[:?+]?=/gm;
/** Stands in the first fragment where the list of phony targets belongs. */
const PHONY_PLACE = '.PHONY: @targets@';

export const joinMakefile: Assembler = (fragments) => {
  refuseRepeats(fragments, TARGET, (name) => `the target ${name}`);
  refuseRepeats(fragments, VARIABLE, (name) => `the variable ${name}`);
  const targets = fragments.flatMap(({ text }) => [...text.matchAll(TARGET)].map(([, name]) => name));
  return joinText(fragments).replace(PHONY_PLACE, () => `.PHONY: ${targets.join(' ')}`);
};
