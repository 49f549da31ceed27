/** Turns what was typed or read into a field's value, or says in plain words why it cannot. */
import type { Field, FieldValue } from '../component/fields.ts';
import { nearest } from './nearest.ts';

export type ParsedValue = { readonly value: FieldValue } | { readonly fault: string; readonly hint: string };

/** @param raw text from a flag, the environment or a prompt, or a typed value from a file */
export function parseValue(field: Field, raw: unknown): ParsedValue {
  switch (field.kind) {
    case 'text':
      return parseText(field, raw);
    case 'integer':
      return parseInteger(field, raw);
    case 'boolean':
      return parseBoolean(raw);
    case 'choice':
      return parseOption(field.options, raw);
    case 'set':
      return parseSet(field.options, raw);
  }
}

/** What a field takes, in a few words, for messages and help. */
export function describeValues(field: Field): string {
  switch (field.kind) {
    case 'text':
      return `text of at most ${field.maxLength} characters`;
    case 'integer':
      return `a whole number from ${field.min} to ${field.max}`;
    case 'boolean':
      return 'true or false';
    case 'choice':
      return `one of ${field.options.join(', ')}`;
    case 'set':
      return `any of ${field.options.join(', ')}, separated by commas; "none" for none of them`;
  }
}

// eslint-disable-next-line no-control-regex -- control characters are what must be found
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/u;
const LONE_SURROGATE = /\p{Surrogate}/u;

function parseText(field: Field & { kind: 'text' }, raw: unknown): ParsedValue {
  if (typeof raw !== 'string') return { fault: `is ${typeName(raw)}, not text`, hint: 'put it in quotes' };
  const limit = `use ${describeValues(field)} in one line`;
  if (CONTROL.test(raw)) return { fault: 'holds a line break or another control character', hint: limit };
  if (LONE_SURROGATE.test(raw)) return { fault: 'is not valid Unicode text', hint: limit };
  if (Array.from(raw).length > field.maxLength)
    return { fault: `is longer than ${field.maxLength} characters`, hint: limit };
  const fault = field.validate?.(raw);
  return fault === undefined ? { value: raw } : { fault, hint: field.help };
}

function parseInteger(field: Field & { kind: 'integer' }, raw: unknown): ParsedValue {
  const value = typeof raw === 'string' && /^-?\d{1,15}$/.test(raw) ? Number(raw) : raw;
  const hint = `use ${describeValues(field)}`;
  if (typeof value !== 'number' || !Number.isInteger(value)) return { fault: 'is not a whole number', hint };
  if (value < field.min || value > field.max)
    return { fault: `is not between ${field.min} and ${field.max}`, hint };
  return { value };
}

function parseBoolean(raw: unknown): ParsedValue {
  if (raw === true || raw === 'true' || raw === 'yes') return { value: true };
  if (raw === false || raw === 'false' || raw === 'no') return { value: false };
  return { fault: 'is neither true nor false', hint: 'use true or false' };
}

function parseOption(options: readonly string[], raw: unknown): ParsedValue {
  // YAML reads an unquoted 3.13 as a number; its text is what was meant.
  const text = typeof raw === 'number' ? String(raw) : raw;
  if (typeof text === 'string' && options.includes(text)) return { value: text };
  const suggestion = typeof text === 'string' ? nearest(text, options) : undefined;
  return {
    fault: 'is not an option',
    hint:
      suggestion === undefined
        ? `use one of ${options.join(', ')}`
        : `did you mean ${suggestion}? use one of ${options.join(', ')}`,
  };
}

function parseSet(options: readonly string[], raw: unknown): ParsedValue {
  const items =
    typeof raw === 'string'
      ? raw === '' || raw === 'none'
        ? []
        : raw.split(',').map((item) => item.trim())
      : raw;
  if (!Array.isArray(items))
    return { fault: `is ${typeName(raw)}, not a list`, hint: `use any of ${options.join(', ')}` };
  for (const item of items) {
    const parsed = parseOption(options, item);
    if ('fault' in parsed)
      return { fault: `has ${JSON.stringify(item)}, which is not an option`, hint: parsed.hint };
  }
  const chosen = new Set(items.map(String));
  return { value: options.filter((option) => chosen.has(option)) };
}

const typeName = (value: unknown): string =>
  value === null
    ? 'empty'
    : Array.isArray(value)
      ? 'a list'
      : typeof value === 'object'
        ? 'an object'
        : `a ${typeof value}`;
