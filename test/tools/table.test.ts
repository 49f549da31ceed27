/** Does the table say all that the report does, aligned, and nothing that moves the cursor? */
import { expect, test } from 'vitest';
import { tableLines } from '../../src/verify/table.ts';

test('a row per check, its findings beneath, the sum at the end', () => {
  const lines = tableLines({
    results: [
      { check: 'compose', outcome: 'passed', judged: 1 },
      {
        check: 'hadolint',
        outcome: 'findings',
        judged: 2,
        findings: [
          {
            rule: 'DL3008',
            severity: 'warning',
            path: 'Dockerfile',
            line: 12,
            message: 'Pin versions',
            hint: 'pin them',
          },
          { rule: 'DL1', severity: 'error', path: 'a', message: 'Mend' },
        ],
      },
      { check: 'gixy', outcome: 'skipped', reason: 'not installed: pipx install gixy-ng' },
      { check: 'trivy', outcome: 'failed', reason: 'exited with 3' },
    ],
  });
  expect(lines).toEqual([
    'check     result    detail',
    'compose   passed    1 file',
    'hadolint  findings  2 in 2 files',
    '  Dockerfile:12  warning  DL3008  Pin versions',
    '    to do: pin them',
    '  a              error    DL1     Mend',
    'gixy      skipped   not installed: pipx install gixy-ng',
    'trivy     failed    exited with 3',
    '',
    '1 passed, 1 with 2 findings, 1 failed, 1 skipped',
  ]);
});

test('hostile names of files and rules do not break lines', () => {
  const lines = tableLines({
    results: [
      {
        check: 'x',
        outcome: 'findings',
        judged: 1,
        findings: [
          { rule: '\u001b[2J', severity: 'error', path: 'a\nb', message: 'm\u0007', hint: '\u001b[1Ah' },
        ],
      },
    ],
  });
  // eslint-disable-next-line no-control-regex -- control characters are what must not be there
  for (const line of lines) expect(line).not.toMatch(/[\u0000-\u001f\u007f-\u009f]/);
  expect(lines).toHaveLength(6);
});
