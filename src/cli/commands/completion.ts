/** `bulwark completion`: a static script for a shell; nothing is written, no start file is touched. */
import { ExitCode, usageError } from '../../errors.ts';
import { nearest } from '../../plan/nearest.ts';
import { bashCompletion } from '../completion/bash.ts';
import { fishCompletion } from '../completion/fish.ts';
import { powershellCompletion } from '../completion/powershell.ts';
import { completionWords, type CommandWords } from '../completion/words.ts';
import { zshCompletion } from '../completion/zsh.ts';
import { serializeDocument } from '../document.ts';
import type { Command } from './command.ts';

const SCRIPTS: Readonly<Record<string, (commands: readonly CommandWords[]) => string>> = {
  bash: bashCompletion,
  zsh: zshCompletion,
  fish: fishCompletion,
  powershell: powershellCompletion,
};

export const completion: Command = async ({ catalog, line, terminal }) => {
  const [shell] = line.positionals;
  const shells = Object.keys(SCRIPTS);
  const write = shell !== undefined && Object.hasOwn(SCRIPTS, shell) ? SCRIPTS[shell] : undefined;
  if (!write) throw unknownShell(shell, shells);
  const script = write(completionWords(catalog, shells));
  const isJson = line.options.has('json');
  terminal.out(isJson ? serializeDocument({ ok: true, code: ExitCode.ok, shell, script }) : script);
  return ExitCode.ok;
};

function unknownShell(shell: string | undefined, shells: readonly string[]): Error {
  const suggestion = shell === undefined ? undefined : nearest(shell, shells);
  return usageError([
    {
      id: shell === undefined ? 'missing-word' : 'unknown-shell',
      message:
        shell === undefined
          ? '"completion" needs the name of a shell'
          : `there is no completion for "${shell}"`,
      ...(shell !== undefined && { where: shell }),
      hint: suggestion === undefined ? `use one of ${shells.join(', ')}` : `did you mean ${suggestion}?`,
    },
  ]);
}
