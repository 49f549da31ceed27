/** Answers as a document that people read and edit: component fields nested under their component. */
import type { FieldValue } from '../component/fields.ts';
import type { Answers } from './answers.ts';

export type AnswersDocument = Readonly<Record<string, FieldValue | Readonly<Record<string, FieldValue>>>>;

/** `fastapi.python` → `{fastapi: {python: …}}`, in the order of the questions. */
export function answersDocument(answers: Answers): AnswersDocument {
  const document: Record<string, FieldValue | Record<string, FieldValue>> = {};
  for (const [key, { value }] of answers) {
    const dot = key.indexOf('.');
    if (dot < 0) {
      document[key] = value;
      continue;
    }
    const component = key.slice(0, dot);
    const fields = (document[component] ??= {}) as Record<string, FieldValue>;
    fields[key.slice(dot + 1)] = value;
  }
  return document;
}

/** The inverse: `{fastapi: {python: …}}` and `{"fastapi.python": …}` both become `fastapi.python`. */
export function flattenAnswers(document: Readonly<Record<string, unknown>>): Map<string, unknown> {
  const values = new Map<string, unknown>();
  for (const [key, value] of Object.entries(document)) {
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) {
      for (const [field, answer] of Object.entries(value)) values.set(`${key}.${field}`, answer);
    } else {
      values.set(key, value);
    }
  }
  return values;
}
