/** Comments and annotations that silence a scanner for want of a digest; once the digest is there they only mislead. */
import { lineEnd, lineStart, removeLines, type Edit } from './edit.ts';
import { isDockerfile } from '../verify/embedded/dockerfile-syntax.ts';
import { eachMap, pairsOf, plainAt, readYaml, type YamlPair, type YamlRoot } from './yaml-places.ts';

export interface Suppression {
  /** As it stands: `zizmor unpinned-images`. */
  readonly rule: string;
  readonly offset: number;
  /** Part of the text whose references must all be pinned. */
  readonly scope: { readonly start: number; readonly end: number };
  readonly remove: readonly Edit[];
}

/** The reason that says so: only what waits for `bulwark pin` is its to take out. */
const REASON = /(?:\w[\w ]*;\s*)?`?bulwark pin`?\s+adds\s+(?:the|its)\s+(?:digest|commit)\.?/;

/** Rules about digests and commits, where a suppression names others too. */
const RULES = new Set([
  'unpinned-images',
  'unpinned-uses',
  'CKV_K8S_43',
  'CKV_GHA_PINNED',
  'DL3006',
  'DL3007',
]);

interface Form {
  readonly tool: string;
  /** Groups: everything before the rules, the rules, everything between them and the reason. */
  readonly pattern: RegExp;
}

/** In comments: https://docs.zizmor.sh/usage, hadolint, checkov, trivy and bulwark's own. */
const FORMS: readonly Form[] = [
  { tool: 'zizmor', pattern: /#\s*zizmor:\s*ignore\[([^\]]+)\]/ },
  { tool: 'hadolint', pattern: /#\s*hadolint\s+ignore=([\w,]+)/ },
  { tool: 'checkov', pattern: /#\s*checkov:skip=(\w+):?/ },
  { tool: 'trivy', pattern: /#\s*trivy:ignore:([\w-]+)/ },
  { tool: 'bulwark', pattern: /#\s*bulwark:allow\s+([a-z][a-z0-9-]*)/ },
];

/** The suppressions of a file whose reason is that the digest is missing. */
export function findSuppressions(path: string, text: string): readonly Suppression[] {
  if (!text.includes('bulwark pin')) return [];
  const roots = /\.ya?ml$/i.test(path) ? (readYaml(text)?.documents ?? []) : [];
  return [...inComments(path, text, roots), ...inAnnotations(text, roots)];
}

function inComments(path: string, text: string, roots: readonly YamlRoot[]): readonly Suppression[] {
  const found: Suppression[] = [];
  for (let start = 0; start < text.length; start = text.indexOf('\n', start) + 1) {
    const end = lineEnd(text, start);
    const line = text.slice(start, end);
    const suppression = inComment(text, line, start);
    if (suppression) found.push({ ...suppression, scope: scopeOf(suppression, line, path, text, roots) });
    if (!text.includes('\n', start)) break;
  }
  return found;
}

/** The comment from its rule to the end of the line; the reason may stand in the comment line above. */
function inComment(text: string, line: string, start: number): Omit<Suppression, 'scope'> | undefined {
  for (const { tool, pattern } of FORMS) {
    const match = pattern.exec(line);
    if (!match) continue;
    const [whole, rules = ''] = match;
    const above = REASON.test(line) ? undefined : commentAbove(text, start);
    if (!REASON.test(line) && above === undefined) continue;
    const offset = start + match.index;
    const all = rules.split(',').map((rule) => rule.trim());
    const kept = all.length === 1 ? [] : all.filter((rule) => !RULES.has(rule));
    if (kept.length === all.length) continue;
    const rule = `${tool} ${all.filter((one) => !kept.includes(one)).join(',')}`;
    if (kept.length > 0)
      return { rule, offset, remove: partOf(line, start, match.index, whole, rules, kept) };
    return { rule, offset, remove: [...(above ?? []), wholeComment(text, line, start, match)] };
  }
  return undefined;
}

/** The comment with its reason; one of another tool that follows in the same line stays. */
function wholeComment(text: string, line: string, start: number, match: RegExpExecArray): Edit {
  const behind = match.index + match[0].length;
  const next = /#/.exec(line.slice(behind));
  const before = line.slice(0, match.index).trimEnd();
  if (next) return { start: start + match.index, end: start + behind + next.index, text: '' };
  if (before === '') return removeLines(text, start, start);
  return { start: start + before.length, end: start + line.length, text: '' };
}

/** Only some of the rules go, and the words about the digest. */
function partOf(
  line: string,
  start: number,
  at: number,
  whole: string,
  rules: string,
  kept: readonly string[],
): readonly Edit[] {
  const rulesAt = start + at + whole.indexOf(rules);
  const reason = REASON.exec(line.slice(at + whole.length));
  const from = start + at + whole.length + (reason?.index ?? 0);
  const behind = line.slice(from - start + (reason?.[0].length ?? 0));
  // At the end of the line the blank before the words goes with them, else what separates them from the next ones.
  const isLast = behind.trim() === '';
  const separator = isLast ? behind.length : (/^[;,]?\s*/.exec(behind)?.[0].length ?? 0);
  const first = isLast ? start + line.slice(0, from - start).trimEnd().length : from;
  return [
    { start: rulesAt, end: rulesAt + rules.length, text: kept.join(',') },
    ...(reason ? [{ start: first, end: from + reason[0].length + separator, text: '' }] : []),
  ];
}

/** The comment line right above, if the reason is all that it says. */
function commentAbove(text: string, start: number): readonly Edit[] | undefined {
  if (start === 0) return undefined;
  const from = lineStart(text, start - 1);
  const line = text.slice(from, lineEnd(text, from));
  const words = /^\s*#\s*(.*)$/.exec(line)?.[1] ?? '';
  return REASON.exec(words)?.[0] === words && words !== '' ? [removeLines(text, from, from)] : undefined;
}

function scopeOf(
  { offset }: { readonly offset: number },
  line: string,
  path: string,
  text: string,
  roots: readonly YamlRoot[],
): Suppression['scope'] {
  const start = lineStart(text, offset);
  if (line.includes('checkov:skip')) {
    const document = roots.find((root) => root.start <= offset && offset < root.end);
    return isDockerfile(path) || !document ? { start: 0, end: text.length } : document;
  }
  if (!/^\s*#/.test(line)) return { start, end: lineEnd(text, offset) };
  // A comment of its own is for what follows it: the next line that says something.
  for (let next = lineEnd(text, offset); next < text.length;) {
    const from = text.indexOf('\n', next) + 1;
    if (from === 0) break;
    next = lineEnd(text, from);
    if (/^\s*[^\s#]/.test(text.slice(from, next))) return { start: from, end: next };
  }
  return { start, end: lineEnd(text, offset) };
}

const ANNOTATION = /^(?:checkov\.io\/skip\d+|kube-score\/ignore)$/;

/** `checkov.io/skip1: CKV_K8S_43=…` silences for the whole object. */
function inAnnotations(text: string, roots: readonly YamlRoot[]): readonly Suppression[] {
  return roots.flatMap((document) => {
    const found: Suppression[] = [];
    eachMap(document.root, (map) => {
      for (const parent of pairsOf(map)) {
        for (const pair of pairsOf(parent.value)) {
          if (!ANNOTATION.test(pair.key) || !REASON.test(lineOf(text, pair))) continue;
          const value = plainAt(pair.value) ?? '';
          if (pair.isFlow || pair.isAnchored || text.slice(pair.keyStart, pair.valueEnd).includes('\n'))
            continue;
          const rule = /^[\w-]+/.exec(value)?.[0] ?? pair.key;
          found.push({
            rule: `${pair.key.split(/[./]/)[0] ?? ''} ${rule}`,
            offset: pair.keyStart,
            scope: document,
            remove: [removeEntry(text, pair, parent)],
          });
        }
      }
    });
    return found;
  });
}

const lineOf = (text: string, { keyStart, valueEnd }: YamlPair): string =>
  text.slice(keyStart, lineEnd(text, valueEnd));

/** The entry; with it the map, if nothing else is in it. */
function removeEntry(text: string, pair: YamlPair, parent: YamlPair): Edit {
  const standsAlone = text.slice(lineStart(text, parent.keyStart), parent.keyStart).trim() === '';
  const isAllThereIs =
    pair.siblings === 1 && standsAlone && /^\s*:\s*$/.test(text.slice(parent.keyEnd, pair.keyStart));
  return removeLines(text, isAllThereIs ? parent.keyStart : pair.keyStart, pair.valueEnd);
}
