/** Whether one stands in a repository with packs, for those who must know it before anything is loaded. */
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';

/** Reads one small file at most; whoever goes on reads it properly. */
export function standsInPacks(cwd: string): boolean {
  for (let folder = resolve(cwd); ; folder = dirname(folder)) {
    if (existsSync(join(folder, '.bulwark/lock.json'))) {
      try {
        return /"packs"\s*:\s*\[\s*"/.test(readFileSync(join(folder, 'bulwark.json'), 'utf8'));
      } catch {
        return false;
      }
    }
    if (dirname(folder) === folder) return false;
  }
}
