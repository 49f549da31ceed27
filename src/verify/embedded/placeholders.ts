/** Is nothing left for later: no marker, no value to be replaced, no domain of somebody else's? */
import type { EmbeddedCheck, JudgedFile, Rule } from '../check.ts';
import { isCode, isMachineWritten, isMarkdown, isTest } from './file-kinds.ts';
import { FindingList } from './finding-list.ts';
import { linesOf, textOf } from './source-text.ts';

const rules = [
  {
    id: 'placeholders-marker',
    summary: 'Nothing is marked as unfinished (TODO, FIXME, XXX).',
    source: 'SPEC 4 (no placeholder is left)',
    fix: 'finish it, or keep it where tasks are kept',
  },
  {
    id: 'placeholders-value',
    summary: 'No value waits to be replaced (changeme, REPLACE_ME, <your-…>).',
    source: 'SPEC 4 (no placeholder is left); CWE-1392 where it is a password',
    fix: 'write the real value, or make it a required variable',
  },
  {
    id: 'placeholders-domain',
    summary:
      'No made-up domain that belongs to somebody; those of RFC 2606 (example.com, .test) belong to nobody.',
    source: 'RFC 2606',
    fix: 'use your own domain, or one of RFC 2606',
  },
  {
    id: 'placeholders-lorem',
    summary: 'There is no filler text.',
    source: 'SPEC 4 (no placeholder is left)',
    fix: 'write the text',
  },
] as const satisfies readonly Rule[];

type Findings = FindingList<(typeof rules)[number]['id']>;

/** What generators write at the top of a file (https://go.dev/s/generatedcode and its like). */
const GENERATED = /^\W*(?:Code generated .* DO NOT EDIT|.*@generated)/m;

/** Any of them must be in a file before its lines are looked at. */
const SUSPECT =
  /TODO|FIXME|XXX|change[-_ ]?me|replace[-_ ]?me|replace[-_]with|your|lorem|(?:my-?company|my-?domain)\.|insert[-_]/i;

export const placeholders: EmbeddedCheck = {
  id: 'placeholders',
  description: 'nothing is left to be filled in',
  rules,
  judges: ({ path }) => !isMachineWritten(path) && !/^LICEN[CS]E|(?:^|\/)CODE_OF_CONDUCT\.md$/.test(path),
  run: (files) => {
    const found: Findings = new FindingList(rules);
    for (const file of files) {
      const text = textOf(file);
      if (SUSPECT.test(text) && !GENERATED.test(text.slice(0, 1000))) judgeFile(file, found);
    }
    return found.sorted();
  },
};

const MARKER = /(?<![\w-])(TODO|FIXME|XXX)(?![\w-])/;
/** Lines that look for markers, or tell a linter which there are. */
const ABOUT_MARKERS = /\b(?:grep|rg|ag|notes|no-warning-comments|terms|FIX\d|TD\d|godox|todo_marker)\b/;

const REPLACE =
  /(?<![\w])(?:change[-_]?me|replace[-_]?me|replace[-_]with[-_][\w-]+|insert[-_]\w+[-_]here)(?![\w])/i;
/** `<your-domain>`, `YOUR_API_KEY`, `your-org`; not the word "your" in a sentence. */
const YOURS =
  /<your[-_ ][^>\n]{1,40}>|(?<![\w-])YOUR_[A-Z][A-Z_]*(?!\w)|(?<![\w-])your[-_](?:org|organization|organisation|username|user|company|domain|project|registry|repo|repository|name|team|bucket|account|secret|password|token|api[-_]key|key|host|email|app|service|cluster)(?:[-_](?:here|name|id|key))?(?![\w-])/;

/** Registered names that samples like to use as if they were nobody's. */
const TAKEN_DOMAIN =
  /(?<![\w-])(?:your-?(?:domain|company|site|app|org)|my-?(?:company|domain|site)|yourdomain)\.(?:com|org|net|io|dev)(?![\w-])/i;

function judgeFile(file: JudgedFile, found: Findings): void {
  const { path } = file;
  const code = isCode(path) || isTest(path) || path.endsWith('.sh');
  for (const [index, line] of linesOf(file).entries()) {
    const marker = MARKER.exec(line)?.[1];
    if (marker !== undefined && !ABOUT_MARKERS.test(line)) {
      found.add('placeholders-marker', path, index + 1, `${marker}: ${line.trim().slice(0, 80)}`);
    }
    const value = REPLACE.exec(line)?.[0];
    // A test gives such values to see them refused.
    if (value !== undefined && !isTest(path) && isGiven(line, value, code || isMarkdown(path))) {
      found.add('placeholders-value', path, index + 1, `${value} waits to be replaced`);
    }
    const domain = TAKEN_DOMAIN.exec(line)?.[0];
    if (domain !== undefined)
      found.add('placeholders-domain', path, index + 1, `${domain} belongs to somebody`);
    const yours = YOURS.exec(line)?.[0];
    if (yours !== undefined && domain === undefined) {
      found.add('placeholders-value', path, index + 1, `${yours} waits to be replaced`);
    }
    if (/\blorem ipsum\b/i.test(line)) found.add('placeholders-lorem', path, index + 1, 'filler text');
  }
}

/**
 * Whether the placeholder is the value of something. Code that refuses weak secrets lists them, and documents tell
 * about it: there only a value that is assigned counts.
 */
function isGiven(line: string, value: string, listsThem: boolean): boolean {
  if (!listsThem) return true;
  const at = line.indexOf(value);
  return (
    /(?<![=!<>])(?:=|:)\s*["'`]?[\w+.:/@-]*$/.test(line.slice(0, at)) &&
    !/\b(?:if|assert|in|not|!=|==)\b/.test(line.slice(0, at))
  );
}
