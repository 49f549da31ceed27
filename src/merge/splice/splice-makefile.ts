/** Adds our targets to a Makefile that the user has: those that he has stay his, the others follow with what they need. */
import { append, noPlace, type SpliceText } from './splice.ts';

const TARGET = /^([^\s:#=][^:#=]*?)\s*:(?![:=])/;
const VARIABLE = /^(?:export\s+)?([A-Za-z_][A-Za-z0-9_]*)\s*(?:[:?+!]|::)?=/;
const PHONY = '.PHONY';
/** Targets with a meaning of their own, such as .PHONY; `.env` is a file like any other (GNU make, "Special Targets"). */
const SPECIAL = /^\.[A-Z_]+$/;

/** A rule with its recipe, or a variable, with the comments above it. */
interface Unit {
  readonly kind: 'target' | 'variable' | 'other';
  readonly names: readonly string[];
  readonly text: string;
  /** Whether a blank line stands above it. */
  readonly isSetOff: boolean;
}

export const spliceMakefile: SpliceText = (ours, wanted, path) => {
  const present = unitsOf(ours);
  const theirs = unitsOf(wanted);
  const [targets, variables] = [namesOf(present, 'target'), namesOf(present, 'variable')];
  const missing = theirs.filter(
    ({ kind, names }) =>
      (kind === 'target' && !names.every((name) => SPECIAL.test(name) || targets.has(name))) ||
      (kind === 'variable' && !names.every((name) => variables.has(name))),
  );
  const rules = missing.filter(({ kind }) => kind === 'target');
  if (rules.length === 0) return ours;
  const part = textOf(missing);
  if (/^\.RECIPEPREFIX\s*[:?+]?=/m.test(ours))
    return noPlace(path, 'its recipes do not begin with a tab', part);
  const halves = rules.filter(({ names }) => names.some((name) => targets.has(name)));
  if (halves.length > 0) return noPlace(path, 'a rule of it is for a target of ours and for another', part);
  const included = new Set(
    [...ours.matchAll(/^[-s]?include[ \t]+([^#\n]*)/gm)].flatMap(([, names = '']) =>
      names.trim().split(/\s+/),
    ),
  );
  const made = rules.flatMap((rule) => rule.names).filter((name) => included.has(name));
  if (made.length > 0)
    return noPlace(
      path,
      `it includes ${made.join(', ')}, which a rule of ours would make at each call`,
      part,
    );
  const differing = theirs.filter(
    ({ kind, names: [name = ''], text }) =>
      kind === 'variable' &&
      new RegExp(`\\$[({]${name}[)}]`).test(part) &&
      present.some(
        (unit) => unit.kind === 'variable' && unit.names[0] === name && bare(unit.text) !== bare(text),
      ),
  );
  if (differing.length > 0) {
    const names = differing.map(({ names: [name = ''] }) => name);
    return noPlace(path, `${names.join(', ')} is set there to something else`, part);
  }
  const phony = phonyOf(theirs);
  const known = phonyOf(present);
  const names = rules.flatMap((rule) => rule.names).filter((name) => phony.has(name) && !known.has(name));
  return append(withPhony(ours, names), part);
};

/** Targets that are no files join the one list that is there, or begin one: where each target has a line of its own, so have ours. */
function withPhony(ours: string, names: readonly string[]): string {
  if (names.length === 0) return ours;
  const lines = ours.split('\n');
  const lists = lines.flatMap((line, index) => (/^\.PHONY\s*:(?!:)[^#]*$/.test(line) ? [index] : []));
  let [at = -1] = lists;
  if (lists.length !== 1) return append(ours, `${PHONY}: ${names.join(' ')}\n`);
  while (lines[at]?.endsWith('\\') && at + 1 < lines.length) at += 1;
  return lines.with(at, `${(lines[at] ?? '').trimEnd()} ${names.join(' ')}`).join('\n');
}

const phonyOf = (units: readonly Unit[]): ReadonlySet<string> =>
  new Set(
    units
      .filter(({ names }) => names[0] === PHONY)
      .flatMap(({ text }) =>
        bare(text)
          .replace(/\\\n/g, ' ')
          .replace(/^\.PHONY\s*:/, '')
          .trim()
          .split(/\s+/),
      ),
  );

const namesOf = (units: readonly Unit[], kind: Unit['kind']): ReadonlySet<string> =>
  new Set(units.filter((unit) => unit.kind === kind).flatMap(({ names }) => names));

/** Without the comments above it. */
const bare = (text: string): string => text.replace(/^(?:#[^\n]*\n)+/, '').trimEnd();

function unitsOf(text: string): readonly Unit[] {
  const units: Unit[] = [];
  let comments: string[] = [];
  let isSetOff = false;
  const lines = text.split('\n');
  for (let at = 0; at < lines.length; at += 1) {
    const line = lines[at] ?? '';
    if (line.trim() === '') {
      // A comment that stands alone is about the file, not about what follows.
      comments = [];
      isSetOff = true;
      continue;
    }
    if (line.startsWith('#')) {
      comments.push(line);
      continue;
    }
    const body = [line];
    const rule = line.startsWith('\t') ? undefined : TARGET.exec(line)?.[1];
    while (
      at + 1 < lines.length &&
      ((body.at(-1) ?? '').endsWith('\\') || (rule && (lines[at + 1] ?? '').startsWith('\t')))
    ) {
      at += 1;
      body.push(lines[at] ?? '');
    }
    const variable = VARIABLE.exec(line)?.[1];
    const names = variable === undefined ? (rule?.split(/\s+/) ?? []) : [variable];
    const kind = variable !== undefined ? 'variable' : rule === undefined ? 'other' : 'target';
    units.push({ kind, names, text: [...comments, ...body].join('\n'), isSetOff });
    comments = [];
    isSetOff = false;
  }
  return units;
}

const textOf = (units: readonly Unit[]): string =>
  units.map(({ text, isSetOff }, index) => (index > 0 && isSetOff ? '\n' : '') + text + '\n').join('');
