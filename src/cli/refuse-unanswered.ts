/** What to say where an answer is missing and nobody can be asked. */
import { BulwarkError, ExitCode, type Issue } from '../errors.ts';
import type { Resolution } from '../plan/answers.ts';
import { describeValues } from '../plan/parse-value.ts';
import { flagOf } from '../plan/questions.ts';
import type { CommandContext } from './commands/command.ts';
import type { GivenAnswers } from './raw-answers.ts';
import { shellWord } from './repeat-command.ts';

/** Flags of ours that are no settings of npm's, or whose meaning there is another. */
const KEPT_BY_NPM = ['yes', 'preset', 'answers', 'set'] as const;

/**
 * `npm create bulwark x --yes` keeps the flag for npm, which tells its own settings to what it starts (docs.npmjs.com, "npm-init",
 * "config: environment variables"); only behind `--` is it ours.
 */
function keptByNpm({ line, terminal: { environment } }: CommandContext): Issue | undefined {
  if (environment.npm_command !== 'init') return undefined;
  const kept = KEPT_BY_NPM.filter((name) => (environment[`npm_config_${name}`] ?? '') !== '');
  if (kept.length === 0) return undefined;
  const flags = kept.map((name) =>
    name === 'yes' ? '--yes' : `--${name}=${shellWord(environment[`npm_config_${name}`] ?? '')}`,
  );
  return {
    id: 'kept-by-npm',
    message: `npm kept ${flags.join(' ')} for itself: what stands before -- is npm's`,
    where: 'npm create',
    hint: `npm ${['create', 'bulwark', ...line.positionals.map(shellWord), '--', ...flags].join(' ')}`,
  };
}

/** Without a terminal nothing is asked: code 5, and the exact flags. */
export function refuseUnanswered(
  context: CommandContext,
  { answers }: Resolution,
  accepted: GivenAnswers['accepted'],
): void {
  const { catalog } = context;
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
  if (!first) return;
  const kept = keptByNpm(context);
  throw new BulwarkError(ExitCode.inputNeeded, kept ? [kept, first, ...rest] : [first, ...rest]);
}
