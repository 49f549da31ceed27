/** Tells what a command without a plan has done, or would do: one JSON document, a list, or a sentence. */
import { ExitCode } from '../errors.ts';
import type { ChangeSet } from '../tree/change-set.ts';
import type { CommandContext } from './commands/command.ts';
import { plannedFiles, serializeDocument } from './document.ts';
import { formatChanges } from './report.ts';

/** @param more further keys of the document */
export function tellChanges(
  { line, terminal, say }: CommandContext,
  changes: ChangeSet,
  {
    code = ExitCode.ok,
    words,
    more = {},
  }: { readonly code?: ExitCode; readonly words: string; readonly more?: object },
): ExitCode {
  if (line.options.has('json')) {
    const document = { ok: code === ExitCode.ok, code, issues: [], files: plannedFiles(changes), ...more };
    terminal.out(serializeDocument(document));
  } else if (line.options.has('dry-run')) {
    terminal.out(formatChanges(changes));
  } else {
    say(words);
  }
  return code;
}
