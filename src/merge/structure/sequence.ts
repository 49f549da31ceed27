/** What tells the elements of a list apart, and the order in which two versions of a list come together. */

/**
 * Keys that name an element among its like, the surest first: of Kubernetes, GitHub, Compose, Prometheus, pre-commit, mypy. A step of
 * a workflow without a name is what it runs.
 */
const NAMING = ['id', 'name', 'key', 'job_name', 'alert', 'record', 'repo', 'target', 'mountPath', 'module'];

/** Placing takes time by the square of the length; longer lists than this one nobody writes by hand. */
const MAX_ITEMS = 3000;

export interface Identities {
  readonly base: readonly string[];
  readonly ours: readonly string[];
  readonly theirs: readonly string[];
}

/**
 * Names each element: scalars by value, maps by a key that names them, else by all that they say.
 * @returns undefined when an element has no name or a scalar stands twice: the list can only be taken as a whole
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
  const times = new Map<string, number>();
  const names: string[] = [];
  for (const element of list) {
    const name = nameOf(element);
    if (name === undefined) return undefined;
    const count = (times.get(name) ?? 0) + 1;
    times.set(name, count);
    // Of steps that use one action, and the like, the second is the second; a text that stands twice has no place of its own.
    if (count > 1 && !(element instanceof Map)) return undefined;
    names.push(count === 1 ? name : `${name} #${count}`);
  }
  return names;
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
    if (value !== undefined) return `${key} ${value}${key === 'repo' ? ownHooks(value, element) : ''}`;
  }
  // A step of a workflow is the same step with another version of its action.
  const action = text('uses')?.replace(/@.*$/, '');
  if (action !== undefined) return `uses ${action}`;
  const script = text('run');
  return script === undefined ? `is ${say(element)}` : `run ${script}`;
}

/** pre-commit has any number of repositories called `local`: they are told apart by their first hook. */
function ownHooks(repository: string, element: ReadonlyMap<unknown, unknown>): string {
  if (repository !== 'local' && repository !== 'meta') return '';
  const hooks = element.get('hooks');
  const first: unknown = Array.isArray(hooks) ? hooks[0] : undefined;
  return first instanceof Map ? ` ${String(first.get('id'))}` : '';
}

/** The same text for the same value, whatever the order of a map's keys. */
function say(value: unknown): string {
  if (value instanceof Map) {
    const entries = [...(value as ReadonlyMap<unknown, unknown>)].map(
      ([key, inner]) => `${String(key)}: ${say(inner)}`,
    );
    return `{${entries.sort().join(', ')}}`;
  }
  if (Array.isArray(value)) return `[${value.map(say).join(', ')}]`;
  if (typeof value === 'bigint') return String(value);
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

/**
 * The ids of the merged list: ours in our order; what theirs added stands where it stands there. An id that one side took out is
 * among them: whether it goes is for the values to say.
 * @param isOrdered false for maps, whose order says nothing: ours is kept
 * @returns undefined when theirs has another order of what all have, or both may have changed one element, each in its own way
 */
export function mergeSequence(
  base: readonly string[],
  ours: readonly string[],
  theirs: readonly string[],
  isOrdered = true,
): readonly string[] | undefined {
  if (Math.max(base.length, ours.length, theirs.length) > MAX_ITEMS) return undefined;
  const [inBase, inOurs, inTheirs] = [new Set(base), new Set(ours), new Set(theirs)];
  if (isOrdered) {
    const before = base.length > 0 ? base : ours;
    const inBefore = base.length > 0 ? inBase : inOurs;
    const common = (ids: readonly string[]): string =>
      JSON.stringify(ids.filter((id) => inBefore.has(id) && inOurs.has(id) && inTheirs.has(id)));
    if (common(theirs) !== common(before)) return undefined;
    // What is known by its value is another element once it changed: here both sides may have changed the same one.
    const isGone = base.some((id) => !inOurs.has(id) && !inTheirs.has(id));
    const added = (ids: readonly string[], others: ReadonlySet<string>): boolean =>
      ids.some((id) => !inBase.has(id) && !others.has(id));
    if (isGone && added(ours, inTheirs) && added(theirs, inOurs)) return undefined;
  }

  const merged = [...ours];
  const placed = new Set(ours);
  const used = new Set<string>();
  theirs.forEach((id, index) => {
    if (placed.has(id)) return;
    const stoodFor = inBase.has(id)
      ? undefined
      : replacedBy(index, base, theirs, inBase).find(
          (old) => inOurs.has(old) && !inTheirs.has(old) && !used.has(old),
        );
    if (stoodFor !== undefined) used.add(stoodFor);
    const [previous, next] = [theirs[index - 1], theirs[index + 1]];
    const isBelow = previous !== undefined && placed.has(previous);
    const isAbove = !isBelow && next !== undefined && placed.has(next);
    const above =
      stoodFor ?? (isAbove ? undefined : theirs.slice(0, index).findLast((other) => placed.has(other)));
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

/** What stood in base between the neighbours of an id of theirs. */
function replacedBy(
  index: number,
  base: readonly string[],
  theirs: readonly string[],
  inBase: ReadonlySet<string>,
): readonly string[] {
  if (base.length === 0) return [];
  const above = theirs.slice(0, index).findLast((id) => inBase.has(id));
  const below = theirs.slice(index + 1).find((id) => inBase.has(id));
  const from = above === undefined ? 0 : base.indexOf(above) + 1;
  return base.slice(from, below === undefined ? base.length : base.indexOf(below));
}
