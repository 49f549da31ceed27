/** The schema that editors get: it takes what the parser takes, knows the same keys, and refuses what is not in the language. */
import { Ajv } from 'ajv';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { CONDITION_KEYS } from '../../../src/rules/parse-condition.ts';
import {
  ASSERT_KEYS,
  DENY_KEYS,
  FILTER_KEYS,
  OPTION_KEYS,
  REQUIRE_KEYS,
} from '../../../src/rules/parse-demand.ts';
import { FILE_KEYS, parseRules, RULE_KEYS, WAIVER_KEYS } from '../../../src/rules/parse-rules.ts';
import { rulesSchema } from '../../../src/rules/rules-schema.ts';
import { ruleOf } from './support.ts';

const validate = new Ajv({
  strict: true,
  allowUnionTypes: true,
  strictRequired: false,
  strictTypes: false,
}).compile(rulesSchema());

const dig = (...keys: readonly string[]): Readonly<Record<string, unknown>> => {
  let here: unknown = rulesSchema();
  for (const key of keys) here = (here as Readonly<Record<string, unknown>>)[key];
  return here as Readonly<Record<string, unknown>>;
};

test('it takes the rules of a platform team', () => {
  const text = readFileSync(join(import.meta.dirname, '../../rules/acme.rules.yaml'), 'utf8');
  expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
});

const RULE = ['properties', 'rules', 'items', 'properties'] as const;

test.each([
  ['the file', ['properties'], FILE_KEYS],
  ['a rule', [...RULE], RULE_KEYS],
  ['a waiver', ['properties', 'waivers', 'items', 'properties'], WAIVER_KEYS],
  ['require', [...RULE, 'require', 'properties'], REQUIRE_KEYS],
  ['deny', [...RULE, 'deny', 'properties'], DENY_KEYS],
  ['assert', [...RULE, 'assert', 'properties'], ASSERT_KEYS],
  ['an option', [...RULE, 'require', 'properties', 'option', 'properties'], OPTION_KEYS],
  ['names', [...RULE, 'deny', 'properties', 'registry', 'anyOf', '2', 'properties'], FILTER_KEYS],
  ['a condition', ['definitions', 'condition', 'properties'], CONDITION_KEYS],
])('%s has the keys that the parser knows', (_, path, keys) => {
  expect(Object.keys(dig(...path)).sort()).toEqual([...keys].sort());
});

test('every key is described', () => {
  const bare: string[] = [];
  const look = (schema: unknown, path: string): void => {
    if (typeof schema !== 'object' || schema === null) return;
    const { properties } = schema as { properties?: Record<string, { description?: string }> };
    for (const [key, child] of Object.entries(properties ?? {})) {
      if (child.description === undefined && key !== '$schema') bare.push(`${path}.${key}`);
    }
    for (const [key, child] of Object.entries(schema)) look(child, `${path}.${key}`);
  };
  look(rulesSchema(), '');
  expect(bare.filter((path) => !/option$|assert$/.test(path))).toEqual([]);
});

describe('it and the parser agree', () => {
  const WAIVER = 'waivers: [{ rule: the-rule, owner: jane@acme.com, until: "2027-03-31", reason: x }]\n';
  test.each([
    [true, 'lock: { licence: MIT }'],
    [true, 'deny: { image: { in: "*:latest" } }'],
    [true, 'deny: { unpinnedImages: digest }'],
    [true, 'assert: { files: [a, b], path: a, not: { in: [1, true] } }'],
    [true, 'require: { option: { key: a.b, at-least: 3 } }'],
    [false, 'lock: {}'],
    [false, 'deny: {}'],
    [false, 'deny: { registry: {} }'],
    [false, 'deny: { unpinnedImages: false }'],
    [false, 'deny: { image: a, region: b }'],
    [false, 'require: { option: { key: a.b } }'],
    [false, 'require: { component: [] }'],
    [false, 'assert: { files: a, path: a }'],
    [false, 'assert: { path: a, exists: true }'],
    [false, 'assert: { files: a, path: a, exists: "yes" }'],
    [false, 'lock: { licence: MIT }\ndeny: { component: a }'],
    [false, 'severity: error'],
    [false, 'severity: fatal\nlock: { licence: MIT }'],
    [false, 'colour: red\nlock: { licence: MIT }'],
  ])('%s: %s', (isRight, demand) => {
    const text = ruleOf(demand) + WAIVER;
    expect(parseRules([{ name: 'r', text }]).issues.length === 0).toBe(isRight);
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(isRight);
  });

  test.each(['owner: jane@acme.com, ', 'until: "2027-03-31", ', ', reason: x', 'rule: the-rule, '])(
    'a waiver needs %s',
    (part) => {
      const text = ruleOf('lock: { licence: MIT }') + WAIVER.replace(part, '');
      expect(parseRules([{ name: 'r', text }]).issues).not.toEqual([]);
      expect(validate(parse(text))).toBe(false);
    },
  );
});
