/** Workflows by actionlint: syntax, expressions, jobs that are needed, runner labels, scripts. */
import { isWorkflow } from './file-kinds.ts';
import { readJson } from './json-answer.ts';
import { agreeing, argumentFor, defineTool, pathInside } from './tool.ts';

export const actionlint = defineTool({
  id: 'actionlint',
  judges: 'GitHub Actions workflows: errors',
  command: 'actionlint',
  versionArgs: ['-version'],
  install: {
    linux: 'go install github.com/rhysd/actionlint/cmd/actionlint@latest',
    darwin: 'brew install actionlint',
    win32: 'winget install actionlint',
  },
  choose: (paths) => paths.filter(isWorkflow),
  judge: async ({ root, paths, call }) => {
    const output = await call(['-no-color', '-format', '{{json .}}', ...paths.map(argumentFor)], {
      env: { SHELLCHECK_OPTS: '' },
    });
    const findings = readJson(output)
      .items()
      .map((item) => {
        const rule = item.get('kind').text();
        return {
          rule,
          severity: 'error' as const,
          path: pathInside(root, item.get('filepath').text()),
          line: item.get('line').number(),
          message: item.get('message').text(),
          hint: 'https://github.com/rhysd/actionlint/blob/main/docs/checks.md',
        };
      });
    return agreeing(output, findings);
  },
});
