/** `bulwark resolve`: ends the conflicts that a run has left: with the file as it was, as the templates have it, or as edited. */
import { BulwarkError, ExitCode, usageError, type Issue } from '../../errors.ts';
import { commitChanges } from '../../repo/commit-changes.ts';
import { baseFilesOf, readManaged, type ManagedRepo } from '../../repo/managed-repo.ts';
import { readExisting, type ExistingFile } from '../../repo/open-repo.ts';
import { PENDING_PATH, serializePending, type Pending, type PendingConflict } from '../../repo/pending.ts';
import type { Change } from '../../tree/change-set.ts';
import type { RepoPath } from '../../tree/repo-path.ts';
import { managedRoot } from '../managed-root.ts';
import { pathsIn } from '../paths-in.ts';
import { openConflicts } from '../rerun.ts';
import { tellChanges } from '../tell-changes.ts';
import type { Command } from './command.ts';

export const resolve: Command = async (context) => {
  const { line, terminal, signal } = context;
  const root = managedRoot(context);
  const repo = readManaged(root);
  if (!repo.pending) return tellChanges(context, [], { words: 'There is no conflict to resolve.\n' });
  const wanted = chosenConflicts(repo.pending, pathsIn(root, terminal.cwd, line.positionals));
  const side = line.options.has('ours') ? 'ours' : line.options.has('theirs') ? 'theirs' : 'edited';
  const files = readExisting(root, [...repo.pending.before.keys(), PENDING_PATH]).files;
  if (side === 'edited') refuseMarked(root, repo.pending, wanted, line.positionals.length > 0);
  const still = new Set(openConflicts(root, repo.pending).map(({ path }) => path));
  const settled = wanted.filter(
    ({ path, lines }) => side !== 'edited' || lines.length === 0 || !still.has(path),
  );
  const changes = [
    ...(side === 'edited' ? [] : settled.flatMap(({ path }) => sideOf(side, path, repo, files.get(path)))),
    ...pendingWithout(repo.pending, settled, files.get(PENDING_PATH)),
  ];
  if (!line.options.has('dry-run')) await commitChanges(root, changes, { signal });
  const left = repo.pending.conflicts.length - settled.length;
  return tellChanges(context, changes, {
    code: left === 0 ? ExitCode.ok : ExitCode.conflicts,
    words: left === 0 ? 'All conflicts are resolved.\n' : `${settled.length} resolved, ${left} left.\n`,
    more: { left },
  });
};

function chosenConflicts({ conflicts }: Pending, paths: readonly string[]): readonly PendingConflict[] {
  if (paths.length === 0) return conflicts;
  const unknown = paths.filter((path) => !conflicts.some((conflict) => conflict.path === path));
  if (unknown.length > 0) {
    throw usageError(
      unknown.map((path) => ({
        id: 'no-conflict',
        message: `${path} has no conflict`,
        where: path,
        hint: `the conflicts are in ${conflicts.map((conflict) => conflict.path).join(', ')}`,
      })),
    );
  }
  return conflicts.filter(({ path }) => paths.includes(path));
}

/** What was edited must hold no marker any more; without a path those that do simply stay. */
function refuseMarked(
  root: string,
  pending: Pending,
  wanted: readonly PendingConflict[],
  isNamed: boolean,
): void {
  const open = openConflicts(root, pending).filter(
    ({ path, line }) => line !== undefined && wanted.some((conflict) => conflict.path === path),
  );
  if (open.length === 0 || (!isNamed && open.length < wanted.length)) return;
  const [first, ...rest] = open.map(({ path, line }): Issue => ({
    id: 'conflicts-left',
    message: `${path} still holds a conflict`,
    where: `${path}:${line ?? 1}`,
    hint: 'take the markers out, or take one side: bulwark resolve --ours, --theirs',
  }));
  if (first) throw new BulwarkError(ExitCode.conflicts, [first, ...rest]);
}

/** The change that puts one side in the place of what stands there. */
function sideOf(
  side: 'ours' | 'theirs',
  path: RepoPath,
  repo: ManagedRepo,
  present: ExistingFile | undefined,
): readonly Change[] {
  const before = repo.pending?.before.get(path);
  const rendered = baseFilesOf(repo).get(path);
  const wanted = side === 'ours' ? before : rendered;
  if (!wanted?.content) return [];
  const file = {
    path,
    content: wanted.content,
    executable: wanted.executable,
    origin: { component: rendered?.component ?? 'bulwark', template: path },
    ownership: rendered?.ownership ?? 'managed',
  } as const;
  if (!present) return [{ path, kind: 'create', file, content: file.content }];
  return present.content.equals(file.content) && present.executable === file.executable
    ? []
    : [{ path, kind: 'update', file, content: file.content, previous: present.content }];
}

/** The record without the conflicts that are settled; with the last of them it goes. */
function pendingWithout(
  pending: Pending,
  settled: readonly PendingConflict[],
  present: ExistingFile | undefined,
): readonly Change[] {
  if (!present || settled.length === 0) return [];
  const conflicts = pending.conflicts.filter((conflict) => !settled.includes(conflict));
  const path = PENDING_PATH;
  if (conflicts.length === 0) return [{ path, kind: 'delete', previous: present.content }];
  const content = Buffer.from(serializePending({ ...pending, conflicts }));
  const file = {
    path,
    content,
    executable: false,
    origin: { component: 'bulwark', template: path },
    ownership: 'managed',
  } as const;
  return [{ path, kind: 'update', file, content, previous: present.content }];
}
