/** Secrets in any file by gitleaks; the secret itself is never repeated. */
import { readJson } from './json-answer.ts';
import { agreeing, defineTool, pathInside, quote, ToolFailure } from './tool.ts';

const NO_ANSI = ['--no-banner', '--no-color'];

export const gitleaks = defineTool({
  id: 'gitleaks',
  judges: 'every file: secrets',
  command: 'gitleaks',
  versionArgs: ['version'],
  install: {
    linux: 'the binary from https://github.com/gitleaks/gitleaks/releases',
    darwin: 'brew install gitleaks',
    win32: 'winget install gitleaks',
  },
  choose: (paths) => paths,
  judge: async ({ root, call }) => {
    const output = await call(
      ['dir', '.', ...NO_ANSI, '--redact', '--report-format', 'json', '--report-path', '-'],
      // A developer's own rules must not hide what the next machine will find; a `.gitleaks.toml` here is honoured.
      { env: { GITLEAKS_CONFIG: '', GITLEAKS_CONFIG_TOML: '' } },
    );
    const findings = readJson(output)
      .items()
      .map((item) => ({
        rule: item.get('RuleID').text(),
        severity: 'error' as const,
        path: pathInside(root, item.get('File').text()),
        line: item.get('StartLine').number(),
        message: item.get('Description').text(),
        hint: 'take it out and revoke it; if it is no secret, end the line with a comment `gitleaks:allow` and the reason',
      }));
    // An empty report is also what it prints for a folder that it could not read.
    const scanned = /scanned ~(\d+) bytes/.exec(output.stderr)?.[1];
    if (scanned === undefined || scanned === '0')
      throw new ToolFailure(`judged nothing${quote(output.stderr)}`);
    return agreeing(output, findings);
  },
});
