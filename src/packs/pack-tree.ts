/** A pack's files in memory: whatever source they come from, they are judged here, once, before anything reads them. */
import { createHash } from 'node:crypto';
import { usageError, type Issue } from '../errors.ts';
import { repoPathFault, type RepoPath } from '../tree/repo-path.ts';

export interface PackFile {
  readonly path: RepoPath;
  readonly content: Buffer;
  readonly executable: boolean;
}

/** Files by path, sorted (code units); a map, so that no path can name a property of a prototype. */
export type PackTree = ReadonlyMap<string, PackFile>;

/** A file as a source found it: its path is still any text. */
export interface FoundFile {
  readonly path: string;
  readonly content: Buffer;
  readonly executable: boolean;
}

const MIB = 1024 * 1024;

/** What no honest pack exceeds: the largest set of templates of ours has 200 files and 2 MB. */
export const LIMITS = {
  files: 10_000,
  bytes: 64 * MIB,
  fileBytes: 8 * MIB,
  /** Of an archive as it is downloaded. */
  archiveBytes: 32 * MIB,
  /** An archive may unpack to so many times its size; text rarely packs better than 20 to 1. */
  ratio: 100,
  /** Below this an archive's ratio says nothing: a few repeated lines pack very well. */
  ratioFrom: MIB,
  depth: 24,
} as const;

const SHOWN_FAULTS = 10;

/** What a package manager installs is no part of a pack. */
export const isLeftOut = (path: string): boolean => path.split('/').includes('node_modules');

/**
 * Judges what a source found.
 * @param source the pack as the user knows it, for messages
 * @throws BulwarkError (code 2) with every fault, ten at most: `pack-path` for a path that could leave the pack or is not
 * portable, `pack-names-collide` for two paths that are one on some systems, `pack-too-large`
 */
export function packTree(found: Iterable<FoundFile>, source: string): PackTree {
  const files = [...found]
    .filter(({ path }) => !isLeftOut(path))
    .sort((a, b) => (a.path < b.path ? -1 : a.path > b.path ? 1 : 0));
  const issues: Issue[] = [
    ...sizeFaults(
      files.map(({ path, content }) => ({ path, size: content.length })),
      source,
    ),
    ...files.flatMap(({ path }) => pathFaults(path, source)),
    ...collisions(files, source),
  ];
  if (issues.length > 0) throw usageError(issues.slice(0, SHOWN_FAULTS));
  return new Map(files.map((file) => [file.path, { ...file, path: file.path as RepoPath }]));
}

/** What is wrong with the sizes that a source announces: asked before their contents are read. */
export function sizeFaults(
  files: readonly { readonly path: string; readonly size: number }[],
  source: string,
): Issue[] {
  const total = files.reduce((sum, { size }) => sum + size, 0);
  const faults: Issue[] = [];
  if (files.length > LIMITS.files)
    faults.push(tooLarge(`has ${files.length} files; ${LIMITS.files} are allowed`, source));
  if (total > LIMITS.bytes)
    faults.push(tooLarge(`holds ${total} bytes; ${LIMITS.bytes} are allowed`, source));
  const large = files.find(({ size }) => size > LIMITS.fileBytes);
  if (large) {
    const { path, size } = large;
    faults.push(
      tooLarge(
        `has the file ${JSON.stringify(path)} of ${size} bytes; ${LIMITS.fileBytes} are allowed`,
        source,
      ),
    );
  }
  return faults;
}

/** A pack that is larger than any honest one. */
export const tooLarge = (what: string, source: string): Issue => ({
  id: 'pack-too-large',
  message: `the pack ${what}`,
  where: source,
  hint: 'keep in a pack what it needs: pack.json, generators/, templates/ and tests/',
});

/** Something in a pack that is neither a file nor a folder. */
export const notPlain = (path: string, what: string, source: string): Issue => ({
  id: 'pack-link',
  message: `${JSON.stringify(path)} is ${what}; a pack holds files and folders alone`,
  where: source,
  hint: 'put a copy of the file in its place',
});

function pathFaults(path: string, source: string): Issue[] {
  const fault =
    repoPathFault(path) ?? (path.split('/').length > LIMITS.depth ? 'lies too many folders deep' : undefined);
  if (fault === undefined) return [];
  return [
    {
      id: 'pack-path',
      message: `the path ${JSON.stringify(path)} ${fault}`,
      where: source,
      hint: 'name files by relative paths with forward slashes that stay inside the pack',
    },
  ];
}

/** Systems fold case, and macOS composes characters: two such paths would be one file there. */
const folded = (path: string): string => path.normalize('NFC').toLowerCase();

function collisions(files: readonly FoundFile[], source: string): Issue[] {
  const seen = new Map<string, string>();
  const faults: Issue[] = [];
  const collide = (path: string, other: string, how: string): void => {
    faults.push({
      id: 'pack-names-collide',
      message: `${JSON.stringify(other)} and ${JSON.stringify(path)} ${how}`,
      where: source,
      hint: 'rename one of the two',
    });
  };
  for (const { path } of files) {
    const other = seen.get(folded(path));
    if (other !== undefined) collide(path, other, 'are one path on some systems');
    seen.set(folded(path), path);
  }
  for (const { path } of files) {
    for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
      const parent = seen.get(folded(path.slice(0, end)));
      if (parent !== undefined) collide(path, parent, 'need one name as a file and as a folder');
    }
  }
  return faults;
}

/**
 * The digest by which a pack is locked and trusted: sha512 over its files, sorted by path; for each its mode, the lengths of
 * its path and its content, and both, so that no two trees can be written the same.
 * @returns 128 hexadecimal digits
 */
export function digestOf(tree: PackTree): string {
  const hash = createHash('sha512');
  for (const { path, content, executable } of tree.values()) {
    hash.update(`${executable ? '755' : '644'} ${Buffer.byteLength(path)} ${content.length}\n${path}\n`);
    hash.update(content);
  }
  return hash.digest('hex');
}

/** A file's text, or undefined where there is no such file. */
export const textIn = (tree: PackTree, path: string): string | undefined =>
  tree.get(path)?.content.toString('utf8');

/** The part of a tree below a folder, by path below it. */
export const subTree = (tree: PackTree, folder: string): FoundFile[] =>
  [...tree.values()]
    .filter(({ path }) => path.startsWith(`${folder}/`))
    .map((file) => ({ ...file, path: file.path.slice(folder.length + 1) }));
