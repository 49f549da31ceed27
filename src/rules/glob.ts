/** Patterns for paths and for names, as people write them: `kubernetes/**\/*.yaml`, `ghcr.io/acme/*`. */
import { compile, isPattern, type Pattern } from './pattern.ts';

export interface Glob {
  readonly source: string;
  readonly test: (text: string) => boolean;
}

/**
 * `path`: `*` and `?` stop at a slash, a segment `**` stands for any folders. `name` (images, regions): `*` stands for
 * any characters. In both `{a,b}` is a choice; a `[` has no meaning of its own.
 */
export type GlobKind = 'path' | 'name';

export const MAX_GLOB_LENGTH = 200;

/** @returns the glob, or in plain words what is wrong with it */
export function parseGlob(source: string, kind: GlobKind): Glob | { readonly fault: string } {
  if (source === '') return { fault: 'is empty' };
  if (source.length > MAX_GLOB_LENGTH) return { fault: `is longer than ${MAX_GLOB_LENGTH} characters` };
  if (kind === 'path') {
    const fault = pathFault(source);
    if (fault !== undefined) return { fault };
  }
  const written = translate(source, kind);
  const pattern = written === undefined ? undefined : compile(`^${written}$`);
  if (pattern === undefined || !isPattern(pattern)) return { fault: 'has braces that do not fit together' };
  return { source, test: quickly(source, pattern) };
}

export const isGlob = (read: Glob | { readonly fault: string }): read is Glob => 'test' in read;

function pathFault(source: string): string | undefined {
  if (source.startsWith('/')) return 'is absolute; paths are taken from the root of the repository';
  if (source.includes('\\')) return 'has a backslash; write paths with /';
  const segments = source.split('/');
  if (segments.some((segment) => segment === '.' || segment === '..')) return 'has a segment . or ..';
  if (segments.some((segment) => segment !== '**' && segment.includes('**'))) {
    return 'has "**" beside other characters; it stands for whole folders';
  }
  return undefined;
}

/** Most texts differ from most globs in their first characters already. */
function quickly(source: string, pattern: Pattern): (text: string) => boolean {
  const special = source.search(/[*?{]/);
  if (special < 0) return (text) => text === source;
  const start = source.slice(0, special).replace(/\/$/, '');
  return (text) => text.startsWith(start) && pattern.test(text);
}

/** The glob as a pattern; undefined when its braces are not in order. */
function translate(source: string, kind: GlobKind): string | undefined {
  const any = kind === 'path' ? '[^/]' : '.';
  let depth = 0;
  const written = source.replace(/\/\*\*$|^\*\*\/|(?<=\/)\*\*\/|^\*\*$|[*?{},.+^$()|[\]\\]/g, (found) => {
    if (kind === 'path' && found.includes('**')) {
      if (found === '/**') return '/.+';
      return found === '**' ? '.+' : '(?:.+/)?';
    }
    if (found.length > 1) return translateName(found);
    switch (found) {
      case '*':
        return `${any}*`;
      case '?':
        return any;
      case '{':
        depth += 1;
        return '(?:';
      case '}':
        depth -= 1;
        return ')';
      case ',':
        return depth > 0 ? '|' : ',';
      default:
        return `\\${found}`;
    }
  });
  return depth === 0 ? written : undefined;
}

/** In a name two stars are one. */
const translateName = (found: string): string => found.replace(/\*\*/g, '.*');
