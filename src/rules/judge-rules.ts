/** Judges a repository by team rules: its answers, its files, and what is waived of it. */
import type { JudgedTree } from '../verify/check.ts';
import { judgeAnswers, type AnsweredSubject } from './judge-answers.ts';
import { judgeTree } from './judge-tree.ts';
import type { RuleFinding, RuleReport } from './rule-report.ts';
import type { Demand, RuleSet } from './rule.ts';
import { applyWaivers } from './waivers.ts';

/** What is judged; rules that need what is not there are not judged. */
export interface RuleSubject extends AnsweredSubject {
  readonly tree?: JudgedTree;
  readonly today: Date;
}

/** Judges; never throws for what the rules or the repository hold. */
export async function judgeRules({ rules, waivers }: RuleSet, subject: RuleSubject): Promise<RuleReport> {
  const findings: RuleFinding[] = [];
  const notices: string[] = [];
  const judged = new Set<string>();
  for (const rule of rules) {
    const byAnswers = judgeAnswers(rule, subject);
    const byTree = subject.tree && (await judgeTree(rule, subject.tree));
    findings.push(...(byAnswers ?? []), ...(byTree?.findings ?? []));
    notices.push(...(byTree?.notices ?? []));
    if (byTree ?? (byAnswers && !needsTree(rule.demand))) judged.add(rule.id);
    else if (subject.tree && !byAnswers) {
      notices.push(`${rule.id}: not judged, for the answers of this repository are not known`);
    }
  }
  const waiving = applyWaivers(findings, waivers, subject.today, (rule) => judged.has(rule));
  return {
    rules,
    judged: judged.size,
    findings: sorted(waiving.findings),
    waived: [...waiving.waived].sort((a, b) => byPlace(a.finding, b.finding)),
    notices: [...notices, ...waiving.notices],
  };
}

const needsTree = ({ kind }: Demand): boolean => kind === 'deny-region';

/** By path and place; the same thing found twice (an image in two readings of a file) counts once. */
function sorted(findings: readonly RuleFinding[]): readonly RuleFinding[] {
  const distinct = new Map(
    findings.map((one) => [JSON.stringify([one.rule, one.path, one.line, one.column, one.is]), one]),
  );
  return [...distinct.values()].sort(byPlace);
}

const byPlace = (a: RuleFinding, b: RuleFinding): number =>
  compare(a.path, b.path) ||
  (a.line ?? 0) - (b.line ?? 0) ||
  (a.column ?? 0) - (b.column ?? 0) ||
  compare(a.rule, b.rule);

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
