/** The command that repeats a run, and the next steps, as they are typed. */
import { flagOf } from '../plan/questions.ts';
import type { Answers, Source } from '../plan/answers.ts';
import type { Terminal } from './terminal.ts';

/** Sources whose values come back by themselves. */
const IMPLIED: ReadonlySet<Source> = new Set([
  'default',
  'detected',
  'preset',
  'directory',
  'team default',
  'team lock',
]);

/**
 * `npm create bulwark@latest my-service -- --yes --stack fastapi` for the package manager that is in use.
 * @param more flags that are no answers
 */
export function repeatCommand(
  directory: string,
  preset: string | null,
  answers: Answers,
  packageManager: Terminal['packageManager'],
  more: readonly string[] = [],
): string {
  const flags = [
    ...(preset === null ? [] : ['--preset', preset]),
    ...[...answers].flatMap(([key, { value, source }]) => {
      if (IMPLIED.has(source)) return [];
      if (typeof value === 'boolean') return [value ? flagOf(key) : `--no-${flagOf(key).slice(2)}`];
      return [`${flagOf(key)}=${Array.isArray(value) ? value.join(',') || 'none' : String(value)}`];
    }),
    ...more,
    '--yes',
  ];
  const separator = packageManager === 'npm' ? ['--'] : [];
  return [packageManager, 'create', 'bulwark', directory, ...separator, ...flags].map(shellWord).join(' ');
}

/** POSIX quoting for a command that is shown, not run. */
export const shellWord = (word: string): string =>
  /^[A-Za-z0-9_@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
