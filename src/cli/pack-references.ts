/** Which packs a command is about: those of `--pack`, and those that the repository was rendered from. */
import { relative, resolve } from 'node:path';
import { BulwarkError } from '../errors.ts';
import { LOCK_PATH, parseLock, type LockedPack } from '../repo/lockfile.ts';
import { findManaged } from '../repo/managed-repo.ts';
import { readOwnFile } from '../repo/open-repo.ts';
import { parseSettings, SETTINGS_PATH } from '../repo/settings-file.ts';
import type { CommandContext } from './commands/command.ts';
import type { CommandName } from './options.ts';

/** Commands that render the repository they stand in. */
const OF_A_REPOSITORY: readonly CommandName[] = ['add', 'remove', 'update', 'check'];

export interface WantedPacks {
  /** In the order in which they are put over our catalog. */
  readonly references: readonly string[];
  /** The folder that relative references start from. */
  readonly base: string;
  /** Packs that are to be taken exactly as the repository has them; `update` alone takes newer ones. */
  readonly locked: readonly LockedPack[];
}

/** What is wrong with the repository's records, the command itself tells. */
export async function wantedPacks({ line, terminal }: CommandContext): Promise<WantedPacks> {
  const given = line.options.get('pack');
  const named = Array.isArray(given) ? (given as readonly string[]) : [];
  const root = OF_A_REPOSITORY.includes(line.command) ? findManaged(terminal.cwd) : undefined;
  if (root === undefined) return { references: named, base: terminal.cwd, locked: [] };
  const recorded = unlessBroken(() => parseSettings(readOwnFile(root, SETTINGS_PATH) ?? '{}').packs);
  const fromRoot = named.map((reference) =>
    reference.startsWith('.') ? `./${relative(root, resolve(terminal.cwd, reference))}` : reference,
  );
  const references = [...recorded, ...fromRoot.filter((reference) => !recorded.includes(reference))];
  const isFixed = references.length > 0 && line.command !== 'update';
  const locked = isFixed ? unlessBroken(() => parseLock(readOwnFile(root, LOCK_PATH) ?? '').packs ?? []) : [];
  return { references, base: root, locked };
}

function unlessBroken<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch (error) {
    if (error instanceof BulwarkError) return [];
    throw error;
  }
}
