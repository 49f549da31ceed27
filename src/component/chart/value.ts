/** A value of a Helm chart, told once: values.yaml, values.schema.json and the README's table are written from it. */
import { SINKS } from '../../render/quote.ts';
import { literal } from '../../render/view.ts';
import type { View, ViewLiteral } from '../contribution.ts';

type Scalar = string | number | boolean;
export type Default = Scalar | readonly Scalar[];

/** JSON Schema (draft 7, the one that every Helm 3 reads), as far as it differs from what the default says. */
export type Schema = Readonly<Record<string, unknown>>;

interface Told {
  readonly key: string;
  /** One line for the person who sets it. */
  readonly says: string;
  readonly schema: Schema;
}

/** A value without others below it. */
export interface Leaf extends Told {
  readonly default: Default;
}

/** Values under a name. An empty one may be filled with whatever its schema allows. */
export interface Branch extends Told {
  readonly values: readonly ChartValue[];
}

export type ChartValue = Leaf | Branch;

const TYPES = { string: 'string', number: 'integer', boolean: 'boolean' } as const;

const typeOf = (value: Default): string =>
  typeof value === 'object' ? 'array' : TYPES[typeof value as keyof typeof TYPES];

/** A value and what it is when nobody sets it; its type follows from that. */
export const value = (key: string, fallback: Default, says: string, schema: Schema = {}): Leaf => ({
  key,
  default: fallback,
  says,
  schema: { type: typeOf(fallback), ...schema },
});

/**
 * Values under a name; a name that is not among them is refused.
 * @param schema more about the map, such as `additionalProperties`
 */
export const values = (
  key: string,
  says: string,
  children: readonly ChartValue[],
  schema: Schema = {},
): Branch => ({ key, says, values: children, schema });

const isBranch = (one: ChartValue): one is Branch => 'values' in one;

const scalarText = (scalar: Scalar): string =>
  typeof scalar === 'string' ? SINKS.yaml(scalar) : String(scalar);

/** Flow style, which one line holds. */
const yamlText = (fallback: Default): string =>
  typeof fallback === 'object' ? `[${fallback.map(scalarText).join(', ')}]` : scalarText(fallback);

const INDENT = '  ';

function yamlLines(one: ChartValue, indent: string): readonly string[] {
  const key = SINKS.yaml(one.key);
  const comment = `${indent}# -- ${SINKS.comment(one.says)}`;
  if (!isBranch(one)) return [comment, `${indent}${key}: ${yamlText(one.default)}`];
  if (one.values.length === 0) return [comment, `${indent}${key}: {}`];
  return [comment, `${indent}${key}:`, ...one.values.flatMap((child) => yamlLines(child, indent + INDENT))];
}

/** The body of values.yaml: each value below the line that says what it is, with `# --` as helm-docs reads it. */
export const valuesText = (all: readonly ChartValue[]): ViewLiteral =>
  literal(all.map((one) => yamlLines(one, '').join('\n')).join('\n\n'));

function schemaOf(one: ChartValue): Schema {
  const description = one.says;
  return isBranch(one)
    ? { description, ...mapSchema(one.values), ...one.schema }
    : { description, ...one.schema };
}

const mapSchema = (children: readonly ChartValue[]): Schema => ({
  type: 'object',
  properties: Object.fromEntries(children.map((child) => [child.key, schemaOf(child)])),
  additionalProperties: false,
});

/**
 * The text of values.schema.json.
 * @param more what holds of several values together, such as `allOf`
 */
export const schemaText = (all: readonly ChartValue[], more: Schema): ViewLiteral => {
  const schema = mapSchema(all);
  const document = {
    $schema: 'http://json-schema.org/draft-07/schema#',
    ...schema,
    properties: {
      ...(schema.properties as object),
      global: { type: 'object', description: 'What Helm hands to every dependency.' },
    },
    ...more,
  };
  return literal(JSON.stringify(document, null, 2));
};

/** A row of the README: `{{path}}`, `{{default}}` and `{{says}}`, each as it stands in a cell. */
export const valueRows = (all: readonly ChartValue[]): readonly View[] =>
  all.flatMap((one) => rowsOf(one, ''));

function rowsOf(one: ChartValue, above: string): readonly View[] {
  // A dot within a key is escaped as `--set` wants it.
  const path = `${above}${one.key.replaceAll('.', '\\.')}`;
  if (isBranch(one)) {
    const own = rowOf(path, one.values.length === 0 ? '{}' : '', one.says);
    return [own, ...one.values.flatMap((child) => rowsOf(child, `${path}.`))];
  }
  return [rowOf(path, JSON.stringify(one.default), one.says)];
}

/** In a cell of a table a bar ends the cell, within code too (GitHub Flavored Markdown, section 4.10). */
const code = (text: string): ViewLiteral =>
  literal(text === '' ? '' : `\`${text.replaceAll('`', "'").replaceAll('|', '\\|')}\``);

const rowOf = (path: string, fallback: string, says: string): View => ({
  path: code(path),
  default: code(fallback),
  says,
});
