/** Shapes of data: one description gives the check with its messages and the JSON Schema for editors. */
import type { Issue } from '../errors.ts';
import { nearest } from '../plan/nearest.ts';
import { repoPathFault } from '../tree/repo-path.ts';

/** What a value may be. `says` tells a person what belongs there. */
export type Shape =
  | {
      readonly type: 'text';
      readonly says: string;
      readonly pattern?: string;
      readonly fault?: Fault;
      readonly maxLength?: number;
    }
  /** A path inside the pack or the repository; with `folders`, a trailing slash names a folder. */
  | { readonly type: 'path'; readonly says: string; readonly folders?: boolean }
  | { readonly type: 'integer'; readonly says: string }
  | { readonly type: 'boolean'; readonly says: string }
  | { readonly type: 'one-of'; readonly says: string; readonly values: readonly string[] }
  | { readonly type: 'list'; readonly says: string; readonly of: Shape; readonly maxItems?: number }
  | { readonly type: 'map'; readonly says: string; readonly key: KeyShape; readonly of: Shape }
  | { readonly type: 'object'; readonly says: string; readonly keys: Readonly<Record<string, Key>> }
  /** The first whose kind of value it is judges it. */
  | { readonly type: 'any-of'; readonly says: string; readonly of: readonly Shape[] };

type Fault = (value: string) => string | undefined;

export interface KeyShape {
  readonly says: string;
  readonly pattern?: string;
  readonly isPath?: boolean;
}

export interface Key {
  readonly shape: Shape;
  readonly required?: boolean;
}

/** Far beyond honest data, and short of what takes long to judge. */
const MAX_ITEMS = 500;
const MAX_TEXT = 4096;
const MAX_DEPTH = 12;
/** Names that lead out of an object where somebody reads it carelessly. */
const PROTOTYPE_NAMES: ReadonlySet<string> = new Set(['__proto__', 'constructor', 'prototype']);

/**
 * Judges a value.
 * @param where the file it stands in; messages name the place below it as `pack.json#/fields/tier`
 * @returns everything that is wrong: ids `<subject>-key`, `<subject>-value`, `<subject>-missing`
 */
export function shapeFaults(shape: Shape, value: unknown, where: string, subject: string): Issue[] {
  return judge(shape, value, { where, pointer: '', depth: 0, subject });
}

interface Place {
  readonly where: string;
  readonly pointer: string;
  readonly depth: number;
  readonly subject: string;
}

const below = (place: Place, key: string | number): Place => ({
  ...place,
  pointer: `${place.pointer}/${String(key).replaceAll('~', '~0').replaceAll('/', '~1')}`,
  depth: place.depth + 1,
});

const at = ({ where, pointer }: Place): string => (pointer === '' ? where : `${where}#${pointer}`);

const wrongValue = (place: Place, message: string, hint: string): Issue => ({
  id: `${place.subject}-value`,
  message,
  where: at(place),
  hint,
});

function judge(shape: Shape, value: unknown, place: Place): Issue[] {
  if (place.depth > MAX_DEPTH)
    return [wrongValue(place, 'the data are nested too deeply', 'make them flatter')];
  if (shape.type === 'any-of') {
    const fitting = shape.of.find((option) => isOfKind(option, value));
    return fitting ? judge(fitting, value, place) : [wrongKind(shape, value, place)];
  }
  if (!isOfKind(shape, value)) return [wrongKind(shape, value, place)];
  switch (shape.type) {
    case 'text':
      return judgeText(shape, value as string, place);
    case 'path': {
      const path = value as string;
      const fault = repoPathFault(shape.folders === true ? path.replace(/\/$/, '') : path);
      return fault === undefined ? [] : [wrongValue(place, `the path ${shown(path)} ${fault}`, PATH_HINT)];
    }
    case 'one-of':
      return judgeOption(shape.values, value as string, place);
    case 'list':
      return tooMany((value as unknown[]).length, place, shape.maxItems).concat(
        (value as unknown[])
          .slice(0, shape.maxItems ?? MAX_ITEMS)
          .flatMap((item, index) => judge(shape.of, item, below(place, index))),
      );
    case 'map':
      return judgeMap(shape, value as Readonly<Record<string, unknown>>, place);
    case 'object':
      return judgeObject(shape, value as Readonly<Record<string, unknown>>, place);
    case 'integer':
    case 'boolean':
      return [];
  }
}

const PATH_HINT = 'use a relative path with forward slashes that stays inside';

function judgeText(shape: Shape & { type: 'text' }, text: string, place: Place): Issue[] {
  const limit = shape.maxLength ?? MAX_TEXT;
  if (text.length > limit)
    return [wrongValue(place, `the text is longer than ${limit} characters`, shape.says)];
  if (/\p{Control}|\p{Surrogate}|\p{Bidi_Control}/u.test(text))
    return [
      wrongValue(
        place,
        `${shown(text)} holds a character that does not show`,
        'write it in one line of plain text',
      ),
    ];
  if (shape.pattern !== undefined && !new RegExp(shape.pattern, 'u').test(text))
    return [wrongValue(place, `${shown(text)} does not fit here`, `write ${shape.says}`)];
  const fault = shape.fault?.(text);
  return fault === undefined ? [] : [wrongValue(place, `${shown(text)} ${fault}`, `write ${shape.says}`)];
}

function judgeOption(values: readonly string[], given: string, place: Place): Issue[] {
  if (values.includes(given)) return [];
  const near = nearest(given, values);
  return [
    wrongValue(
      place,
      `${shown(given)} is not one of ${values.join(', ')}`,
      near === undefined ? `use one of ${values.join(', ')}` : `did you mean "${near}"?`,
    ),
  ];
}

function judgeMap(
  shape: Shape & { type: 'map' },
  map: Readonly<Record<string, unknown>>,
  place: Place,
): Issue[] {
  const entries = Object.entries(map);
  return tooMany(entries.length, place).concat(
    entries.slice(0, MAX_ITEMS).flatMap(([key, value]) => {
      const fault = keyFault(shape.key, key);
      return fault === undefined
        ? judge(shape.of, value, below(place, key))
        : [
            {
              id: `${place.subject}-key`,
              message: `the key ${shown(key)} ${fault}`,
              where: at(place),
              hint: `write ${shape.key.says}`,
            },
          ];
    }),
  );
}

function keyFault({ pattern, isPath }: KeyShape, key: string): string | undefined {
  if (PROTOTYPE_NAMES.has(key)) return 'is reserved';
  if (isPath === true) return repoPathFault(key.replace(/\/$/, ''));
  return pattern === undefined || new RegExp(pattern, 'u').test(key) ? undefined : 'does not fit here';
}

function judgeObject(
  { keys }: Shape & { type: 'object' },
  object: Readonly<Record<string, unknown>>,
  place: Place,
): Issue[] {
  const known = Object.keys(keys);
  const unknown = Object.keys(object).filter((key) => !Object.hasOwn(keys, key));
  const missing = known.filter((key) => keys[key]?.required === true && !Object.hasOwn(object, key));
  return [
    ...unknown.slice(0, MAX_ITEMS).map((key): Issue => {
      const near = nearest(key, known);
      return {
        id: `${place.subject}-key`,
        message: `unknown key ${shown(key)}`,
        where: at(place),
        hint: near === undefined ? `the keys are ${known.join(', ')}` : `did you mean "${near}"?`,
      };
    }),
    ...missing.map((key): Issue => ({
      id: `${place.subject}-missing`,
      message: `the key "${key}" is missing`,
      where: at(place),
      hint: `add "${key}": ${keys[key]?.shape.says ?? ''}`,
    })),
    ...known
      .filter((key) => Object.hasOwn(object, key))
      .flatMap((key) => {
        const { shape } = keys[key] ?? {};
        return shape ? judge(shape, object[key], below(place, key)) : [];
      }),
  ];
}

function tooMany(count: number, place: Place, allowed = MAX_ITEMS): Issue[] {
  return count > allowed
    ? [wrongValue(place, `has ${count} entries; ${allowed} are allowed`, 'leave out what is not needed')]
    : [];
}

const wrongKind = (shape: Shape, value: unknown, place: Place): Issue =>
  wrongValue(place, `${shown(value)} is not ${shape.says}`, `write ${shape.says}`);

function isOfKind(shape: Shape, value: unknown): boolean {
  switch (shape.type) {
    case 'text':
    case 'path':
    case 'one-of':
      return typeof value === 'string';
    case 'integer':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'list':
      return Array.isArray(value);
    case 'map':
    case 'object':
      return isObject(value);
    case 'any-of':
      return shape.of.some((option) => isOfKind(option, value));
  }
}

/** A map of data, and no list. */
export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

function shown(value: unknown): string {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

/** The schema that is published for editors. */
export const publishedSchema = (shape: Shape, title: string): Readonly<Record<string, unknown>> => ({
  $schema: 'http://json-schema.org/draft-07/schema#',
  title,
  ...jsonSchemaOf(shape),
});

/** The same in JSON Schema, draft 7. */
export function jsonSchemaOf(shape: Shape): Readonly<Record<string, unknown>> {
  const described = { description: shape.says };
  switch (shape.type) {
    case 'text':
      return {
        ...described,
        type: 'string',
        maxLength: shape.maxLength ?? MAX_TEXT,
        ...(shape.pattern !== undefined && { pattern: shape.pattern }),
      };
    case 'path':
      return { ...described, type: 'string', not: { pattern: '(^/|\\\\|(^|/)\\.\\.?(/|$))' } };
    case 'integer':
    case 'boolean':
      return { ...described, type: shape.type };
    case 'one-of':
      return { ...described, enum: shape.values };
    case 'list':
      return {
        ...described,
        type: 'array',
        items: jsonSchemaOf(shape.of),
        maxItems: shape.maxItems ?? MAX_ITEMS,
      };
    case 'map':
      return {
        ...described,
        type: 'object',
        maxProperties: MAX_ITEMS,
        ...(shape.key.pattern !== undefined && { propertyNames: { pattern: shape.key.pattern } }),
        additionalProperties: jsonSchemaOf(shape.of),
      };
    case 'object':
      return {
        ...described,
        type: 'object',
        additionalProperties: false,
        required: Object.keys(shape.keys).filter((key) => shape.keys[key]?.required === true),
        properties: Object.fromEntries(
          Object.entries(shape.keys).map(([key, entry]) => [key, jsonSchemaOf(entry.shape)]),
        ),
      };
    case 'any-of':
      return { ...described, anyOf: shape.of.map(jsonSchemaOf) };
  }
}
