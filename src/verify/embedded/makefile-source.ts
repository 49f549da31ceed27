/** The targets and recipes of a Makefile. */
import type { JudgedFile } from '../check.ts';
import { linesOf } from './source-text.ts';

export interface Makefile {
  readonly hasTarget: (name: string) => boolean;
  /** Recipe lines as the shell gets them, simple variables put in. */
  readonly recipes: readonly { readonly text: string; readonly line: number }[];
  /** Targets that a rule waits for but nothing makes; files of the tree are for the reader to rule out. */
  readonly prerequisites: readonly { readonly name: string; readonly line: number }[];
  /** Lines that were passed over, and why. */
  readonly excess: { readonly line: number; readonly is: string } | undefined;
}

/** Of strangers, too: more of each than anybody writes, and little enough that no pattern takes long over it. */
const MAX_LINES = 20_000;
const MAX_LINE = 8 * 1024;
/** Variables in variables double with each line. */
const MAX_EXPANDED = 16 * 1024;
/** Of all that was put in, in one file. */
const MAX_UNFOLDED = 4 * 1024 * 1024;
/** Calls of functions within calls; each round takes away the innermost. */
const MAX_DEPTH = 50;

class Excess extends Error {}

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
  const unfolding = new Unfolding();
  const targets = new Set<string>();
  const patterns: RegExp[] = [];
  const recipes: { text: string; line: number }[] = [];
  const prerequisites: { name: string; line: number }[] = [];
  let includes = false;
  let excess: Makefile['excess'];

  const read = (line: string, first: number): void => {
    if (line.startsWith('\t')) {
      recipes.push({ text: unfolding.shellText(line), line: first });
      return;
    }
    if (/^\s*-?include\b/.test(line)) includes = true;
    const assignment = ASSIGNMENT.exec(line);
    if (assignment) {
      unfolding.set(assignment[1] ?? '', assignment[2] ?? '');
      return;
    }
    const rule = RULE.exec(line);
    if (!rule) return;
    const names = unfolding.text(rule[1] ?? '').split(/\s+/);
    // `test: export X = 1` sets a variable for the target.
    const isVariable =
      /^(?:(?:export|override|private)\s+)*[\w.-]+\s*[:?+!]*=/.test(rule[2] ?? '') ||
      /^(?:export|unexport)\s/.test(rule[2] ?? '');
    const [needed = '', inline] = unfolding.text(rule[2] ?? '').split(';');
    if (inline !== undefined && !isVariable) recipes.push({ text: unfolding.shellText(inline), line: first });
    for (const name of names) {
      targets.add(name);
      // One stem is all that make knows (gnu.org/software/make/manual, "Pattern Intro").
      if (/^[^%]*%[^%]*$/.test(name)) {
        patterns.push(new RegExp(`^${name.split('%').map(literal).join('.+')}$`));
      }
    }
    // `.PHONY: x` makes nothing of x; `%` and variables are only known when make runs.
    if (isVariable || names.some((name) => name.startsWith('.') || name.includes('%'))) return;
    for (const name of needed.split(/[\s|]+/)) {
      if (/^[\w.-]+$/.test(name)) prerequisites.push({ name, line: first });
    }
  };

  for (const { text, line } of joined(lines)) {
    try {
      if (line > MAX_LINES) throw new Excess(`more than ${MAX_LINES} lines`);
      if (text.length > MAX_LINE) throw new Excess(`a line of more than ${MAX_LINE / 1024} KB`);
      read(text, line);
    } catch (error) {
      if (!(error instanceof Excess)) throw error;
      excess ??= { line, is: error.message };
      if (line > MAX_LINES || unfolding.isExhausted) break;
    }
  }
  return {
    // What an included file brings is not known here, nor what was not read.
    hasTarget: (name) =>
      includes || excess !== undefined || targets.has(name) || patterns.some((pattern) => pattern.test(name)),
    recipes,
    prerequisites: excess === undefined ? prerequisites : [],
    excess,
  };
}

/** Lines with those that they go on in, each with the number of its first. */
function* joined(lines: readonly string[]): Generator<{ readonly text: string; readonly line: number }> {
  for (let index = 0; index < lines.length; index += 1) {
    const line = index + 1;
    const parts = [lines[index] ?? ''];
    while ((parts.at(-1) ?? '').endsWith('\\') && index + 1 < lines.length) {
      index += 1;
      parts.push(`${(parts.pop() ?? '').slice(0, -1)} `, (lines[index] ?? '').trim());
    }
    yield { text: parts.join(''), line };
  }
}

const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** Stands for a dollar of the shell; no Makefile holds it. */
const DOLLAR = '\u0001';

/** The variables of a Makefile as far as it has been read, put in where they are named. */
class Unfolding {
  readonly #variables = new Map<string, string>([['MAKE', 'make']]);
  #spent = 0;

  get isExhausted(): boolean {
    return this.#spent >= MAX_UNFOLDED;
  }

  set(name: string, value: string): void {
    // Until it is known, so that one that is too long is not taken for an earlier one.
    this.#variables.delete(name);
    this.#variables.set(name, this.text(value).replace(/\s+#.*$/, ''));
  }

  /** @throws Excess for a text that becomes too long */
  text(text: string): string {
    let length = text.length;
    const result = text.replace(/\$[({]([\w.-]+)[)}]/g, (reference, name: string) => {
      const value = this.#variables.get(name) ?? reference;
      length += value.length;
      if (length > MAX_EXPANDED)
        throw new Excess(`variables that unfold to more than ${MAX_EXPANDED / 1024} KB`);
      return value;
    });
    this.#spent += length;
    if (this.isExhausted)
      throw new Excess(`variables that unfold to more than ${MAX_UNFOLDED / 1024} KB in all`);
    return result;
  }

  /** As the shell gets it: variables of make put in, the unknown left as one that the shell does not know either. */
  shellText(line: string): string {
    // `$$` is the shell's own dollar: put aside until make's are gone, the innermost first.
    let text = line.replace(/^[\t ]*[@+-]*\s*/, '').replaceAll('$$', DOLLAR);
    let before = '';
    for (let round = 0; before !== text; round += 1) {
      if (round > MAX_DEPTH) throw new Excess(`calls within each other, more than ${MAX_DEPTH} deep`);
      before = text;
      text = this.text(text).replace(/\$\([^()]*\)|\$\{[^{}]*\}|\$[@<^*?%+|]/g, `"${DOLLAR}UNKNOWN"`);
    }
    return text.replaceAll(DOLLAR, '$');
  }
}
