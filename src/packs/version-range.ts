/** Which versions a range of semver means; the part of node-semver's grammar that a pack's `bulwark` key needs. */

type Version = readonly [major: number, minor: number, patch: number];

const VERSION = /^v?(\d{1,9})\.(\d{1,9})\.(\d{1,9})(?:-[0-9A-Za-z.-]+)?(?:\+[0-9A-Za-z.-]+)?$/;
const PARTIAL = /^v?(\d{1,9}|[xX*])(?:\.(\d{1,9}|[xX*]))?(?:\.(\d{1,9}|[xX*]))?$/;
const COMPARATOR = /^(\^|~|>=|<=|>|<|=)?\s*(\S+)$/;

/** Whether `text` is a version of its own, such as `1.4.0`. */
export const isVersion = (text: string): boolean => VERSION.test(text);

/**
 * Which of two versions is the newer one: above zero where it is the first.
 * A version with something after a hyphen comes before the one without; two of them are compared as texts.
 */
export function compareVersions(one: string, other: string): number {
  const [a, b] = [parts(one), parts(other)];
  if (!a || !b) return 0;
  const numbers = compare(a.numbers, b.numbers);
  if (numbers !== 0 || a.before === b.before) return numbers;
  if (a.before === '' || b.before === '') return a.before === '' ? 1 : -1;
  return a.before < b.before ? -1 : 1;
}

function parts(version: string): { readonly numbers: Version; readonly before: string } | undefined {
  const found = VERSION.exec(version);
  if (!found) return undefined;
  const [, before = ''] = /^[^+-]*-([^+]*)/.exec(version) ?? [];
  return { numbers: [Number(found[1]), Number(found[2]), Number(found[3])], before };
}

/** A version that begins where `low` does and ends before `high`. */
interface Interval {
  readonly low: Version;
  readonly high: Version | undefined;
}

/** Why `range` is no range, or undefined if it is one. */
export function rangeFault(range: string): string | undefined {
  const parts = range.split('||').flatMap((part) => words(part));
  const wrong = parts.find((word) => intervalOf(word) === undefined);
  if (range.trim() === '') return 'is empty';
  return wrong === undefined ? undefined : `holds "${wrong}", which is no version and no range`;
}

/**
 * @param version a whole version; what comes after a hyphen (`1.2.0-beta.1`) does not count
 * @param range `^1.2`, `~1.2.3`, `>=1 <3`, `1.x`, `*`, with `||` between alternatives
 */
export function satisfies(version: string, range: string): boolean {
  const found = VERSION.exec(version);
  if (!found || rangeFault(range) !== undefined) return false;
  const given: Version = [Number(found[1]), Number(found[2]), Number(found[3])];
  return range.split('||').some((part) =>
    words(part).every((word) => {
      const interval = intervalOf(word);
      return (
        interval !== undefined &&
        compare(given, interval.low) >= 0 &&
        (interval.high === undefined || compare(given, interval.high) < 0)
      );
    }),
  );
}

/** Comparators of one alternative; a blank one means any version. */
function words(part: string): string[] {
  const joined = part.trim().replace(/(\^|~|>=|<=|>|<|=)\s+/g, '$1');
  return joined === '' ? ['*'] : joined.split(/\s+/);
}

function intervalOf(word: string): Interval | undefined {
  const [, operator = '', operand = ''] = COMPARATOR.exec(word) ?? [];
  const partial = PARTIAL.exec(operand) ?? VERSION.exec(operand);
  if (!partial) return undefined;
  const given = partial
    .slice(1, 4)
    .map((part: string | undefined) =>
      part === undefined || /^[xX*]$/.test(part) ? undefined : Number(part),
    );
  const [major, minor, patch] = given;
  const low: Version = [major ?? 0, minor ?? 0, patch ?? 0];
  const wide = endOf(major, minor, patch);
  switch (operator) {
    case '^':
      return { low, high: caretEnd(major, minor, patch) };
    case '~':
      return {
        low,
        high:
          major === undefined ? undefined : minor === undefined ? [major + 1, 0, 0] : [major, minor + 1, 0],
      };
    case '>=':
      return { low, high: undefined };
    case '>':
      return { low: wide ?? [Infinity, 0, 0], high: undefined };
    case '<':
      return { low: [0, 0, 0], high: low };
    case '<=':
      return { low: [0, 0, 0], high: wide };
    default:
      return { low, high: wide };
  }
}

/** The first version after all that a partial one names: after `1.2` comes `1.3.0`. */
function endOf(major?: number, minor?: number, patch?: number): Version | undefined {
  if (major === undefined) return undefined;
  if (minor === undefined) return [major + 1, 0, 0];
  return patch === undefined ? [major, minor + 1, 0] : [major, minor, patch + 1];
}

/** The first number that is not zero may not grow. */
function caretEnd(major?: number, minor?: number, patch?: number): Version | undefined {
  if (major === undefined) return undefined;
  if (major > 0 || minor === undefined) return [major + 1, 0, 0];
  if (minor > 0 || patch === undefined) return [0, minor + 1, 0];
  return [0, 0, patch + 1];
}

const compare = (a: Version, b: Version): number => a[0] - b[0] || a[1] - b[1] || a[2] - b[2];
