/** What a fleet needs of the machine. */
import type { Exec, ExecResult } from '../exec.ts';
import type { WithScratch } from '../repo/scratch.ts';

export interface FleetPorts {
  /**
   * Runs bulwark itself in a folder, as a process of its own: what one repository takes, memory or a crash, is over with it.
   * @param args without `--cwd` and `--json`
   * @param signal absent: it is run to its end, also after an interruption
   */
  readonly bulwark: (folder: string, args: readonly string[], signal?: AbortSignal) => Promise<ExecResult>;
  readonly exec: Exec;
  readonly environment: NodeJS.ProcessEnv;
  /** A folder of our own outside of every repository; gone afterwards. */
  readonly withScratch: WithScratch;
  /** Absolute; folders of the fleet are taken from here. */
  readonly base: string;
  readonly signal: AbortSignal;
  /** No network: remotes are not asked. */
  readonly offline: boolean;
}
