/** What pinning changes in a repository: its files, and with them what bulwark keeps of them, so that a pinned file is no edited one. */
import { serializeBaseline, type Baseline, BASELINE_PATH } from '../repo/baseline.ts';
import { LOCK_PATH, serializeLock, sha256, type Lock, type LockedFile } from '../repo/lockfile.ts';
import { serializeSettings, SETTINGS_PATH, type Settings } from '../repo/settings-file.ts';
import type { Change, ChangeSet } from '../tree/change-set.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { VirtualFile, VirtualTree } from '../tree/virtual-tree.ts';
import type { JudgedTree } from '../verify/check.ts';
import { findReferences } from './find-references.ts';
import type { ReasonToLeave } from './own-images.ts';
import { textsOf } from './pin-tree.ts';
import {
  applyPins,
  pinText,
  stalePins,
  type PinnedText,
  type Replaced,
  type SuppressionRemoved,
} from './pin-text.ts';
import { withoutPins } from './recorded-pins.ts';
import {
  NO_PINS,
  pinOf,
  writtenKey,
  type ActionName,
  type ActionReference,
  type ImageName,
  type Pins,
} from './reference.ts';
import { renew, tagOf } from './renew.ts';
import type { Wanted } from './resolve.ts';
import { lineAt } from '../verify/embedded/source-text.ts';

/** What bulwark keeps of a repository that it wrote. */
export interface PinRecords {
  readonly settings: Settings;
  readonly lock: Lock;
  readonly baseline: Baseline;
  /** The three files as they stand on the disk. */
  readonly originals: ReadonlyMap<RepoPath, Buffer>;
}

export interface LeftAsIs {
  readonly reference: string;
  readonly path: RepoPath;
  /** 1-based. */
  readonly line: number;
  readonly reason: string;
}

export interface Needs {
  /** What has to be asked for. */
  readonly wanted: Wanted;
  readonly left: readonly LeftAsIs[];
}

/**
 * What the chosen files need.
 * @param known pins that need not be asked for again
 */
export function needsOf(
  texts: ReadonlyMap<RepoPath, string>,
  isChosen: (path: RepoPath) => boolean,
  known: Pins,
  reasonToLeave: ReasonToLeave,
): Needs {
  const images = new Map<string, ImageName>();
  const actions = new Map<string, ActionName>();
  const left: LeftAsIs[] = [];
  for (const [path, text] of texts) {
    if (!isChosen(path)) continue;
    for (const reference of findReferences(path, text)) {
      if (pinOf(reference) !== undefined) continue;
      const { kind, key } = reference;
      const reason =
        kind === 'left' ? reference.reason : kind === 'image' ? reasonToLeave(reference) : undefined;
      if (reason !== undefined) {
        left.push({ reference: key, path, line: lineAt(text, reference.offset), reason });
      } else if (kind === 'image' && !Object.hasOwn(known.images, key)) images.set(key, reference.name);
      else if (kind === 'action' && !Object.hasOwn(known.actions, key)) actions.set(key, reference.name);
    }
  }
  return { wanted: { images, actions }, left };
}

export interface RenewalNeeds extends Needs {
  /** The actions that are pinned, by the reference as it is written. */
  readonly pinned: ReadonlyMap<string, ActionReference>;
}

/**
 * What the chosen files need so that all that is pinned in them, and all that could be, is what its tag stands for now: everything is
 * asked for, also what was found out before.
 * @param recorded pins of `bulwark.json`
 */
export function needsToRenew(
  texts: ReadonlyMap<RepoPath, string>,
  isChosen: (path: RepoPath) => boolean,
  recorded: Pins,
  reasonToLeave: ReasonToLeave,
): RenewalNeeds {
  const open = needsOf(texts, isChosen, NO_PINS, reasonToLeave);
  const { wanted, left, pinned } = needsOfPinned(texts, isChosen, recorded, reasonToLeave);
  return {
    wanted: {
      images: new Map([...open.wanted.images, ...wanted.images]),
      actions: new Map([...open.wanted.actions, ...wanted.actions]),
    },
    left: [...open.left, ...left],
    pinned,
  };
}

/** The same for what is pinned alone. */
export function needsOfPinned(
  texts: ReadonlyMap<RepoPath, string>,
  isChosen: (path: RepoPath) => boolean,
  recorded: Pins,
  reasonToLeave: ReasonToLeave,
): RenewalNeeds {
  const images = new Map<string, ImageName>();
  const actions = new Map<string, ActionName>();
  const pinned = new Map<string, ActionReference>();
  const left: LeftAsIs[] = [];
  for (const [path, text] of texts) {
    if (!isChosen(path)) continue;
    for (const reference of findReferences(path, text)) {
      if (pinOf(reference) === undefined || reference.kind === 'left') continue;
      const key = writtenKey(reference);
      const leave = (reason: string) => {
        left.push({ reference: key, path, line: lineAt(text, reference.offset), reason });
      };
      const reason = reference.stays ?? (reference.kind === 'image' ? reasonToLeave(reference) : undefined);
      if (reason !== undefined) {
        leave(reason);
        continue;
      }
      if (reference.kind === 'image') {
        images.set(key, reference.name);
        continue;
      }
      const tag = tagOf(reference, recorded);
      if (tag === undefined) leave('neither a comment nor bulwark.json says which version it is');
      else {
        actions.set(key, tag);
        pinned.set(key, reference);
      }
    }
  }
  return { wanted: { images, actions }, left, pinned };
}

/** Actions that turned out to name a branch. */
export const unpinnedBranches = (
  texts: ReadonlyMap<RepoPath, string>,
  isChosen: (path: RepoPath) => boolean,
  branches: ReadonlySet<string>,
): readonly LeftAsIs[] =>
  [...texts]
    .filter(([path]) => branches.size > 0 && isChosen(path))
    .flatMap(([path, text]) =>
      findReferences(path, text)
        .filter(({ kind, key }) => kind === 'action' && branches.has(key))
        .map(({ key, offset }) => ({
          reference: key,
          path,
          line: lineAt(text, offset),
          reason: 'it names a branch, which moves by design; name a release',
        })),
    );

export interface PinRequest {
  readonly tree: JudgedTree;
  readonly texts: ReadonlyMap<RepoPath, string>;
  readonly isChosen: (path: RepoPath) => boolean;
  /** Whether all of the repository was looked at: pins that nothing goes by any more are then forgotten. */
  readonly isWhole: boolean;
  /** Found now, by the reference as it is written; those of the records are added. */
  readonly pins: Pins;
  /** Undefined in a repository that bulwark did not write. */
  readonly records: PinRecords | undefined;
}

export interface PinnedFile {
  readonly path: RepoPath;
  readonly replaced: readonly Replaced[];
  readonly suppressionsRemoved: readonly SuppressionRemoved[];
}

export interface PinPlan {
  readonly changes: ChangeSet;
  /** The user's files among them, with what was done to each. */
  readonly files: readonly PinnedFile[];
}

/**
 * Plans the change. In a repository that bulwark wrote, a file of its own is pinned also where it was not chosen: the next update
 * renders it with the recorded pins.
 */
export function planPins({ tree, texts, isChosen, isWhole, pins, records }: PinRequest): PinPlan {
  const pristine = records ? pristineTexts(records.baseline) : new Map<RepoPath, string>();
  let written: ReadonlySet<string> | undefined;
  const isRendered = (key: string) => (written ??= referencesIn(pristine)).has(key);
  const { applied, recorded } = renew(pins, records?.settings.pins ?? NO_PINS, isRendered);
  const isManaged = (path: RepoPath) => records !== undefined && Object.hasOwn(records.lock.files, path);
  const { changed } = applyPins(texts, applied);
  const pinned = new Map([...changed].filter(([path]) => isChosen(path) || isManaged(path)));
  const updates = [...pinned].flatMap(([path, { text }]) => {
    const before = tree.get(path);
    const locked = records?.lock.files[path];
    return before ? [update(path, before.content, text, before.executable, locked)] : [];
  });
  const kept = records ? recordUpdates(records, { texts, pristine, pinned, applied, recorded, isWhole }) : [];
  return {
    changes: [...updates, ...kept].sort((a, b) => (a.path < b.path ? -1 : 1)),
    files: [...pinned].map(([path, { replaced, suppressionsRemoved }]) => ({
      path,
      replaced,
      suppressionsRemoved,
    })),
  };
}

const pristineTexts = (baseline: Baseline): ReadonlyMap<RepoPath, string> =>
  textsOf([...baseline].map(([path, { content }]) => ({ path, content })));

function referencesIn(texts: ReadonlyMap<RepoPath, string>): ReadonlySet<string> {
  const written = [...texts].flatMap(([path, text]) =>
    findReferences(path, text).flatMap((reference) =>
      reference.kind === 'left' ? [] : [writtenKey(reference)],
    ),
  );
  return new Set(written);
}

interface RecordedChange {
  readonly texts: ReadonlyMap<RepoPath, string>;
  /** What bulwark wrote last. */
  readonly pristine: ReadonlyMap<RepoPath, string>;
  readonly pinned: ReadonlyMap<RepoPath, PinnedText>;
  readonly applied: Pins;
  readonly recorded: Pins;
  readonly isWhole: boolean;
}

/** Baseline, lock and settings with the same pins in them. */
function recordUpdates(
  { settings, lock, baseline, originals }: PinRecords,
  { texts, pristine, pinned, applied, recorded, isWhole }: RecordedChange,
): ChangeSet {
  const after = new Map<RepoPath, Buffer>();
  for (const [path, text] of pristine) {
    // The same text has the same fate; an edited one is pinned where the references stand in what bulwark wrote, too.
    const result =
      texts.get(path) === text ? (pinned.get(path)?.text ?? text) : pinText(path, text, applied).text;
    if (result !== text) after.set(path, Buffer.from(result));
  }
  const known = [...texts, ...pristine, ...[...pinned].map(([path, { text }]) => [path, text] as const)];
  const stale = isWhole ? stalePins(known, recorded) : [];
  const next: Settings = { ...settings, pins: withoutPins(recorded, stale) };
  const records: [RepoPath, string][] = [[SETTINGS_PATH, serializeSettings(next)]];
  if (after.size > 0) {
    records.push(
      [BASELINE_PATH, serializeBaseline(baselineTree(baseline, after), [baseline])],
      [LOCK_PATH, serializeLock(lockWith(lock, after))],
    );
  }
  return records.flatMap(([path, text]) => {
    // Settings that a person formatted stay so while nothing in them changes.
    const isSame = path === SETTINGS_PATH && serializeSettings(settings) === text;
    const previous = originals.get(path);
    return isSame || !previous ? [] : [update(path, previous, text, false, undefined)];
  });
}

const fileOf = (path: RepoPath, content: Buffer, executable: boolean): VirtualFile => ({
  path,
  content,
  executable,
  origin: { component: 'bulwark', template: path },
  ownership: 'managed',
});

/** Only path and content of it matter: a baseline keeps nothing else. */
const baselineTree = (baseline: Baseline, after: ReadonlyMap<RepoPath, Buffer>): VirtualTree =>
  new Map(
    [...baseline].map(([path, { content }]) => [path, fileOf(path, after.get(path) ?? content, false)]),
  );

function lockWith(lock: Lock, after: ReadonlyMap<RepoPath, Buffer>): Lock {
  const files = { ...lock.files };
  for (const [path, content] of after) {
    const entry = files[path];
    if (entry) files[path] = { ...entry, sha256: sha256(content) };
  }
  return { ...lock, files };
}

function update(
  path: RepoPath,
  previous: Buffer,
  text: string,
  executable: boolean,
  locked: LockedFile | undefined,
): Change {
  const content = Buffer.from(text);
  const file: VirtualFile = {
    ...fileOf(path, content, executable),
    ...(locked && { ownership: locked.owner, origin: { component: locked.component, template: path } }),
  };
  return { path, kind: 'update', file, content, previous };
}
