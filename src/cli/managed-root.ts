/** The repository that a person stands in, as every command finds it that bulwark's records are needed for. */
import { findManaged, notManaged } from '../repo/managed-repo.ts';
import type { CommandContext } from './commands/command.ts';
import { recover } from './recover.ts';

/**
 * Its folder, with everything taken back that an interrupted run has left.
 * @throws BulwarkError `not-managed` (code 2)
 */
export function managedRoot({ terminal, say }: CommandContext): string {
  const root = findManaged(terminal.cwd);
  if (root === undefined) throw notManaged(terminal.cwd);
  recover(root, say);
  return root;
}
