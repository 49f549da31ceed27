/** What tells the elements of a list apart, and the order in which two versions of a list come together. */

/** Keys that name an element among its like, the surest first: of Kubernetes, GitHub, Compose, Prometheus, pre-commit. */
const NAMING = ['id', 'name', 'key', 'job_name', 'alert', 'record', 'repo', 'target', 'mountPath'];

export interface Identities {
  readonly base: readonly string[];
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

/**
 * Names each element: scalars by value, maps by a key that names them.
 * @returns undefined when an element has no name or two in one list have the same: the list can only be taken as a whole
 */
export function identify(
  base: readonly unknown[],
  ours: readonly unknown[],
  theirs: readonly unknown[],
): Identities | undefined {
  const [b, o, t] = [base, ours, theirs].map(namesOf);
  return b && o && t ? { base: b, ours: o, theirs: t } : undefined;
}

function namesOf(list: readonly unknown[]): readonly string[] | undefined {
  const names = list.map(nameOf);
  const known = names.filter((name) => name !== undefined);
  return known.length === list.length && new Set(known).size === known.length ? known : undefined;
}

/** @returns what an element is known by, or undefined */
export function nameOf(element: unknown): string | undefined {
  if (typeof element === 'string') return `string ${element}`;
  if (typeof element === 'number' || typeof element === 'bigint') return `number ${element}`;
  if (!(element instanceof Map)) return undefined;
  const text = (key: string): string | undefined => {
    const value: unknown = element.get(key);
    return typeof value === 'string' || typeof value === 'number' ? String(value) : undefined;
  };
  const ecosystem = text('package-ecosystem');
  if (ecosystem !== undefined) return `package-ecosystem ${ecosystem} ${text('directory') ?? '/'}`;
  for (const key of NAMING) {
    const value = text(key);
    if (value !== undefined) return `${key} ${value}`;
  }
  // A step of a workflow is the same step with another version of its action.
  const action = text('uses')?.replace(/@.*$/, '');
  return action === undefined ? undefined : `uses ${action}`;
}

/**
 * The ids of the merged list: ours in our order; what theirs added stands behind the neighbour that it has there. An id that one
 * side took out is among them: whether it goes is for the values to say.
 * @param isOrdered false for maps, whose order says nothing: ours is kept
 * @returns undefined when theirs has another order of what all have
 */
export function mergeSequence(
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
  isOrdered = true,
): readonly string[] | undefined {
  const [inOurs, inTheirs] = [new Set(ours), new Set(theirs)];
  const before = base.length > 0 ? base : ours;
  const inBefore = new Set(before);
  const common = (ids: readonly string[]): string =>
    JSON.stringify(ids.filter((id) => inBefore.has(id) && inOurs.has(id) && inTheirs.has(id)));
  if (isOrdered && common(theirs) !== common(before)) return undefined;

  const merged = [...ours];
  const placed = new Set(ours);
  theirs.forEach((id, index) => {
    if (placed.has(id)) return;
    const above = theirs.slice(0, index).findLast((other) => placed.has(other));
    const below = theirs.slice(index + 1).find((other) => placed.has(other));
    const position =
      above !== undefined
        ? merged.indexOf(above) + 1
        : below !== undefined
          ? merged.indexOf(below)
          : merged.length;
    merged.splice(position, 0, id);
    placed.add(id);
  });
  return merged;
}
