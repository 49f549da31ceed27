/** Reads conditions, globs and paths of a rules file, with a fault for each that cannot be understood. */
import { isFigure } from './compare.ts';
import type { Condition, Literal } from './condition.ts';
import type { Entries, FaultList } from './fault-list.ts';
import { isGlob, parseGlob, type Glob, type GlobKind } from './glob.ts';
import { textOfScalar, type Located, type Spot } from './located-yaml.ts';
import { parseValuePath, type ValuePath } from './path-language.ts';
import { isPattern, parsePattern } from './pattern.ts';

export const CONDITION_KEYS = [
  'exists',
  'equals',
  'in',
  'contains',
  'matches',
  'at-least',
  'at-most',
  'not',
] as const;

/** How deep `not` may stand in `not`. */
const MAX_NOT = 3;

/** The condition that the entries of a map make together; other keys of the map are not looked at. */
export function readCondition(
  entries: Entries,
  at: Spot,
  faults: FaultList,
  depth = 0,
): Condition | undefined {
  const conditions: Condition[] = [];
  let given = 0;
  for (const key of CONDITION_KEYS) {
    const value = entries.get(key)?.value;
    if (!value) continue;
    given += 1;
    const condition = readOne(key, value, faults, depth);
    if (condition) conditions.push(condition);
  }
  if (given === 0) {
    faults.add('rules-shape', at, 'there is no condition here', `add one of ${CONDITION_KEYS.join(', ')}`);
    return undefined;
  }
  const [first] = conditions;
  if (conditions.length < given || !first) return undefined;
  return conditions.length === 1 ? first : { kind: 'all', conditions };
}

function readOne(
  key: (typeof CONDITION_KEYS)[number],
  value: Located,
  faults: FaultList,
  depth: number,
): Condition | undefined {
  switch (key) {
    case 'exists': {
      const wanted = faults.boolean(value, 'exists');
      return wanted === undefined ? undefined : { kind: 'exists', wanted };
    }
    case 'equals':
    case 'contains': {
      const literal = readLiteral(value, faults);
      return literal && { kind: key, value: literal };
    }
    case 'in': {
      const items = faults.list(value, 'in');
      if (value.kind === 'list' && value.items.length === 0) {
        faults.add(
          'rules-value',
          value.at,
          'in is an empty list, which nothing is in',
          'name what is allowed',
        );
      }
      const values = items.flatMap((item) => readLiteral(item, faults) ?? []);
      return values.length === 0 || values.length < items.length ? undefined : { kind: 'in', values };
    }
    case 'matches': {
      const source = faults.text(value, 'matches');
      if (source === undefined) return undefined;
      const pattern = parsePattern(source);
      if (isPattern(pattern)) return { kind: 'matches', pattern };
      faults.add(
        'rules-value',
        value.at,
        `the pattern ${JSON.stringify(source.slice(0, 60))} ${pattern.message} (character ${pattern.offset + 1})`,
        'patterns have literals, [ ], ( ), |, ^, $ and repetitions, as RE2 knows them',
      );
      return undefined;
    }
    case 'at-least':
    case 'at-most': {
      const bound = faults.text(value, key);
      if (bound === undefined) return undefined;
      if (isFigure(bound)) return { kind: key, bound };
      faults.add(
        'rules-value',
        value.at,
        `${key} ${JSON.stringify(bound)} is no number, version or quantity`,
        'write a figure such as 2, "3.12" or 512Mi',
      );
      return undefined;
    }
    case 'not': {
      const inner = faults.map(value, 'not', CONDITION_KEYS, []);
      if (!inner) return undefined;
      if (depth >= MAX_NOT) {
        faults.add('rules-depth', value.at, 'not stands in not too often', 'write the condition itself');
        return undefined;
      }
      const condition = readCondition(inner, value.at, faults, depth + 1);
      return condition && { kind: 'not', condition };
    }
  }
}

/** A scalar or a list of such; a map is a fault. */
export function readLiteral(value: Located, faults: FaultList): Literal | undefined {
  if (value.kind === 'map') {
    faults.add('rules-shape', value.at, 'a value is a text, a number, true, false or a list', 'write it so');
    return undefined;
  }
  if (value.kind !== 'list') return { kind: 'scalar', text: textOfScalar(value) };
  const items = faults.list(value, 'the value').map((item) => readLiteral(item, faults));
  const read = items.filter((item) => item !== undefined);
  return read.length === items.length ? { kind: 'list', items: read } : undefined;
}

export function readGlobs(value: Located, what: string, kind: GlobKind, faults: FaultList): readonly Glob[] {
  return faults.texts(value, what).flatMap(({ at, text }) => {
    const glob = parseGlob(text, kind);
    if (isGlob(glob)) return [glob];
    const example = kind === 'path' ? 'kubernetes/**/*.yaml' : 'ghcr.io/acme/*';
    faults.add(
      'rules-value',
      at,
      `${what}: the pattern ${JSON.stringify(text)} ${glob.fault}`,
      `write it as ${example}`,
    );
    return [];
  });
}

export function readPath(source: string, at: Spot, faults: FaultList): ValuePath | undefined {
  const path = parseValuePath(source);
  if ('steps' in path) return path;
  faults.add(
    'rules-value',
    at,
    `the path ${JSON.stringify(source.slice(0, 80))} ${path.fault} (character ${path.offset + 1})`,
    'write it as spec.containers[*].image or metadata.labels["acme.com/owner"]',
  );
  return undefined;
}
