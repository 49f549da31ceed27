/** Looks at the folder that is to be written, and reads what stands where files are planned; writes nothing. */
import { accessSync, constants, realpathSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';

import { type Issue, usageError } from '../errors.ts';
import { isHarmless } from '../tree/harmless.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import { type DiskReads, type Entry, errorCode, nodeDisk } from './disk.ts';
import { attempt, systemIssue } from './failures.ts';
import { LOCK_PATH } from './lockfile.ts';
import { SETTINGS_PATH } from './settings-file.ts';

/**
 * `harmless`: nothing but what a hosting service puts into a new repository (.git, LICENSE, README, .gitignore);
 * `occupied`: other files; `bulwark`: a repository that bulwark wrote; `not-a-folder`: a file, a device or a link into nothing.
 */
export type TargetState = 'missing' | 'empty' | 'harmless' | 'occupied' | 'bulwark' | 'not-a-folder';

export interface Target {
  readonly state: TargetState;
  /** Absolute; where the user's path leads through symlinks, the place they lead to. */
  readonly root: string;
  /** Whether a symlink stands on the user's path: `root` is then another path than the one that was typed. */
  readonly viaLink: boolean;
  /** The nearest folder that exists: `root` itself or what it will be made in. */
  readonly anchor: string;
  /** Why no file can be made in `anchor`, as far as the system tells without trying: `EACCES`, `EROFS`. */
  readonly blocked?: string;
  /** Names in the folder, sorted; empty where there is none. */
  readonly entries: readonly string[];
  /** The nearest folder at or above `root` that holds `.git`, as folder or as file (worktrees, submodules). */
  readonly workTree?: string;
}

/**
 * Describes the folder `dir`, starting no process.
 * @param dir absolute, or relative to the current folder
 * @throws BulwarkError (code 74) where the system does not let us look
 */
export function openTarget(dir: string, disk: DiskReads = nodeDisk): Target {
  const typed = resolve(dir);
  return attempt('look at the target', typed, () => {
    const place = locate(typed, disk);
    const common = {
      root: place.root,
      viaLink: place.root !== typed,
      anchor: place.anchor,
      ...workTreeOf(place.anchor, disk),
    };
    if (place.kind !== 'folder') {
      const state = place.kind === 'nothing' ? ('missing' as const) : ('not-a-folder' as const);
      return { ...common, ...(state === 'missing' && blockOf(place.anchor)), state, entries: [] };
    }
    const entries = [...disk.list(place.root)].sort();
    return { ...common, ...blockOf(place.root), state: stateOf(place.root, entries, disk), entries };
  });
}

/**
 * Why nothing can be written into the target, or undefined. That it holds files already is no reason: those get a verdict each.
 */
export function targetFault({ state, root, anchor, blocked }: Target): Issue | undefined {
  if (state === 'not-a-folder') {
    return {
      id: 'not-a-folder',
      message: 'the target, or a part of the way to it, is no folder',
      where: root,
      hint: 'choose another name, or move away what stands there',
    };
  }
  if (blocked === undefined) return undefined;
  return systemIssue(blocked, state === 'missing' ? 'make a folder here' : 'write into the folder', anchor);
}

interface Place {
  readonly kind: 'nothing' | 'folder' | 'other';
  readonly root: string;
  readonly anchor: string;
}

/** Follows the symlinks of the part of the path that exists: a link to the root is the user's own choice. */
function locate(typed: string, disk: DiskReads): Place {
  const entry = disk.inspect(typed);
  if (entry) {
    const real = realPath(typed);
    // A link into nothing (or a circle): writing through it would make a file somewhere else.
    if (real === undefined) return { kind: 'other', root: typed, anchor: dirname(typed) };
    const kind = disk.inspect(real)?.kind === 'folder' ? 'folder' : 'other';
    return { kind, root: real, anchor: kind === 'folder' ? real : dirname(real) };
  }
  const parent = locate(dirname(typed), disk);
  return {
    kind: parent.kind === 'folder' ? 'nothing' : parent.kind,
    root: join(parent.root, basename(typed)),
    anchor: parent.anchor,
  };
}

function realPath(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ELOOP') return undefined;
    throw error;
  }
}

function stateOf(root: string, entries: readonly string[], disk: DiskReads): TargetState {
  if (entries.includes(SETTINGS_PATH) || disk.inspect(join(root, LOCK_PATH))) return 'bulwark';
  if (entries.length === 0) return 'empty';
  return entries.every(isHarmless) ? 'harmless' : 'occupied';
}

function workTreeOf(folder: string, disk: DiskReads): { readonly workTree?: string } {
  for (let at = folder; ; at = dirname(at)) {
    if (disk.inspect(join(at, '.git'))) return { workTree: at };
    if (at === dirname(at)) return {};
  }
}

function blockOf(folder: string): { readonly blocked?: string } {
  try {
    accessSync(folder, constants.W_OK | constants.X_OK);
    return {};
  } catch (error) {
    return { blocked: errorCode(error) ?? 'EACCES' };
  }
}

/** A file that stands on the disk where one is planned. */
export interface ExistingFile {
  readonly content: Buffer;
  readonly executable: boolean;
}

export interface Existing {
  /** Only those of the paths where a file is. */
  readonly files: ReadonlyMap<RepoPath, ExistingFile>;
  /** What stands in the way of a path and cannot be merged or replaced; any issue: nothing may be written. */
  readonly issues: readonly Issue[];
}

/** A file beyond this at a path of ours is no text that could be compared or merged. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;

/**
 * Reads what stands at the paths, following no symlink below the root.
 * @param paths those of the plan and of the baseline, together: a folder, or a name that differs by case, is let pass where
 * another of the paths says that it goes away
 * @throws BulwarkError (code 74) where the system does not let us read
 */
export function readExisting(root: string, paths: Iterable<RepoPath>, disk: DiskReads = nodeDisk): Existing {
  const wanted = new Set(paths);
  const files = new Map<RepoPath, ExistingFile>();
  const issues: Issue[] = [];
  const look = obstacles(root, wanted, disk);
  for (const path of wanted) {
    attempt('read the file', path, () => {
      const seen = look(path);
      if (seen === undefined) return;
      if ('issue' in seen) {
        issues.push(seen.issue);
        return;
      }
      files.set(path, { content: disk.read(join(root, path)), executable: (seen.mode & 0o100) !== 0 });
    });
  }
  return { files, issues };
}

/**
 * The files that stand at the paths, by path.
 * @throws BulwarkError (code 2) with everything that stands in the way, or (code 74) where the system does not let us read
 */
export function readTargetFiles(
  target: Pick<Target, 'root' | 'state'>,
  paths: Iterable<RepoPath>,
  disk: DiskReads = nodeDisk,
): ReadonlyMap<RepoPath, ExistingFile> {
  if (target.state === 'missing' || target.state === 'empty') return new Map();
  const { files, issues } = readExisting(target.root, paths, disk);
  if (issues.length > 0) throw usageError(issues);
  return files;
}

/** Reads one file of ours, following no symlink below the root; undefined where it is not. */
export function readOwnFile(root: string, path: RepoPath, disk: DiskReads = nodeDisk): string | undefined {
  return readTargetFiles({ root, state: 'bulwark' }, [path], disk).get(path)?.content.toString('utf8');
}

type Seen = Entry | { readonly issue: Issue } | undefined;

/** A function that says what stands at a path; it remembers the folders that it has looked into. */
function obstacles(root: string, wanted: ReadonlySet<RepoPath>, disk: DiskReads): (path: RepoPath) => Seen {
  const folders = new Map<string, { readonly names: ReadonlySet<string> } | undefined | { issue: Issue }>();
  const above = new Set([...wanted].flatMap(parentsOf));

  const lookAt = (path: string): Seen => {
    const parent = path.includes('/') ? dirname(path) : '';
    const folder = folderAt(parent);
    if (folder === undefined || 'issue' in folder) return folder;
    const entry = disk.inspect(join(root, path));
    if (entry === undefined || folder.names.has(path.slice(parent === '' ? 0 : parent.length + 1)))
      return entry;
    // The system finds it, and under another name: it does not tell case (or composed letters) apart.
    const twin = [...folder.names].find((name) => foldCase(name) === foldCase(basename(path))) ?? '';
    const twinPath = parent === '' ? twin : `${parent}/${twin}`;
    return wanted.has(twinPath as RepoPath) || above.has(twinPath as RepoPath)
      ? undefined
      : { issue: inTheWay('case-collision', path, `differs by case alone from ${twinPath}, which is there`) };
  };

  const folderAt = (path: string) => {
    if (folders.has(path)) return folders.get(path);
    const seen = path === '' ? disk.inspect(root) : lookAt(path);
    const found =
      seen === undefined || 'issue' in seen
        ? seen
        : seen.kind === 'folder'
          ? { names: new Set(disk.list(join(root, path))) }
          : seen.kind === 'file' && wanted.has(path as RepoPath)
            ? undefined
            : { issue: wrongKind(path, seen.kind, 'folder') };
    folders.set(path, found);
    return found;
  };

  return (path) => {
    const seen = lookAt(path);
    if (seen === undefined || 'issue' in seen) return seen;
    if (seen.kind === 'folder' && above.has(path)) return undefined;
    if (seen.kind !== 'file') return { issue: wrongKind(path, seen.kind, 'file') };
    if (seen.size > MAX_FILE_BYTES)
      return { issue: inTheWay('file-too-large', path, 'is larger than 64 MB') };
    return seen;
  };
}

/** The folders on the way to a path, outermost first: `a`, `a/b` for `a/b/c`. */
export function parentsOf(path: RepoPath): RepoPath[] {
  const parents: RepoPath[] = [];
  for (let end = path.indexOf('/'); end > 0; end = path.indexOf('/', end + 1)) {
    parents.push(path.slice(0, end) as RepoPath);
  }
  return parents;
}

/** As a file system compares that does not tell case apart. */
const foldCase = (name: string): string => name.normalize('NFC').toLowerCase();

const KIND_NAMES: Readonly<Record<Entry['kind'], string>> = {
  file: 'a file',
  folder: 'a folder',
  link: 'a symlink',
  other: 'a device, pipe or socket',
};

/** Something else than planned stands at a path of the target. */
export const wrongKind = (path: string, is: Entry['kind'], planned: 'file' | 'folder'): Issue =>
  inTheWay(
    is === 'link' ? 'symlink-in-target' : 'wrong-kind',
    path,
    `is ${KIND_NAMES[is]} where ${KIND_NAMES[planned]} is planned`,
  );

const inTheWay = (id: string, path: string, what: string): Issue => ({
  id,
  message: `${path} ${what}`,
  where: path,
  hint: 'move it away, or give the generated file another place in the layout',
});
