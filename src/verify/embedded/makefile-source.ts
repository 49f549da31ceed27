/** The targets and recipes of a Makefile. */
import type { JudgedFile } from '../check.ts';
import { linesOf } from './source-text.ts';

export interface Makefile {
  readonly hasTarget: (name: string) => boolean;
  /** Recipe lines as the shell gets them, simple variables put in. */
  readonly recipes: readonly { readonly text: string; readonly line: number }[];
  /** Targets that a rule waits for but nothing makes; files of the tree are for the reader to rule out. */
  readonly prerequisites: readonly { readonly name: string; readonly line: number }[];
}

const RULE = /^([^\s:#=][^:#=]*?)\s*::?(?![=:])\s*(.*?)\s*(?:##?.*)?$/;
const ASSIGNMENT = /^\s*(?:export\s+|override\s+)?([\w.-]+)\s*(?::{0,3}|\?|\+|!)=\s*(.*?)\s*$/;

const parsed = new WeakMap<JudgedFile, Makefile>();

export function makefileOf(file: JudgedFile): Makefile {
  let makefile = parsed.get(file);
  if (!makefile) {
    makefile = readMakefile(linesOf(file));
    parsed.set(file, makefile);
  }
  return makefile;
}

function readMakefile(lines: readonly string[]): Makefile {
  const variables = new Map<string, string>([['MAKE', 'make']]);
  const targets = new Set<string>();
  const patterns: RegExp[] = [];
  const recipes: { text: string; line: number }[] = [];
  const prerequisites: { name: string; line: number }[] = [];
  let includes = false;
  for (let index = 0; index < lines.length; index += 1) {
    const first = index + 1;
    let line = lines[index] ?? '';
    while (line.endsWith('\\') && index + 1 < lines.length) {
      index += 1;
      line = `${line.slice(0, -1)} ${(lines[index] ?? '').trim()}`;
    }
    if (line.startsWith('\t')) {
      recipes.push({ text: shellText(line, variables), line: first });
      continue;
    }
    if (/^\s*-?include\b/.test(line)) includes = true;
    const assignment = ASSIGNMENT.exec(line);
    if (assignment) {
      variables.set(assignment[1] ?? '', expanded(assignment[2] ?? '', variables).replace(/\s+#.*$/, ''));
      continue;
    }
    const rule = RULE.exec(line);
    if (!rule) continue;
    const names = expanded(rule[1] ?? '', variables).split(/\s+/);
    // `test: export X = 1` sets a variable for the target.
    const isVariable =
      /^(?:(?:export|override|private)\s+)*[\w.-]+\s*[:?+!]*=/.test(rule[2] ?? '') ||
      /^(?:export|unexport)\s/.test(rule[2] ?? '');
    const [needed = '', inline] = expanded(rule[2] ?? '', variables).split(';');
    if (inline !== undefined && !isVariable)
      recipes.push({ text: shellText(inline, variables), line: first });
    for (const name of names) {
      targets.add(name);
      if (name.includes('%')) patterns.push(new RegExp(`^${name.split('%').map(literal).join('.+')}$`));
    }
    // `.PHONY: x` makes nothing of x; `%` and variables are only known when make runs.
    if (isVariable || names.some((name) => name.startsWith('.') || name.includes('%'))) continue;
    for (const name of needed.split(/[\s|]+/)) {
      if (/^[\w.-]+$/.test(name)) prerequisites.push({ name, line: first });
    }
  }
  return {
    // What an included file brings is not known here.
    hasTarget: (name) => includes || targets.has(name) || patterns.some((pattern) => pattern.test(name)),
    recipes,
    prerequisites,
  };
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

const expanded = (text: string, variables: ReadonlyMap<string, string>): string =>
  text.replace(/\$[({]([\w.-]+)[)}]/g, (reference, name: string) => variables.get(name) ?? reference);

/** As the shell gets it: variables of make put in, the unknown left as one that the shell does not know either. */
function shellText(line: string, variables: ReadonlyMap<string, string>): string {
  // `$$` is the shell's own dollar: put aside until make's are gone, the innermost first.
  let text = line.replace(/^[\t ]*[@+-]*\s*/, '').replaceAll('$$', DOLLAR);
  for (let before = ''; before !== text;) {
    before = text;
    text = expanded(text, variables).replace(/\$\([^()]*\)|\$\{[^{}]*\}|\$[@<^*?%+|]/g, `"${DOLLAR}UNKNOWN"`);
  }
  return text.replaceAll(DOLLAR, '$');
}

/** Stands for a dollar of the shell; no Makefile holds it. */
const DOLLAR = '\u0001';
