/** Ends what an earlier process left half done, and tells of it. */
import { dirname, join, resolve } from 'node:path';
import { nodeDisk } from '../repo/disk.ts';
import { OWN_FOLDER } from '../repo/journal.ts';
import { isManaged } from '../repo/managed-repo.ts';
import { recoverTarget } from '../repo/recover.ts';
import { printable } from '../printable.ts';
import type { CommandName } from './options.ts';

const TOLD = {
  cleared: 'what an interrupted run had prepared was removed; it had changed nothing',
  completed: 'an interrupted run had been whole; its traces were removed',
  'rolled-back': 'what an interrupted run had begun was taken back',
} as const;

/** Commands about the repository that one stands in; `create` and `verify` name a folder, and recover that one. */
const IN_A_REPOSITORY: ReadonlySet<CommandName> = new Set([
  'add',
  'remove',
  'adopt',
  'update',
  'resolve',
  'diff',
  'check',
  'eject',
  'pin',
]);

/**
 * Recovers the repository that a person stands in, before anything of it is read: what an interrupted run has left of its records
 * must not be taken for what it is about (its packs, say), nor a repository for a foreign one because its records are half gone.
 * @throws like `recover`
 */
export function recoverBefore(command: CommandName, cwd: string, say: (text: string) => void): void {
  if (!IN_A_REPOSITORY.has(command)) return;
  for (let at = resolve(cwd); ; at = dirname(at)) {
    if (nodeDisk.inspect(join(at, OWN_FOLDER))?.kind === 'folder') recover(at, say);
    // As far up as `findManaged` looks: what is above is another repository.
    if (isManaged(at) || at === dirname(at) || nodeDisk.inspect(join(at, '.git'))) return;
  }
}

/**
 * The first step of every command that looks at a repository.
 * @param say takes words for a person
 * @throws BulwarkError (code 74) while another bulwark is writing there, or where the system refuses
 */
export function recover(root: string, say: (text: string) => void): void {
  const { outcome, kept } = recoverTarget(root);
  if (outcome === 'nothing') return;
  say(`note: ${TOLD[outcome]}\n`);
  for (const { path, original } of kept) {
    const beside = original === undefined ? '' : `; what it was before is in ${printable(original)}`;
    say(`note: ${printable(path)} was edited after the interruption and stays as it is${beside}\n`);
  }
}
