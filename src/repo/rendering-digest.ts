/**
 * The digest that a lock keeps of a whole run: what was rendered, from which answers, by which build. While it is right, rendering
 * again gives what the baseline holds, for nothing else goes into a rendering; so it need not be done to know that nothing is new.
 */
import { createHash } from 'node:crypto';
import { buildDigest } from 'bulwark:build';
import { parseSettings, serializeSettings } from './settings-file.ts';

/** The three records of one run, as they stand in their files. */
export interface RunRecords {
  readonly settings: string;
  /** Without the digest. */
  readonly lock: string;
  readonly baseline: string;
}

/**
 * @param build of the running program; absent where it runs from its sources, which change under it
 * @returns in hex; undefined without a build
 */
export function renderingDigest(
  { settings, lock, baseline }: RunRecords,
  build: string | undefined = buildDigest(),
): string | undefined {
  if (build === undefined) return undefined;
  const hash = createHash('sha256');
  // How its owner has laid the file out is his business.
  for (const part of [build, serializeSettings(parseSettings(settings)), lock, baseline]) {
    hash.update(`${Buffer.byteLength(part)}\n`).update(part);
  }
  return hash.digest('hex');
}
