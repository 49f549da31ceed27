/** Three-way merge by lines: git's own, so that the markers are those that every editor knows. */
import { BulwarkError, ExitCode, machineError } from '../errors.ts';
import type { Exec } from '../exec.ts';
import { withScratch } from '../repo/scratch.ts';

/** Texts with LF. */
export interface Lines {
  readonly base: string;
  readonly ours: string;
  readonly theirs: string;
}

const LABELS = { ours: 'yours', base: 'base', theirs: 'bulwark' } as const;
/** For three short texts; git takes some milliseconds. */
const TIMEOUT_MS = 30_000;
/** git-merge-file(1): the number of conflicts, at most this; beyond it an error. */
const MAX_CONFLICTS = 127;

/**
 * Runs `git merge-file --diff3`: where both sides changed the same lines, both stand between markers with what they come from.
 * @param path for messages
 * @throws BulwarkError (code 74): `git-missing`, or `merge-failed` with what git says
 */
export async function mergeLines(texts: Lines, path: string, exec: Exec): Promise<string> {
  const files = {
    ours: Buffer.from(texts.ours),
    base: Buffer.from(texts.base),
    theirs: Buffer.from(texts.theirs),
  };
  return withScratch(files, async (folder) => {
    const labels = [LABELS.ours, LABELS.base, LABELS.theirs].flatMap((label) => ['-L', label]);
    const result = await exec({
      command: 'git',
      args: ['merge-file', '--diff3', '-p', ...labels, 'ours', 'base', 'theirs'],
      cwd: folder,
      env: { GIT_DIR: undefined, GIT_WORK_TREE: undefined, GIT_CEILING_DIRECTORIES: folder },
      timeout: TIMEOUT_MS,
    });
    if (result.outcome === 'missing') {
      throw machineError({
        id: 'git-missing',
        message: 'both you and bulwark changed this file, and git, which merges it, is not installed',
        where: path,
        hint: 'install git (https://git-scm.com/downloads), then run the command again',
      });
    }
    if (result.outcome !== 'exited' || (result.exitCode ?? 0) > MAX_CONFLICTS) {
      const said = result.stderr.trim();
      throw machineError({
        id: 'merge-failed',
        message: `git could not merge the file: ${said === '' ? `it ended by ${result.outcome}` : said}`,
        where: path,
        hint: 'see what git says, then run the command again',
      });
    }
    return result.stdout;
  });
}

const OPENING = `<<<<<<< ${LABELS.ours}`;

/** First line of each conflict block that a merge wrote, 1-based. */
export const conflictLines = (merged: string): readonly number[] =>
  merged.split('\n').flatMap((line, index) => (line === OPENING ? [index + 1] : []));

/**
 * Both sides in one conflict block, from the first line in which they differ to the last: for texts that merge by lines into something
 * that means nothing.
 */
export function markAll({ base, ours, theirs }: Lines): string {
  const [b, o, t] = [base, ours, theirs].map((text) => text.replace(/\n$/, '').split('\n')) as [
    string[],
    string[],
    string[],
  ];
  const shortest = Math.min(b.length, o.length, t.length);
  let head = 0;
  while (head < shortest && o[head] === t[head] && o[head] === b[head]) head += 1;
  let foot = 0;
  while (foot < shortest - head && o.at(-1 - foot) === t.at(-1 - foot) && o.at(-1 - foot) === b.at(-1 - foot))
    foot += 1;
  const middle = (lines: readonly string[]): readonly string[] => lines.slice(head, lines.length - foot);
  const lines = [
    ...o.slice(0, head),
    OPENING,
    ...middle(o),
    `||||||| ${LABELS.base}`,
    ...middle(b),
    '=======',
    ...middle(t),
    `>>>>>>> ${LABELS.theirs}`,
    ...o.slice(o.length - foot),
  ];
  return `${lines.join('\n')}\n`;
}

/** A line that only git's merge writes; a row of equals signs alone also underlines a heading. */
const MARKER = /^(?:<{7}|>{7}|\|{7}) /m;

/**
 * Refuses a file in which an earlier merge is not resolved.
 * @param base a file may be about markers, and have had them from the beginning
 * @throws BulwarkError (code 3) `unresolved-conflict`, naming the line
 */
export function refuseMarkers(ours: string, base: string, path: string): void {
  if (!MARKER.test(ours)) return;
  const known = new Set(base.split('\n').filter((line) => MARKER.test(line)));
  const line = ours.split('\n').findIndex((text) => MARKER.test(text) && !known.has(text));
  if (line < 0) return;
  throw new BulwarkError(ExitCode.conflicts, [
    {
      id: 'unresolved-conflict',
      message: 'the file holds an unresolved merge conflict',
      where: `${path}:${line + 1}`,
      hint: 'decide what is to stand there, take out the markers, then run the command again',
    },
  ]);
}
