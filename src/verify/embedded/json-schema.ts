/**
 * Judges data by a JSON Schema without compiling it: ajv takes a quarter of a second to load and compile the compose
 * schema, which every `create` would pay. Only the keywords that schema uses are known; any other is an error, and a
 * test holds this against ajv.
 */
import { isDeepStrictEqual } from 'node:util';
import { isRecord, recordOf, type PlainRecord } from './plain-data.ts';

export interface SchemaFault {
  readonly path: readonly (string | number)[];
  readonly message: string;
}

interface Outcome {
  readonly faults: readonly SchemaFault[];
  /** The keys that some `properties`, `patternProperties` or `additionalProperties` answered for. */
  readonly evaluated: ReadonlySet<string>;
}

/** Keywords that only describe. */
const ANNOTATIONS = new Set(['$schema', '$id', '$defs', 'title', 'description', 'deprecated', 'default']);

type Keyword = (
  demand: unknown,
  value: unknown,
  path: SchemaFault['path'],
  schema: PlainRecord,
  root: PlainRecord,
) => readonly SchemaFault[];

const patterns = new Map<string, RegExp>();

function patternOf(source: string): RegExp {
  let pattern = patterns.get(source);
  if (!pattern) {
    pattern = new RegExp(source, 'u');
    patterns.set(source, pattern);
  }
  return pattern;
}

const typeOf = (value: unknown): string => {
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'array';
  return typeof value;
};

const hasType = (value: unknown, type: unknown): boolean =>
  type === 'integer' ? Number.isInteger(value) : typeOf(value) === type;

const list = (demand: unknown): readonly unknown[] => (Array.isArray(demand) ? demand : [demand]);

const KEYWORDS: Readonly<Record<string, Keyword>> = {
  type: (demand, value, path) =>
    list(demand).some((type) => hasType(value, type))
      ? []
      : [{ path, message: `must be ${list(demand).join(' or ')}, not ${typeOf(value)}` }],
  enum: (demand, value, path) =>
    list(demand).some((one) => isDeepStrictEqual(one, value))
      ? []
      : [
          {
            path,
            message: `must be one of ${list(demand)
              .map((one) => JSON.stringify(one))
              .join(', ')}`,
          },
        ],
  minimum: (demand, value, path) =>
    typeof value !== 'number' || value >= Number(demand)
      ? []
      : [{ path, message: `must be at least ${String(demand)}` }],
  maximum: (demand, value, path) =>
    typeof value !== 'number' || value <= Number(demand)
      ? []
      : [{ path, message: `must be at most ${String(demand)}` }],
  pattern: (demand, value, path) =>
    typeof value !== 'string' || patternOf(String(demand)).test(value)
      ? []
      : [{ path, message: `must match ${String(demand)}` }],
  required: (demand, value, path) =>
    isRecord(value)
      ? list(demand)
          .map(String)
          .filter((key) => !Object.hasOwn(value, key))
          .map((key) => ({ path, message: `lacks ${key}` }))
      : [],
  uniqueItems: (demand, value, path) => {
    if (demand !== true || !Array.isArray(value)) return [];
    const twice = value.findIndex((item, index) =>
      value.slice(0, index).some((earlier) => isDeepStrictEqual(earlier, item)),
    );
    return twice < 0 ? [] : [{ path: [...path, twice], message: 'stands twice' }];
  },
  items: (demand, value, path, _schema, root) =>
    Array.isArray(value)
      ? value.flatMap((item, index) => judge(demand, item, [...path, index], root).faults)
      : [],
};

function judge(schema: unknown, value: unknown, path: SchemaFault['path'], root: PlainRecord): Outcome {
  const evaluated = new Set<string>();
  if (schema === true) return { faults: [], evaluated };
  if (!isRecord(schema)) return { faults: [{ path, message: 'is not allowed' }], evaluated };
  const faults: SchemaFault[] = [];
  const include = (outcome: Outcome): void => {
    faults.push(...outcome.faults);
    for (const key of outcome.evaluated) evaluated.add(key);
  };
  for (const [keyword, demand] of Object.entries(schema)) {
    const simple = Object.hasOwn(KEYWORDS, keyword) ? KEYWORDS[keyword] : undefined;
    if (simple) faults.push(...simple(demand, value, path, schema, root));
    else if (keyword === '$ref') include(judge(definition(String(demand), root), value, path, root));
    else if (keyword === 'allOf') for (const one of list(demand)) include(judge(one, value, path, root));
    else if (keyword === 'anyOf' || keyword === 'oneOf')
      include(judgeChoice(keyword, list(demand), value, path, root));
    else if (!OBJECT_KEYWORDS.has(keyword) && !ANNOTATIONS.has(keyword)) {
      throw new Error(`the JSON Schema keyword ${keyword} is not known here`);
    }
  }
  if (isRecord(value)) include(judgeMembers(schema, value, path, root));
  if (schema.unevaluatedProperties === false && isRecord(value)) {
    for (const key of Object.keys(value)) if (!evaluated.has(key)) faults.push(unknownKey(path, key));
  }
  return { faults, evaluated };
}

const OBJECT_KEYWORDS = new Set([
  'properties',
  'patternProperties',
  'additionalProperties',
  'unevaluatedProperties',
]);

const unknownKey = (path: SchemaFault['path'], key: string): SchemaFault => ({
  path: [...path, key],
  message: 'is a key that is not known here',
});

function judgeMembers(
  schema: PlainRecord,
  value: PlainRecord,
  path: SchemaFault['path'],
  root: PlainRecord,
): Outcome {
  const faults: SchemaFault[] = [];
  const evaluated = new Set<string>();
  const properties = recordOf(schema.properties);
  const byPattern = Object.entries(recordOf(schema.patternProperties));
  for (const [key, member] of Object.entries(value)) {
    const here = [...path, key];
    const schemas = byPattern.filter(([pattern]) => patternOf(pattern).test(key)).map(([, one]) => one);
    if (Object.hasOwn(properties, key)) schemas.push(properties[key]);
    else if (schemas.length === 0 && schema.additionalProperties === false) {
      faults.push(unknownKey(path, key));
      continue;
    } else if (schemas.length === 0 && schema.additionalProperties !== undefined) {
      schemas.push(schema.additionalProperties);
    }
    for (const one of schemas) faults.push(...judge(one, member, here, root).faults);
    if (schemas.length > 0) evaluated.add(key);
  }
  return { faults, evaluated };
}

/** The branch that fits; when none does, the faults of the one that was most likely meant. */
function judgeChoice(
  keyword: 'anyOf' | 'oneOf',
  branches: readonly unknown[],
  value: unknown,
  path: SchemaFault['path'],
  root: PlainRecord,
): Outcome {
  const outcomes = branches.map((branch) => judge(branch, value, path, root));
  const fitting = outcomes.filter(({ faults }) => faults.length === 0);
  const [first] = fitting;
  if (first && (keyword === 'anyOf' || fitting.length === 1)) {
    return { faults: [], evaluated: new Set(fitting.flatMap(({ evaluated }) => [...evaluated])) };
  }
  if (first)
    return {
      faults: [{ path, message: 'fits more than one of the allowed forms' }],
      evaluated: first.evaluated,
    };
  // The faults that lie deepest belong to the form that has the right type at the top.
  const depth = (outcome: Outcome): number => Math.max(...outcome.faults.map((fault) => fault.path.length));
  const deepest = Math.max(...outcomes.map(depth));
  const meant = outcomes.filter((outcome) => depth(outcome) === deepest);
  if (deepest > path.length && meant[0]) return meant[0];
  const wanted = outcomes.flatMap(({ faults }) => faults.map(({ message }) => message));
  return { faults: [{ path, message: [...new Set(wanted)].join(', or ') }], evaluated: new Set() };
}

function definition(reference: string, root: PlainRecord): unknown {
  const name = /^#\/\$defs\/([^/]+)$/.exec(reference)?.[1];
  const found = name === undefined ? undefined : recordOf(root.$defs)[name];
  if (found === undefined) throw new Error(`the JSON Schema reference ${reference} leads nowhere`);
  return found;
}

/** @returns what is wrong with `value`; nothing when it fits */
export const schemaFaults = (schema: PlainRecord, value: unknown): readonly SchemaFault[] =>
  judge(schema, value, [], schema).faults;
