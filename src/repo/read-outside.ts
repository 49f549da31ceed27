/** Reads a file of the user's that lies outside of the repository: the configuration of another tool. */
import { readFileSync, statSync } from 'node:fs';

/** No configuration is larger. */
const MAX_BYTES = 1024 * 1024;

/** @returns undefined where there is none, or none that we may read: the tool would then do without it too */
export function readOutside(path: string): string | undefined {
  try {
    const status = statSync(path);
    return status.isFile() && status.size <= MAX_BYTES ? readFileSync(path, 'utf8') : undefined;
  } catch {
    return undefined;
  }
}
