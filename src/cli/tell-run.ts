/** Tells what a run has done, or would do: one JSON document, or words and tables. */
import { ExitCode, usageError, type Issue } from '../errors.ts';
import type { PackUpdate } from '../packs/pack-updates.ts';
import { answersDocument } from '../plan/answers-document.ts';
import { RECORD_PATHS } from '../repo/records.ts';
import { undecided, type RunState } from '../run.ts';
import type { Change, ChangeSet } from '../tree/change-set.ts';
import type { CommandContext } from './commands/command.ts';
import { plannedFiles, serializeDocument, sourcesOf, type RunDocument } from './document.ts';
import { printable } from '../printable.ts';
import { formatAnswers, formatChanges, formatIssues, formatJudgements, formatSizes } from './report.ts';

export interface RunEnd {
  readonly state: RunState;
  /** The folder as the user would name it. */
  readonly directory: string;
  readonly notices: readonly string[];
  readonly next: readonly string[];
  /** The command that does the same again. */
  readonly repeat: string;
  /** Packs that the run takes in another version. */
  readonly packUpdates?: readonly PackUpdate[];
}

/** What became of a run. */
export interface Told {
  readonly code: ExitCode;
  /** Nothing was written, because nothing was meant to be. */
  readonly isDry: boolean;
}

/** @throws BulwarkError (code 2) naming the files that nobody has decided on; with `--json` they are in the document */
export async function tellRun(context: CommandContext, end: RunEnd): Promise<Told> {
  const { line, terminal, style, say } = context;
  const { state } = end;
  const { changes = [], judgements, remarks = [], request } = state;
  const notices = [...end.notices, ...remarks, ...(request.packs?.remarks ?? [])];
  const isJson = line.options.has('json');
  const conflicts = changes.filter(({ kind }) => kind === 'conflict');
  const open = undecided(changes);
  const code = open.length > 0 ? ExitCode.usage : conflicts.length > 0 ? ExitCode.conflicts : ExitCode.ok;
  const issues = conflictIssues(changes);
  if (isJson) {
    const document: RunDocument = {
      ok: code === ExitCode.ok,
      code,
      issues,
      preset: request.preset,
      ...(request.packs && { packs: request.packs.locked }),
      ...(end.packUpdates && end.packUpdates.length > 0 && { packUpdates: end.packUpdates }),
      answers: answersDocument(request.answers),
      sources: sourcesOf(request.answers),
      files: plannedFiles(changes),
      judgements: judgements ?? [],
      notices,
      next: end.next,
      repeat: end.repeat,
    };
    terminal.out(serializeDocument(document));
  }
  for (const notice of notices) say(printable(`note: ${notice}\n`));
  if (line.options.has('verbose')) say(formatAnswers(request.answers));
  if (judgements) say(formatJudgements(judgements, style));
  if (open.length > 0) {
    if (isJson) return { code, isDry: true };
    throw usageError(issues);
  }
  // Its own records are bulwark's business; what it does to the user's files is his.
  const isGuest = request.plan.project.manages === 'components';
  const shown =
    (request.repo ?? isGuest)
      ? changes.filter(({ kind, path }) => kind !== 'unchanged' && !RECORD_PATHS.includes(path))
      : changes;
  if (!isJson && (request.dryRun || line.options.has('diff'))) {
    terminal.out(line.options.has('diff') ? await formatDiffs(shown) : formatChanges(shown));
  } else if ((request.repo ?? isGuest) && shown.length > 0) {
    say(`\n${formatChanges(shown)}`);
  }
  if (!request.repo && !isGuest) say(`\n${formatSizes(changes)}`);
  const byHand = isJson ? [] : issues.filter(({ id }) => id === NO_PLACE);
  if (byHand.length > 0) say(`\n${formatIssues(byHand, style)}`);
  if (request.dryRun) {
    say(`\nThis was a dry run: nothing was written to ${end.directory}.\n`);
    return { code, isDry: true };
  }
  const marked = conflicts.filter((change) => change.kind === 'conflict' && change.remark === undefined);
  if (marked.length > 0) {
    // In a repository that was there they stand in the list above.
    if (!request.repo && !isGuest) say(`\n${formatChanges(marked)}`);
    say(resolveHint(marked, request.repo !== undefined || request.splices));
  }
  return { code, isDry: false };
}

const NO_PLACE = 'no-safe-place';

/** What a person has to decide or to do by hand, as `--json` lists it and as an error says it. */
export const conflictIssues = (changes: ChangeSet): readonly Issue[] =>
  changes.flatMap((change): Issue[] => {
    if (change.kind !== 'conflict') return [];
    const { path, lines, remark, merged } = change;
    if (remark !== undefined) {
      const [message = '', ...snippet] = remark.split('\n');
      return [{ id: NO_PLACE, message, where: path, hint: snippet.join('\n') }];
    }
    if (merged === undefined) {
      return [
        {
          id: 'file-differs',
          message: `${path} is there and differs from what would be written`,
          where: path,
          hint: 'choose --on-conflict keep, overwrite or marker',
        },
      ];
    }
    return [
      {
        id: 'conflict',
        message:
          lines.length > 0
            ? `${path} was changed by you and by the templates, in the same lines`
            : `${path} was changed by you and by the templates, and is no text`,
        where: lines.length > 0 ? `${path}:${lines.join(',')}` : path,
        hint: 'edit it and run bulwark resolve, or take one side: bulwark resolve --ours, --theirs',
      },
    ];
  });

/** @param isKept the run is on record until its conflicts are resolved */
function resolveHint(conflicts: readonly Change[], isKept: boolean): string {
  if (!conflicts.some((change) => change.kind === 'conflict' && change.lines.length > 0)) return '';
  return isKept
    ? '\nResolve the conflicts between the markers, then run: bulwark resolve\nTake one side whole with --ours or --theirs; go back with: bulwark update --abort\n'
    : '\nResolve the conflicts between the markers.\n';
}

async function formatDiffs(changes: ChangeSet): Promise<string> {
  const { formatDiff } = await import('./format-diff.ts');
  return changes.map(formatDiff).join('');
}
