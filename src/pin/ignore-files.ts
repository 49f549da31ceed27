/** Ignore files of scanners, which silence a rule for a whole repository: entries whose reason is a missing digest. */
import { applyEdits, lineEnd, removeLines, type Edit } from './edit.ts';
import type { PinnedText } from './pin-text.ts';

const IGNORE_FILE =
  /(?:^|\/)(?:\.trivyignore(?:\.ya?ml)?|\.hadolint\.ya?ml|\.checkov\.ya?ml|(?:\.github\/)?zizmor\.ya?ml)$/;
const REASON = /`?bulwark pin`?\s+adds\s+(?:the|its)\s+(?:digest|commit)/;

/**
 * The file without those entries: a line that gives the reason behind its rule, or a comment line and the rule below it.
 * @param isAllPinned asked only when there is such an entry
 * @returns undefined where nothing is to change
 */
export function withoutIgnores(
  path: string,
  text: string,
  isAllPinned: () => boolean,
): PinnedText | undefined {
  if (!IGNORE_FILE.test(path) || !REASON.test(text) || !isAllPinned()) return undefined;
  const edits: Edit[] = [];
  const removed: { readonly rule: string; readonly line: number }[] = [];
  let isAnnounced = false;
  let line = 0;
  for (let start = 0; start < text.length;) {
    line += 1;
    const content = text.slice(start, lineEnd(text, start));
    const isComment = /^\s*#/.test(content);
    const hasReason = REASON.test(content);
    if (hasReason || (isAnnounced && content.trim() !== '')) {
      edits.push(removeLines(text, start, start));
      if (!isComment) removed.push({ rule: content.replace(/\s+#.*$/, '').replace(/^[\s-]+/, ''), line });
    }
    isAnnounced = isComment && (hasReason || isAnnounced);
    const feed = text.indexOf('\n', start);
    if (feed < 0) break;
    start = feed + 1;
  }
  return {
    text: withoutEmptyLists(applyEdits(text, edits), text),
    replaced: [],
    suppressionsRemoved: removed,
  };
}

/** A key whose last item went is taken out too: `skip-check:` with nothing is no list. */
function withoutEmptyLists(text: string, before: string): string {
  const lines = text.split('\n');
  const emptied = (index: number): boolean => {
    const line = lines[index] ?? '';
    if (!/^[\w-]+:\s*$/.test(line) || !before.includes(line)) return false;
    const next = lines.slice(index + 1).find((one) => /^\s*[^\s#]/.test(one)) ?? '';
    return !/^(?:\s|-)/.test(next);
  };
  return lines.filter((_, index) => !emptied(index)).join('\n');
}
