/** Adds our variables to an example of settings that the user has: his lines stay, ours that are missing follow. */
import { append, type SpliceText } from './splice.ts';

/** A line that sets a variable, also one that is commented out as an example. */
const VARIABLE = /^(?:#\s?)?(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*=/;

/** A variable comes with the comments above it, and with the heading of its part; what stands at the top of ours is about our file. */
export const spliceEnv: SpliceText = (ours, wanted) => {
  const present = new Set(ours.split('\n').map(nameOf));
  const added: string[] = [];
  let headings: string[] = [];
  for (const [index, paragraph] of wanted
    .trim()
    .split(/\n{2,}/)
    .entries()) {
    const lines = paragraph.split('\n');
    const names = lines.map(nameOf).filter((name) => name !== undefined);
    if (names.length === 0) {
      if (index > 0) headings = [...headings, paragraph];
    } else if (names.some((name) => !present.has(name))) {
      const missing = lines.filter((line) => nameOf(line) === undefined || !present.has(nameOf(line)));
      added.push(...headings, missing.join('\n'));
      headings = [];
    } else {
      headings = [];
    }
  }
  return added.length === 0 ? ours : append(ours, `${added.join('\n\n')}\n`);
};

const nameOf = (line: string): string | undefined => VARIABLE.exec(line)?.[1];
