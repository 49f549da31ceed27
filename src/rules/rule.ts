/** Team rules as the program holds them: what is demanded, why, how severely, and who may depart from it until when. */
import type { Condition, Literal } from './condition.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { Glob } from './glob.ts';
import type { ValuePath } from './path-language.ts';

/** The rules file at the root of a repository: its own team's. */
export const REPOSITORY_RULES = 'bulwark.rules.yaml' as RepoPath;

/** A rules file by the name under which messages tell of it: `bulwark.rules.yaml`, `rules.yaml of the pack acme`. */
export interface RuleSource {
  readonly name: string;
  readonly text: string;
}

export type Severity = 'error' | 'warning';

/** What is in a rule's list: all that `denied` names (nothing named: everything), but not what `except` names. */
export interface NameFilter {
  readonly denied: readonly Glob[];
  readonly except: readonly Glob[];
}

export interface PathCondition {
  readonly path: ValuePath;
  readonly condition: Condition;
}

interface Demanding<Kind extends string> {
  readonly kind: Kind;
}

/** Components by id: of those required each must be there, of those denied none. */
interface OfComponents<Kind extends string> extends Demanding<Kind> {
  readonly components: readonly string[];
}

interface OfOption<Kind extends string> extends Demanding<Kind> {
  readonly key: string;
  readonly condition: Condition;
}

interface OfNames<Kind extends string> extends Demanding<Kind> {
  readonly names: NameFilter;
}

export interface Assertion extends Demanding<'assert'> {
  readonly files: readonly Glob[];
  /** Whether it is a fault that there is no such file. */
  readonly mustExist: boolean;
  /** All of them must hold of a document for it to be judged. */
  readonly where: readonly PathCondition[];
  readonly path: ValuePath;
  readonly condition: Condition;
}

export type Demand =
  // Of the answers, which are there before anything is rendered.
  | OfComponents<'require-component'>
  | OfComponents<'deny-component'>
  | OfOption<'require-option'>
  | OfOption<'deny-option'>
  | (Demanding<'lock'> & { readonly answers: ReadonlyMap<string, Literal> })
  // Of the files.
  | (Demanding<'require-file'> & { readonly files: readonly Glob[] })
  | OfNames<'deny-image'>
  | OfNames<'deny-base-image'>
  | OfNames<'deny-registry'>
  | (Demanding<'deny-unpinned-images'> & { readonly wantsDigest: boolean })
  | Demanding<'deny-unpinned-actions'>
  | Assertion
  // Of both.
  | OfNames<'deny-region'>;

export type DemandOf<Kind extends Demand['kind']> = Extract<Demand, Demanding<Kind>>;

export interface TeamRule {
  /** Stable, in kebab-case; waivers name it. */
  readonly id: string;
  readonly demand: Demand;
  /** For whoever breaks it; a rule should have one. */
  readonly reason?: string;
  readonly severity: Severity;
  /** Files that it does not judge. */
  readonly exclude: readonly Glob[];
  /** Whether a waiver of another file may lift it: a lock is not lifted by those whom it binds, unless it says so. */
  readonly waivable: boolean;
  /** Name of the rules file, and the line of the rule in it. */
  readonly source: string;
  readonly line: number;
}

/** A departure from a rule that somebody answers for, until a day. */
export interface Waiver {
  readonly rule: string;
  /** Findings in these files alone; absent: all of them. */
  readonly path?: Glob;
  readonly owner: string;
  /** The last day on which it holds (`2027-03-31`), in UTC. */
  readonly until: string;
  readonly reason: string;
  readonly source: string;
  readonly line: number;
}

export interface RuleSet {
  readonly rules: readonly TeamRule[];
  readonly waivers: readonly Waiver[];
}
