/** Runs the embedded checks over a tree; each answers for itself, so one that breaks does not hide the others. */
import type { CheckResult, EmbeddedCheck, Finding, JudgedFile, JudgedTree } from './check.ts';
import { isKept } from './embedded/file-kinds.ts';
import { embeddedChecks } from './embedded/index.ts';
import { isText, linesOf } from './embedded/source-text.ts';
import type { RepoPath } from '../tree/repo-path.ts';

/**
 * @param only which files are judged; the others are there for references, and not read before one leads to them
 * @returns one result per check, in the order of the checks
 */
export async function runEmbedded(
  tree: JudgedTree,
  checks: readonly EmbeddedCheck[] = embeddedChecks,
  only: (file: JudgedFile) => boolean = () => true,
): Promise<readonly CheckResult[]> {
  const files = [...tree.values()].filter((file) => only(file) && isText(file) && !isKept(file.path));
  const results: CheckResult[] = [];
  for (const check of checks) results.push(await runOne(check, files, tree));
  return results;
}

async function runOne(
  check: EmbeddedCheck,
  files: readonly JudgedFile[],
  tree: JudgedTree,
): Promise<CheckResult> {
  try {
    const judged = files.filter((file) => check.judges(file, tree));
    if (judged.length === 0) {
      return { check: check.id, outcome: 'skipped', reason: 'the repository has no file for it to judge' };
    }
    const all = await check.run(judged, tree);
    const findings = all.filter((finding) => !isAllowed(finding, tree));
    return findings.length === 0
      ? { check: check.id, outcome: 'passed', judged: judged.length }
      : { check: check.id, outcome: 'findings', judged: judged.length, findings };
  } catch (error) {
    const reason = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
    return { check: check.id, outcome: 'failed', reason };
  }
}

/** `bulwark:allow <rule> <reason>` in a comment: SPEC 4 wants a suppression at its line, with its reason. */
const ALLOW = /\bbulwark:allow\s+([a-z][a-z0-9-]*)[\s:-]+(\S.*)/g;

/** What ends a comment, and so is no reason. */
const COMMENT_END = /^(?:-->|\*\/|--|#+)\s*$/;

/** Whether the finding's line, or the one above, allows its rule and says why. */
function isAllowed({ rule, path, line }: Finding, tree: JudgedTree): boolean {
  const file = tree.get(path as RepoPath);
  if (!file || line === undefined) return false;
  const lines = linesOf(file);
  return [lines[line - 1], lines[line - 2]].some((text) =>
    [...(text ?? '').matchAll(ALLOW)].some(
      ([, allowed, reason = '']) => allowed === rule && !COMMENT_END.test(reason),
    ),
  );
}
