/** `.bulwark/lock.json`: which files bulwark answers for, as it wrote them. */
import { hash } from 'node:crypto';

import { BulwarkError, ExitCode } from '../errors.ts';
import { type RepoPath, repoPathFault } from '../tree/repo-path.ts';
import type { Ownership, VirtualTree } from '../tree/virtual-tree.ts';
import { badFile, conflictMarkerLine } from './failures.ts';
import { parseJson } from './json-text.ts';

/** Written last: a repository whose lock names a file has that file. */
export const LOCK_PATH = '.bulwark/lock.json' as RepoPath;

export interface LockedFile {
  readonly owner: Ownership;
  readonly component: string;
  readonly mode: '644' | '755';
  /** Of the pristine text, the one that the baseline holds; in hex. */
  readonly sha256: string;
}

/** A pack as a repository was rendered from it. */
export interface LockedPack {
  readonly name: string;
  /** As in `bulwark.json`: without credentials. */
  readonly reference: string;
  readonly version: string;
  /** Only of a pack from git. */
  readonly commit?: string;
  /** Of its canonical tree (packs/pack-tree), in hex. */
  readonly sha512: string;
}

export interface Lock {
  /** Of the format. */
  readonly version: 1;
  /** The version of bulwark that wrote it. */
  readonly bulwark: string;
  /** Of the run that wrote it (repo/rendering-digest); absent where another rendering of the same answers may differ. */
  readonly rendered?: string;
  /** In the order of `bulwark.json`, each after what it extends; absent: none. */
  readonly packs?: readonly LockedPack[];
  /** By path, sorted; without a prototype. */
  readonly files: Readonly<Record<string, LockedFile>>;
}

/** The digest by which a lock names a content. */
export const sha256 = (content: Buffer): string => hash('sha256', content);

/**
 * The lock of a rendered tree.
 * @param tree what was rendered, without the lock, the baseline and `bulwark.json` themselves
 * @param bulwark the running version
 * @param packs what it was rendered from besides
 */
export function lockOf(tree: VirtualTree, bulwark: string, packs: readonly LockedPack[] = []): Lock {
  const files = Object.create(null) as Record<string, LockedFile>;
  for (const { path, ownership, origin, executable, content } of tree.values()) {
    files[path] = {
      owner: ownership,
      component: origin.component,
      mode: executable ? '755' : '644',
      sha256: sha256(content),
    };
  }
  return { version: 1, bulwark, ...(packs.length > 0 && { packs }), files };
}

/** The text of a lock: sorted by path, one line a file, so that git merges what two branches added. */
export function serializeLock(lock: Lock): string {
  const lines = Object.entries(lock.files)
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { owner, component, mode, sha256: digest }]) => {
      const fields = { owner, component, mode, sha256: digest };
      const line = Object.entries(fields).map(([key, value]) => `"${key}": ${JSON.stringify(value)}`);
      return `    ${JSON.stringify(path)}: { ${line.join(', ')} }`;
    });
  const files = lines.length === 0 ? '{}' : `{\n${lines.join(',\n')}\n  }`;
  return `{\n  "version": 1,\n  "bulwark": ${JSON.stringify(lock.bulwark)},\n${lock.rendered === undefined ? '' : renderedLine(lock.rendered)}${packLines(lock.packs)}  "files": ${files}\n}\n`;
}

const renderedLine = (digest: string): string => `  "rendered": ${JSON.stringify(digest)},\n`;

/** A lock's text with the digest of its run: cheaper than to write all of it again. */
export const withRendered = (text: string, digest: string): string =>
  text.replace(/^ {2}"bulwark": .*\n/m, (line) => line + renderedLine(digest));

/** A lock's text without the digest of its run: what it says of the files. */
export const withoutRendered = (text: string): string =>
  text.replace(/^ {2}"rendered": "[0-9a-f]*",\r?\n/m, '');

/** One line a pack; none where there are none. */
function packLines(packs: readonly LockedPack[] = []): string {
  if (packs.length === 0) return '';
  const lines = packs.map((pack) => {
    const fields = PACK_KEYS.filter((key) => pack[key] !== undefined);
    return `    { ${fields.map((key) => `"${key}": ${JSON.stringify(pack[key])}`).join(', ')} }`;
  });
  return `  "packs": [\n${lines.join(',\n')}\n  ],\n`;
}

/**
 * Reads a lock.
 * @throws BulwarkError `lock-conflict` (code 3) while git's conflict markers stand in it, `lock-version` where a newer bulwark
 * wrote it, `lock-corrupt` (both code 2) for anything else that is not a lock
 */
export function parseLock(text: string): Lock {
  const marker = conflictMarkerLine(text);
  if (marker !== undefined) {
    throw new BulwarkError(ExitCode.conflicts, [
      {
        id: 'lock-conflict',
        message: 'the lock holds an unresolved merge conflict',
        where: `${LOCK_PATH}:${marker}`,
        hint: REBUILD,
      },
    ]);
  }
  const reading = parseJson(text);
  if ('fault' in reading) {
    const { message, line, column } = reading.fault;
    throw corrupt(`is no JSON: ${message}`, `:${line}:${column}`);
  }
  const { value } = reading;
  if (!isObject(value)) throw corrupt('is no object');
  const { version, bulwark, rendered, packs, files, ...rest } = value;
  if (version !== 1) throw otherVersion(version);
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw corrupt(`has the unknown key "${unknown}"`);
  if (typeof bulwark !== 'string') throw corrupt('does not say which bulwark wrote it');
  if (rendered !== undefined && !(typeof rendered === 'string' && /^[0-9a-f]{64}$/.test(rendered)))
    throw corrupt('has a wrong "rendered"');
  if (!isObject(files)) throw corrupt('has no files');
  const checked = Object.create(null) as Record<string, LockedFile>;
  for (const path of Object.keys(files).sort()) checked[path] = lockedFile(path, files[path]);
  return {
    version,
    bulwark,
    ...(rendered !== undefined && { rendered }),
    ...(packs !== undefined && { packs: lockedPacks(packs) }),
    files: checked,
  };
}

function lockedPacks(value: unknown): readonly LockedPack[] {
  if (!Array.isArray(value)) throw corrupt('has packs that are no list');
  return value.map((pack: unknown) => {
    if (!isObject(pack)) throw corrupt('has a pack that is no object');
    const wrong =
      Object.keys(pack).find((key) => !PACK_KEYS.some((known) => known === key)) ??
      PACK_KEYS.find((key) => key !== 'commit' && typeof pack[key] !== 'string') ??
      (pack.commit !== undefined &&
      !(typeof pack.commit === 'string' && /^[0-9a-f]{40,64}$/.test(pack.commit))
        ? 'commit'
        : undefined) ??
      (/^[0-9a-f]{128}$/.test(String(pack.sha512)) ? undefined : 'sha512');
    if (wrong !== undefined) throw corrupt(`has a wrong "${wrong}" in its packs`);
    return pack as unknown as LockedPack;
  });
}

const REBUILD = 'run: bulwark update --rebuild';
const PACK_KEYS = [
  'name',
  'reference',
  'version',
  'commit',
  'sha512',
] as const satisfies (keyof LockedPack)[];
const FILE_KEYS = ['owner', 'component', 'mode', 'sha256'];
const OWNERS: readonly unknown[] = ['managed', 'seeded', 'shared', 'kept'] satisfies Ownership[];

function lockedFile(path: string, value: unknown): LockedFile {
  const fault = repoPathFault(path);
  if (fault !== undefined) throw corrupt(`names the path ${JSON.stringify(path)}, which ${fault}`);
  if (!isObject(value)) throw corrupt(`has no entry for ${path}`);
  const { owner, component, mode, sha256: digest } = value;
  const unknown = Object.keys(value).find((key) => !FILE_KEYS.includes(key));
  const wrong =
    unknown ??
    (!OWNERS.includes(owner)
      ? 'owner'
      : typeof component !== 'string'
        ? 'component'
        : mode !== '644' && mode !== '755'
          ? 'mode'
          : typeof digest !== 'string' || !/^[0-9a-f]{64}$/.test(digest)
            ? 'sha256'
            : undefined);
  if (wrong !== undefined) throw corrupt(`has a wrong "${wrong}" for ${path}`);
  return value as unknown as LockedFile;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const corrupt = (what: string, position = ''): Error =>
  badFile({
    id: 'lock-corrupt',
    message: `the lock ${what}`,
    where: `${LOCK_PATH}${position}`,
    hint: `restore it from git, or ${REBUILD}`,
  });

const otherVersion = (version: unknown): Error =>
  badFile({
    id: 'lock-version',
    message: `the lock has the format ${JSON.stringify(version ?? null)}, this bulwark reads 1`,
    where: LOCK_PATH,
    hint: 'a newer bulwark wrote it: run npm create bulwark@latest, or restore the file from git',
  });
