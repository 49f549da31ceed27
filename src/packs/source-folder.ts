/** Packs that lie in a folder of this machine. */
import { join } from 'node:path';
import { usageError } from '../errors.ts';
import type { PackDisk } from './pack-disk.ts';
import { isLeftOut, LIMITS, notPlain, packTree, sizeFaults, type PackTree } from './pack-tree.ts';

/**
 * Reads a folder.
 * @param folder absolute
 * @param source the folder as the user named it
 * @throws BulwarkError (code 2) `pack-missing-folder`, `pack-link` for every link in it, or what `packTree` throws
 */
export function readPackFolder(folder: string, source: string, disk: PackDisk): PackTree {
  if (disk.kindOf(folder) !== 'folder') {
    throw usageError([
      {
        id: 'pack-missing-folder',
        message: 'there is no such folder',
        where: source,
        hint: 'name the folder that holds pack.json',
      },
    ]);
  }
  const entries = disk.list(folder, (path) => path === '.git' || isLeftOut(path), LIMITS.files);
  const links = entries.filter(({ kind }) => kind !== 'file');
  const faults = [
    ...links
      .slice(0, 10)
      .map(({ path, kind }) =>
        notPlain(path, kind === 'link' ? 'a symbolic link' : 'a device or a pipe', source),
      ),
    ...sizeFaults(entries, source),
  ];
  if (faults.length > 0) throw usageError(faults);
  return packTree(
    entries.map(({ path }) => ({ path, ...disk.read(join(folder, path), LIMITS.fileBytes + 1) })),
    source,
  );
}
