/** Which paths git ignores: what a build or a person makes on their own machine need not be in the tree. */
import type { JudgedTree } from '../check.ts';
import { baseName, folderOf, linesOf } from './source-text.ts';

interface Pattern {
  readonly matches: RegExp;
  readonly negated: boolean;
}

/** What tools write whether or not somebody has listed it. */
const ALWAYS = [
  '.env',
  '.env.*',
  '!.env.example',
  '.venv/',
  'venv/',
  'node_modules/',
  'dist/',
  'build/',
  'target/',
  'coverage/',
  '.terraform/',
  '__pycache__/',
  '.next/',
  'htmlcov/',
  'coverage.xml',
  '*.pid',
  '.git/',
];

/** @returns whether git would leave out a path (a file, or a folder written with a slash at its end) */
export function ignoredBy(tree: JudgedTree): (path: string) => boolean {
  const patterns = ALWAYS.map((line) => patternOf(line, '')).filter((pattern) => pattern !== undefined);
  for (const file of tree.values()) {
    if (baseName(file.path) !== '.gitignore') continue;
    for (const line of linesOf(file)) {
      const pattern = patternOf(line, folderOf(file.path));
      if (pattern) patterns.push(pattern);
    }
  }
  const ignores = (path: string): boolean => {
    let ignored = false;
    for (const { matches, negated } of patterns) if (matches.test(path)) ignored = !negated;
    return ignored;
  };
  return (path) => {
    // A file is ignored with any folder that it is in.
    const segments = path.replace(/\/$/, '').split('/');
    return segments.some((_, index) => {
      const part = segments.slice(0, index + 1).join('/');
      return ignores(index < segments.length - 1 || path.endsWith('/') ? `${part}/` : part) || ignores(part);
    });
  };
}

/** https://git-scm.com/docs/gitignore#_pattern_format */
function patternOf(line: string, folder: string): Pattern | undefined {
  let text = line.replace(/(?<!\\)\s+$/, '');
  if (text === '' || text.startsWith('#')) return undefined;
  const negated = text.startsWith('!');
  if (negated) text = text.slice(1);
  const foldersOnly = text.endsWith('/');
  text = text.replace(/\/$/, '');
  const anchored = text.includes('/');
  text = text.replace(/^\//, '');
  const body = text
    .split('/')
    .map((segment) => (segment === '**' ? '**' : segmentPattern(segment)))
    .join('/')
    .replace(/^\*\*\//, '(?:.*/)?')
    .replace(/\/\*\*\//g, '/(?:.*/)?')
    .replace(/\/\*\*$/, '/.*');
  const start = `^${folder === '' ? '' : `${literal(folder)}/`}${anchored ? '' : '(?:.*/)?'}`;
  return { matches: new RegExp(`${start}${body}${foldersOnly ? '/' : '/?'}$`), negated };
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const segmentPattern = (segment: string): string =>
  segment.replace(/\\(.)|\[!?([^\]]+)\]|[.*+?^${}()|[\]\\]/g, (found, escaped?: string, set?: string) => {
    if (escaped !== undefined) return literal(escaped);
    if (set !== undefined) return `[${found.startsWith('[!') ? '^' : ''}${set.replace(/[\\\]]/g, '\\$&')}]`;
    if (found === '*') return '[^/]*';
    return found === '?' ? '[^/]' : `\\${found}`;
  });
