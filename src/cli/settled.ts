/** Whether there is nothing new for a repository, told by its records alone: an update then renders nothing. */
import { flattenAnswers } from '../plan/answers-document.ts';
import type { Answers } from '../plan/answers.ts';
import { resolveRun, type Catalog } from '../plan/catalog.ts';
import type { ManagedRepo } from '../repo/managed-repo.ts';
import { serializeLock, sha256, withoutRendered } from '../repo/lockfile.ts';
import { readTargetFiles } from '../repo/open-repo.ts';
import { renderingDigest } from '../repo/rendering-digest.ts';
import { parseSettings } from '../repo/settings-file.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { CommandContext } from './commands/command.ts';
import { rulesFiles } from './team-rules.ts';

/**
 * A function that says whether settings come to these answers when a later run reads them, with no word to be said of it.
 * @param catalog without packs: what is in those is not in the digest of a run
 */
export const repeatable =
  (catalog: Catalog, answers: Answers) =>
  (text: string): boolean => {
    const { preset, answers: kept } = parseSettings(text);
    const again = resolveRun(catalog, { 'bulwark.json': flattenAnswers(kept) }, preset);
    const said = again.issues.length + again.notices.length;
    return said === 0 && valuesOf(again.answers) === valuesOf(answers);
  };

const valuesOf = (answers: Answers): string =>
  JSON.stringify([...answers].map(([key, { value }]) => [key, value]));

/** Whether this very program would render what the baseline holds. */
export const isSettled = ({ lock, settingsText, baselineText }: ManagedRepo): boolean =>
  lock.rendered !== undefined &&
  lock.rendered ===
    renderingDigest({
      settings: settingsText,
      lock: withoutRendered(serializeLock(lock)),
      baseline: baselineText,
    });

/** Options that change neither what is rendered nor how it is told. */
const IDLE: ReadonlySet<string> = new Set([
  'yes',
  'quiet',
  'color',
  'no-color',
  'cwd',
  'no-verify',
  'offline',
  'force',
]);

/** Whether an update has nothing to do and nothing to tell: nothing is new, nothing was edited, and nobody wants to see more. */
export function isUpToDate(context: CommandContext, repo: ManagedRepo): boolean {
  const { line, packs } = context;
  if (packs || repo.originals.size > 0 || ![...line.options.keys()].every((option) => IDLE.has(option)))
    return false;
  if (line.positionals.length > 0 || line.flags.size > 0 || !isSettled(repo)) return false;
  if (rulesFiles(context, repo.root).length > 0) return false;
  const paths = Object.keys(repo.lock.files) as RepoPath[];
  const files = readTargetFiles({ root: repo.root, state: 'bulwark' }, paths);
  return paths.every((path) => {
    const [present, locked] = [files.get(path), repo.lock.files[path]];
    return (
      present &&
      locked &&
      present.executable === (locked.mode === '755') &&
      sha256(present.content) === locked.sha256
    );
  });
}
