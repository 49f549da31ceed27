/** A repository that bulwark looks after: what it records of its last run, read together. */
import { dirname, join, resolve } from 'node:path';
import { BulwarkError, ExitCode, usageError } from '../errors.ts';
import type { BaseFile } from '../merge/reconcile.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import { BASELINE_PATH, openBaseline, ORIGINALS_PATH, parseBaseline, type Baseline } from './baseline.ts';
import { type DiskReads, nodeDisk } from './disk.ts';
import { LOCK_PATH, parseLock, type Lock } from './lockfile.ts';
import { readExisting } from './open-repo.ts';
import { parsePending, PENDING_PATH, type Pending } from './pending.ts';
import { parseSettings, SETTINGS_PATH, type Settings } from './settings-file.ts';

export interface ManagedRepo {
  /** Absolute. */
  readonly root: string;
  readonly settings: Settings;
  /** As it stands in the file; people edit it. */
  readonly settingsText: string;
  readonly lock: Lock;
  readonly baseline: Baseline;
  /** As it stands in the file. */
  readonly baselineText: string;
  readonly originals: ReadonlyMap<RepoPath, Buffer>;
  /** Conflicts of an earlier run that are not resolved yet. */
  readonly pending?: Pending;
}

/** The records as they stand on the disk, read or not. */
export interface Records {
  readonly root: string;
  readonly settings: string | undefined;
  readonly lock: string | undefined;
  readonly baseline: string | undefined;
  readonly pending: string | undefined;
  readonly originals: string | undefined;
}

/** Whether bulwark looks after this very folder, by what it keeps there. */
export const isManaged = (folder: string, disk: DiskReads = nodeDisk): boolean =>
  (disk.inspect(join(folder, LOCK_PATH)) ?? disk.inspect(join(folder, SETTINGS_PATH))) !== undefined;

/**
 * The nearest folder, at or above the one that a person stands in, that bulwark looks after; undefined where there is none.
 * A work tree's own root is the last that is looked at: what is above it is another repository.
 */
export function findManaged(cwd: string, disk: DiskReads = nodeDisk): string | undefined {
  for (let at = resolve(cwd); ; at = dirname(at)) {
    if (isManaged(at, disk)) return at;
    if (at === dirname(at) || disk.inspect(join(at, '.git'))) return undefined;
  }
}

/** @throws BulwarkError (code 2) where something else than a file stands at their paths, (code 74) where they cannot be read */
export function readRecords(root: string, disk: DiskReads = nodeDisk): Records {
  const { files, issues } = readExisting(
    root,
    [SETTINGS_PATH, LOCK_PATH, BASELINE_PATH, PENDING_PATH, ORIGINALS_PATH],
    disk,
  );
  if (issues.length > 0) throw usageError(issues);
  const textAt = (path: RepoPath): string | undefined => files.get(path)?.content.toString('utf8');
  return {
    root,
    settings: textAt(SETTINGS_PATH),
    lock: textAt(LOCK_PATH),
    baseline: textAt(BASELINE_PATH),
    pending: textAt(PENDING_PATH),
    originals: textAt(ORIGINALS_PATH),
  };
}

/**
 * Reads what bulwark keeps in the repository at `root`.
 * @throws BulwarkError: `record-missing` (code 2) where one of the three files is not there; what their parsers throw, all together
 */
export function readManaged(root: string, disk: DiskReads = nodeDisk): ManagedRepo {
  const records = readRecords(root, disk);
  const missing = [
    [
      SETTINGS_PATH,
      records.settings,
      'restore it from git: it holds the answers that the repository was made with',
    ],
    [LOCK_PATH, records.lock, 'restore it from git, or run: bulwark update --rebuild'],
    [BASELINE_PATH, records.baseline, 'restore it from git, or run: bulwark update --rebuild'],
  ] as const;
  const issues = missing
    .filter(([, text]) => text === undefined)
    .map(([path, , hint]) => ({ id: 'record-missing', message: `${path} is not there`, where: path, hint }));
  if (issues.length > 0) throw usageError(issues);
  const { settings = '', lock: lockText = '', baseline = '', pending, originals = '' } = records;
  const lock = parseLock(lockText);
  return {
    root,
    settings: parseSettings(settings),
    settingsText: settings,
    lock,
    baseline: openBaseline(baseline, lock),
    baselineText: baseline,
    originals: parseBaseline(originals),
    ...(pending !== undefined && { pending: parsePending(pending) }),
  };
}

/** The files as bulwark wrote them last, by path. */
export function baseFilesOf({ lock, baseline }: ManagedRepo): ReadonlyMap<RepoPath, BaseFile> {
  const files = new Map<RepoPath, BaseFile>();
  for (const [path, file] of baseline) {
    const locked = lock.files[path];
    if (!locked) continue;
    files.set(path, {
      get content() {
        return file.content;
      },
      executable: locked.mode === '755',
      ownership: locked.owner,
      component: locked.component,
    });
  }
  return files;
}

/** The folder is none that bulwark looks after. */
export const notManaged = (where: string): BulwarkError =>
  new BulwarkError(ExitCode.usage, [
    {
      id: 'not-managed',
      message: 'bulwark does not look after this repository: there is no .bulwark/lock.json here or above',
      where,
      hint: 'bring it under its care with: bulwark adopt, or make a new one with: npm create bulwark',
    },
  ]);
