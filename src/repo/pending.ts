/** `.bulwark/pending.json`: the conflicts that a run has left, and what takes that run back. */
import { inflateRawSync } from 'node:zlib';
import { repoPathFault, type RepoPath } from '../tree/repo-path.ts';
import { packText } from './baseline.ts';
import { badFile } from './failures.ts';
import { parseJson } from './json-text.ts';

export const PENDING_PATH = '.bulwark/pending.json' as RepoPath;

/** A file that both the user and the templates have changed. */
export interface PendingConflict {
  readonly path: RepoPath;
  /** First lines of the conflict blocks as they were written, 1-based; none: the file could not be marked (binary). */
  readonly lines: readonly number[];
}

/** A file as it was before the run, or that it was not there. */
export interface Before {
  readonly content?: Buffer;
  readonly executable: boolean;
  /** Digest of what the run wrote in its place; absent where it deleted it. */
  readonly written?: string;
}

export interface Pending {
  /** The command that left them: `update`. */
  readonly command: string;
  readonly conflicts: readonly PendingConflict[];
  readonly before: ReadonlyMap<RepoPath, Before>;
}

const MAX_FILE_BYTES = 64 * 1024 * 1024;

/** One line a file, sorted, so that two branches can be compared. */
export function serializePending({ command, conflicts, before }: Pending): string {
  const lines = [...before]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([path, { content, executable, written }]) => {
      const fields = {
        mode: executable ? '755' : '644',
        ...(written !== undefined && { written }),
        ...(content && { text: packText(content) }),
      };
      return `    ${JSON.stringify(path)}: ${JSON.stringify(fields)}`;
    });
  const listed = conflicts.map((conflict) => `    ${JSON.stringify(conflict)}`).join(',\n');
  return `{\n  "version": 1,\n  "command": ${JSON.stringify(command)},\n  "conflicts": [\n${listed}\n  ],\n  "before": {\n${lines.join(',\n')}\n  }\n}\n`;
}

/** @throws BulwarkError `pending-corrupt` (code 2) */
export function parsePending(text: string): Pending {
  const reading = parseJson(text);
  if ('fault' in reading) throw corrupt(`is no JSON: ${reading.fault.message}`);
  const { value } = reading;
  if (!isObject(value) || value.version !== 1) throw corrupt('has another format than this bulwark reads');
  const { command, conflicts, before } = value;
  if (typeof command !== 'string' || !Array.isArray(conflicts) || !isObject(before))
    throw corrupt('lacks a part');
  return {
    command,
    conflicts: conflicts.map(conflictOf),
    before: new Map(Object.keys(before).map((path) => [safePath(path), beforeOf(path, before[path])])),
  };
}

function conflictOf(value: unknown): PendingConflict {
  if (!isObject(value) || typeof value.path !== 'string' || !Array.isArray(value.lines)) {
    throw corrupt('has a conflict without path or lines');
  }
  return {
    path: safePath(value.path),
    lines: value.lines.filter((line) => Number.isInteger(line)) as number[],
  };
}

function beforeOf(path: string, value: unknown): Before {
  if (!isObject(value)) throw corrupt(`says nothing of ${path}`);
  const { mode, written, text } = value;
  if ((mode !== '644' && mode !== '755') || (written !== undefined && typeof written !== 'string')) {
    throw corrupt(`has a wrong entry for ${path}`);
  }
  return {
    executable: mode === '755',
    ...(typeof written === 'string' && { written }),
    ...(typeof text === 'string' && { content: unpack(path, text) }),
  };
}

function unpack(path: string, packed: string): Buffer {
  try {
    return inflateRawSync(Buffer.from(packed, 'base64'), { maxOutputLength: MAX_FILE_BYTES });
  } catch {
    throw corrupt(`has a text for ${path} that cannot be unpacked`);
  }
}

function safePath(path: string): RepoPath {
  const fault = repoPathFault(path);
  if (fault !== undefined) throw corrupt(`names the path ${JSON.stringify(path)}, which ${fault}`);
  return path as RepoPath;
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const corrupt = (what: string): Error =>
  badFile({
    id: 'pending-corrupt',
    message: `the record of the conflicts ${what}`,
    where: PENDING_PATH,
    hint: 'restore it from git; without it, take the markers out of the files and delete it',
  });
