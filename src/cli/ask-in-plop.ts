/** Asks for a run when plop's own command has loaded our pack: the same questions, without a command line of ours. */
import { components, presets } from 'bulwark:components';
import { templates } from 'bulwark:templates';
import { BulwarkError, ExitCode, usageError } from '../errors.ts';
import { catalogOf } from '../plan/catalog.ts';
import { recoverTarget } from '../repo/recover.ts';
import { startRun, type RunState } from '../run.ts';
import { parseCommandLine } from './args.ts';
import { askForRun as ask } from './ask.ts';
import type { CommandContext } from './commands/command.ts';
import { gatherAnswers } from './raw-answers.ts';
import { styleOf } from './report.ts';
import { terminalOf } from './terminal.ts';

/**
 * @param destination plop's base path; the new folder is made in it
 * @throws BulwarkError (code 5) without a terminal: plop's bypass cannot answer conditional questions
 */
export async function askForRun(destination: string): Promise<RunState> {
  const catalog = catalogOf(components, presets, templates);
  const terminal = terminalOf(process, undefined, destination);
  if (!terminal.interactive) {
    throw new BulwarkError(ExitCode.inputNeeded, [
      {
        id: 'input-needed',
        message:
          'there is no terminal to ask on; run "npm create bulwark my-service -- --yes" instead, which needs none',
      },
    ]);
  }
  const line = parseCommandLine([], catalog.questions, false);
  const context: CommandContext = {
    line,
    catalog,
    terminal,
    style: styleOf(terminal.colour),
    say: terminal.say,
    // plop has no way to break a run off; Ctrl-C at a prompt is heard by the prompt.
    signal: new AbortController().signal,
  };
  const given = await gatherAnswers(line, catalog.questions, terminal, () => '');
  if (given.issues.length > 0) throw usageError(given.issues);
  // plop has no --resume, so nothing is kept for it.
  const { request } = await ask(context, given, {});
  recoverTarget(request.target);
  return startRun(request);
}
