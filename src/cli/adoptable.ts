/** Which components of a repository can be taken over: those whose files stand where bulwark's would be. */
import type { ComponentId } from '../component/define.ts';
import { addComponents } from '../plan/change-components.ts';
import { planResolved, resolveRun, type Catalog } from '../plan/catalog.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { JudgedTree } from '../verify/check.ts';
import type { Place } from './rerun.ts';
import { withSets } from './with-sets.ts';

/**
 * To take over another component would write all of its files beside those that do the same already.
 * @param present components that some file plays the part of
 * @returns those of them that own a file which is there, and need no other; all where the answers are not fit for a plan, which the run itself tells
 */
export async function adoptable(
  catalog: Catalog,
  present: readonly ComponentId[],
  place: Pick<Place, 'known' | 'scope'>,
  tree: JudgedTree,
): Promise<readonly ComponentId[]> {
  if (present.length === 0) return [];
  const { sets } = addComponents(catalog, present, []);
  const resolution = resolveRun(catalog, withSets(place.known, sets), null);
  if (resolution.issues.length > 0) return present;
  const plan = await planResolved(catalog, resolution, place.scope);
  const owned = new Map<RepoPath, ComponentId>([
    ...plan.renderings.map(({ path, component }) => [path, component] as const),
    ...plan.sharedFiles.flatMap(({ isOurs, path, component }) =>
      isOurs ? [[path, component] as const] : [],
    ),
    ...plan.companions.map(({ of, component }) => [of, component] as const),
  ]);
  const there = new Set([...owned].flatMap(([path, component]) => (tree.has(path) ? [component] : [])));
  return complete(
    catalog,
    present.filter((id) => there.has(id)),
  );
}

/** Without those that need one that is not there. */
function complete(catalog: Catalog, ids: readonly ComponentId[]): readonly ComponentId[] {
  const needs = new Map(catalog.components.map(({ id, requires = [] }) => [id, requires]));
  const whole = ids.filter((id) => (needs.get(id) ?? []).every((needed) => ids.includes(needed)));
  return whole.length === ids.length ? ids : complete(catalog, whole);
}
