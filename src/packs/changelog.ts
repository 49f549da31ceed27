/** What a pack's `CHANGELOG.md` says of the versions between two. */
import { compareVersions } from './version-range.ts';

/** Where a pack keeps it (keepachangelog.com). */
export const CHANGELOG = 'CHANGELOG.md';

export interface ChangelogEntry {
  readonly version: string;
  /** `2026-11-21`, where the heading says it. */
  readonly date?: string;
  /** Markdown, without the heading; shortened with a remark where it is long. */
  readonly text: string;
}

/** More than anybody reads before an update; what is beyond is named by its number. */
const LIMITS = { characters: 256 * 1024, entries: 20, lines: 40, width: 300 } as const;

/** `## 1.3.0`, `## [1.3.0] - 2026-11-21`, `# v1.3.0 (2026-11-21)`, `## [1.3.0](https://…) (2026-11-21)`. */
const HEADING = /^(#{1,3})[ \t]+(.*)$/;
const VERSION = /^\[?v?(\d{1,9}\.\d{1,9}\.\d{1,9}(?:[-+][0-9A-Za-z.+-]{1,60})?)\]?(?=$|[\s(:])/;
const DATE = /\b(\d{4}-\d{2}-\d{2})\b/;

/**
 * The entries after `from` up to `to`, as the file has them: the newest first in most.
 * @param text of the file: untrusted
 */
export function changelogBetween(text: string, from: string, to: string): readonly ChangelogEntry[] {
  const entries: { version: string; date?: string; level: number; lines: string[] }[] = [];
  let isInEntry = false;
  let fence: string | undefined;
  for (const line of text.slice(0, LIMITS.characters).split(/\r?\n/)) {
    const [mark] = /^\s{0,3}(?:`{3,}|~{3,})/.exec(line) ?? [];
    if (mark !== undefined)
      fence = fence === undefined ? mark.trim()[0] : mark.trim().startsWith(fence) ? undefined : fence;
    const [, hashes = '', title = ''] = (fence === undefined ? HEADING.exec(line) : null) ?? [];
    const version = VERSION.exec(title)?.[1];
    if (version !== undefined) {
      isInEntry = compareVersions(version, from) > 0 && compareVersions(version, to) <= 0;
      const date = DATE.exec(title)?.[1];
      if (isInEntry)
        entries.push({ version, ...(date !== undefined && { date }), level: hashes.length, lines: [] });
      continue;
    }
    const entry = entries.at(-1);
    // A heading without a version ends an entry, unless it is a part of it.
    if (isInEntry && entry && hashes !== '' && hashes.length <= entry.level) isInEntry = false;
    if (isInEntry) entry?.lines.push(line);
  }
  const shown = entries.slice(0, LIMITS.entries).map(({ version, date, lines }) => ({
    version,
    ...(date !== undefined && { date }),
    text: shortened(lines),
  }));
  const left = entries.length - shown.length;
  const last = shown.at(-1);
  return left > 0 && last
    ? [...shown.slice(0, -1), { ...last, text: `${last.text}\n… and ${left} more versions`.trim() }]
    : shown;
}

function shortened(lines: readonly string[]): string {
  const trimmed = lines.join('\n').trim().split('\n');
  const kept = trimmed
    .slice(0, LIMITS.lines)
    .map((line) => (line.length > LIMITS.width ? `${line.slice(0, LIMITS.width)}…` : line.trimEnd()));
  const left = trimmed.length - kept.length;
  return [...kept, ...(left > 0 ? [`… and ${left} more lines`] : [])].join('\n');
}
