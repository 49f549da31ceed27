/** `bulwark update --abort`: restores exactly what a run that has left conflicts has changed. */
import { BulwarkError, ExitCode, usageError, type Issue } from '../errors.ts';
import { commitChanges } from '../repo/commit-changes.ts';
import { sha256 } from '../repo/lockfile.ts';
import { readRecords } from '../repo/managed-repo.ts';
import { readExisting } from '../repo/open-repo.ts';
import { parsePending, PENDING_PATH, type Pending } from '../repo/pending.ts';
import type { Change } from '../tree/change-set.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { CommandContext } from './commands/command.ts';
import { managedRoot } from './managed-root.ts';
import { tellChanges } from './tell-changes.ts';

/**
 * @throws BulwarkError (code 2) `nothing-to-abort`; (code 3) `edited-since` for files without a conflict that were edited after
 * the run: with `--force` they are restored too
 */
export async function takeBack(context: CommandContext): Promise<ExitCode> {
  const { line, signal } = context;
  const root = managedRoot(context);
  const text = readRecords(root).pending;
  if (text === undefined) {
    throw usageError([
      {
        id: 'nothing-to-abort',
        message: 'no run has left conflicts here',
        where: PENDING_PATH,
        hint: 'what was written without a conflict is taken back by git: git restore .',
      },
    ]);
  }
  const pending = parsePending(text);
  const { changes, edited } = restoration(root, pending);
  const [first, ...rest] = edited.map((path): Issue => ({
    id: 'edited-since',
    message: `${path} was edited after the run that is to be taken back`,
    where: path,
    hint: 'keep a copy of what you need, then use --force',
  }));
  if (first && !line.options.has('force')) throw new BulwarkError(ExitCode.conflicts, [first, ...rest]);
  if (!line.options.has('dry-run')) await commitChanges(root, changes, { signal });
  return tellChanges(context, changes, {
    words: `Everything is as it was before bulwark ${pending.command}.\n`,
  });
}

/** What puts the files back, and those without a conflict that are no longer what the run has written. */
function restoration(
  root: string,
  { before, conflicts }: Pending,
): { readonly changes: readonly Change[]; readonly edited: readonly RepoPath[] } {
  const paths = [...before.keys(), PENDING_PATH];
  const { files, issues } = readExisting(root, paths);
  if (issues.length > 0) throw usageError(issues);
  const marked = new Set(conflicts.map(({ path }) => path));
  const changes: Change[] = [];
  const edited: RepoPath[] = [];
  for (const [path, { content, executable, written }] of before) {
    const present = files.get(path);
    const isAsWritten = present ? sha256(present.content) === written : written === undefined;
    if (!isAsWritten && !marked.has(path)) edited.push(path);
    if (content === undefined) {
      if (present) changes.push({ path, kind: 'delete', previous: present.content });
      continue;
    }
    const file = {
      path,
      content,
      executable,
      origin: { component: 'bulwark', template: path },
      ownership: 'managed',
    } as const;
    changes.push(
      present
        ? { path, kind: 'update', file, content, executable, previous: present.content }
        : { path, kind: 'create', file, content, executable },
    );
  }
  const own = files.get(PENDING_PATH);
  if (own) changes.push({ path: PENDING_PATH, kind: 'delete', previous: own.content });
  return { changes, edited };
}
