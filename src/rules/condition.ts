/** What a rule asks of one value: the forms of a condition, whether a value meets it, and how it reads in a sentence. */
import { compareFigures } from './compare.ts';
import { MAX_TEXT_LENGTH, type Pattern } from './pattern.ts';

/** A value as a rules file has it. A number keeps the text it was written in: `3.10` is a version, not 3.1. */
export type Literal =
  | { readonly kind: 'scalar'; readonly text: string }
  | { readonly kind: 'list'; readonly items: readonly Literal[] };

export type Condition =
  | { readonly kind: 'exists'; readonly wanted: boolean }
  | { readonly kind: 'equals'; readonly value: Literal }
  | { readonly kind: 'in'; readonly values: readonly Literal[] }
  | { readonly kind: 'contains'; readonly value: Literal }
  | { readonly kind: 'matches'; readonly pattern: Pattern }
  | { readonly kind: 'at-least' | 'at-most'; readonly bound: string }
  | { readonly kind: 'not'; readonly condition: Condition }
  /** Several that stand beside each other. */
  | { readonly kind: 'all'; readonly conditions: readonly Condition[] };

/** Where a document has no value. */
export const MISSING: unique symbol = Symbol('missing');

/**
 * Whether a value (plain data, or `MISSING`) meets a condition. A missing value meets only `exists: false` and `not`. Of a
 * list `in`, `matches`, `at-least` and `at-most` ask every item, and at least one; `equals` does not mind its order.
 */
export function meets(condition: Condition, value: unknown): boolean {
  switch (condition.kind) {
    case 'exists':
      return (value !== MISSING) === condition.wanted;
    case 'equals':
      return isSame(condition.value, value);
    case 'in':
      return everyItem(value, (item) => condition.values.some((one) => isSame(one, item)));
    case 'contains':
      return Array.isArray(value)
        ? value.some((item) => isSame(condition.value, item))
        : isMap(value) && condition.value.kind === 'scalar' && Object.hasOwn(value, condition.value.text);
    case 'matches':
      return everyItem(value, (item) => {
        const text = textOf(item);
        return text !== undefined && text.length <= MAX_TEXT_LENGTH && condition.pattern.test(text);
      });
    case 'at-least':
      return everyItem(value, (item) => (compare(item, condition.bound) ?? -1) >= 0);
    case 'at-most':
      return everyItem(value, (item) => (compare(item, condition.bound) ?? 1) <= 0);
    case 'not':
      // A text that is too long to be judged must not pass because nothing was found in it.
      return !(asksPattern(condition.condition) && isTooLong(value)) && !meets(condition.condition, value);
    case 'all':
      return condition.conditions.every((one) => meets(one, value));
  }
}

/** The condition as what follows "must": `be one of a, b`. */
export function describeCondition(condition: Condition): string {
  switch (condition.kind) {
    case 'exists':
      return condition.wanted ? 'be there' : 'not be there';
    case 'equals':
      return `be ${describeLiteral(condition.value)}`;
    case 'in':
      return condition.values.length === 1 && condition.values[0]
        ? `be ${describeLiteral(condition.values[0])}`
        : `be one of ${condition.values.map(describeLiteral).join(', ')}`;
    case 'contains':
      return `hold ${describeLiteral(condition.value)}`;
    case 'matches':
      return `match ${condition.pattern.source}`;
    case 'at-least':
      return `be at least ${condition.bound}`;
    case 'at-most':
      return `be at most ${condition.bound}`;
    case 'not':
      return `not ${describeCondition(condition.condition)}`;
    case 'all':
      return condition.conditions.map(describeCondition).join(' and ');
  }
}

export const describeLiteral = (literal: Literal): string =>
  literal.kind === 'scalar' ? quoted(literal.text) : `[${literal.items.map(describeLiteral).join(', ')}]`;

/** A value of a document in a message: short, on one line. */
export function describeValue(value: unknown): string {
  if (value === MISSING) return 'nothing';
  if (typeof value === 'string') return cut(quoted(value));
  if (Array.isArray(value)) {
    const items = (value as readonly unknown[]).map(textOf);
    const isShort = items.length <= 10 && items.every((item) => item !== undefined);
    return isShort ? cut(JSON.stringify(value)) : `a list of ${items.length}`;
  }
  return textOf(value) ?? 'a map';
}

const quoted = (text: string): string => (/^[A-Za-z0-9_./@:+-]+$/.test(text) ? text : JSON.stringify(text));

const cut = (text: string): string => {
  const characters = Array.from(text.slice(0, 400));
  return characters.length > 80 ? `${characters.slice(0, 79).join('')}…` : text;
};

export function isSame(literal: Literal, value: unknown): boolean {
  if (literal.kind === 'scalar') return textOf(value) === literal.text;
  if (!Array.isArray(value) || value.length !== literal.items.length) return false;
  const left = [...(value as readonly unknown[])];
  return literal.items.every((item) => {
    const index = left.findIndex((one) => isSame(item, one));
    if (index >= 0) left.splice(index, 1);
    return index >= 0;
  });
}

/** A scalar as text, by which 5432 and "5432" are the same; undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (value === null) return 'null';
  return typeof value === 'number' || typeof value === 'boolean' || typeof value === 'bigint'
    ? String(value)
    : undefined;
}

const compare = (value: unknown, bound: string): number | undefined => {
  const text = textOf(value);
  return text === undefined ? undefined : compareFigures(text, bound);
};

const everyItem = (value: unknown, test: (item: unknown) => boolean): boolean => {
  if (value === MISSING) return false;
  if (!Array.isArray(value)) return test(value);
  return value.length > 0 && value.every(test);
};

const asksPattern = (condition: Condition): boolean =>
  condition.kind === 'matches' ||
  (condition.kind === 'not' && asksPattern(condition.condition)) ||
  (condition.kind === 'all' && condition.conditions.some(asksPattern));

const isTooLong = (value: unknown): boolean =>
  (Array.isArray(value) ? (value as readonly unknown[]) : [value]).some(
    (item) => typeof item === 'string' && item.length > MAX_TEXT_LENGTH,
  );

const isMap = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
