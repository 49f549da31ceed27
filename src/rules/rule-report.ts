/** What a judgement by team rules says: what is broken, what is waived by whom until when, what could not be judged. */
import type { Source } from '../plan/answers.ts';
import type { Severity, TeamRule, Waiver } from './rule.ts';

export interface RuleFinding {
  readonly rule: string;
  readonly severity: Severity;
  /** The file that breaks it; of an answer the file that keeps it, of a waiver the rules file. */
  readonly path: string;
  /** 1-based. */
  readonly line?: number;
  readonly column?: number;
  /** What is there, as the start of a sentence: `licence is MIT`. */
  readonly is: string;
  /** What follows "must": `be proprietary`. */
  readonly must: string;
  readonly reason?: string;
  /** The rules file and the line of the rule. */
  readonly source: string;
  readonly sourceLine: number;
  /** The answer that breaks it, and where that came from. */
  readonly answer?: { readonly key: string; readonly from: Source };
  /** A word on how to mend it, where the demand alone does not say. */
  readonly hint?: string;
}

export interface WaivedFinding {
  readonly finding: RuleFinding;
  readonly waiver: Waiver;
}

export interface RuleReport {
  /** All rules, judged or not. */
  readonly rules: readonly TeamRule[];
  /** How many of them could be judged with what was there. */
  readonly judged: number;
  /** By path, then by line. */
  readonly findings: readonly RuleFinding[];
  readonly waived: readonly WaivedFinding[];
  /** What nobody is refused for: waivers and assertions that met nothing, values that are only known at run time. */
  readonly notices: readonly string[];
}

/** Whether some rule is broken so that the run must not go on. */
export const isBroken = ({ findings }: RuleReport): boolean =>
  findings.some(({ severity }) => severity === 'error');

/** A finding of a rule; the rule says the rest. */
export const findingOf = (
  rule: TeamRule,
  found: Pick<RuleFinding, 'path' | 'is' | 'must'> & Partial<RuleFinding>,
): RuleFinding => ({
  rule: rule.id,
  severity: rule.severity,
  ...(rule.reason !== undefined && { reason: rule.reason }),
  source: rule.source,
  sourceLine: rule.line,
  ...found,
});
