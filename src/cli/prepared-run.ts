/** A run that is ready: plop carries it out, and then it is told what came of it. */
import nodePlop from 'node-plop';
import type { ExitCode } from '../errors.ts';
import { carryOut, registerRun } from '../plop/carry-out.ts';
import type { RunData } from '../plop/plan-actions.ts';
import type { RunState } from '../run.ts';
import type { CommandContext } from './commands/command.ts';

export interface PreparedRun {
  readonly state: RunState;
  readonly beforeCommit?: NonNullable<RunData['beforeCommit']>;
  /** Tells what came of it, and does what follows. */
  readonly conclude: (context: CommandContext) => Promise<ExitCode>;
}

/**
 * Carries a run out on the command line.
 * @throws what its failing step threw
 */
export async function carryOutRun(
  context: CommandContext,
  { state, beforeCommit, conclude }: PreparedRun,
): Promise<ExitCode> {
  const plop = await nodePlop();
  const data: RunData = { run: state, ...(beforeCommit && { beforeCommit }) };
  registerRun(plop, data);
  await context.packs?.hook(plop);
  await carryOut(plop, data);
  return conclude(context);
}
