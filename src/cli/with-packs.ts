/** Puts the packs that a command is about over the catalog of its context; loads nothing of them where there are none. */
import { BulwarkError } from '../errors.ts';
import type { Question } from '../plan/questions.ts';
import type { CommandLine } from './args.ts';
import type { CommandContext } from './commands/command.ts';
import { wantedPacks } from './pack-references.ts';
import { printable } from '../printable.ts';

/**
 * @param parse reads the line again: with packs there are more questions, and so more flags
 * @throws BulwarkError as `loadPacks` does
 */
export async function withPacks(
  plain: CommandContext,
  parse: (questions: readonly Question[]) => CommandLine,
): Promise<CommandContext> {
  const wanted = await wantedPacks(plain);
  if (wanted.references.length === 0) return plain;
  const { packsOfRun } = await import('./packs.ts');
  const packs = await packsOfRun(plain, wanted);
  return { ...plain, line: parse(packs.catalog.questions), catalog: packs.catalog, packs };
}

/** The same for what must not fail for a pack, which is help, and the script that a shell reads at its start. */
export async function withPacksOrNote(
  plain: CommandContext,
  parse: (questions: readonly Question[]) => CommandLine,
): Promise<CommandContext> {
  try {
    return await withPacks(plain, parse);
  } catch (error) {
    if (!(error instanceof BulwarkError)) throw error;
    plain.terminal.say(printable(`note: the packs are left out: ${error.message}\n`));
    return plain;
  }
}
