/** Packs that were fetched before, kept under their digest: what was rendered once can be rendered again without a network. */
import { createHash } from 'node:crypto';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { PackDisk } from './pack-disk.ts';
import { digestOf, packTree, type PackTree } from './pack-tree.ts';
import { isObject } from './shape.ts';
import { readTarball, writeTarball } from './tar.ts';

/** What a reference led to when it was last fetched. */
export interface CachedReference {
  readonly sha512: string;
  readonly commit?: string;
  readonly isFixed: boolean;
}

export interface PackCache {
  /** The tree with this digest; undefined where there is none, or where it is not what its name says. */
  readonly tree: (sha512: string) => PackTree | undefined;
  readonly reference: (reference: string) => CachedReference | undefined;
  /** Keeps what was fetched; silent where that cannot be: a run must not fail for its cache. */
  readonly keep: (reference: string, tree: PackTree, found: CachedReference) => void;
}

const SHA512 = /^[0-9a-f]{128}$/;

/** The user's cache (XDG Base Directory Specification: `$XDG_CACHE_HOME`, else `~/.cache`). */
export function packCache(environment: NodeJS.ProcessEnv, disk: PackDisk): PackCache {
  const { XDG_CACHE_HOME: given, HOME } = environment;
  const base = given !== undefined && isAbsolute(given) ? given : join(HOME ?? homedir(), '.cache');
  const folder = join(base, 'bulwark', 'packs');
  const treeFile = (sha512: string): string => join(folder, `${sha512}.tgz`);
  const referenceFile = (reference: string): string =>
    join(folder, 'references', `${createHash('sha256').update(reference).digest('hex')}.json`);
  return {
    tree: (sha512) => {
      const archive = SHA512.test(sha512) ? disk.readOwn(treeFile(sha512)) : undefined;
      if (!archive) return undefined;
      try {
        const tree = packTree(readTarball(archive, treeFile(sha512)), treeFile(sha512));
        return digestOf(tree) === sha512 ? tree : undefined;
      } catch {
        // Damaged, or somebody's own: as good as none.
        return undefined;
      }
    },
    reference: (reference) => {
      const text = disk.readOwn(referenceFile(reference))?.toString('utf8');
      return text === undefined ? undefined : parsed(text);
    },
    keep: (reference, tree, found) => {
      try {
        disk.writeOwn(treeFile(found.sha512), writeTarball(tree));
        disk.writeOwn(referenceFile(reference), Buffer.from(`${JSON.stringify({ reference, ...found })}\n`));
      } catch {
        // The pack is there all the same.
      }
    },
  };
}

function parsed(text: string): CachedReference | undefined {
  try {
    const value = JSON.parse(text) as unknown;
    if (!isObject(value)) return undefined;
    const { sha512, commit, isFixed } = value;
    if (typeof sha512 !== 'string' || !SHA512.test(sha512)) return undefined;
    return { sha512, isFixed: isFixed === true, ...(typeof commit === 'string' && { commit }) };
  } catch {
    return undefined;
  }
}
