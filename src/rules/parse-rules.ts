/** Reads rules files: untrusted YAML or JSON in, typed rules and waivers out, every fault with its line and a hint. */
import type { Issue } from '../errors.ts';
import { nearest } from '../plan/nearest.ts';
import { FaultList, type Entries } from './fault-list.ts';
import { isGlob, parseGlob } from './glob.ts';
import { readLocated, type Located, type LocatedFault, type Spot } from './located-yaml.ts';
import { readGlobs } from './parse-condition.ts';
import { DEMAND_KEYS, readDemand } from './parse-demand.ts';
import type { Demand, RuleSet, RuleSource, TeamRule, Waiver } from './rule.ts';

export const FILE_KEYS = ['$schema', 'rules', 'waivers'];
export const RULE_KEYS = ['id', ...DEMAND_KEYS, 'reason', 'severity', 'exclude', 'waivable'];
export const WAIVER_KEYS = ['rule', 'path', 'owner', 'until', 'reason'];

/** Ids of findings about waivers themselves. */
export const WAIVER_EXPIRED = 'waiver-expired';

const RULE_ID = /^[a-z][a-z0-9]*(?:-[a-z0-9]+)*$/;
const MAX_ID_LENGTH = 80;
/** A person or a team that can be asked: an e-mail address, or a GitHub user or team. */
const OWNER = /^(?:[^@\s<>"'`\\]{1,64}@[A-Za-z0-9-]{1,63}(?:\.[A-Za-z0-9-]{1,63}){1,8}|@[A-Za-z0-9-]{1,39}(?:\/[A-Za-z0-9._-]{1,100})?)$/; // prettier-ignore

export interface ParsedRules extends RuleSet {
  readonly issues: readonly Issue[];
}

/**
 * Parses all rules files together: an id stands once among them, and a waiver may name a rule of another file.
 * Nothing is thrown for what the files hold; with any issue the rules must not be used.
 */
export function parseRules(sources: readonly RuleSource[]): ParsedRules {
  const files = sources.map(parseFile);
  const rules = files.flatMap((file) => file.rules);
  const waivers = files.flatMap((file) => file.waivers);
  const faults = new Map(files.map((file) => [file.faults.source, file.faults]));
  const byId = duplicatesTold(rules, faults);
  for (const waiver of waivers)
    judgeWaiver(
      waiver,
      byId,
      files.flatMap(({ ids }) => ids),
      faults,
    );
  return { rules, waivers, issues: files.flatMap((file) => file.faults.issues) };
}

interface RulesFile extends RuleSet {
  readonly faults: FaultList;
  /** All ids that rules have, also rules with another fault. */
  readonly ids: readonly string[];
}

function parseFile({ name, text }: RuleSource): RulesFile {
  const faults = new FaultList(name);
  const read = readLocated(text);
  if ('fault' in read) {
    tellUnreadable(read.fault, faults);
    return { rules: [], waivers: [], ids: [], faults };
  }
  if (read.kind === 'null') return { rules: [], waivers: [], ids: [], faults };
  const entries = faults.map(read, 'a rules file', FILE_KEYS, []);
  const rules = entries?.get('rules')?.value;
  const waivers = entries?.get('waivers')?.value;
  const items = rules ? faults.list(rules, 'rules') : [];
  return {
    rules: items.flatMap((item) => readRule(item, faults) ?? []),
    waivers: waivers ? faults.list(waivers, 'waivers').flatMap((one) => readWaiver(one, faults) ?? []) : [],
    ids: items.flatMap((item) => {
      const id = item.kind === 'map' ? item.entries.get('id')?.value : undefined;
      return id?.kind === 'text' ? [id.text] : [];
    }),
    faults,
  };
}

function tellUnreadable({ id, at, message }: LocatedFault, faults: FaultList): void {
  const hints = {
    size: 'keep in it what the rules need',
    syntax: 'write YAML or JSON: rules: and below it one "- id: …" per rule',
    reference: 'write the value out',
    depth: 'write the rules as the documentation shows them',
  } as const;
  faults.add(`rules-${id}`, at, `the rules file cannot be used: it ${startOf(id)}${message}`, hints[id]);
}

/** A fault of the parser is a sentence of its own. */
const startOf = (id: LocatedFault['id']): string => (id === 'syntax' ? 'is no plain YAML: ' : '');

function readRule(item: Located, faults: FaultList): TeamRule | undefined {
  const entries = faults.map(item, 'a rule', RULE_KEYS, ['id']);
  if (!entries) return undefined;
  const id = readId(entries, faults);
  const demand = readDemand(item, entries, faults);
  const reasonEntry = entries.get('reason')?.value;
  const reason = reasonEntry && faults.text(reasonEntry, 'reason');
  const severityEntry = entries.get('severity')?.value;
  const severity = severityEntry ? faults.word(severityEntry, 'severity', ['error', 'warning']) : 'error';
  const waivableEntry = entries.get('waivable')?.value;
  const waivable = waivableEntry ? faults.boolean(waivableEntry, 'waivable') : demand?.kind !== 'lock';
  const excludeEntry = entries.get('exclude');
  const exclude = excludeEntry ? readGlobs(excludeEntry.value, 'exclude', 'path', faults) : [];
  if (excludeEntry && demand && !judgesFiles(demand)) {
    faults.add(
      'rules-key',
      excludeEntry.keyAt,
      `${demand.kind} judges no files to exclude`,
      'leave out exclude',
    );
  }
  if (id === undefined || !demand || (reasonEntry && reason === undefined)) return undefined;
  if (severity === undefined || waivable === undefined) return undefined;
  return {
    id,
    demand,
    ...(reason !== undefined && { reason }),
    severity,
    exclude,
    waivable,
    source: faults.source,
    line: item.at.line,
  };
}

const judgesFiles = ({ kind }: Demand): boolean =>
  !['require-component', 'deny-component', 'require-option', 'deny-option', 'lock', 'require-file'].includes(
    kind,
  );

function readId(entries: Entries, faults: FaultList): string | undefined {
  const value = entries.get('id')?.value;
  const id = value && faults.text(value, 'id');
  if (!value || id === undefined) return undefined;
  if (RULE_ID.test(id) && id.length <= MAX_ID_LENGTH && id !== WAIVER_EXPIRED) return id;
  faults.add(
    'rules-value',
    value.at,
    id === WAIVER_EXPIRED ? `the id ${id} is bulwark's own` : `${JSON.stringify(id)} is no id of a rule`,
    'write it in kebab-case, such as only-our-registry',
  );
  return undefined;
}

function readWaiver(item: Located, faults: FaultList): Waiver | undefined {
  const entries = faults.map(item, 'a waiver', WAIVER_KEYS, ['rule', 'owner', 'until', 'reason']);
  if (!entries) return undefined;
  const text = (key: string): { readonly at: Spot; readonly text: string } | undefined => {
    const value = entries.get(key)?.value;
    const found = value && faults.text(value, key);
    return value && found !== undefined ? { at: value.at, text: found } : undefined;
  };
  const [rule, owner, until, reason] = [text('rule'), text('owner'), text('until'), text('reason')];
  const pathText = text('path');
  if (owner && !OWNER.test(owner.text)) {
    faults.add(
      'rules-waiver',
      owner.at,
      `${JSON.stringify(owner.text)} is nobody who can be asked about the waiver`,
      'write an e-mail address, or a GitHub user or team such as @acme/platform',
    );
    return undefined;
  }
  if (until && !isDay(until.text)) {
    faults.add(
      'rules-waiver',
      until.at,
      `${JSON.stringify(until.text)} is no day on which the waiver could end`,
      'write the last day as 2027-03-31',
    );
    return undefined;
  }
  const path = pathText && parseGlob(pathText.text, 'path');
  if (pathText && path && !isGlob(path)) {
    faults.add('rules-value', pathText.at, `path: the pattern ${JSON.stringify(pathText.text)} ${path.fault}`, 'write it as docker-compose.yml or kubernetes/**'); // prettier-ignore
    return undefined;
  }
  if (!rule || !owner || !until || !reason) return undefined;
  return {
    rule: rule.text,
    ...(path && isGlob(path) && { path }),
    owner: owner.text,
    until: until.text,
    reason: reason.text,
    source: faults.source,
    line: item.at.line,
  };
}

/** A day that the calendar has (RFC 3339, full-date). */
function isDay(text: string): boolean {
  if (!/^\d{4}-\d{2}-\d{2}$/.test(text)) return false;
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

/** @returns the rules by id, each id once */
function duplicatesTold(
  rules: readonly TeamRule[],
  faults: ReadonlyMap<string, FaultList>,
): ReadonlyMap<string, TeamRule> {
  const byId = new Map<string, TeamRule>();
  for (const rule of rules) {
    const other = byId.get(rule.id);
    if (!other) {
      byId.set(rule.id, rule);
      continue;
    }
    faults
      .get(rule.source)
      ?.add(
        'rules-duplicate',
        { line: rule.line, column: 1 },
        `the id ${rule.id} stands twice: here and in ${other.source}:${other.line}`,
        'give one of the two rules another id',
      );
  }
  return byId;
}

function judgeWaiver(
  waiver: Waiver,
  byId: ReadonlyMap<string, TeamRule>,
  ids: readonly string[],
  faults: ReadonlyMap<string, FaultList>,
): void {
  const own = faults.get(waiver.source);
  const at: Spot = { line: waiver.line, column: 1 };
  const rule = byId.get(waiver.rule);
  if (!rule) {
    // A rule that is there, with a fault of its own, has been told of.
    if (ids.includes(waiver.rule)) return;
    const near = nearest(waiver.rule, byId.keys());
    own?.add(
      'rules-waiver',
      at,
      `the waiver is for ${JSON.stringify(waiver.rule)}, and there is no such rule`,
      near === undefined ? 'take the waiver out' : `did you mean ${near}?`,
    );
  } else if (!rule.waivable && rule.source !== waiver.source) {
    own?.add(
      'rules-waiver',
      at,
      `the rule ${rule.id} cannot be waived here: ${rule.source}:${rule.line} does not allow it`,
      `ask those who keep ${rule.source} for a waiver there`,
    );
  }
}
