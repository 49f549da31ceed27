/** A repository that bulwark did not make: what it is, is found out; nothing in it is overwritten unasked. */
import { resolve } from 'node:path';
import { detect, rawAnswersOf, type Detection } from '../detect/detect.ts';
import { readGitFacts } from '../detect/git-facts.ts';
import { standingFiles } from '../detect/standing-files.ts';
import { usageError } from '../errors.ts';
import { execUntil } from '../exec.ts';
import { openTarget } from '../repo/open-repo.ts';
import { readTree } from '../repo/read-tree.ts';
import type { RepoPath } from '../tree/repo-path.ts';
import type { JudgedTree } from '../verify/check.ts';
import type { CommandContext } from './commands/command.ts';
import { formatTable } from './report.ts';
import type { Place } from './rerun.ts';

export interface ForeignPlace {
  readonly place: Place;
  readonly detection: Detection;
  readonly tree: JudgedTree;
}

/**
 * Looks at the repository that a person stands in, and says what was found.
 * @param isAlone what is to be rendered needs no application: where none was found, none is asked for
 * @throws BulwarkError (code 2) `nothing-here` for an empty folder, unless what is rendered needs nothing there
 */
export async function foreignPlace(context: CommandContext, isAlone = false): Promise<ForeignPlace> {
  const { terminal, catalog, say, signal } = context;
  const exec = execUntil(signal);
  const { workTree, state, root: here } = openTarget(resolve(terminal.cwd));
  const root = workTree ?? here;
  if (state === 'missing' || state === 'not-a-folder' || (state === 'empty' && !isAlone)) {
    throw usageError([
      {
        id: 'nothing-here',
        message: 'there is nothing in this folder',
        where: here,
        hint: 'make a new repository with: npm create bulwark',
      },
    ]);
  }
  const tree = await readTree(root, exec);
  const detection = detect(tree, await readGitFacts(root, exec), catalog.questions);
  const rows = detection.answers.map(({ key, value, because }) => [key, String(value), because] as const);
  if (rows.length > 0) say(`Found:\n\n${formatTable(['question', 'answer', 'because'], rows)}\n`);
  for (const doubt of detection.doubts) say(`note: ${doubt}\n`);
  return {
    detection,
    tree,
    place: {
      root,
      preset: null,
      scope: { manages: 'components', layout: layoutOf(detection, tree) },
      // A new repository gets a stack of ours; one that is there keeps what it has, also where that is no application.
      known: { detected: new Map<string, unknown>([['stack', 'none'], ...rawAnswersOf(detection)]) },
      undecided: 'fail',
    },
  };
}

/**
 * Where files of ours would be, and where they are. The compose file is named also where that is the same place: that it is there.
 * One in a folder of its own is about something else, and the paths in our part would lead from another place.
 */
function layoutOf(
  { answers, layout: { compose, dockerfile: image }, present }: Detection,
  tree: JudgedTree,
): Place['scope']['layout'] {
  const builds = present.some(({ component }) => component === 'docker');
  const dockerfile = answers.find(({ key }) => key === 'docker.file')?.value ?? 'Dockerfile';
  return {
    ...standingFiles(tree.keys()),
    // One in another folder has another context of its build, which ours stands beside.
    ...(image !== undefined && !image.includes('/') && { Dockerfile: image }),
    ...(compose !== undefined && !compose.includes('/') && { 'docker-compose.yml': compose }),
    // What our image leaves out is the business of its own build; BuildKit reads this file before the one for all builds.
    ...((builds || tree.has('.dockerignore' as RepoPath)) && {
      '.dockerignore': `${String(dockerfile)}.dockerignore`,
    }),
  };
}
