/** Which of the versions that have an image a repository asks for. */

type Numbers = readonly number[];

const numbersOf = (version: string): Numbers => version.split('.').map(Number);

/** Compared as far as both say: `22` is neither before nor behind `22.11`. */
function compare(a: Numbers, b: Numbers): number {
  for (let index = 0; index < Math.min(a.length, b.length); index += 1) {
    const difference = (a[index] ?? 0) - (b[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

const COMPARATOR = /(>=|<=|>|<|!=|\^|~=|~>|~|={1,3})?\s{0,9}v?(\d{1,4}(?:\.\d{1,4}){0,3})(?:\.[x*])?/g;

/** One comparator of npm, PEP 440 or Poetry; what it says of patches is left to the image. */
function holds(candidate: Numbers, operator: string, bound: Numbers): boolean {
  const order = compare(candidate, bound);
  switch (operator) {
    case '>=':
      return order >= 0;
    case '<=':
      return order <= 0;
    case '>':
      // What is above 3.12.4 may be 3.12.5.
      return order > 0 || (order === 0 && bound.length > candidate.length);
    case '<':
      return order < 0 || (order === 0 && bound.length > candidate.length);
    case '!=':
      return order !== 0 || bound.length > candidate.length;
    case '^':
      return order >= 0 && candidate[0] === bound[0];
    case '~=':
    case '~>':
      return (
        order >= 0 && compare(candidate, bound.length > 2 ? bound.slice(0, -1) : bound.slice(0, 1)) === 0
      );
    default:
      return compare(candidate, bound.slice(0, 2)) === 0;
  }
}

/**
 * The newest version that satisfies what is written, or undefined: nothing is taken in its place.
 * @param versions oldest first
 * @param wanted `22`, `v22.11.0`, `>=18`, `^3.12`, `>=3.11,<3.14`, `18 || 20`
 */
export function versionWithin(versions: readonly string[], wanted: string): string | undefined {
  const alternatives = wanted
    .slice(0, 100)
    .split('||')
    .map((one) =>
      [...one.matchAll(COMPARATOR)].map(
        ([, operator = '', bound = '']) => [operator, numbersOf(bound)] as const,
      ),
    )
    .filter((comparators) => comparators.length > 0);
  return versions.findLast((version) =>
    alternatives.some((comparators) =>
      comparators.every(([operator, bound]) => holds(numbersOf(version), operator, bound)),
    ),
  );
}

/** For languages whose later versions build what an earlier one built: the version itself, or the next above it. */
export function versionFrom(versions: readonly string[], least: string): string | undefined {
  const bound = numbersOf(/\d{1,4}(?:\.\d{1,4})?/.exec(least)?.[0] ?? '0');
  return versions.find((version) => compare(numbersOf(version), bound) >= 0);
}
