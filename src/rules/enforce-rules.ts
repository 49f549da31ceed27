/**
 * Holds a repository to the rules of its teams: the one way in for `create`, `add`, `update` and `check`. Loaded only where
 * there are rules.
 */
import { BulwarkError, ExitCode, usageError, type Issue } from '../errors.ts';
import { describeSource } from '../plan/answers.ts';
import type { CheckResult, Finding, Rule } from '../verify/check.ts';
import { judgeRules, type RuleSubject } from './judge-rules.ts';
import { parseRules } from './parse-rules.ts';
import { isBroken, type RuleFinding, type RuleReport } from './rule-report.ts';
import type { RuleSet, RuleSource } from './rule.ts';
import { vocabularyFaults, type Vocabulary } from './rule-vocabulary.ts';

export { isBroken, type RuleFinding, type RuleReport } from './rule-report.ts';
export type { RuleSubject } from './judge-rules.ts';
export { REPOSITORY_RULES, type RuleSource } from './rule.ts';

/** Rules that were read and found in order. */
export interface LoadedRules extends RuleSet {
  readonly notices: readonly string[];
}

/**
 * Reads rules files.
 * @param known names of components and answers, to find mistyped ones; without it they are not looked up
 * @throws BulwarkError (code 2) with every fault of every file: `rules-syntax`, `rules-key`, `rules-value` …
 */
export function loadRules(sources: readonly RuleSource[], known?: Vocabulary): LoadedRules {
  const { rules, waivers, issues } = parseRules(sources);
  const faults = known ? vocabularyFaults(rules, known) : { issues: [], notices: [] };
  const all = [...issues, ...faults.issues];
  if (all.length > 0) throw usageError(all);
  return { rules, waivers, notices: faults.notices };
}

/**
 * Judges a repository by rules files.
 * @param subject what is there to be judged; before rendering that is answers and components alone
 * @throws BulwarkError (code 2) for faults of the rules files; a broken rule is in the report, see `refuseBroken`
 */
export async function enforceRules(
  sources: readonly RuleSource[],
  subject: RuleSubject,
): Promise<RuleReport> {
  return enforceLoaded(loadRules(sources, subject.known), subject);
}

/** The same with rules that were read before: a run judges its answers first, then its files. */
export async function enforceLoaded(loaded: LoadedRules, subject: RuleSubject): Promise<RuleReport> {
  const report = await judgeRules(loaded, subject);
  return { ...report, notices: [...loaded.notices, ...report.notices] };
}

/** @throws BulwarkError (code 6) with an issue `rule-broken` for each finding that is an error */
export function refuseBroken(report: RuleReport): void {
  if (!isBroken(report)) return;
  const [first, ...rest] = report.findings.filter(({ severity }) => severity === 'error').map(issueOf);
  if (first) throw new BulwarkError(ExitCode.ruleBroken, [first, ...rest]);
}

function issueOf(finding: RuleFinding): Issue {
  const { path, line, column, answer } = finding;
  const place = line === undefined ? path : `${path}:${line}:${column ?? 1}`;
  return {
    id: 'rule-broken',
    message: messageOf(finding),
    where: answer ? describeSource(answer.key, answer.from) : place,
    hint: hintOf(finding),
  };
}

/** What is there, which rule says what about it, and where that rule stands. */
const messageOf = ({ rule, is, must, source, sourceLine }: RuleFinding): string =>
  `${is}; by the rule ${rule} (${source}:${sourceLine}) it must ${must}`;

const hintOf = ({ hint, must, reason }: RuleFinding): string =>
  `${hint ?? `it must ${must}`}${whyOf(reason)}`;

const whyOf = (reason: string | undefined): string => (reason === undefined ? '' : `. Why: ${reason}`);

/** What is not refused but should be seen: findings that are warnings, and notices. */
export const remarksOf = ({ findings, notices }: RuleReport): readonly string[] => [
  ...findings
    .filter(({ severity }) => severity === 'warning')
    .map((finding) => {
      const { path, line } = finding;
      return `${path}${line === undefined ? '' : `:${line}`}: ${messageOf(finding)}${whyOf(finding.reason)}`;
    }),
  ...notices,
];

/** The id under which team rules stand beside the embedded checks in tables, JSON and SARIF. */
export const TEAM_RULES = 'team-rules';

/** The report as one result among those of the checks. */
export function checkResultOf(report: RuleReport): CheckResult {
  const suppressed = report.waived.map(({ finding, waiver: { owner, until, reason, source, line } }) => ({
    ...asFinding(finding),
    justification: `waived by ${owner} until ${until} (${source}:${line}): ${reason}`,
  }));
  const common = {
    check: TEAM_RULES,
    judged: report.judged,
    noun: 'rule',
    ...(suppressed.length > 0 && { suppressed }),
  };
  return report.findings.length === 0
    ? { ...common, outcome: 'passed' }
    : { ...common, outcome: 'findings', findings: report.findings.map(asFinding) };
}

function asFinding(finding: RuleFinding): Finding {
  const { rule, severity, path, line, column } = finding;
  return {
    rule,
    severity,
    path,
    ...(line !== undefined && { line }),
    ...(column !== undefined && { column }),
    message: messageOf(finding),
    hint: hintOf(finding),
  };
}

/** What `toSarif` tells of team rules: the reason is the help, where one is given. */
export const sarifRulesOf = ({ rules }: RuleReport): readonly Rule[] =>
  rules.map(({ id, reason, severity, source, line }) => ({
    id,
    summary: reason ?? `The team's rule ${id}.`,
    source: `${source}:${line}`,
    fix: reason ?? `See ${source}:${line}.`,
    severity,
  }));
