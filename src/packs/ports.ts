/** What loading packs needs of the world: the disk, processes, the network, and somebody to trust. */
import type { Exec } from '../exec.ts';
import type { PackDisk } from './pack-disk.ts';

export interface PackPorts {
  readonly disk: PackDisk;
  readonly exec: Exec;
  /** Fetches one address without following redirects. */
  readonly request: Request;
  /** Relative references of folders and archives are taken from here. */
  readonly cwd: string;
  readonly environment: NodeJS.ProcessEnv;
  /** Never use the network. */
  readonly offline: boolean;
  /** Flags that are no question's, with their dashes. */
  readonly options: readonly string[];
  /** The running version. */
  readonly bulwark: string;
  /** Whether the code of a pack may run; called only where `trust.json` does not name it. */
  readonly trusts: (code: PackCode) => Promise<boolean>;
  /** Says what is fetched from where. */
  readonly say: (text: string) => void;
  /** Breaks off what is on its way. */
  readonly signal: AbortSignal;
}

/** One answer of a server. */
export interface Response {
  readonly status: number;
  readonly location: string | null;
  /** Reads the body; stops and gives undefined when it is longer than `limit` bytes. */
  readonly body: (limit: number) => Promise<Buffer | undefined>;
}

export type Request = (
  url: string,
  headers: Readonly<Record<string, string>>,
  signal: AbortSignal,
) => Promise<Response>;

/** Code that a pack carries, before any of it is loaded. */
export interface PackCode {
  readonly name: string;
  readonly source: string;
  readonly sha512: string;
  /** Every file that could run, sorted. */
  readonly files: readonly string[];
}
