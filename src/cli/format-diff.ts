/** Changes as unified diffs. */
import { createTwoFilesPatch } from 'diff';
import type { Change } from '../tree/change-set.ts';
import { isBinary } from '../tree/is-binary.ts';
import { printable } from '../printable.ts';
import { writtenContent } from './report.ts';

/** Empty for what does not change a byte; what the template offers for a file that is kept is shown too. */
export function formatDiff(change: Change): string {
  const written = change.kind === 'delete' ? undefined : (writtenContent(change) ?? offeredContent(change));
  if (!written && change.kind !== 'delete') return '';
  const previous = 'previous' in change ? change.previous : undefined;
  if ((written && isBinary(written)) || (previous && isBinary(previous)))
    return `Binary file ${printable(change.path)} differs\n`;
  const note = offeredContent(change) ? `kept, and offered: ${printable(change.path)}\n` : '';
  return note + formatPatch(change.path, previous, written);
}

/** The text of the template, where the user's edited file stays. */
const offeredContent = (change: Change): Buffer | undefined =>
  change.kind === 'keep' && change.offered === true ? change.file?.content : undefined;

/** @param before undefined: the file is new; `after` undefined: it goes */
export const formatPatch = (path: string, before: Buffer | undefined, after: Buffer | undefined): string =>
  printable(
    createTwoFilesPatch(
      before ? `a/${path}` : '/dev/null',
      after ? `b/${path}` : '/dev/null',
      before?.toString('utf8') ?? '',
      after?.toString('utf8') ?? '',
      undefined,
      undefined,
      { headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true } },
    ),
  );
