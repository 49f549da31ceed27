/** The JSON Schema of answers files and of bulwark.json, for editors. */
import type { Field } from '../component/fields.ts';
import type { Question } from './questions.ts';

type Schema = Readonly<Record<string, unknown>>;

const DIALECT = 'http://json-schema.org/draft-07/schema#';

/** Schema of an answers file: every question that there is, in any set of components. */
export function answersSchema(questions: readonly Question[], presets: readonly string[]): Schema {
  return {
    $schema: DIALECT,
    title: 'Answers for bulwark create',
    ...answersObject(questions, {
      $schema: { type: 'string' },
      // A pack may bring presets of its own.
      preset: { description: 'The preset to start from.', anyOf: [{ enum: presets }, { type: 'string' }] },
      packs: {
        description: 'Template packs, by reference; relative ones start from the folder of this file.',
        type: 'array',
        items: { type: 'string' },
      },
    }),
  };
}

/** Schema of `bulwark.json` (SPEC section 2). */
export function settingsSchema(questions: readonly Question[], presets: readonly string[]): Schema {
  return {
    $schema: DIALECT,
    title: 'bulwark.json: how this repository was generated',
    type: 'object',
    additionalProperties: false,
    required: ['answers'],
    properties: {
      $schema: { type: 'string' },
      preset: { description: 'The preset that the answers started from, or null.', enum: [...presets, null] },
      answers: answersObject(questions, {}),
      packs: { description: 'Template packs, by reference.', type: 'array', items: { type: 'string' } },
      pins: PINS_SCHEMA,
    },
  };
}

const PINS_SCHEMA: Schema = {
  description: 'Digests and commits that tags stand for, as `bulwark pin` found them.',
  type: 'object',
  additionalProperties: false,
  required: ['images', 'actions'],
  properties: {
    images: { type: 'object', additionalProperties: { type: 'string', pattern: '^sha256:[0-9a-f]{64}$' } },
    actions: {
      type: 'object',
      additionalProperties: {
        type: 'object',
        additionalProperties: false,
        required: ['sha', 'version'],
        properties: { sha: { type: 'string', pattern: '^[0-9a-f]{40}$' }, version: { type: 'string' } },
      },
    },
  },
};

function answersObject(questions: readonly Question[], more: Schema): Schema {
  const properties: Record<string, unknown> = { ...more };
  const nested = new Map<string, Record<string, Schema>>();
  for (const { key, field } of questions) {
    const dot = key.indexOf('.');
    if (dot < 0) {
      properties[key] = fieldSchema(field);
    } else {
      const component = key.slice(0, dot);
      nested.set(component, { ...nested.get(component), [key.slice(dot + 1)]: fieldSchema(field) });
    }
  }
  for (const [component, fields] of nested) {
    properties[component] = { type: 'object', additionalProperties: false, properties: fields };
  }
  return { type: 'object', additionalProperties: false, properties };
}

function fieldSchema(field: Field): Schema {
  const described = { title: field.label, description: field.help };
  const withDefault =
    typeof field.default === 'function' ? described : { ...described, default: field.default };
  switch (field.kind) {
    case 'text':
      return {
        ...withDefault,
        type: 'string',
        maxLength: field.maxLength,
        ...(field.pattern !== undefined && { pattern: field.pattern }),
      };
    case 'integer':
      return { ...withDefault, type: 'integer', minimum: field.min, maximum: field.max };
    case 'boolean':
      return { ...withDefault, type: 'boolean' };
    case 'choice':
      return { ...withDefault, enum: field.options };
    case 'set':
      return { ...withDefault, type: 'array', uniqueItems: true, items: { enum: field.options } };
  }
}
