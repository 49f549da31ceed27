/** What a judgement over a repository looks like, whoever judges: an embedded check or a real tool. */
import type { RepoPath } from '../tree/repo-path.ts';

export interface Finding {
  /** The judge's own rule id, e.g. `DL3008` or `compose-no-new-privileges`. */
  readonly rule: string;
  readonly severity: 'error' | 'warning';
  readonly path: string;
  /** 1-based. */
  readonly line?: number;
  /** 1-based, in UTF-16 code units. */
  readonly column?: number;
  readonly message: string;
  /** What to do about it. */
  readonly hint?: string;
}

/** A finding that somebody answers for. */
export interface SuppressedFinding extends Finding {
  /** Who, until when and why. */
  readonly justification: string;
}

/** What one judge said. A judge that crashed, judged nothing or could not be read has `failed`, never `passed`. */
export type CheckResult =
  | ({ readonly check: string; readonly outcome: 'passed' } & Judged)
  | ({
      readonly check: string;
      readonly outcome: 'findings';
      readonly findings: readonly Finding[];
    } & Judged)
  | { readonly check: string; readonly outcome: 'skipped'; readonly reason: string }
  | { readonly check: string; readonly outcome: 'failed'; readonly reason: string };

interface Judged {
  /** How many files, unless `noun` says of what. */
  readonly judged: number;
  readonly noun?: string;
  /** Findings that count for nothing, but are to be seen. */
  readonly suppressed?: readonly SuppressedFinding[];
}

export interface VerifyReport {
  readonly results: readonly CheckResult[];
}

/** A file as a judge sees it, from memory or from the disk. */
export interface JudgedFile {
  readonly path: RepoPath;
  readonly content: Buffer;
  readonly executable: boolean;
}

/** The files of a repository by path, sorted. A `VirtualTree` is one. */
export type JudgedTree = ReadonlyMap<RepoPath, JudgedFile>;

/** One thing a check holds a repository to. */
export interface Rule {
  /** `<check>-<what>`, e.g. `compose-read-only`; never renamed: suppressions in users' files name it. */
  readonly id: string;
  /** What is demanded, as one sentence that stands in the docs. */
  readonly summary: string;
  /** Where the demand comes from: a page of the tool's own docs, a standard, a section of SPEC.md. */
  readonly source: string;
  /** What to do about a finding. */
  readonly fix: string;
  /** Of all its findings, where they do not differ. */
  readonly severity?: Finding['severity'];
}

/** A check that needs nothing installed: a pure judgement over the files of a tree. */
export interface EmbeddedCheck {
  /** e.g. `workflows`; its rules are named `<id>-…`. */
  readonly id: string;
  readonly description: string;
  /** Every rule it can find broken. */
  readonly rules: readonly Rule[];
  /** Which files it has something to say on. */
  readonly judges: (file: JudgedFile, tree: JudgedTree) => boolean;
  /**
   * Judges the files that `judges` chose; `tree` is there for references between files.
   * @throws only on a bug: a file that cannot be parsed is a finding
   */
  readonly run: (
    files: readonly JudgedFile[],
    tree: JudgedTree,
  ) => readonly Finding[] | Promise<readonly Finding[]>;
}
