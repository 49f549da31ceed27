/** `bulwark pin`: puts digests to image tags and commits to action tags, as the registries say that they stand for; and renews them. */
import { dirname, relative, resolve, sep } from 'node:path';
import { ExitCode, usageError, type Issue } from '../../errors.ts';
import { execUntil } from '../../exec.ts';
import { reasonsToLeave } from '../../pin/own-images.ts';
import {
  needsOf,
  needsToRenew,
  planPins,
  unpinnedBranches,
  type LeftAsIs,
  type Needs,
  type PinPlan,
  type RenewalNeeds,
} from '../../pin/plan-pins.ts';
import { textsOf } from '../../pin/pin-tree.ts';
import { NO_PINS, shortPin } from '../../pin/reference.ts';
import { commitChanges } from '../../repo/commit-changes.ts';
import { sha256 } from '../../repo/lockfile.ts';
import { openTarget } from '../../repo/open-repo.ts';
import { readTree } from '../../repo/read-tree.ts';
import type { RepoPath } from '../../tree/repo-path.ts';
import { serializeDocument } from '../document.ts';
import { lookUp, lookUpAgain, type LookedUp } from '../look-up-pins.ts';
import { recordsAt } from '../pin-records.ts';
import { printable } from '../../printable.ts';
import { formatTable } from '../report.ts';
import type { Command, CommandContext } from './command.ts';

export const pin: Command = async (context) => {
  const { line, terminal, signal } = context;
  const root = repositoryOf(terminal.cwd);
  const records = recordsAt(root);
  const tree = await readTree(root, execUntil(signal));
  const texts = textsOf(tree.values());
  const isChosen = choiceOf(line.positionals, terminal.cwd, root, [...tree.keys()]);
  const known = records?.settings.pins ?? NO_PINS;
  const leave = reasonsToLeave(texts, records?.settings.answers);
  const { left, pins, branches, notices, hosts } = await (line.options.has('refresh')
    ? refreshed(context, needsToRenew(texts, isChosen, known, leave))
    : missing(context, needsOf(texts, isChosen, known, leave)));
  const plan = planPins({
    tree,
    texts,
    isChosen,
    isWhole: line.positionals.length === 0,
    pins,
    records,
  });
  const isDry = line.options.has('dry-run');
  if (!isDry) await commitChanges(root, plan.changes, { signal });
  const allLeft = [...left, ...unpinnedBranches(texts, isChosen, branches)];
  await report(context, { plan, left: allLeft, notices, hosts, isDry });
  return ExitCode.ok;
};

type Found = LookedUp & Pick<Needs, 'left'>;

const missing = async (context: CommandContext, { wanted, left }: Needs): Promise<Found> => ({
  ...(await lookUp(context, wanted)),
  left,
});

const refreshed = async (context: CommandContext, needs: RenewalNeeds): Promise<Found> => ({
  ...(await lookUpAgain(context, needs)),
  left: needs.left,
});

/** Where bulwark's records are, here or above in the same work tree; else where one stands. */
function repositoryOf(cwd: string): string {
  const here = openTarget(cwd);
  if (here.state === 'missing' || here.state === 'not-a-folder') {
    throw usageError([
      {
        id: 'nothing-to-pin',
        message: 'there is no such folder',
        where: cwd,
        hint: 'stand in a repository, or name it: bulwark pin --cwd DIR',
      },
    ]);
  }
  for (let at = here.root; ; at = dirname(at)) {
    if (openTarget(at).state === 'bulwark') return at;
    if (at === here.workTree || at === dirname(at)) return here.root;
  }
}

/** @throws BulwarkError (code 2) with every word that names no file of the repository */
function choiceOf(
  words: readonly string[],
  cwd: string,
  root: string,
  paths: readonly RepoPath[],
): (path: RepoPath) => boolean {
  if (words.length === 0) return () => true;
  const issues: Issue[] = [];
  const folders = new Set<string>();
  const chosen = new Set<string>();
  for (const word of words) {
    const path = relative(root, resolve(cwd, word)).split(sep).join('/');
    if (path === '') folders.add('');
    else if (paths.some((one) => one === path)) chosen.add(path);
    else if (paths.some((one) => one.startsWith(`${path}/`))) folders.add(`${path}/`);
    else {
      issues.push({
        id: 'no-such-file',
        message: `${word} is no file and no folder of the repository`,
        where: word,
        hint: 'name files or folders that git would commit, or none for all',
      });
    }
  }
  if (issues.length > 0) throw usageError(issues);
  return (path) => chosen.has(path) || [...folders].some((folder) => path.startsWith(folder));
}

interface Outcome {
  readonly plan: PinPlan;
  readonly left: readonly LeftAsIs[];
  readonly notices: readonly string[];
  readonly hosts: readonly string[];
  readonly isDry: boolean;
}

async function report(context: CommandContext, outcome: Outcome): Promise<void> {
  const { line, terminal, say } = context;
  const { plan, left, notices, hosts, isDry } = outcome;
  if (line.options.has('json')) {
    terminal.out(serializeDocument(documentOf(outcome, hosts)));
    return;
  }
  if (line.options.has('diff')) {
    const { formatDiff } = await import('../format-diff.ts');
    const pinned = new Set(plan.files.map(({ path }) => path));
    terminal.out(
      plan.changes
        .filter(({ path }) => pinned.has(path))
        .map(formatDiff)
        .join(''),
    );
  } else if (plan.files.length > 0) {
    terminal.out(formatPinned(plan));
  }
  for (const notice of notices) say(`note: ${notice}\n`);
  say(formatLeft(left, line.options.has('verbose')));
  if (plan.files.length === 0)
    say(line.options.has('refresh') ? 'no tag has moved\n' : 'there is nothing to pin\n');
  else if (isDry) say('\nThis was a dry run: nothing was written.\n');
}

const documentOf = ({ plan, left, notices }: Outcome, hosts: readonly string[]) => ({
  ok: true,
  code: ExitCode.ok,
  issues: [],
  files: plan.files.map(({ path, replaced, suppressionsRemoved }) => {
    const change = plan.changes.find((one) => one.path === path);
    return {
      path,
      change: 'update',
      ...(change?.kind === 'update' && { sha256: sha256(change.content) }),
      replaced: replaced.map(({ key, ...rest }) => ({ reference: key, ...rest })),
      suppressionsRemoved,
    };
  }),
  left,
  hosts,
  notices,
});

/** One row a reference: what it is now, and in how many files. */
function formatPinned({ files }: PinPlan): string {
  const rows = new Map<string, { readonly cells: readonly string[]; readonly paths: Set<string> }>();
  const all = files.flatMap(({ replaced }) => replaced);
  const isRenewed = all.some(({ from }) => from !== undefined);
  for (const { path, replaced } of files) {
    for (const { key, pin: pinned, from } of replaced) {
      const was = isRenewed ? [from === undefined ? '' : shortPin(from)] : [];
      const row = rows.get(`${key} ${was.join('')}`) ?? {
        cells: [key, ...was, shortPin(pinned)],
        paths: new Set(),
      };
      row.paths.add(path);
      rows.set(`${key} ${was.join('')}`, row);
    }
  }
  const removed = files.flatMap(({ suppressionsRemoved }) => suppressionsRemoved).length;
  const table = formatTable(
    ['reference', ...(isRenewed ? ['was'] : []), 'pinned to', 'where'],
    [...rows]
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([, { cells, paths }]) => [...cells, listed([...paths])]),
  );
  return removed === 0 ? table : `${table}\n  ${removed} suppressions that waited for it were taken out\n`;
}

const listed = (paths: readonly string[]): string =>
  paths.length <= 2 ? paths.join(', ') : `${paths[0] ?? ''} and ${paths.length - 1} more`;

function formatLeft(left: readonly LeftAsIs[], isVerbose: boolean): string {
  if (left.length === 0) return '';
  if (!isVerbose) {
    const reasons = new Map<string, Set<string>>();
    for (const { reference, reason } of left)
      reasons.set(reason, (reasons.get(reason) ?? new Set()).add(reference));
    return [...reasons]
      .map(([reason, references]) => `left: ${listed([...references])}: ${reason}\n`)
      .map(printable)
      .join('');
  }
  return printable(
    left
      .map(({ reference, path, line, reason }) => `left: ${path}:${line}: ${reference}: ${reason}\n`)
      .join(''),
  );
}
