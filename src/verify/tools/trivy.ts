/** Misconfigurations by `trivy config`, with the checks that are built into it. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { isDockerfile } from './file-kinds.ts';
import { readJson } from './json-answer.ts';
import { agreeing, defineTool, pathInside, requireJudged } from './tool.ts';

/** Where a repository keeps what trivy shall not report; trivy looks for the second by itself. */
const IGNORE_FILES = ['.trivyignore.yaml', '.trivyignore'];

export const trivy = defineTool({
  id: 'trivy',
  judges: 'Dockerfiles: misconfigurations',
  command: 'trivy',
  versionArgs: ['--version'],
  install: {
    linux: 'https://trivy.dev/latest/getting-started/installation/',
    darwin: 'brew install trivy',
    win32: 'scoop install trivy',
  },
  choose: (paths) => paths.filter(isDockerfile),
  judge: async ({ root, paths, call }) => {
    const ignoreFile = IGNORE_FILES.find((name) => existsSync(join(root, name)));
    const output = await call([
      ...['config', '--skip-check-update', '--quiet', '--format', 'json'],
      ...['--severity', 'UNKNOWN,LOW,MEDIUM,HIGH,CRITICAL'],
      ...(ignoreFile === undefined ? [] : ['--ignorefile', ignoreFile]),
      '.',
    ]);
    const results = readJson(output).get('Results').itemsIfAny();
    const judged = new Set(results.map((result) => pathInside(root, result.get('Target').text())));
    requireJudged(paths, judged);
    const findings = results.flatMap((result) =>
      result
        .get('Misconfigurations')
        .itemsIfAny()
        .map((item) => {
          const severity = item.get('Severity').text();
          const line = item.get('CauseMetadata').get('StartLine').lineIfAny();
          return {
            rule: item.get('ID').text(),
            severity: /^(?:HIGH|CRITICAL)$/.test(severity) ? ('error' as const) : ('warning' as const),
            path: pathInside(root, result.get('Target').text()),
            ...(line !== undefined && { line }),
            message: item.get('Message').text(),
            hint: item.get('Resolution').text(),
          };
        }),
    );
    return agreeing(output, findings);
  },
});
