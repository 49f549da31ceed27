/** nginx configurations by gixy: security. */
import type { RepoPath } from '../../tree/repo-path.ts';
import type { Finding } from '../check.ts';
import { readJson } from './json-answer.ts';
import { agreeing, argumentFor, defineTool, pathInside, ToolFailure, type Judging } from './tool.ts';

/** A block in which gixy always finds something (a path traversal by alias). */
const CANARY = '\nhttp { server { location /canary { alias /canary/; } } }\n';

export const gixy = defineTool({
  id: 'gixy',
  judges: 'nginx.conf: security',
  command: 'gixy',
  versionArgs: ['--version'],
  install: { linux: 'pipx install gixy-ng', darwin: 'pipx install gixy-ng', win32: 'pipx install gixy-ng' },
  choose: (paths) => paths.filter((path) => /(?:^|\/)nginx\.conf$/.test(path)),
  judge: async (judging) => {
    const findings: Finding[] = [];
    for (const path of judging.paths) findings.push(...(await judgeFile(judging, path)));
    return findings;
  },
});

async function judgeFile(judging: Judging, path: RepoPath): Promise<readonly Finding[]> {
  const { root, call } = judging;
  const output = await call(['--format', 'json', argumentFor(path)]);
  const findings = readJson(output)
    .items()
    .map((item) => {
      const line = item.get('line').lineIfAny();
      return {
        rule: item.get('plugin').text(),
        severity: item.get('severity').text() === 'HIGH' ? ('error' as const) : ('warning' as const),
        path: pathInside(root, item.get('file').textIfAny() ?? path),
        ...(line !== undefined && { line }),
        message: `${item.get('summary').text()} ${item.get('reason').textIfAny() ?? ''}`.trim(),
        hint: item.get('reference').text(),
      };
    });
  if (findings.length === 0) await requireRead(judging, path);
  return agreeing(output, findings);
}

/**
 * It answers "no finding" for a file that it could not parse. So a file without any is read once more with the canary
 * behind it: what cannot be parsed hides the canary too.
 */
async function requireRead({ read, call }: Judging, path: RepoPath): Promise<void> {
  const output = await call(['--format', 'json', '-'], { input: read(path) + CANARY });
  if (readJson(output).items().length === 0) throw new ToolFailure(`could not parse ${path}`);
}
