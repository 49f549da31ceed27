/** Whether a name (of an image, a registry, a region) is denied by a rule's list, and what it may be instead. */
import type { NameFilter } from './rule.ts';

/**
 * @param forms of one name; it is in a list when any of them is
 * @returns what follows "must", or undefined when the name is allowed
 */
export function judgeName({ denied, except }: NameFilter, forms: readonly string[]): string | undefined {
  const named = denied.find(({ test }) => forms.some(test));
  if (denied.length > 0 && !named) return undefined;
  if (except.some(({ test }) => forms.some(test))) return undefined;
  const allowed = except.map(({ source }) => source).join(', ');
  if (!named) return `be ${except.length === 1 ? allowed : `one of ${allowed}`}`;
  return `not be ${named.source}${allowed === '' ? '' : `, unless it is ${allowed}`}`;
}
