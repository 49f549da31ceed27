/** What to say where an answer is missing and nobody can be asked. */
import { BulwarkError, ExitCode, type Issue } from '../errors.ts';
import type { Resolution } from '../plan/answers.ts';
import { describeValues } from '../plan/parse-value.ts';
import { flagOf } from '../plan/questions.ts';
import type { CommandContext } from './commands/command.ts';
import type { GivenAnswers } from './raw-answers.ts';
import { shellWord } from './repeat-command.ts';

/** Without a terminal nothing is asked: code 5, and the exact flags. */
export function refuseUnanswered(
  { catalog }: CommandContext,
  { answers }: Resolution,
  accepted: GivenAnswers['accepted'],
): void {
  const open = catalog.questions.filter(
    ({ key, field }) => field.ask === true && answers.get(key)?.source === 'default' && !accepted.has(key),
  );
  const issues = open.map(({ key, field }): Issue => {
    const value = answers.get(key)?.value;
    const shown = Array.isArray(value) ? value.join(',') || 'none' : String(value);
    return {
      id: 'input-needed',
      message: `${field.label} is not answered, and there is no terminal to ask on`,
      where: flagOf(key),
      hint: `add ${flagOf(key)}=${shellWord(shown)} (${describeValues(field)}), or --yes for all defaults`,
    };
  });
  const [first, ...rest] = issues;
  if (first) throw new BulwarkError(ExitCode.inputNeeded, [first, ...rest]);
}
