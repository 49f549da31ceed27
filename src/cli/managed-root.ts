/** The repository that a person stands in, as every command finds it that bulwark's records are needed for. */
import { findManaged, notManaged } from '../repo/managed-repo.ts';
import type { CommandContext } from './commands/command.ts';

/**
 * Its folder; what an interrupted run has left there was taken back before (`recoverBefore`).
 * @throws BulwarkError `not-managed` (code 2)
 */
export function managedRoot({ terminal }: CommandContext): string {
  const root = findManaged(terminal.cwd);
  if (root === undefined) throw notManaged(terminal.cwd);
  return root;
}
