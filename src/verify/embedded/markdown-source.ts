/** What a Markdown document links to, runs and names, each with its line. */
import type { JudgedFile } from '../check.ts';
import { linesOf } from './source-text.ts';

export interface Link {
  readonly target: string;
  readonly line: number;
}

export interface CodeBlock {
  /** The word behind the fence, in lower case; empty when there is none. */
  readonly language: string;
  readonly lines: readonly string[];
  /** Of the first line inside. */
  readonly line: number;
}

export interface CodeSpan {
  readonly text: string;
  readonly line: number;
}

export interface MarkdownSource {
  readonly links: readonly Link[];
  readonly blocks: readonly CodeBlock[];
  readonly spans: readonly CodeSpan[];
  /** What `#…` may lead to. */
  readonly anchors: ReadonlySet<string>;
}

const parsed = new WeakMap<JudgedFile, MarkdownSource>();

export function markdownOf(file: JudgedFile): MarkdownSource {
  let source = parsed.get(file);
  if (!source) {
    source = readMarkdown(linesOf(file));
    parsed.set(file, source);
  }
  return source;
}

const FENCE = /^\s*(?:>\s*|[-*+]\s+|\d+[.)]\s+)*(`{3,}|~{3,})\s*([^\s`{]*)[^`]*$/;
const INLINE_LINK =
  /!?\[(?:[^[\]]|\[[^\]]*\])*\]\(\s*(?:<([^>]*)>|([^\s()]*(?:\([^\s()]*\)[^\s()]*)*))(?:\s+(?:"[^"]*"|'[^']*'|\([^)]*\)))?\s*\)/g;
const DEFINITION = /^\s{0,3}\[(?!\^)[^\]]+\]:\s*<?([^\s>]+)>?/;
const HTML_TARGET = /<(?:a|img|source)\b[^>]*\b(?:href|src|srcset)\s*=\s*["']([^"']+)["']/gi;
const HTML_ANCHOR = /<[a-z][^>]*\b(?:id|name)\s*=\s*["']([^"']+)["']/gi;

function readMarkdown(lines: readonly string[]): MarkdownSource {
  const links: Link[] = [];
  const blocks: CodeBlock[] = [];
  const spans: CodeSpan[] = [];
  const anchors = new Anchors();
  let comment = false;
  for (let index = 0; index < lines.length; index += 1) {
    const line = lines[index] ?? '';
    const fence = comment ? null : FENCE.exec(line);
    if (fence) {
      const block = readBlock(lines, index, fence[1] ?? '```', (fence[2] ?? '').toLowerCase());
      blocks.push(block);
      index = block.line - 1 + block.lines.length;
      continue;
    }
    const visible = withoutComments(line, comment);
    comment = visible.open;
    // Code is no link: `[x](y)` inside of a span stands for itself.
    const prose = visible.text.replace(
      /(?<!`)(`+)(?!`)(.*?[^`])\1(?!`)/g,
      (whole, ticks: string, text: string) => {
        spans.push({ text: text.trim(), line: index + 1 });
        return ticks + '\u0000'.repeat(whole.length - 2 * ticks.length) + ticks;
      },
    );
    for (const [, bracketed, plain] of prose.matchAll(INLINE_LINK)) {
      links.push({ target: bracketed ?? plain ?? '', line: index + 1 });
    }
    const definition = DEFINITION.exec(prose)?.[1];
    if (definition !== undefined) links.push({ target: definition, line: index + 1 });
    for (const [, target = ''] of prose.matchAll(HTML_TARGET)) links.push({ target, line: index + 1 });
    for (const [, name = ''] of prose.matchAll(HTML_ANCHOR)) anchors.addExact(name);
    const heading = /^ {0,3}#{1,6}\s+(.*?)(?:\s+#+)?\s*$/.exec(visible.text)?.[1];
    if (heading !== undefined) anchors.addHeading(heading);
    else if (/^ {0,3}(?:=+|-+)\s*$/.test(lines[index + 1] ?? '') && /^ {0,3}[^\s#>|*-]/.test(line))
      anchors.addHeading(line.trim());
  }
  return { links, blocks, spans, anchors: anchors.names };
}

function readBlock(lines: readonly string[], fence: number, ticks: string, language: string): CodeBlock {
  const close = new RegExp(`^\\s*(?:>\\s*)*${ticks.startsWith('~') ? '~' : '`'}{${ticks.length},}\\s*$`);
  let end = fence + 1;
  while (end < lines.length && !close.test(lines[end] ?? '')) end += 1;
  const inside = lines.slice(fence + 1, end);
  const indent = /^\s*/.exec(lines[fence] ?? '')?.[0].length ?? 0;
  return {
    language,
    lines: inside.map((line) => line.slice(Math.min(indent, /^\s*/.exec(line)?.[0].length ?? 0))),
    line: fence + 2,
  };
}

function withoutComments(line: string, open: boolean): { text: string; open: boolean } {
  let text = line;
  if (open) {
    const end = text.indexOf('-->');
    if (end < 0) return { text: '', open: true };
    text = text.slice(end + 3);
  }
  text = text.replace(/<!--.*?-->/g, '');
  const start = text.indexOf('<!--');
  return start < 0 ? { text, open: false } : { text: text.slice(0, start), open: true };
}

/**
 * The anchors GitHub gives to headings: lower case, punctuation dropped, spaces to dashes, `-1` for the second of a name
 * (github.com/Flet/github-slugger, which its renderer's behaviour was copied into).
 */
class Anchors {
  readonly names = new Set<string>();
  readonly #seen = new Map<string, number>();

  addExact(name: string): void {
    this.names.add(name.toLowerCase());
  }

  addHeading(heading: string): void {
    const text = heading
      .replace(/!\[[^\]]*\]\([^)]*\)/g, '')
      .replace(/\[([^\]]*)\]\([^)]*\)/g, '$1')
      .replace(/<[^>]*>/g, '')
      // Emphasis leaves its words; underscores inside of words stay.
      .replace(/(\*\*|\*|~~)(?=\S)(.*?\S)\1/g, '$2')
      .replace(/(?<!\w)_(\S(?:.*?\S)?)_(?!\w)/g, '$1');
    const slug = text
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
      .replace(/ /g, '-');
    const count = this.#seen.get(slug);
    this.#seen.set(slug, (count ?? -1) + 1);
    this.names.add(count === undefined ? slug : `${slug}-${count + 1}`);
  }
}
