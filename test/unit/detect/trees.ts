/** Small repositories as trees in memory, and what is found in them. */
import type { Detection } from '../../../src/detect/detect.ts';
import { detect } from '../../../src/detect/detect.ts';
import type { GitFacts } from '../../../src/detect/git-facts.ts';
import type { RepoPath } from '../../../src/tree/repo-path.ts';
import type { JudgedFile, JudgedTree } from '../../../src/verify/check.ts';
import { catalog } from '../../support/render.ts';

export type Files = Readonly<Record<string, string | Buffer | object>>;

/** Objects become JSON. */
export const treeOf = (files: Files): JudgedTree =>
  new Map(
    Object.entries(files)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([path, content]): [RepoPath, JudgedFile] => [
        path as RepoPath,
        {
          path: path as RepoPath,
          content: Buffer.isBuffer(content)
            ? content
            : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
          executable: false,
        },
      ]),
  );

/** A folder that git knows nothing of, and whose name says nothing. */
export const NO_GIT: GitFacts = { folder: '', isRepository: false };

export const fromOrigin = (owner: string, name: string): GitFacts => ({
  folder: 'checkout',
  isRepository: true,
  originUrl: `https://github.com/${owner}/${name}`,
  origin: { host: 'github.com', owner, name },
  defaultBranch: 'main',
});

export const detected = (files: Files, git: GitFacts = NO_GIT): Detection =>
  detect(treeOf(files), git, catalog.questions);

/** What a Dockerfile hangs on has tests of its own. */
const isOfImage = (key: string): boolean =>
  key.startsWith('none.') && !['none.port', 'none.healthPath', 'none.uid', 'none.target'].includes(key);

/** The answers by key, without their reasons and without those that a Dockerfile hangs on. */
export const valuesOf = ({ answers }: Detection): Readonly<Record<string, unknown>> =>
  Object.fromEntries(answers.filter(({ key }) => !isOfImage(key)).map(({ key, value }) => [key, value]));

/** The others. */
export const imageValuesOf = ({ answers }: Detection): Readonly<Record<string, unknown>> =>
  Object.fromEntries(
    answers.filter(({ key }) => isOfImage(key)).map(({ key, value }) => [key.slice('none.'.length), value]),
  );

/** The reasons by key, of the same answers. */
export const reasonsOf = ({ answers }: Detection): Readonly<Record<string, string>> =>
  Object.fromEntries(answers.filter(({ key }) => !isOfImage(key)).map(({ key, because }) => [key, because]));
