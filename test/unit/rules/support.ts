/** Rules and trees for tests, written as text. */
import type { FieldValue } from '../../../src/component/fields.ts';
import type { Answers, Source } from '../../../src/plan/answers.ts';
import { enforceRules, type RuleReport, type RuleSubject } from '../../../src/rules/enforce-rules.ts';
import { repoPath } from '../../../src/tree/repo-path.ts';
import type { JudgedTree } from '../../../src/verify/check.ts';

export const TODAY = new Date('2026-11-20T12:00:00Z');

export const treeOf = (files: Readonly<Record<string, string>>): JudgedTree =>
  new Map(
    Object.entries(files)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, text]) => {
        const path = repoPath(name, 'test');
        return [path, { path, content: Buffer.from(text), executable: false }];
      }),
  );

export const answersOf = (values: Readonly<Record<string, FieldValue>>, source: Source = 'flag'): Answers =>
  new Map(Object.entries(values).map(([key, value]) => [key, { value, source }]));

export const judge = (text: string, subject: Partial<RuleSubject>): Promise<RuleReport> =>
  enforceRules([{ name: 'rules.yaml', text }], { today: TODAY, ...subject });

/** One rule of the given demand, with a reason. */
export const ruleOf = (demand: string): string =>
  `rules:\n  - id: the-rule\n    reason: because\n${demand
    .split('\n')
    .map((line) => `    ${line}\n`)
    .join('')}`;

/** `path:line:column is … must …` of each finding. */
export const told = ({ findings }: RuleReport): readonly string[] =>
  findings.map(
    ({ path, line, column, is, must }) =>
      `${path}${line === undefined ? '' : `:${line}:${column ?? 0}`} ${is} | ${must}`,
  );
