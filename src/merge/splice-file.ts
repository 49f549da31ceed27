/** Our part into a file that is the user's. */
import type { SharedFileKind } from '../component/contribution.ts';
import type { Issue } from '../errors.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import { appendMissingLines } from './append-lines.ts';

export type Splice =
  | { readonly kind: 'spliced'; readonly content: Buffer }
  | { readonly kind: 'unchanged' }
  | { readonly kind: 'no-place'; readonly issue: Issue };

export const spliceFile = (
  path: RepoPath,
  kind: SharedFileKind,
  ours: Buffer,
  wanted: Buffer,
): Promise<Splice> => {
  if (kind === 'ignore' || kind === 'attributes') {
    const content = appendMissingLines(ours, wanted);
    return Promise.resolve(content.equals(ours) ? { kind: 'unchanged' } : { kind: 'spliced', content });
  }
  return Promise.resolve({
    kind: 'no-place',
    issue: { id: 'no-place', message: `${path} has no place for it`, hint: wanted.toString('utf8') },
  });
};
