/** The team rules of a run: which files hold them, and how the run is held to them before anything is written. */
import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { usageError, type Issue } from '../errors.ts';
import type { Answers } from '../plan/answers.ts';
import { openTarget, readOwnFile } from '../repo/open-repo.ts';
import { REPOSITORY_RULES, type RuleSource } from '../rules/rule.ts';
import type { RunRequest } from '../run.ts';
import type { CommandContext } from './commands/command.ts';

/**
 * Judges the answers of a run by its team rules.
 * @param components ids of the components in the plan
 * @returns what judges the rendered tree; undefined without rules: then nothing of them is loaded
 * @throws BulwarkError (code 6) when an answer breaks a rule, wherever it came from; (code 2) when a rules file is faulty
 */
export async function teamRules(
  context: CommandContext,
  target: string,
  { answers, components }: { readonly answers: Answers; readonly components: readonly string[] },
): Promise<RunRequest['holdToRules']> {
  const sources = rulesFiles(context, target);
  if (sources.length === 0) return undefined;
  const { enforceLoaded, loadRules, refuseBroken, remarksOf } = await import('../rules/enforce-rules.ts');
  const { catalog } = context;
  const known = { components: catalog.components.map(({ id }) => id), questions: catalog.questions };
  const rules = loadRules(sources, known);
  const subject = { answers, components, known, today: new Date() };
  refuseBroken(await enforceLoaded(rules, subject));
  return async (tree) => {
    const report = await enforceLoaded(rules, { ...subject, tree });
    refuseBroken(report);
    return remarksOf(report);
  };
}

/** Those of `--rules`, and the one that the repository holds itself. */
export function rulesFiles({ line, terminal, packs }: CommandContext, target: string): readonly RuleSource[] {
  const named = line.options.get('rules');
  const issues: Issue[] = [];
  const sources: RuleSource[] = [...(packs?.rules ?? [])];
  for (const name of new Set(Array.isArray(named) ? (named as readonly string[]) : [])) {
    try {
      sources.push({ name, text: readFileSync(resolve(terminal.cwd, name), 'utf8') });
    } catch (error) {
      issues.push({
        id: 'rules-unreadable',
        message: `the rules file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        where: `--rules ${name}`,
        hint: `check that the file is there; the path is taken from ${terminal.cwd}`,
      });
    }
  }
  if (issues.length > 0) throw usageError(issues);
  const { root, entries } = openTarget(target);
  const own = entries.includes(REPOSITORY_RULES) ? readOwnFile(root, REPOSITORY_RULES) : undefined;
  return own === undefined ? sources : [...sources, { name: REPOSITORY_RULES, text: own }];
}
