/** Whether a path that somebody names is in the tree: as a file, as a folder, by a pattern, or as an ignored output. */
import type { JudgedFile, JudgedTree } from '../check.ts';
import type { RepoPath } from '../../tree/repo-path.ts';
import { ignoredBy } from './gitignore.ts';
import { folderOf } from './source-text.ts';

export interface RepositoryPaths {
  readonly file: (path: string) => JudgedFile | undefined;
  readonly isFolder: (path: string) => boolean;
  /** Whether it is there, or need not be: an ignored output, a pattern that something matches. */
  readonly isAccountedFor: (path: string) => boolean;
  /** Whether a first segment is a folder at the root, so that the path is meant to be one of the repository. */
  readonly startsInTree: (path: string) => boolean;
}

export function repositoryPaths(tree: JudgedTree): RepositoryPaths {
  const folders = new Set<string>(['']);
  for (const path of tree.keys()) {
    for (let folder = folderOf(path); folder !== '' && !folders.has(folder); folder = folderOf(folder))
      folders.add(folder);
  }
  const ignored = ignoredBy(tree);
  const exists = (path: string): boolean =>
    tree.has(path as RepoPath) || folders.has(path.replace(/\/$/, ''));
  return {
    file: (path) => tree.get(path as RepoPath),
    isFolder: (path) => folders.has(path.replace(/\/$/, '')),
    isAccountedFor: (path) =>
      exists(path) || ignored(path) || (/[*?[{]/.test(path) && someMatch(path, tree, folders)),
    startsInTree: (path) => path.includes('/') && folders.has(path.slice(0, path.indexOf('/'))),
  };
}

/** A shell pattern with braces: `docs/*.md`, `k8s/{base,overlays}`. */
function someMatch(pattern: string, tree: JudgedTree, folders: ReadonlySet<string>): boolean {
  const source = pattern.replace(/[.+^$()|\]\\]|\*\*\/?|\*|\?|\{|\}|,|\[/g, (found) => {
    if (found.startsWith('**')) return '.*';
    if (found === '*') return '[^/]*';
    if (found === '?') return '[^/]';
    if (found === '{') return '(?:';
    if (found === '}') return ')';
    if (found === ',') return '|';
    return found === '[' || found === ']' ? found : `\\${found}`;
  });
  let matcher: RegExp;
  try {
    matcher = new RegExp(`^${source}/?$`);
  } catch {
    // Not a pattern after all; nothing exact can be said of it.
    return true;
  }
  return [...tree.keys(), ...folders].some((path) => matcher.test(path));
}

/** A path from a folder of the repository; undefined when it leaves the repository. */
export function resolved(folder: string, path: string): string | undefined {
  const parts = path.startsWith('/') ? [] : folder.split('/').filter((part) => part !== '');
  for (const segment of path.split('/')) {
    if (segment === '' || segment === '.') continue;
    if (segment !== '..') parts.push(segment);
    else if (parts.pop() === undefined) return undefined;
  }
  return parts.join('/');
}
