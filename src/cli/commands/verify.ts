/** `bulwark verify`: judges a repository by the embedded checks and by every real tool that is installed. */
import { resolve } from 'node:path';
import { version } from 'bulwark:package';
import { ExitCode, usageError } from '../../errors.ts';
import { execUntil } from '../../exec.ts';
import { openTarget } from '../../repo/open-repo.ts';
import { readTree } from '../../repo/read-tree.ts';
import type { CheckResult, JudgedTree, VerifyReport } from '../../verify/check.ts';
import { embeddedChecks } from '../../verify/embedded/index.ts';
import { runEmbedded } from '../../verify/run-embedded.ts';
import { runTools } from '../../verify/run-tools.ts';
import { toSarif } from '../../verify/sarif.ts';
import { tableLines } from '../../verify/table.ts';
import { recover } from '../recover.ts';
import { serializeDocument } from '../document.ts';
import type { Command, CommandContext } from './command.ts';

export const verify: Command = async (context) => {
  const { line, terminal } = context;
  const root = resolve(terminal.cwd, line.positionals[0] ?? '.');
  const { state } = openTarget(root);
  if (state === 'missing' || state === 'not-a-folder' || state === 'empty') {
    throw usageError([
      {
        id: 'nothing-to-verify',
        message: state === 'empty' ? 'the folder is empty' : 'there is no such folder',
        where: root,
        hint: 'name the folder of a repository: bulwark verify DIR',
      },
    ]);
  }
  recover(root, context.say);
  const tree = await readTree(root, execUntil(context.signal));
  const results = [...(await runEmbedded(tree)), ...(await judgeWithTools(context, tree))];
  const code = codeOf(results);
  if (line.options.has('json')) {
    terminal.out(serializeDocument({ ok: code === ExitCode.ok, code, results }));
  } else if (line.options.has('sarif')) {
    terminal.out(
      serializeDocument(
        toSarif({ results }, { version, rules: embeddedChecks.flatMap(({ rules }) => rules) }),
      ),
    );
  } else {
    terminal.out(formatReport({ results }));
  }
  return code;
};

/** Runs the real tools over a repository that was just written, and shows what they said; their findings undo nothing. */
export async function verifyWithTools(
  context: CommandContext,
  root: string,
): Promise<readonly CheckResult[]> {
  const results = await judgeWithTools(context, await readTree(root, execUntil(context.signal)));
  context.say(formatReport({ results }));
  return results;
}

const judgeWithTools = (context: CommandContext, tree: JudgedTree): Promise<readonly CheckResult[]> =>
  runTools({
    tree,
    exec: execUntil(context.signal),
    signal: context.signal,
    onProgress: ({ tool, state }) => {
      context.say(`${tool}: ${state}\n`);
    },
  });

/** A judge that gave no answer is not one that found nothing. */
const codeOf = (results: readonly CheckResult[]): ExitCode =>
  results.some(({ outcome }) => outcome === 'findings' || outcome === 'failed')
    ? ExitCode.findings
    : ExitCode.ok;

const formatReport = (report: VerifyReport): string => `${tableLines(report).join('\n')}\n`;
