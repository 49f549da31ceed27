/** What putting our part into a file of the user's comes to. */
import type { SharedFileKind } from '../../component/contribution.ts';
import type { Issue } from '../../errors.ts';
import type { RepoPath } from '../../tree/repo-path.ts';

export type Splice =
  | { readonly kind: 'spliced'; readonly content: Buffer }
  | { readonly kind: 'unchanged' }
  /** Nothing is guessed: the hint holds what the user may paste himself. */
  | { readonly kind: 'no-place'; readonly issue: Issue };

/** The kinds of shared file, and two whose keys components add to. */
export type SpliceKind = SharedFileKind | 'package-json' | 'values';

/** Splices texts with LF: the text of ours with what is missing; the same text where nothing is. */
export type SpliceText = (ours: string, wanted: string, path: RepoPath) => string | Issue;

/** @param snippet what is missing, as it is to be pasted */
export const noPlace = (path: RepoPath, why: string, snippet: string): Issue => ({
  id: 'no-place',
  message: `bulwark's part cannot be put into ${path} by itself: ${why}`,
  where: path,
  hint: `put this into the file where it belongs:\n${snippet.replace(/\n+$/, '')}`,
});

/** Whether sections of Markdown can stand in a file of this name; README alone mostly is plain text that reads the same. */
export const isMarkdown = (path: string): boolean => /(?:^|\/)[^./]+(?:\.(?:md|markdown))?$/i.test(path);

/** The text with a part appended below it, a blank line between the two. */
export function append(text: string, part: string): string {
  if (text.trim() === '') return part;
  return `${text}${text.endsWith('\n\n') ? '' : '\n'}${part}`;
}
