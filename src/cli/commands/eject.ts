/** `bulwark eject`: stops looking after the repository; every file stays, only bulwark's own records go. */
import { ExitCode } from '../../errors.ts';
import { commitChanges } from '../../repo/commit-changes.ts';
import { findManaged, notManaged } from '../../repo/managed-repo.ts';
import { readExisting } from '../../repo/open-repo.ts';
import { RECORD_PATHS } from '../../repo/records.ts';
import type { Change } from '../../tree/change-set.ts';
import { plannedFiles, serializeDocument } from '../document.ts';
import { recover } from '../recover.ts';
import { formatChanges } from '../report.ts';
import type { Command } from './command.ts';

export const eject: Command = async ({ line, terminal, say, signal }) => {
  const root = findManaged(terminal.cwd);
  if (root === undefined) throw notManaged(terminal.cwd);
  recover(root, say);
  const { files } = readExisting(root, RECORD_PATHS);
  const changes = [...files].map(([path, { content }]): Change => ({
    path,
    kind: 'delete',
    previous: content,
  }));
  const isDry = line.options.has('dry-run');
  if (!isDry) await commitChanges(root, changes, { signal });
  if (line.options.has('json')) {
    terminal.out(
      serializeDocument({ ok: true, code: ExitCode.ok, issues: [], files: plannedFiles(changes) }),
    );
  } else if (isDry) {
    terminal.out(formatChanges(changes));
  } else {
    say(
      'bulwark no longer looks after this repository; all of its files are yours. Bring it back with: bulwark adopt\n',
    );
  }
  return ExitCode.ok;
};
