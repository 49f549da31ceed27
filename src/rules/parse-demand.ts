/** Reads what a rule demands: `require`, `lock`, `deny` or `assert`. */
import type { PathCondition, Demand, NameFilter } from './rule.ts';
import type { Literal } from './condition.ts';
import type { Entries, FaultList } from './fault-list.ts';
import type { Located } from './located-yaml.ts';
import { CONDITION_KEYS, readCondition, readGlobs, readLiteral, readPath } from './parse-condition.ts';

export const DEMAND_KEYS = ['require', 'lock', 'deny', 'assert'] as const;
export const REQUIRE_KEYS = ['component', 'option', 'file'] as const;
export const DENY_KEYS = [
  'component',
  'option',
  'registry',
  'image',
  'baseImage',
  'region',
  'unpinnedImages',
  'unpinnedActions',
] as const;
export const OPTION_KEYS = ['key', ...CONDITION_KEYS];
export const FILTER_KEYS = ['in', 'except'];
export const ASSERT_KEYS = ['files', 'must-exist', 'where', 'path', ...CONDITION_KEYS];

const COMPONENT = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const OPTION = /^[a-z][A-Za-z0-9]*(?:-[a-z0-9]+)*(?:\.[a-z][A-Za-z0-9]*)?$/;

/** The demand of a rule's entries, of which there must be exactly one. */
export function readDemand(rule: Located, entries: Entries, faults: FaultList): Demand | undefined {
  const given = DEMAND_KEYS.filter((key) => entries.has(key));
  const [kind] = given;
  const value = kind && entries.get(kind)?.value;
  if (given.length !== 1 || !value) {
    faults.add(
      'rules-shape',
      rule.at,
      given.length === 0 ? 'the rule demands nothing' : `the rule has ${given.join(' and ')}`,
      `give it one of ${DEMAND_KEYS.join(', ')}; two demands are two rules`,
    );
    return undefined;
  }
  switch (kind) {
    case 'require':
      return readRequire(value, faults);
    case 'lock':
      return readLock(value, faults);
    case 'deny':
      return readDeny(value, faults);
    case 'assert':
      return readAssert(value, faults);
  }
}

/** The one entry of a map that names what is required or denied. */
function only<Key extends string>(
  value: Located,
  what: string,
  keys: readonly Key[],
  faults: FaultList,
): { readonly key: Key; readonly value: Located } | undefined {
  const entries = faults.map(value, what, keys, []);
  if (!entries) return undefined;
  const given = keys.filter((key) => entries.has(key));
  const [key] = given;
  const found = key && entries.get(key)?.value;
  if (given.length === 1 && found) return { key, value: found };
  // An unknown key has been told of.
  if (given.length > 1 || entries.size === 0) {
    faults.add('rules-shape', value.at, `${what} names exactly one thing`, `one of ${keys.join(', ')}`);
  }
  return undefined;
}

function readRequire(value: Located, faults: FaultList): Demand | undefined {
  const given = only(value, 'require', REQUIRE_KEYS, faults);
  switch (given?.key) {
    case 'component':
      return readComponents('require-component', given.value, faults);
    case 'option':
      return readOption('require-option', given.value, faults);
    case 'file': {
      const files = readGlobs(given.value, 'file', 'path', faults);
      return files.length === 0 ? undefined : { kind: 'require-file', files };
    }
    case undefined:
      return undefined;
  }
}

function readComponents(
  kind: 'require-component' | 'deny-component',
  value: Located,
  faults: FaultList,
): Demand | undefined {
  const components = faults.texts(value, 'component').flatMap(({ at, text }) => {
    if (COMPONENT.test(text)) return [text];
    faults.add('rules-value', at, `${JSON.stringify(text)} is no name of a component`, 'see "bulwark list"');
    return [];
  });
  return components.length === 0 ? undefined : { kind, components };
}

function readKey(text: string, at: Located['at'], faults: FaultList): string | undefined {
  if (OPTION.test(text)) return text;
  faults.add(
    'rules-value',
    at,
    `${JSON.stringify(text)} is no key of an answer`,
    'write it as licence or postgres.version; see "bulwark info"',
  );
  return undefined;
}

function readOption(
  kind: 'require-option' | 'deny-option',
  value: Located,
  faults: FaultList,
): Demand | undefined {
  const entries = faults.map(value, 'option', OPTION_KEYS, ['key']);
  const named = entries?.get('key')?.value;
  if (!entries || !named) return undefined;
  const text = faults.text(named, 'key');
  const key = text === undefined ? undefined : readKey(text, named.at, faults);
  const condition = readCondition(entries, value.at, faults);
  return key === undefined || !condition ? undefined : { kind, key, condition };
}

function readLock(value: Located, faults: FaultList): Demand | undefined {
  if (value.kind !== 'map' || value.entries.size === 0) {
    faults.add('rules-shape', value.at, 'lock is a map of answers to values', 'write lock: { licence: MIT }');
    return undefined;
  }
  const answers = new Map<string, Literal>();
  const lockOne = (key: string, at: Located['at'], given: Located): void => {
    const known = readKey(key, at, faults);
    const literal = readLiteral(given, faults);
    if (known !== undefined && literal) answers.set(known, literal);
  };
  for (const [key, { keyAt, value: given }] of value.entries) {
    // As in bulwark.json, the fields of a component may stand below it.
    if (given.kind === 'map') {
      for (const [field, entry] of given.entries) lockOne(`${key}.${field}`, entry.keyAt, entry.value);
    } else {
      lockOne(key, keyAt, given);
    }
  }
  return answers.size === 0 ? undefined : { kind: 'lock', answers };
}

function readDeny(value: Located, faults: FaultList): Demand | undefined {
  const given = only(value, 'deny', DENY_KEYS, faults);
  switch (given?.key) {
    case 'component':
      return readComponents('deny-component', given.value, faults);
    case 'option':
      return readOption('deny-option', given.value, faults);
    case 'registry':
      return readNames('deny-registry', given.value, faults);
    case 'image':
      return readNames('deny-image', given.value, faults);
    case 'baseImage':
      return readNames('deny-base-image', given.value, faults);
    case 'region':
      return readNames('deny-region', given.value, faults);
    case 'unpinnedImages': {
      const how = faults.word(given.value, 'unpinnedImages', ['true', 'digest']);
      return how && { kind: 'deny-unpinned-images', wantsDigest: how === 'digest' };
    }
    case 'unpinnedActions':
      return faults.word(given.value, 'unpinnedActions', ['true']) && { kind: 'deny-unpinned-actions' };
    case undefined:
      return undefined;
  }
}

type NameDemand = Extract<Demand, { names: NameFilter }>['kind'];

/** A list of what is denied, or `{ in: [...], except: [...] }`. */
function readNames(kind: NameDemand, value: Located, faults: FaultList): Demand | undefined {
  if (value.kind !== 'map') {
    const denied = readGlobs(value, 'deny', 'name', faults);
    return denied.length === 0 ? undefined : { kind, names: { denied, except: [] } };
  }
  const entries = faults.map(value, 'the list of names', FILTER_KEYS, []);
  const [inEntry, exceptEntry] = [entries?.get('in')?.value, entries?.get('except')?.value];
  if (!inEntry && !exceptEntry) {
    if (value.entries.size === 0) {
      faults.add('rules-shape', value.at, 'nothing is named here', 'write in: […] or except: […]');
    }
    return undefined;
  }
  const denied = inEntry ? readGlobs(inEntry, 'in', 'name', faults) : [];
  const except = exceptEntry ? readGlobs(exceptEntry, 'except', 'name', faults) : [];
  // A list that could not be read must not become "everything" or "nothing"; its faults have been told.
  if ((inEntry && denied.length === 0) || (exceptEntry && except.length === 0)) return undefined;
  return { kind, names: { denied, except } };
}

function readAssert(value: Located, faults: FaultList): Demand | undefined {
  const entries = faults.map(value, 'assert', ASSERT_KEYS, ['files', 'path']);
  if (!entries) return undefined;
  const filesEntry = entries.get('files')?.value;
  const pathEntry = entries.get('path')?.value;
  const existEntry = entries.get('must-exist')?.value;
  const whereEntry = entries.get('where')?.value;
  const files = filesEntry ? readGlobs(filesEntry, 'files', 'path', faults) : [];
  const pathText = pathEntry && faults.text(pathEntry, 'path');
  const path = pathEntry && pathText !== undefined ? readPath(pathText, pathEntry.at, faults) : undefined;
  const mustExist = existEntry ? faults.boolean(existEntry, 'must-exist') : false;
  const where = whereEntry ? readWhere(whereEntry, faults) : [];
  const condition = readCondition(entries, value.at, faults);
  if (files.length === 0 || !path || !condition || mustExist === undefined) return undefined;
  return { kind: 'assert', files, mustExist, where, path, condition };
}

/** `{ kind: [Deployment, StatefulSet] }`: paths to a value, a list of values, or a condition. */
function readWhere(value: Located, faults: FaultList): readonly PathCondition[] {
  if (value.kind !== 'map') {
    faults.add(
      'rules-shape',
      value.at,
      'where is a map of paths to values',
      'write where: { kind: Deployment }',
    );
    return [];
  }
  return [...value.entries].flatMap(([key, { keyAt, value: wanted }]) => {
    const path = readPath(key, keyAt, faults);
    if (wanted.kind === 'map') {
      const entries = faults.map(wanted, 'a condition', CONDITION_KEYS, []);
      const condition = entries && readCondition(entries, wanted.at, faults);
      return path && condition ? [{ path, condition }] : [];
    }
    const literals = (wanted.kind === 'list' ? faults.list(wanted, 'where') : [wanted]).flatMap(
      (item) => readLiteral(item, faults) ?? [],
    );
    if (literals.length === 0) {
      faults.add('rules-value', wanted.at, `where: ${key} has no value`, 'name at least one');
      return [];
    }
    return path ? [{ path, condition: { kind: 'in' as const, values: literals } }] : [];
  });
}
