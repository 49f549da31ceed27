/** `.bulwark/baseline`: the pristine text of the last run, one line a file, so that an update merges offline and exactly. */
import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

import { BulwarkError, ExitCode } from '../errors.ts';
import { type RepoPath, repoPathFault } from '../tree/repo-path.ts';
import type { VirtualTree } from '../tree/virtual-tree.ts';
import { badFile, conflictMarkerLine } from './failures.ts';
import { type Lock, sha256 } from './lockfile.ts';

export const BASELINE_PATH = '.bulwark/baseline' as RepoPath;
/** Files of the user's that our part was put into, as they would be without it; in the same form. */
export const ORIGINALS_PATH = '.bulwark/originals' as RepoPath;

/**
 * 160 files of 4.6 KB take 10 ms at level 1 and 17 ms at level 6, for 6 % fewer bytes; 160 of 2.5 KB 8 ms and 10 ms.
 * The thread pool (asynchronous zlib) is slower than either: each call costs more than its text.
 */
const LEVEL = 1;
/** No file that bulwark writes is near this; a line that swells beyond it is an attack or damage. */
const MAX_FILE_BYTES = 64 * 1024 * 1024;
const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/**
 * The text of a baseline: `path<TAB>base64(deflateRaw(content))`, sorted by path.
 * @param tree what was rendered
 * @param previous baselines whose lines are taken over for files with the same content, the first that has one: another version of
 * zlib may press the same text into other bytes, and it is faster
 * @param lock of the same tree: by its digests the contents of `previous` need not be unpacked to be compared
 */
export const serializeBaseline = (
  tree: VirtualTree,
  previous: readonly Baseline[] = [],
  lock?: Lock,
): string =>
  [...tree.values()]
    .map(({ path, content }) => {
      const digest = lock?.files[path]?.sha256;
      const same = previous.find((baseline) => isSame(baseline.get(path), content, digest))?.get(path);
      return `${path}\t${same?.packed ?? packText(content)}\n`;
    })
    .join('');

function isSame(file: BaselineFile | undefined, content: Buffer, digest: string | undefined): boolean {
  if (file === undefined) return false;
  return file.sha256 === undefined || digest === undefined
    ? file.content.equals(content)
    : file.sha256 === digest;
}

/** Texts by path, in the order given, in the form of a baseline. */
export const serializeTexts = (texts: Iterable<readonly [RepoPath, Buffer]>): string =>
  [...texts].map(([path, content]) => `${path}\t${packText(content)}\n`).join('');

/** Below it a call of zlib takes longer than it saves, and git presses what is stored. */
const STORED_BELOW = 1024;
/** Up to it the tables and the window of zlib are larger than the text and take longer to clear than the text to press. */
const SMALL_UP_TO = 8192;
const SMALL = { level: LEVEL, windowBits: 13, memLevel: 6, chunkSize: 4096 };

/** The form of a text in its line: 337 files of 3.7 KB take 21 ms, and would take 34 ms if all were pressed alike, for 6 % fewer bytes. */
export const packText = (content: Buffer): string => packed(content).toString('base64');

function packed(content: Buffer): Buffer {
  if (content.length < STORED_BELOW) return storedBlock(content);
  return deflateRawSync(content, content.length <= SMALL_UP_TO ? SMALL : { level: LEVEL });
}

/** One last block that is not pressed (RFC 1951, 3.2.4): its length, that length's complement, and the bytes. */
function storedBlock(content: Buffer): Buffer {
  const header = Buffer.from([0x01, 0, 0, 0, 0]);
  header.writeUInt16LE(content.length, 1);
  header.writeUInt16LE(content.length ^ 0xffff, 3);
  return Buffer.concat([header, content]);
}

/** A part of a text, pressed so that parts can be put one after the other: it ends at a byte and is not the last (RFC 1951, 3.2.3). */
export const packPiece = (content: Buffer): Buffer =>
  deflateRawSync(content, { level: LEVEL, finishFlush: constants.Z_FULL_FLUSH });

/** An empty block of fixed codes that says it is the last. */
const LAST_BLOCK = Buffer.from([0x03, 0x00]);

/** The form of the text whose parts were pressed by `packPiece`. */
export const joinPieces = (pieces: readonly Buffer[]): string =>
  Buffer.concat([...pieces, LAST_BLOCK]).toString('base64');

export interface BaselineFile {
  readonly content: Buffer;
  /** As it stands in the line. */
  readonly packed: string;
  /** Of the content, as the lock has it. */
  readonly sha256?: string;
}

/** Sorted by path. */
export type Baseline = ReadonlyMap<RepoPath, BaselineFile>;

/**
 * Reads a baseline. A union merge may leave it unsorted, and may leave one line twice: both are let pass.
 * @param lock to compare with: a line that was damaged and can still be unpacked is found only so
 * @throws BulwarkError `baseline-conflict` (code 3) where conflict markers stand in it or one path has two texts;
 * `baseline-corrupt` (code 2), naming the line, where a line cannot be read or is not what the lock says
 */
export function readBaseline(text: string, lock?: Lock): Baseline {
  const baseline = openBaseline(text, lock);
  // Looked at, each is unpacked and compared.
  for (const file of baseline.values()) Reflect.get(file, 'content');
  return baseline;
}

/**
 * The same, but each text is unpacked, and compared with the lock, when it is first looked at: most runs look at few.
 * @throws like `readBaseline`; what is wrong with a line's text, when that is looked at
 */
export function openBaseline(text: string, lock?: Lock): Baseline {
  const marker = conflictMarkerLine(text);
  if (marker !== undefined) throw conflict('the baseline holds an unresolved merge conflict', marker);
  const files = new Map<RepoPath, BaselineFile>();
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  lines.forEach((raw, index) => {
    const number = index + 1;
    const { path, packed } = readLine(raw.endsWith('\r') ? raw.slice(0, -1) : raw, number);
    const file = fileOf(path, packed, number, lock?.files[path]?.sha256);
    const twin = files.get(path);
    // Whichever of the two the lock means: that there are two is what is wrong.
    const text = (line: string): Buffer => unpack(path, line, number, undefined);
    if (twin && twin.packed !== packed && !text(twin.packed).equals(text(packed))) {
      throw conflict(
        `the baseline has two texts for ${path}, as a merge of two branches leaves them`,
        number,
      );
    }
    files.set(path, file);
  });
  return new Map([...files].sort(([a], [b]) => (a < b ? -1 : 1)));
}

function fileOf(path: RepoPath, packed: string, line: number, digest: string | undefined): BaselineFile {
  let unpacked: Buffer | undefined;
  return {
    packed,
    ...(digest !== undefined && { sha256: digest }),
    get content() {
      unpacked ??= unpack(path, packed, line, digest);
      return unpacked;
    },
  };
}

/** The texts of a baseline by path, sorted; throws like `readBaseline`. */
export const parseBaseline = (text: string, lock?: Lock): Map<RepoPath, Buffer> =>
  new Map([...readBaseline(text, lock)].map(([path, { content }]) => [path, content]));

function readLine(line: string, number: number): { readonly path: RepoPath; readonly packed: string } {
  const tab = line.indexOf('\t');
  if (tab < 0) throw corrupt('the line has no tab between path and text', number);
  const path = line.slice(0, tab);
  const fault = repoPathFault(path);
  if (fault !== undefined) throw corrupt(`the path ${JSON.stringify(path)} ${fault}`, number);
  return { path: path as RepoPath, packed: line.slice(tab + 1) };
}

function unpack(path: RepoPath, packed: string, line: number, digest: string | undefined): Buffer {
  if (!BASE64.test(packed)) throw corrupt(`the text of ${path} is no base64`, line);
  let content: Buffer;
  try {
    content = inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: MAX_FILE_BYTES });
  } catch (error) {
    throw corrupt(`the text of ${path} cannot be unpacked`, line, error);
  }
  if (digest !== undefined && sha256(content) !== digest) {
    throw corrupt(`the text of ${path} is not the one that the lock names`, line);
  }
  return content;
}

const REBUILD = 'run: bulwark update --rebuild';

const conflict = (message: string, line: number): Error =>
  new BulwarkError(ExitCode.conflicts, [
    { id: 'baseline-conflict', message, where: `${BASELINE_PATH}:${line}`, hint: REBUILD },
  ]);

const corrupt = (message: string, line: number, cause?: unknown): Error =>
  badFile(
    {
      id: 'baseline-corrupt',
      message,
      where: `${BASELINE_PATH}:${line}`,
      hint: `restore it from git, or ${REBUILD}`,
    },
    cause,
  );
