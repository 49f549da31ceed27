/** Judges what a run brings into a repository of the user's: its own files and lines, and nothing that was there before. */
import type { ChangeSet } from '../tree/change-set.ts';
import type { CheckResult, Finding, JudgedTree } from './check.ts';
import { runEmbedded } from './run-embedded.ts';

/**
 * @param changes what would be written
 * @param tree the repository as it would be then: references may lead to files of the user's
 * @returns one result per check; a finding in a line that the user wrote is none of ours
 */
export async function judgeAdditions(changes: ChangeSet, tree: JudgedTree): Promise<readonly CheckResult[]> {
  const written = new Map(
    changes.flatMap((change) =>
      change.kind === 'create' || change.kind === 'update' ? [[String(change.path), change] as const] : [],
    ),
  );
  const results = await runEmbedded(tree, undefined, ({ path }) => written.has(path));
  const lines = new Map<string, ReadonlySet<number>>();
  for (const [path, change] of written) {
    if (change.kind !== 'update' || change.how === undefined) continue;
    const before = (change.original ?? change.previous).toString('utf8');
    lines.set(path, await addedLines(before, change.content.toString('utf8')));
  }
  const isOurs = ({ path, line }: Finding): boolean => {
    const added = lines.get(path);
    return written.has(path) && (added === undefined || (line !== undefined && added.has(line)));
  };
  return results.map((result): CheckResult => {
    if (result.outcome !== 'findings') return result;
    const findings = result.findings.filter(isOurs);
    const { check, judged } = result;
    return findings.length > 0 ? { ...result, findings } : { check, outcome: 'passed', judged };
  });
}

/** The lines of the second text, 1-based, that the first has not. */
async function addedLines(before: string, after: string): Promise<ReadonlySet<number>> {
  const { diffLines } = await import('diff');
  const added = new Set<number>();
  let at = 1;
  for (const part of diffLines(before, after)) {
    if (part.removed) continue;
    if (part.added) for (let index = 0; index < part.count; index += 1) added.add(at + index);
    at += part.count;
  }
  return added;
}
