/** Files that play the part of one of ours under another name. */
import { expect, it } from 'vitest';
import { standingFiles } from '../../../src/detect/standing-files.ts';
import type { RepoPath } from '../../../src/tree/repo-path.ts';

const among = (...paths: readonly string[]) => standingFiles(paths as readonly RepoPath[]);

it.each([
  ['README.md', 'README.rst'],
  ['README.md', 'readme.md'],
  ['LICENSE', 'LICENSE.txt'],
  ['LICENSE', 'license'],
  ['LICENSE', 'COPYING'],
  ['CONTRIBUTING.md', '.github/CONTRIBUTING.md'],
  ['SECURITY.md', 'docs/SECURITY.md'],
  ['.github/CODEOWNERS', 'CODEOWNERS'],
  ['.github/dependabot.yml', '.github/dependabot.yaml'],
  ['.github/workflows/ci.yml', '.github/workflows/ci.yaml'],
  ['Makefile', 'GNUmakefile'],
])('%s is played by %s', (ours, theirs) => {
  expect(among('src/index.js', theirs)).toEqual({ [ours]: theirs });
  expect(among(ours, theirs)).toEqual({});
});

it('takes one of several, and none of another folder or another meaning', () => {
  expect(among('LICENSE-MIT', 'LICENSE-APACHE')).toEqual({ LICENSE: 'LICENSE-APACHE' });
  expect(
    among('web/README.rst', 'vendor/LICENSE.txt', 'licenses.json', 'readme-template.html', 'src/security.md'),
  ).toEqual({});
});
