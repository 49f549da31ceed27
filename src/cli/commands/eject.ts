/** `bulwark eject`: stops looking after the repository; its files stay, and what only serves bulwark goes with bulwark's own records. */
import { BulwarkError, usageError } from '../../errors.ts';
import type { TakenOut } from '../../eject.ts';
import { flattenAnswers } from '../../plan/answers-document.ts';
import { resolveRun } from '../../plan/catalog.ts';
import { commitChanges } from '../../repo/commit-changes.ts';
import { readManaged } from '../../repo/managed-repo.ts';
import { readExisting } from '../../repo/open-repo.ts';
import { RECORD_PATHS } from '../../repo/records.ts';
import type { Change } from '../../tree/change-set.ts';
import { managedRoot } from '../managed-root.ts';
import { refuseUncommitted, scopeOf } from '../rerun.ts';
import { tellChanges } from '../tell-changes.ts';
import type { Command, CommandContext } from './command.ts';

export const eject: Command = async (context) => {
  const { line, signal, say } = context;
  const root = managedRoot(context);
  const { changes: partly, left, unknown } = await takenOut(context, root);
  const { files } = readExisting(root, RECORD_PATHS);
  const records = [...files].map(([path, { content }]): Change => ({
    path,
    kind: 'delete',
    previous: content,
  }));
  const changes = [...partly, ...records].sort((a, b) => (a.path < b.path ? -1 : 1));
  if (!line.options.has('dry-run')) {
    if (!line.options.has('force')) await refuseUncommitted(root, partly, signal);
    await commitChanges(root, changes, { signal });
  }
  if (unknown !== undefined) say(`note: ${unknown}; ${LOOK}\n`);
  for (const path of left)
    say(`note: ${path} was edited where it serves bulwark alone, and stays as it is; ${LOOK}\n`);
  return tellChanges(context, changes, {
    words:
      'bulwark no longer looks after this repository; all of its files are yours. Bring it back with: bulwark adopt\n',
    more: { left },
  });
};

const LOOK = 'look for create-bulwark and .bulwark in what continuous integration runs, and take it out';

interface Taken extends TakenOut {
  /** Why nothing could be found out. */
  readonly unknown?: string;
}

/** Somebody who wants to be rid of bulwark must not be held up by records that are broken. */
async function takenOut({ catalog, signal }: CommandContext, root: string): Promise<Taken> {
  try {
    const repo = readManaged(root);
    const { settings } = repo;
    const raw = { 'bulwark.json': flattenAnswers(settings.answers) };
    const resolution = resolveRun(catalog, raw, settings.preset);
    if (resolution.issues.length > 0) throw usageError(resolution.issues);
    const { withoutBulwark } = await import('../../eject.ts');
    return await withoutBulwark({ catalog, resolution, scope: scopeOf(settings), repo, signal });
  } catch (error) {
    if (!(error instanceof BulwarkError) || signal.aborted) throw error;
    return { changes: [], left: [], unknown: error.message };
  }
}
