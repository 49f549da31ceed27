/** The one JSON document that `--json` prints, also when a run fails. */
import { createHash } from 'node:crypto';
import { BulwarkError, ExitCode, type Issue } from '../errors.ts';
import type { PackUpdate } from '../packs/pack-updates.ts';
import type { LockedPack } from '../repo/lockfile.ts';
import type { Answers } from '../plan/answers.ts';
import type { AnswersDocument } from '../plan/answers-document.ts';
import type { Change, ChangeSet } from '../tree/change-set.ts';
import type { CheckResult } from '../verify/check.ts';
import { countLines, writtenContent } from './report.ts';

export interface PlannedFile {
  readonly path: string;
  readonly change: Change['kind'];
  readonly component?: string;
  readonly lines?: number;
  readonly sha256?: string;
  readonly reason?: string;
  /** Lines of conflict blocks, 1-based. */
  readonly conflicts?: readonly number[];
}

export interface RunDocument {
  readonly ok: boolean;
  readonly code: ExitCode;
  readonly issues: readonly Issue[];
  readonly preset: string | null;
  /** As the lock has them; absent without packs. */
  readonly packs?: readonly LockedPack[];
  /** Packs that come in another version than the lock had; absent where none does. */
  readonly packUpdates?: readonly PackUpdate[];
  readonly answers: AnswersDocument;
  /** Where each answer came from, by key. */
  readonly sources: Readonly<Record<string, string>>;
  readonly files: readonly PlannedFile[];
  readonly judgements: readonly CheckResult[];
  readonly notices: readonly string[];
  readonly next: readonly string[];
  readonly repeat: string;
}

/** A failed command: the same keys that every document starts with. */
export const failureDocument = (
  error: BulwarkError,
): { ok: false; code: ExitCode; issues: readonly Issue[] } => ({
  ok: false,
  code: error.exitCode,
  issues: error.issues,
});

export const sourcesOf = (answers: Answers): Record<string, string> =>
  Object.fromEntries([...answers].map(([key, { source }]) => [key, source]));

export const plannedFiles = (changes: ChangeSet): PlannedFile[] =>
  changes.map((change): PlannedFile => {
    const content = writtenContent(change);
    return {
      path: change.path,
      change: change.kind,
      ...('file' in change && { component: change.file.origin.component }),
      ...(content && {
        lines: countLines(content),
        sha256: createHash('sha256').update(content).digest('hex'),
      }),
      ...(change.kind === 'keep' && { reason: change.reason }),
      ...(change.kind === 'conflict' && { conflicts: change.lines }),
    };
  });

/** Serialised with a final line feed; ESC and other control characters are escaped by JSON itself. */
export const serializeDocument = (document: object): string => `${JSON.stringify(document, null, 2)}\n`;
