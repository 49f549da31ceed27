/** Files of the repository that play the part of one of ours under another name: a second README or licence would be one too many. */
import type { RepoPath } from '../tree/repo-path.ts';

/** By our path; formats that a hosting service shows, and the places where it looks (docs.github.com, "community health files"). */
const OTHER_NAMES: readonly (readonly [ours: string, theirs: RegExp])[] = [
  ['README.md', /^readme(?:\.(?:md|markdown|rst|adoc|asciidoc|org|txt|rdoc))?$/i],
  ['LICENSE', /^(?:(?:un)?licen[cs]e|copying)(?:[-.][\w.-]+)?$/i],
  ['CONTRIBUTING.md', /^(?:\.github\/|docs\/)?contributing(?:\.(?:md|markdown|rst|adoc|txt))?$/i],
  ['SECURITY.md', /^(?:\.github\/|docs\/)?security(?:\.(?:md|markdown|rst|adoc|txt))?$/i],
  ['.github/CODEOWNERS', /^(?:\.github\/|docs\/)?CODEOWNERS$/],
  ['.github/dependabot.yml', /^\.github\/dependabot\.yaml$/],
  ['.github/workflows/ci.yml', /^\.github\/workflows\/ci\.yaml$/],
  ['Makefile', /^(?:GNUmakefile|makefile)$/],
];

/**
 * @param paths all files of the repository
 * @returns where such files stand, by the paths that they have with us; what stands at our own path is left out
 */
export function standingFiles(paths: Iterable<RepoPath>): Readonly<Record<string, RepoPath>> {
  const known = new Set<string>(paths);
  const all = ([...known] as RepoPath[]).filter((path) => path.split('/').length <= 3).sort();
  return Object.fromEntries(
    OTHER_NAMES.flatMap(([ours, theirs]) => {
      const other = all.find((path) => theirs.test(path));
      return other === undefined || known.has(ours) ? [] : [[ours, other]];
    }),
  );
}
