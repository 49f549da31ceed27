/** Whether the components and answers that rules speak of are there at all: a mistyped name would enforce nothing. */
import type { Issue } from '../errors.ts';
import { nearest } from '../plan/nearest.ts';
import { parseValue } from '../plan/parse-value.ts';
import type { Question } from '../plan/questions.ts';
import type { Literal } from './condition.ts';
import type { TeamRule } from './rule.ts';

/** What there is to choose from in this run, packs included. */
export interface Vocabulary {
  readonly components: readonly string[];
  readonly questions: readonly Question[];
}

export interface VocabularyFaults {
  readonly issues: readonly Issue[];
  readonly notices: readonly string[];
}

/**
 * Looks up every name that rules use. A component that nobody knows may belong to a pack that another repository has: that is a
 * notice; an answer that the known components do not have, or a lock on an impossible value, is an issue.
 */
export function vocabularyFaults(rules: readonly TeamRule[], known: Vocabulary): VocabularyFaults {
  const issues: Issue[] = [];
  const notices: string[] = [];
  const questions = new Map(known.questions.map((question) => [question.key, question]));

  const lookUpComponent = ({ id }: TeamRule, component: string): void => {
    if (known.components.includes(component)) return;
    const near = nearest(component, known.components);
    notices.push(
      `${id}: there is no component ${component} here${near === undefined ? '' : `; did you mean ${near}?`}`,
    );
  };
  const lookUpKey = (rule: TeamRule, key: string): Question | undefined => {
    const question = questions.get(key);
    if (question) return question;
    const [component = '', field] = key.split('.');
    if (field !== undefined && !known.components.includes(component)) {
      lookUpComponent(rule, component);
      return undefined;
    }
    const near = nearest(key, questions.keys());
    issues.push({
      id: 'rules-value',
      message: `the rule ${rule.id} speaks of ${JSON.stringify(key)}, and there is no such answer`,
      where: `${rule.source}:${rule.line}`,
      hint:
        near === undefined ? 'see "bulwark info" for the answers of a component' : `did you mean ${near}?`,
    });
    return undefined;
  };

  for (const rule of rules) {
    const { demand } = rule;
    if (demand.kind === 'require-component' || demand.kind === 'deny-component') {
      for (const component of demand.components) lookUpComponent(rule, component);
    } else if (demand.kind === 'require-option' || demand.kind === 'deny-option') {
      lookUpKey(rule, demand.key);
    } else if (demand.kind === 'lock') {
      for (const [key, literal] of demand.answers) {
        const question = lookUpKey(rule, key);
        const parsed = question && parseValue(question.field, asGiven(literal));
        if (!parsed || 'value' in parsed) continue;
        issues.push({
          id: 'rules-value',
          message: `the rule ${rule.id} locks ${key} to a value that it cannot have: it ${parsed.fault}`,
          where: `${rule.source}:${rule.line}`,
          hint: parsed.hint,
        });
      }
    }
  }
  return { issues, notices };
}

/** As a flag would give it, which every kind of field understands. */
const asGiven = (literal: Literal): string =>
  literal.kind === 'scalar' ? literal.text : literal.items.map(asGiven).join(',') || 'none';
