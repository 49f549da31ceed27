/** What a person at a terminal does with `create`, as steps: which questions come is read from the real components. */
import { components, presets } from 'bulwark:components';
import { templates } from 'bulwark:templates';
import { parseCommandLine } from '../../src/cli/args.ts';
import { askForRun } from '../../src/cli/ask.ts';
import { gatherAnswers } from '../../src/cli/raw-answers.ts';
import { styleOf } from '../../src/cli/report.ts';
import { terminalOf } from '../../src/cli/terminal.ts';
import { catalogOf } from '../../src/plan/catalog.ts';
import { keys, type Step } from './pty.ts';
import { scriptedPrompter } from './scripted-prompter.ts';

/** Labels of the questions that a person is asked who accepts every default, up to the review. */
export async function labelsAsked(argv: readonly string[]): Promise<readonly string[]> {
  const catalog = catalogOf(components, presets, templates);
  const line = parseCommandLine(argv, catalog.questions, false);
  const stream = { isTTY: true, write: () => true };
  const terminal = terminalOf(
    { env: {}, cwd: () => '/', stdin: stream, stdout: stream, stderr: stream },
    false,
    undefined,
  );
  const person = scriptedPrompter({});
  await askForRun(
    {
      line,
      catalog,
      terminal,
      style: styleOf(false),
      say: () => undefined,
      signal: new AbortController().signal,
    },
    await gatherAnswers(line, catalog.questions, terminal, () => ''),
    { prompter: person },
  );
  return person.asked.slice(0, person.asked.indexOf('What now'));
}

/** Answers the questions in turn; what is not typed is accepted as it stands. */
export const answering = (labels: readonly string[], typed: Readonly<Record<string, string>> = {}): Step[] =>
  labels.flatMap((label): Step[] => [
    { expect: `? ${label} ` },
    { send: `${typed[label] ?? ''}${keys.enter}` },
  ]);

/** Picks an option of the list with this label. */
export const picking = (label: string, option: string): Step[] => [
  { expect: `? ${label} ` },
  { select: option },
  { send: keys.enter },
];
