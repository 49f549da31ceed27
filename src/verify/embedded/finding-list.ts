/** Collects the findings of one check; a rule that the check does not declare does not compile. */
import type { Finding, Rule } from '../check.ts';

interface Details {
  readonly severity?: Finding['severity'];
  /** Instead of the rule's own fix. */
  readonly hint?: string;
}

export class FindingList<Id extends string> {
  readonly #fixes: ReadonlyMap<string, string>;
  readonly #found = new Map<string, Finding>();

  constructor(rules: readonly (Rule & { readonly id: Id })[]) {
    this.#fixes = new Map(rules.map(({ id, fix }) => [id, fix]));
  }

  /** Notes a finding; the same one twice (a service judged in two stacks) counts once. */
  add(rule: Id, path: string, line: number | undefined, message: string, details: Details = {}): void {
    const hint = details.hint ?? this.#fixes.get(rule);
    this.#found.set(JSON.stringify([rule, path, line, message]), {
      rule,
      severity: details.severity ?? 'error',
      path,
      ...(line === undefined ? {} : { line }),
      message,
      ...(hint === undefined ? {} : { hint }),
    });
  }

  /** By path, then by line. */
  sorted(): readonly Finding[] {
    return [...this.#found.values()].sort((a, b) =>
      a.path === b.path ? (a.line ?? 0) - (b.line ?? 0) : a.path < b.path ? -1 : 1,
    );
  }
}
