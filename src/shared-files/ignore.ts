/** Pattern files such as .gitignore: a pattern stands once, under the first fragment that has it. */
import type { Assembler } from './fragment.ts';

export const joinIgnore: Assembler = (fragments) => {
  const seen = new Set<string>();
  const blocks = fragments.map(({ text }) =>
    text
      .trim()
      .split('\n')
      .filter((line) => {
        // Order decides which pattern wins, so only exact repeats of plain patterns may fall.
        const isPattern = line.trim() !== '' && !line.startsWith('#') && !line.startsWith('!');
        if (!isPattern) return true;
        if (seen.has(line)) return false;
        seen.add(line);
        return true;
      })
      .join('\n'),
  );
  return blocks.filter((block) => block.trim() !== '').join('\n\n') + '\n';
};
