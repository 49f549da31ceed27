/** What every command gets and gives. */
import type { ExitCode } from '../../errors.ts';
import type { Catalog } from '../../plan/catalog.ts';
import type { CommandLine } from '../args.ts';
import type { Style } from '../report.ts';
import type { PackRun } from '../packs.ts';
import type { Terminal } from '../terminal.ts';

export interface CommandContext {
  readonly line: CommandLine;
  readonly catalog: Catalog;
  /** The packs that are over our catalog; absent without any. */
  readonly packs?: PackRun;
  readonly terminal: Terminal;
  readonly style: Style;
  /** Says words to a person; silent under `--quiet` and `--json`. */
  readonly say: (text: string) => void;
  /** Aborted on SIGINT and SIGTERM. */
  readonly signal: AbortSignal;
}

export type Command = (context: CommandContext) => Promise<ExitCode>;
