/** What `eject` takes out of a repository's files: that which only serves bulwark, such as the job that runs `bulwark check`. */
import { sameText, withLineEndingsOf } from './merge/line-endings.ts';
import { mergersUntil } from './merge/mergers.ts';
import { pinTree } from './pin/pin-tree.ts';
import { NO_PINS } from './pin/reference.ts';
import { planResolved, type Catalog } from './plan/catalog.ts';
import type { Resolution } from './plan/answers.ts';
import type { Scope } from './plan/plan-run.ts';
import { renderPlan } from './render/render-plan.ts';
import type { ManagedRepo } from './repo/managed-repo.ts';
import { readExisting } from './repo/open-repo.ts';
import type { Change } from './tree/change-set.ts';
import type { RepoPath } from './tree/repo-path.ts';
import type { VirtualFile, VirtualTree } from './tree/virtual-tree.ts';

export interface TakenOut {
  readonly changes: readonly Change[];
  /** Files that hold such parts, and where these were edited: they stay as they are. */
  readonly left: readonly RepoPath[];
}

export interface EjectRequest {
  readonly catalog: Catalog;
  readonly resolution: Resolution;
  readonly scope: Scope;
  readonly repo: ManagedRepo;
  readonly signal: AbortSignal;
}

/**
 * The present templates are rendered with and without it, and the difference is taken out of the files as they stand: so it does not
 * matter which version wrote them, nor what else was edited.
 * @throws BulwarkError where git, which merges, is missing
 */
export async function withoutBulwark({
  catalog,
  resolution,
  scope,
  repo,
  signal,
}: EjectRequest): Promise<TakenOut> {
  const rendered = async (isLookedAfter: boolean): Promise<VirtualTree> => {
    const tree = renderPlan(await planResolved(catalog, resolution, { ...scope, isLookedAfter }));
    return pinTree(tree, repo.settings.pins ?? NO_PINS);
  };
  const [before, after] = [await rendered(true), await rendered(false)];
  const differing = [...before.values()].filter(
    ({ path, content }) =>
      Object.hasOwn(repo.lock.files, path) && after.get(path)?.content.equals(content) !== true,
  );
  const { files } = readExisting(
    repo.root,
    differing.map(({ path }) => path),
  );
  const { mergeFile } = mergersUntil(signal);
  const changes: Change[] = [];
  const left: RepoPath[] = [];
  for (const file of differing) {
    const { path } = file;
    const present = files.get(path);
    if (!present) continue;
    const { content: previous, executable } = present;
    const wanted = after.get(path);
    if (!wanted) {
      if (sameText(previous, file.content)) changes.push({ path, kind: 'delete', previous });
      else left.push(path);
      continue;
    }
    const content = await merged(file, wanted, previous);
    if (content === undefined) left.push(path);
    else if (!content.equals(previous))
      changes.push({ path, kind: 'update', file: wanted, content, executable, previous });
  }
  return { changes, left };

  async function merged(file: VirtualFile, wanted: VirtualFile, ours: Buffer): Promise<Buffer | undefined> {
    if (sameText(ours, file.content)) return withLineEndingsOf(ours, wanted.content);
    const result = await mergeFile({
      path: file.path,
      base: file.content,
      ours,
      theirs: wanted.content,
      isShared: file.shared !== undefined,
    });
    return result?.conflicts.length === 0 ? result.content : undefined;
  }
}
