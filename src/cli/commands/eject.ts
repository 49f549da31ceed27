/** `bulwark eject`: stops looking after the repository; every file stays, only bulwark's own records go. */
import { commitChanges } from '../../repo/commit-changes.ts';
import { readExisting } from '../../repo/open-repo.ts';
import { RECORD_PATHS } from '../../repo/records.ts';
import type { Change } from '../../tree/change-set.ts';
import { managedRoot } from '../managed-root.ts';
import { tellChanges } from '../tell-changes.ts';
import type { Command } from './command.ts';

export const eject: Command = async (context) => {
  const { line, signal } = context;
  const root = managedRoot(context);
  const { files } = readExisting(root, RECORD_PATHS);
  const changes = [...files].map(([path, { content }]): Change => ({
    path,
    kind: 'delete',
    previous: content,
  }));
  if (!line.options.has('dry-run')) await commitChanges(root, changes, { signal });
  return tellChanges(context, changes, {
    words:
      'bulwark no longer looks after this repository; all of its files are yours. Bring it back with: bulwark adopt\n',
  });
};
