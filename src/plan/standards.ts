/** A team's standards over answers: defaults, answers that nobody changes, components that must be there. */
import type { FieldValue } from '../component/fields.ts';
import type { Issue } from '../errors.ts';
import { describeSource, type RawAnswers, type RequiredComponent, type Source } from './answers.ts';
import { parseValue } from './parse-value.ts';
import type { Question } from './questions.ts';

/** An answer with the pack that says it. */
export interface TeamAnswer {
  readonly value: FieldValue;
  readonly pack: string;
}

export interface Standards {
  /** By key. */
  readonly defaults: ReadonlyMap<string, TeamAnswer>;
  readonly locked: ReadonlyMap<string, TeamAnswer>;
  readonly required: readonly RequiredComponent[];
}

/** Whoever answered there meant it for this repository: to be overruled silently would be a surprise. */
const SAID: readonly Source[] = ['prompt', 'flag', 'set', 'answers file', 'environment', 'bulwark.json'];

/**
 * Puts the standards over and under what was given: locked answers before everything, defaults behind everything that a person
 * said.
 * @returns with `locked-answer`, which names the pack, for each answer that a lock forbids; presets give way with a notice
 */
export function underStandards(
  questions: readonly Question[],
  raw: RawAnswers,
  { defaults, locked }: Standards,
): { readonly raw: RawAnswers; readonly issues: readonly Issue[]; readonly notices: readonly string[] } {
  const issues: Issue[] = [];
  const notices: string[] = [];
  for (const [key, { value, pack }] of locked) {
    const question = questions.find((candidate) => candidate.key === key);
    if (!question) continue;
    const differs = (source: Source): boolean => {
      const given = raw[source];
      if (!given?.has(key)) return false;
      const parsed = parseValue(question.field, given.get(key));
      return !('value' in parsed) || !isSame(parsed.value, value);
    };
    for (const source of SAID.filter(differs)) {
      issues.push({
        id: 'locked-answer',
        message: `${question.field.label} is locked to ${shown(value)} by the pack "${pack}"`,
        where: describeSource(key, source),
        hint: `leave out ${describeSource(key, source)}, or ask those who keep the pack`,
      });
    }
    if (differs('preset')) notices.push(`${key} is ${shown(value)}, for the pack "${pack}" locks it`);
  }
  const valuesOf = (answers: ReadonlyMap<string, TeamAnswer>): [string, unknown][] =>
    [...answers].map(([key, { value }]) => [key, value]);
  return {
    raw: {
      ...raw,
      'team lock': new Map(valuesOf(locked)),
      'team default': new Map([...valuesOf(defaults), ...(raw['team default'] ?? [])]),
    },
    issues,
    notices,
  };
}

const shown = (value: FieldValue): string =>
  typeof value === 'object' ? value.join(',') || 'none' : String(value);

const isSame = (a: FieldValue, b: FieldValue): boolean =>
  typeof a === 'object' && typeof b === 'object' ? [...a].sort().join() === [...b].sort().join() : a === b;
