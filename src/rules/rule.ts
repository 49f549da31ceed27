/** Team rules as the program holds them: what is demanded, why, how severely, and who may depart from it until when. */
import type { Condition } from './condition.ts';
import type { Glob } from './glob.ts';
import type { Literal } from './condition.ts';
import type { ValuePath } from './path-language.ts';

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

/** What a rule asks of the answers, which are there before anything is rendered. */
export type AnswerDemand =
  | { readonly kind: 'require-component' | 'deny-component'; readonly components: readonly string[] }
  | { readonly kind: 'require-option' | 'deny-option'; readonly key: string; readonly condition: Condition }
  | { readonly kind: 'lock'; readonly answers: ReadonlyMap<string, Literal> };

/** What a rule asks of the files. */
export type TreeDemand =
  | { readonly kind: 'require-file'; readonly files: readonly Glob[] }
  | { readonly kind: 'deny-image' | 'deny-base-image' | 'deny-registry'; readonly names: NameFilter }
  | { readonly kind: 'deny-unpinned-images'; readonly wantsDigest: boolean }
  | { readonly kind: 'deny-unpinned-actions' }
  | {
      readonly kind: 'assert';
      readonly files: readonly Glob[];
      /** Whether it is a fault that there is no such file. */
      readonly mustExist: boolean;
      /** All of them must hold of a document for it to be judged. */
      readonly where: readonly PathCondition[];
      readonly path: ValuePath;
      readonly condition: Condition;
    };

/** Regions stand in answers and in files alike. */
export type Demand = AnswerDemand | TreeDemand | { readonly kind: 'deny-region'; readonly names: NameFilter };

export interface TeamRule {
  /** Stable, in kebab-case; waivers name it. */
  readonly id: string;
  readonly demand: Demand;
  readonly reason: string;
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
