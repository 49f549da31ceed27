/** Which kinds of failure a user can meet, and what each means to them. */

/** Exit codes of every command (SPEC section 1). */
export const ExitCode = {
  ok: 0,
  findings: 1,
  usage: 2,
  conflicts: 3,
  untrusted: 4,
  inputNeeded: 5,
  ruleBroken: 6,
  drift: 7,
  integrity: 8,
  bug: 70,
  machine: 74,
  interrupted: 130,
  terminated: 143,
} as const;

export type ExitCode = (typeof ExitCode)[keyof typeof ExitCode];

/** One thing that is wrong: what, where and how to mend it. */
export interface Issue {
  /** Stable identifier in kebab-case, e.g. `unknown-flag`. */
  readonly id: string;
  readonly message: string;
  /** The flag, file, line or field that is meant. */
  readonly where?: string;
  /** What the user can do now. */
  readonly hint?: string;
}

/** A failure that is the user's to mend; anything else that is thrown is a bug of ours. */
export class BulwarkError extends Error {
  readonly exitCode: ExitCode;
  readonly issues: readonly Issue[];

  /**
   * @param exitCode what the process ends with
   * @param issues everything that is wrong, at least one; the first gives the message
   */
  constructor(exitCode: ExitCode, issues: readonly [Issue, ...Issue[]], options?: ErrorOptions) {
    super(issues[0].message, options);
    this.name = 'BulwarkError';
    this.exitCode = exitCode;
    this.issues = issues;
  }
}

/** Wrong flags, answers, names: exit code 2. */
export const usageError = (issues: readonly Issue[]): BulwarkError =>
  new BulwarkError(ExitCode.usage, atLeastOne(issues));

/** The disk, a process or the system failed: exit code 74. */
export const machineError = (issue: Issue, cause?: unknown): BulwarkError =>
  new BulwarkError(ExitCode.machine, [issue], cause === undefined ? undefined : { cause });

function atLeastOne(issues: readonly Issue[]): readonly [Issue, ...Issue[]] {
  const [first, ...rest] = issues;
  if (first === undefined) throw new Error('an error needs at least one issue');
  return [first, ...rest];
}
