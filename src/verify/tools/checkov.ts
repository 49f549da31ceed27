/** Misconfigurations in Dockerfiles and workflows by checkov, without a word to its service. */
import type { RepoPath } from '../../tree/repo-path.ts';
import { isDockerfile, isWorkflow } from './file-kinds.ts';
import { readJson, type JsonAnswer } from './json-answer.ts';
import { agreeing, defineTool, pathInside, requireJudged, ToolFailure } from './tool.ts';

/**
 * What each of its frameworks reads; it finds the files itself, so what it read is held against this. Workflows it takes
 * from any folder of that name, also below the root, where GitHub reads none.
 */
const FRAMEWORKS = {
  dockerfile: isDockerfile,
  github_actions: (path: RepoPath) => /(?:^|\/)\.github\/workflows\/[^/]+\.ya?ml$/.test(path),
};

export const checkov = defineTool({
  id: 'checkov',
  judges: 'Dockerfiles and workflows: misconfigurations',
  command: 'checkov',
  versionArgs: ['--version'],
  install: { linux: 'pipx install checkov', darwin: 'brew install checkov', win32: 'pipx install checkov' },
  choose: (paths) => paths.filter((path) => isDockerfile(path) || isWorkflow(path)),
  judge: async ({ root, paths, call }) => {
    const frameworks = Object.entries(FRAMEWORKS)
      .filter(([, reads]) => paths.some(reads))
      .map(([framework]) => framework);
    const output = await call(
      ['--directory', '.', '--framework', ...frameworks, '--compact', '--output', 'json', '--skip-download'],
      { env: { CKV_IGNORE_HIDDEN_DIRECTORIES: 'false' } },
    );
    const answer = readJson(output);
    // One framework is an object, several are a list; one that read nothing has counts alone.
    const reports = (answer.isList ? answer.items() : [answer]).filter(
      (report) => report.get('results').isThere,
    );
    const results = reports.map((report) => report.get('results'));
    const unread = results.flatMap((result) => result.get('parsing_errors').itemsIfAny());
    if (unread[0]) {
      throw new ToolFailure(
        `could not parse ${unread.map((path) => pathInside(root, path.text())).join(', ')}`,
      );
    }
    const failed = results.flatMap((result) => result.get('failed_checks').itemsIfAny());
    const others = results.flatMap((result) => [
      ...result.get('passed_checks').itemsIfAny(),
      ...result.get('skipped_checks').itemsIfAny(),
    ]);
    requireJudged(paths, new Set([...failed, ...others].map(pathOf)));
    const findings = failed.map((check) => ({
      rule: check.get('check_id').text(),
      severity: 'error' as const,
      path: pathOf(check),
      ...lineOf(check),
      message: check.get('check_name').text(),
      hint: check.get('guideline').textIfAny() ?? 'https://www.checkov.io/5.Policy%20Index/all.html',
    }));
    return agreeing(output, findings);
  },
});

/** It writes the path from the folder that it was given, with a slash before it. */
const pathOf = (check: JsonAnswer): string => pathInside('/', check.get('file_path').text());

/** Some checks name a range that begins at line 0. */
function lineOf(check: JsonAnswer): { line?: number } {
  const line = check.get('file_line_range').itemsIfAny()[0]?.number();
  return line === undefined ? {} : { line: Math.max(1, line) };
}
