/** Which answer holds for each question, where it came from, and everything that is wrong with what was given. */
import type { AnyComponent, ComponentId } from '../component/define.ts';
import type { FieldValue, KnownAnswers } from '../component/fields.ts';
import type { Issue } from '../errors.ts';
import { nearest } from './nearest.ts';
import { parseValue } from './parse-value.ts';
import { environmentNameOf, flagOf, supportsStack, type Question } from './questions.ts';

/** Where an answer can come from, the strongest first (SPEC section 1). */
export const SOURCES = [
  'team lock',
  'prompt',
  'flag',
  'set',
  'answers file',
  'environment',
  'bulwark.json',
  'team default',
  'directory',
  'preset',
  // Below a preset, which somebody chose for this run in the knowledge of his repository: what was found there must not
  // quietly undo it. Above our defaults, which know nothing of the repository.
  'detected',
  'default',
] as const;
export type Source = (typeof SOURCES)[number];

/** Sources that a person wrote for this run: a value that does not apply is then an error, not old news. */
const DELIBERATE: ReadonlySet<Source> = new Set(['flag', 'set', 'answers file', 'environment']);
/** Sources whose sets of components are completed by what the components require. */
const IMPLICIT: ReadonlySet<Source> = new Set(['team default', 'preset', 'detected', 'default']);

/** Raw answers by key, by source. */
export type RawAnswers = Readonly<Partial<Record<Source, ReadonlyMap<string, unknown>>>>;

export interface Answer {
  readonly value: FieldValue;
  readonly source: Source;
}

/** A component that a team wants in every repository for whose stack it is made. */
export interface RequiredComponent {
  readonly component: ComponentId;
  readonly pack: string;
}

/** The answers to all questions that apply, in the questions' order. */
export type Answers = ReadonlyMap<string, Answer>;

export interface Resolution {
  readonly answers: Answers;
  /** Components of the plan, sorted: essential ones, the stack, and what was chosen. */
  readonly components: readonly AnyComponent[];
  readonly issues: readonly Issue[];
  readonly notices: readonly string[];
}

/** Resolves answers; never throws for what a user gave: all faults are collected in `issues`. */
export function resolveAnswers(
  questions: readonly Question[],
  available: readonly AnyComponent[],
  raw: RawAnswers,
  required: readonly RequiredComponent[] = [],
): Resolution {
  const issues: Issue[] = [...unknownKeys(questions, raw)];
  const notices: string[] = [];
  const answers = new Map<string, Answer>();
  const known: KnownAnswers = { get: (key) => answers.get(key)?.value };

  const resolve = (question: Question): void => {
    const answer = firstGiven(question, raw, issues);
    const fallback = question.field.default;
    answers.set(
      question.key,
      answer ?? { value: typeof fallback === 'function' ? fallback(known) : fallback, source: 'default' },
    );
  };

  for (const question of questions.filter(({ component }) => component === undefined)) {
    const reason = inapplicable(question, known);
    if (reason === undefined) resolve(question);
    else issues.push(...givenInVain(question, raw, reason));
  }

  const components = chooseComponents(questions, available, answers, required, issues, notices);
  const chosen = new Set(components.map(({ id }) => id));
  for (const question of questions) {
    if (question.component === undefined) continue;
    const reason = chosen.has(question.component)
      ? inapplicable(question, known)
      : `the component ${question.component} is not in the plan`;
    if (reason === undefined) resolve(question);
    else issues.push(...givenInVain(question, raw, reason));
  }
  return { answers, components, issues, notices };
}

/** How a user names a question in the source it was answered by. */
export function describeSource(key: string, source: Source): string {
  switch (source) {
    case 'flag':
      return flagOf(key);
    case 'set':
      return `--set ${key}=…`;
    case 'answers file':
      return `${key} in the answers file`;
    case 'environment':
      return environmentNameOf(key);
    case 'bulwark.json':
      return `answers.${key} in bulwark.json`;
    case 'prompt':
    case 'team lock':
    case 'team default':
    case 'directory':
    case 'preset':
    case 'default':
      return `${key} (${source})`;
    case 'detected':
      return `${key} (as found in the repository)`;
  }
}

function inapplicable({ field }: Question, known: KnownAnswers): string | undefined {
  return field.when === undefined || field.when.test(known) ? undefined : field.when.reason;
}

function firstGiven(question: Question, raw: RawAnswers, issues: Issue[]): Answer | undefined {
  for (const source of SOURCES) {
    const given = raw[source];
    if (!given?.has(question.key)) continue;
    const parsed = parseValue(question.field, given.get(question.key));
    if ('value' in parsed) return { value: parsed.value, source };
    issues.push({
      id: 'invalid-answer',
      message: `${question.field.label}: ${shown(given.get(question.key))} ${parsed.fault}`,
      where: describeSource(question.key, source),
      hint: parsed.hint,
    });
    return undefined;
  }
  return undefined;
}

function givenInVain(question: Question, raw: RawAnswers, reason: string): Issue[] {
  return SOURCES.filter((source) => DELIBERATE.has(source) && raw[source]?.has(question.key)).map(
    (source) => ({
      id: 'does-not-apply',
      message: `${question.field.label} does not apply: ${reason}`,
      where: describeSource(question.key, source),
      hint: `leave out ${describeSource(question.key, source)}`,
    }),
  );
}

function unknownKeys(questions: readonly Question[], raw: RawAnswers): Issue[] {
  const keys = new Set(questions.map(({ key }) => key));
  return SOURCES.flatMap((source) =>
    [...(raw[source]?.keys() ?? [])]
      .filter((key) => !keys.has(key))
      .map((key): Issue => {
        const suggestion = nearest(key, keys);
        return {
          id: 'unknown-answer',
          message: `there is no question ${JSON.stringify(key)}`,
          where: describeSource(key, source),
          hint:
            suggestion === undefined
              ? 'see "bulwark list" for what can be answered'
              : `did you mean ${suggestion}?`,
        };
      }),
  );
}

function chooseComponents(
  questions: readonly Question[],
  available: readonly AnyComponent[],
  answers: Map<string, Answer>,
  required: readonly RequiredComponent[],
  issues: Issue[],
  notices: string[],
): AnyComponent[] {
  const byId = new Map(available.map((component) => [component.id, component]));
  const stack = String(answers.get('stack')?.value);
  const chosen = new Set<ComponentId>(
    available.filter(({ category }) => category === 'essential').map(({ id }) => id),
  );
  const askedBy = new Map<ComponentId, string>();
  for (const { key, category } of questions) {
    if (category === undefined) continue;
    for (const component of available) if (component.category === category) askedBy.set(component.id, key);
    const value = answers.get(key)?.value;
    for (const id of Array.isArray(value) ? value : [value]) chosen.add(String(id));
  }
  const demand = (needed: ComponentId, by: string): void => {
    if (chosen.has(needed)) return;
    const key = askedBy.get(needed) ?? '';
    const answer = answers.get(key);
    const members = [...asList(answer?.value), needed];
    if (answer && !IMPLICIT.has(answer.source)) {
      issues.push({
        id: 'requires',
        message: `${by} needs ${needed}`,
        where: describeSource(key, answer.source),
        hint: `add it: ${flagOf(key)} ${members.join(',')}`,
      });
      return;
    }
    const field = questions.find((question) => question.key === key)?.field;
    const order = field?.kind === 'set' ? field.options : members;
    answers.set(key, {
      value: order.filter((option) => members.includes(option)),
      source: answer?.source ?? 'default',
    });
    notices.push(`${needed} was added, for ${by} needs it`);
    chosen.add(needed);
  };
  for (const { component, pack } of required) {
    const found = byId.get(component);
    if (found && supportsStack(found, stack)) demand(component, `the pack "${pack}"`);
  }
  // A set grows while it is walked: what is added here is checked for its own requirements too.
  for (const id of chosen) {
    const component = byId.get(id);
    if (!component) continue;
    if (!supportsStack(component, stack)) {
      issues.push({
        id: 'not-for-stack',
        message: `${id} is made for ${component.stacks?.join(', ') ?? ''}, not for ${stack}`,
        where: describeSource(askedBy.get(id) ?? id, answers.get(askedBy.get(id) ?? '')?.source ?? 'default'),
        hint: `leave ${id} out, or choose another stack`,
      });
    }
    for (const needed of component.requires ?? []) demand(needed, id);
  }
  return available.filter(({ id }) => chosen.has(id));
}

const asList = (value: FieldValue | undefined): readonly string[] =>
  Array.isArray(value) ? (value as readonly string[]) : [];

const shown = (value: unknown): string => {
  const text = JSON.stringify(value);
  return text.length > 60 ? `${text.slice(0, 57)}…"` : text;
};
