/** Changes as unified diffs. */
import { createTwoFilesPatch } from 'diff';
import type { Change } from '../tree/change-set.ts';
import { isBinary } from '../tree/is-binary.ts';
import { printable } from './printable.ts';
import { writtenContent } from './report.ts';

/** Empty for what does not change a byte. */
export function formatDiff(change: Change): string {
  const written = change.kind === 'delete' ? Buffer.alloc(0) : writtenContent(change);
  if (!written) return '';
  const previous = 'previous' in change ? change.previous : undefined;
  if (isBinary(written) || (previous && isBinary(previous)))
    return `Binary file ${printable(change.path)} differs\n`;
  return printable(
    createTwoFilesPatch(
      previous ? `a/${change.path}` : '/dev/null',
      change.kind === 'delete' ? '/dev/null' : `b/${change.path}`,
      previous?.toString('utf8') ?? '',
      written.toString('utf8'),
      undefined,
      undefined,
      { headerOptions: { includeIndex: false, includeUnderline: false, includeFileHeaders: true } },
    ),
  );
}
