/** Turns what the system refused into an error that says what, where and how to mend it. */
import { BulwarkError, ExitCode, machineError, type Issue } from '../errors.ts';
import { errorCode } from './disk.ts';

const KNOWN: Readonly<Record<string, { readonly id: string; readonly what: string; readonly hint: string }>> =
  {
    ENOSPC: {
      id: 'disk-full',
      what: 'the disk is full',
      hint: 'free some space, then run the command again',
    },
    EDQUOT: {
      id: 'disk-full',
      what: 'the disk quota is used up',
      hint: 'free some space, then run the command again',
    },
    EACCES: {
      id: 'no-permission',
      what: 'permission is denied',
      hint: 'run as the owner of the folder, or choose another one',
    },
    EPERM: {
      id: 'no-permission',
      what: 'the system does not permit it',
      hint: 'run as the owner of the folder, or choose another one',
    },
    EROFS: {
      id: 'read-only-disk',
      what: 'the file system is read-only',
      hint: 'choose a folder on a writable disk, or mount this one for writing',
    },
    ENAMETOOLONG: {
      id: 'name-too-long',
      what: 'the path is longer than the system allows',
      hint: 'choose a shorter name, or a folder nearer to the root',
    },
    EMFILE: {
      id: 'too-many-files',
      what: 'too many files are open',
      hint: 'raise the limit (ulimit -n), then run the command again',
    },
    EIO: { id: 'disk-failed', what: 'the disk failed', hint: 'check the disk, then run the command again' },
  };

/**
 * @param error what was thrown; an error that is ours already is handed back, and so is a bug (no system error)
 * @param doing what was tried: `write the file`
 * @param where the path as the user knows it
 */
export function asFailure(error: unknown, doing: string, where: string): unknown {
  const code = errorCode(error);
  if (error instanceof BulwarkError || code === undefined || !/^E[A-Z0-9]+$/.test(code)) return error;
  return machineError(systemIssue(code, doing, where), error);
}

/** What a code of the system (`ENOSPC`) means to the user. */
export function systemIssue(code: string, doing: string, where: string): Issue {
  const known = KNOWN[code];
  return {
    id: known?.id ?? 'disk-failed',
    message: `cannot ${doing}: ${known?.what ?? code}`,
    where,
    hint: known?.hint ?? 'see what stands in the way at that path, then run the command again',
  };
}

/** Runs one thing that touches the disk, and says what and where when the system refuses. */
export function attempt<T>(doing: string, where: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    throw asFailure(error, doing, where);
  }
}

/** A file that bulwark keeps for itself cannot be used. */
export const badFile = (issue: Issue, cause?: unknown): BulwarkError =>
  new BulwarkError(ExitCode.usage, [issue], cause === undefined ? undefined : { cause });

const MARKER = /^(?:<{7}|>{7}|\|{7}) |^={7}$/;

/** The 1-based line of the first conflict marker of git's, or undefined. */
export function conflictMarkerLine(text: string): number | undefined {
  const index = text.split(/\r?\n/).findIndex((line) => MARKER.test(line));
  return index < 0 ? undefined : index + 1;
}
