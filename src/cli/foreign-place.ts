/** A repository that bulwark did not make: what it is, is found out; nothing in it is overwritten unasked. */
import { resolve } from 'node:path';
import { detect, rawAnswersOf, type Detection } from '../detect/detect.ts';
import { readGitFacts } from '../detect/git-facts.ts';
import { usageError } from '../errors.ts';
import { exec } from '../exec.ts';
import { openTarget } from '../repo/open-repo.ts';
import { readTree } from '../repo/read-tree.ts';
import type { CommandContext } from './commands/command.ts';
import { formatTable } from './report.ts';
import type { Place } from './rerun.ts';

export interface ForeignPlace {
  readonly place: Place;
  readonly detection: Detection;
}

/**
 * Looks at the repository that a person stands in, and says what was found.
 * @throws BulwarkError (code 2) `nothing-here` for an empty folder
 */
export async function foreignPlace(context: CommandContext): Promise<ForeignPlace> {
  const { terminal, catalog, say } = context;
  const { workTree, state, root: here } = openTarget(resolve(terminal.cwd));
  const root = workTree ?? here;
  if (state === 'missing' || state === 'empty' || state === 'not-a-folder') {
    throw usageError([
      {
        id: 'nothing-here',
        message: 'there is nothing in this folder',
        where: here,
        hint: 'make a new repository with: npm create bulwark',
      },
    ]);
  }
  const detection = detect(await readTree(root, exec), await readGitFacts(root, exec), catalog.questions);
  const rows = detection.answers.map(({ key, value, because }) => [key, String(value), because] as const);
  if (rows.length > 0) say(`Found:\n\n${formatTable(['question', 'answer', 'because'], rows)}\n`);
  for (const doubt of detection.doubts) say(`note: ${doubt}\n`);
  return {
    detection,
    place: {
      root,
      preset: null,
      scope: { manages: 'components', layout: layoutOf(detection) },
      known: { detected: rawAnswersOf(detection) },
      undecided: 'fail',
    },
  };
}

/** Where files of ours would be, and where they are; also where that is the same place: that they are there. */
const layoutOf = ({ layout: { compose, dockerfile } }: Detection): Place['scope']['layout'] => ({
  // One in another folder has another context of its build, which ours stands beside.
  ...(dockerfile !== undefined && !dockerfile.includes('/') && { Dockerfile: dockerfile }),
  ...(compose !== undefined && { 'docker-compose.yml': compose }),
});
