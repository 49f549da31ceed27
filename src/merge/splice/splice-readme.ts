/** Adds our sections to a README that the user has: a section whose heading is there stays his. */
import { append, type SpliceText } from './splice.ts';

/** What stands above the first section of ours is about a new repository, and left out. */
export const spliceReadme: SpliceText = (ours, wanted) => {
  const present = new Set(sectionsOf(ours).map(({ heading }) => heading));
  const missing = sectionsOf(wanted).filter(({ heading }) => heading !== undefined && !present.has(heading));
  return missing.length === 0
    ? ours
    : append(ours, `${missing.map(({ text }) => text.trim()).join('\n\n')}\n`);
};

interface Section {
  /** Undefined above the first one. */
  readonly heading: string | undefined;
  readonly text: string;
}

/** Cuts at headings of the second level that are no code. */
function sectionsOf(text: string): readonly Section[] {
  const sections: { heading: string | undefined; lines: string[] }[] = [{ heading: undefined, lines: [] }];
  let fence: string | undefined;
  for (const line of text.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})/.exec(line)?.[1];
    if (fence === undefined) fence = mark;
    else if (mark?.startsWith(fence) === true && line.trim() === mark) fence = undefined;
    const heading =
      fence === undefined ? /^ {0,3}##[ \t]+(.*?)(?:[ \t]+#+)?[ \t]*$/.exec(line)?.[1] : undefined;
    if (heading === undefined) sections.at(-1)?.lines.push(line);
    else sections.push({ heading: heading.toLowerCase(), lines: [line] });
  }
  return sections.map(({ heading, lines }) => ({ heading, text: lines.join('\n') }));
}
