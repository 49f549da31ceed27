/** Judges answers and components by team rules, which needs no file: what is refused here is refused before rendering. */
import type { Answer, Answers } from '../plan/answers.ts';
import { nearest } from '../plan/nearest.ts';
import { SETTINGS_PATH } from '../repo/settings-file.ts';
import type { JudgedTree } from '../verify/check.ts';
import { describeCondition, describeLiteral, describeValue, isSame, meets } from './condition.ts';
import { readPlain } from './document-reading.ts';
import { judgeName } from './name-filter.ts';
import { namesLocation, namesRegion } from './regions.ts';
import { findingOf, type RuleFinding } from './rule-report.ts';
import type { Vocabulary } from './rule-vocabulary.ts';
import type { DemandOf, TeamRule } from './rule.ts';

/** What is known of a repository besides its files. */
export interface AnsweredSubject {
  readonly answers?: Answers;
  /** Ids of the components in it. */
  readonly components?: readonly string[];
  /** Only for the question by which a component is chosen. */
  readonly known?: Vocabulary;
  /** Only for the line at which `bulwark.json` keeps an answer. */
  readonly tree?: JudgedTree;
}

/** @returns what is broken; undefined when the rule asks nothing of answers, or there are none to ask */
export function judgeAnswers(rule: TeamRule, subject: AnsweredSubject): readonly RuleFinding[] | undefined {
  const { demand } = rule;
  const { answers, components } = subject;
  switch (demand.kind) {
    case 'require-component':
    case 'deny-component':
      return components && judgeComponents(rule, demand, components, subject);
    case 'require-option':
      return answers && judgeRequiredOption(rule, demand, answers, subject);
    case 'deny-option':
      return answers && judgeDeniedOption(rule, demand, answers, subject);
    case 'lock':
      return answers && judgeLock(rule, demand, answers, subject);
    case 'deny-region':
      return answers && judgeRegions(rule, demand, answers, subject);
    case 'require-file':
    case 'deny-image':
    case 'deny-base-image':
    case 'deny-registry':
    case 'deny-unpinned-images':
    case 'deny-unpinned-actions':
    case 'assert':
      return undefined;
  }
}

function judgeComponents(
  rule: TeamRule,
  { kind, components }: DemandOf<'require-component'> | DemandOf<'deny-component'>,
  present: readonly string[],
  subject: AnsweredSubject,
): readonly RuleFinding[] {
  const isRequired = kind === 'require-component';
  return components
    .filter((component) => present.includes(component) !== isRequired)
    .map((component) => {
      const near = isRequired ? nearest(component, present) : undefined;
      return findingOf(rule, {
        ...placeOfChoice(subject, component),
        is: `the component ${component} is ${isRequired ? 'not in the repository' : 'in the repository'}`,
        must: isRequired ? 'be in it' : 'not be in it',
        hint: isRequired
          ? `add ${component}${near === undefined ? '' : ` (there is ${near}, which is another)`}`
          : `leave out ${component}`,
      });
    });
}

function judgeRequiredOption(
  rule: TeamRule,
  { key, condition }: DemandOf<'require-option'>,
  answers: Answers,
  subject: AnsweredSubject,
): readonly RuleFinding[] {
  const answer = answers.get(key);
  // A question that does not apply has no answer that could be wrong.
  if (
    !answer ||
    membersOf(answer).every((value) => meets(condition, value)) ||
    meets(condition, answer.value)
  )
    return [];
  return [ofAnswer(rule, key, answer, subject, describeCondition(condition))];
}

function judgeDeniedOption(
  rule: TeamRule,
  { key, condition }: DemandOf<'deny-option'>,
  answers: Answers,
  subject: AnsweredSubject,
): readonly RuleFinding[] {
  const answer = answers.get(key);
  if (!answer) return [];
  const isDenied =
    meets(condition, answer.value) || membersOf(answer).some((value) => meets(condition, value));
  return isDenied ? [ofAnswer(rule, key, answer, subject, `not ${describeCondition(condition)}`)] : [];
}

function judgeLock(
  rule: TeamRule,
  demand: DemandOf<'lock'>,
  answers: Answers,
  subject: AnsweredSubject,
): readonly RuleFinding[] {
  return [...demand.answers].flatMap(([key, wanted]) => {
    const answer = answers.get(key);
    if (!answer || isSame(wanted, answer.value)) return [];
    return [ofAnswer(rule, key, answer, subject, `be ${describeLiteral(wanted)}`)];
  });
}

function judgeRegions(
  rule: TeamRule,
  { names }: DemandOf<'deny-region'>,
  answers: Answers,
  subject: AnsweredSubject,
): readonly RuleFinding[] {
  return [...answers].flatMap(([key, answer]) => {
    if (!namesRegion(key) && !namesLocation(key)) return [];
    return membersOf(answer).flatMap((value) => {
      const must = judgeName(names, [String(value)]);
      return must === undefined ? [] : [ofAnswer(rule, key, answer, subject, must)];
    });
  });
}

/** The members of a set, each by itself; of an empty one none. */
const membersOf = ({ value }: Answer): readonly unknown[] => (Array.isArray(value) ? value : [value]);

const ofAnswer = (
  rule: TeamRule,
  key: string,
  { value, source }: Answer,
  subject: AnsweredSubject,
  must: string,
): RuleFinding =>
  findingOf(rule, {
    ...placeOfAnswer(subject, key),
    is: `${key} is ${describeValue(value)}`,
    must,
    answer: { key, from: source },
  });

/** The question that offers a component, and what answered it. */
function placeOfChoice(
  subject: AnsweredSubject,
  component: string,
): Pick<RuleFinding, 'path' | 'line' | 'column' | 'answer'> {
  const { known, answers } = subject;
  const key = known?.questions.find(
    ({ category, field }) =>
      category !== undefined &&
      (field.kind === 'set' || field.kind === 'choice') &&
      field.options.includes(component),
  )?.key;
  const from = key === undefined ? undefined : answers?.get(key)?.source;
  return {
    ...placeOfAnswer(subject, key),
    ...(key !== undefined && from !== undefined && { answer: { key, from } }),
  };
}

/** Where `bulwark.json` keeps the answer, when it is there to be looked into. */
function placeOfAnswer(
  { tree }: AnsweredSubject,
  key: string | undefined,
): Pick<RuleFinding, 'path' | 'line' | 'column'> {
  const file = tree?.get(SETTINGS_PATH);
  const reading = file && tree && readPlain(file, tree);
  const document = reading?.outcome === 'read' ? reading.documents[0] : undefined;
  if (!document || key === undefined) return { path: SETTINGS_PATH };
  return { path: SETTINGS_PATH, ...document.spotOf(['answers', ...key.split('.')]) };
}
