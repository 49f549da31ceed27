/** File systems that fail: at the Nth write, without links, or blind to the case of letters. */
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

import { type Disk, type DiskWrites, nodeDisk } from '../../../../src/repo/disk.ts';

const WRITES = [
  'makeFolder',
  'writeNew',
  'rename',
  'link',
  'copy',
  'remove',
  'removeFolder',
  'setMode',
] as const satisfies (keyof DiskWrites)[];

type Operation = (...args: never[]) => void;

/**
 * A disk that calls `before(n, name, args)` before its nth write (from 1) is done; what that throws, the write throws.
 */
export function watchedDisk(before: (count: number, name: keyof DiskWrites, args: unknown[]) => void): Disk {
  let count = 0;
  const watched = WRITES.map((name) => [
    name,
    (...args: never[]) => {
      count += 1;
      before(count, name, args);
      (nodeDisk[name] as Operation)(...args);
    },
  ]);
  return { ...nodeDisk, ...(Object.fromEntries(watched) as unknown as DiskWrites) };
}

export const systemError = (code: string): Error => Object.assign(new Error(`${code}: injected`), { code });

/** Fails with `code` at the nth write, and at every later one of the same kind while `lasting` says so. */
export const failingDisk = (at: number, code: string): Disk =>
  watchedDisk((count) => {
    if (count === at) throw systemError(code);
  });

/** A file system that knows no hard links (FAT, some shared folders). */
export const linklessDisk: Disk = {
  ...nodeDisk,
  link: () => {
    throw systemError('EPERM');
  },
};

/** Leaves a file of half the bytes, as a kill in the middle of a write does. */
export function tear(path: string, content: Buffer): void {
  const handle = openSync(path, 'wx');
  writeSync(handle, content, 0, Math.floor(content.length / 2));
  closeSync(handle);
}

/** Looks every name up as a file system does that does not tell case apart (macOS, Windows). */
export function caseBlindDisk(root: string): Disk {
  const find = (path: string): string => {
    if (path === root || !path.startsWith(root)) return path;
    const parent = find(dirname(path));
    let names: string[] = [];
    try {
      names = readdirSync(parent);
    } catch {
      // No folder: the operation itself says so.
    }
    const name = basename(path);
    return join(parent, names.find((other) => other.toLowerCase() === name.toLowerCase()) ?? name);
  };
  return {
    inspect: (path) => nodeDisk.inspect(find(path)),
    read: (path) => nodeDisk.read(find(path)),
    list: (path) => nodeDisk.list(find(path)),
    makeFolder: (path) => {
      nodeDisk.makeFolder(find(path));
    },
    writeNew: (path, content, mode) => {
      nodeDisk.writeNew(find(path), content, mode);
    },
    rename: (from, to) => {
      nodeDisk.rename(find(from), find(to));
    },
    link: (from, to) => {
      nodeDisk.link(find(from), find(to));
    },
    copy: (from, to) => {
      nodeDisk.copy(find(from), find(to));
    },
    remove: (path) => {
      nodeDisk.remove(find(path));
    },
    removeFolder: (path) => {
      nodeDisk.removeFolder(find(path));
    },
    setMode: (path, mode) => {
      nodeDisk.setMode(find(path), mode);
    },
  };
}
