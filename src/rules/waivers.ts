/** Which findings somebody answers for, until when; an expired waiver lifts nothing and is a finding itself. */
import { WAIVER_EXPIRED } from './parse-rules.ts';
import type { RuleFinding, WaivedFinding } from './rule-report.ts';
import type { Waiver } from './rule.ts';

export interface Waiving {
  readonly findings: readonly RuleFinding[];
  readonly waived: readonly WaivedFinding[];
  readonly notices: readonly string[];
}

/**
 * Takes what is waived out of the findings.
 * @param today in UTC; the last day of a waiver is a day on which it holds
 * @param wasJudged whether a rule was judged with all that it needs: only then a waiver that met nothing is told
 */
export function applyWaivers(
  findings: readonly RuleFinding[],
  waivers: readonly Waiver[],
  today: Date,
  wasJudged: (rule: string) => boolean,
): Waiving {
  const day = today.toISOString().slice(0, 10);
  const holding = waivers.filter(({ until }) => day <= until);
  const used = new Set<Waiver>();
  const waived: WaivedFinding[] = [];
  const left = findings.filter((finding) => {
    const waiver = holding.find(
      ({ rule, path }) => rule === finding.rule && (path === undefined || path.test(finding.path)),
    );
    if (!waiver) return true;
    used.add(waiver);
    waived.push({ finding, waiver });
    return false;
  });
  const expired = waivers.filter(({ until }) => day > until).map(expiry);
  const notices = holding
    .filter((waiver) => !used.has(waiver) && wasJudged(waiver.rule))
    .map(
      ({ rule, path, source, line }) =>
        `${source}:${line}: the waiver for ${rule}${path ? ` in ${path.source}` : ''} waives nothing; it can go`,
    );
  return { findings: [...left, ...expired], waived, notices };
}

const expiry = ({ rule, path, owner, until, reason, source, line }: Waiver): RuleFinding => ({
  rule: WAIVER_EXPIRED,
  // What it waived is judged again, with the severity of its own rule.
  severity: 'warning',
  path: source,
  line,
  is: `the waiver for ${rule}${path ? ` in ${path.source}` : ''} ended on ${until}`,
  must: 'be renewed or taken out',
  reason,
  source,
  sourceLine: line,
  hint: `ask ${owner}`,
});
