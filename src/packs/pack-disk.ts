/** The few things that packs do to a disk, as a port; the only file here that touches one. */
import {
  closeSync,
  constants,
  fstatSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  realpathSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { attempt } from '../repo/failures.ts';

export interface FolderEntry {
  /** Below the folder, with forward slashes. */
  readonly path: string;
  readonly kind: 'file' | 'link' | 'other';
  readonly size: number;
}

export interface PackDisk {
  /** Whether there is a folder, a file or nothing; a link counts as what it leads to. */
  readonly kindOf: (path: string) => 'folder' | 'file' | 'other' | 'nothing';
  /** Every file below a folder; links are listed and not followed. Stops after `limit` entries. */
  readonly list: (folder: string, skips: (path: string) => boolean, limit: number) => readonly FolderEntry[];
  /** Reads a file that is no link, `limit` bytes at most. */
  readonly read: (path: string, limit: number) => { readonly content: Buffer; readonly executable: boolean };
  /** The text of a file of our own, or undefined where there is none. */
  readonly readOwn: (path: string) => Buffer | undefined;
  /** Writes a file of our own whole, by a rename. */
  readonly writeOwn: (path: string, content: Buffer) => void;
  /** A folder that nobody else can read. */
  readonly temporary: () => string;
  /** Writes a file below a temporary folder. */
  readonly writeBelow: (folder: string, path: string, content: Buffer) => void;
  /** Removes a temporary folder. */
  readonly remove: (folder: string) => void;
}

const TEMPORARY = 'bulwark-pack-';

export const nodePackDisk: PackDisk = {
  kindOf: (path) =>
    attempt('look at the pack', path, () => {
      const status = lstatSync(realOrSelf(path), { throwIfNoEntry: false });
      if (!status) return 'nothing';
      return status.isDirectory() ? 'folder' : status.isFile() ? 'file' : 'other';
    }),
  list: (folder, skips, limit) => {
    const found: FolderEntry[] = [];
    // The folder itself may be named by a link; what lies in it may not.
    collect(realOrSelf(folder), '', skips, limit, found);
    return found;
  },
  read: (path, limit) =>
    attempt('read the file', path, () => {
      // A file that became a link since it was listed is not followed.
      const handle = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW);
      try {
        const status = fstatSync(handle);
        const content = Buffer.alloc(Math.min(status.size, limit));
        let length = 0;
        while (length < content.length) {
          const read = readSync(handle, content, length, content.length - length, length);
          if (read === 0) break;
          length += read;
        }
        return { content: content.subarray(0, length), executable: (status.mode & 0o100) !== 0 };
      } finally {
        closeSync(handle);
      }
    }),
  readOwn: (path) => {
    try {
      return readFileSync(path);
    } catch {
      return undefined;
    }
  },
  writeOwn: (path, content) => {
    attempt('write the file', path, () => {
      mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
      const fresh = `${path}.${process.pid}`;
      writeFileSync(fresh, content, { mode: 0o600 });
      renameSync(fresh, path);
    });
  },
  temporary: () =>
    attempt('make a temporary folder', tmpdir(), () => realpathSync(mkdtempSync(join(tmpdir(), TEMPORARY)))),
  writeBelow: (folder, path, content) => {
    attempt('write the file', path, () => {
      const place = join(folder, path);
      mkdirSync(dirname(place), { recursive: true });
      writeFileSync(place, content, { flag: 'wx' });
    });
  },
  remove: (folder) => {
    rmSync(folder, { recursive: true, force: true });
  },
};

function realOrSelf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}

function collect(
  root: string,
  below: string,
  skips: (path: string) => boolean,
  limit: number,
  found: FolderEntry[],
): void {
  const entries = attempt('read the folder', join(root, below), () =>
    readdirSync(join(root, below), { withFileTypes: true }),
  );
  for (const entry of entries) {
    const path = below === '' ? entry.name : `${below}/${entry.name}`;
    if (skips(path)) continue;
    if (found.length > limit || below.length > 4096) return;
    if (entry.isDirectory()) collect(root, path, skips, limit, found);
    else if (entry.isFile()) found.push({ path, kind: 'file', size: lstatSync(join(root, path)).size });
    else found.push({ path, kind: entry.isSymbolicLink() ? 'link' : 'other', size: 0 });
  }
}
