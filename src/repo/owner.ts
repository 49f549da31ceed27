/** Which process a journal or a staging folder belongs to, and whether that process can still be at work. */
import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

export interface Owner {
  readonly pid: number;
  /** When the process started, in the system's own ticks; empty where the system does not tell. */
  readonly started: string;
  /** Containers that share a folder do not share process ids. */
  readonly host: string;
}

/** This process. */
export const thisProcess = (): Owner => ({
  pid: process.pid,
  started: statOf(process.pid).started ?? '',
  host: hostname(),
});

/** Names the owner in the name of a folder; different for a later process that got the same id. */
export const ownerTag = ({ pid, started }: Owner): string => `${pid}-${started || '0'}`;

/** The part of the owner that a tag holds, or undefined for a name that is none of ours. */
export function parseOwnerTag(tag: string): Omit<Owner, 'host'> | undefined {
  const [, pid, started] = /^(\d{1,10})-(\d{1,20})$/.exec(tag) ?? [];
  return pid === undefined || started === undefined
    ? undefined
    : { pid: Number(pid), started: started === '0' ? '' : started };
}

/** A commit takes well under a second: what is older than this was left behind even if we cannot ask its process. */
const UNKNOWN_FOR_MS = 10 * 60 * 1000;

/**
 * Whether the owner may still be at work. Where that cannot be known (another machine or container, a system without
 * /proc), a young trace counts as alive: waiting is mended by running again, two writers at once by nothing.
 * @param ageMs since the trace was last changed
 */
export function mayBeAlive(owner: Omit<Owner, 'host'> & { readonly host?: string }, ageMs: number): boolean {
  if (owner.host !== undefined && owner.host !== hostname()) return ageMs < UNKNOWN_FOR_MS;
  if (!processExists(owner.pid)) return false;
  const { started, ended } = statOf(owner.pid);
  if (ended === true) return false;
  return started === undefined || owner.started === '' ? ageMs < UNKNOWN_FOR_MS : started === owner.started;
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it is there and another user's.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

/** Fields 3 and 22 of /proc/PID/stat (proc(5)); the name before them may hold spaces and brackets. */
function statOf(pid: number): { readonly started?: string; readonly ended?: boolean } {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', ...fields] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const started = fields[18];
    // A zombie answers to signals until its parent asks for it, which in a container may be never.
    return { ended: /^[ZX]/.test(state), ...(started !== undefined && { started }) };
  } catch {
    return {};
  }
}
