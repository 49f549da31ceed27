/** Writes a folder down as data, to the last byte and mode bit, so that two states of it can be compared. */
import { lstatSync, readdirSync, readFileSync, readlinkSync } from 'node:fs';
import { join } from 'node:path';

/** By path below `folder`: kind, mode and content of everything that is there. */
export function snapshot(folder: string, below = ''): Record<string, string> {
  const seen: Record<string, string> = {};
  for (const name of readdirSync(join(folder, below)).sort()) {
    const path = below === '' ? name : `${below}/${name}`;
    const stats = lstatSync(join(folder, path));
    const mode = (stats.mode & 0o7777).toString(8);
    if (stats.isDirectory()) Object.assign(seen, { [`${path}/`]: mode }, snapshot(folder, path));
    else if (stats.isSymbolicLink()) seen[path] = `-> ${readlinkSync(join(folder, path))}`;
    else seen[path] = `${mode} ${readFileSync(join(folder, path)).toString('base64')}`;
  }
  return seen;
}
