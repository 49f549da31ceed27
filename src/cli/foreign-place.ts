/** A repository that bulwark did not make: what it is, is found out; nothing in it is overwritten unasked. */
import { resolve } from 'node:path';
import { detect, rawAnswersOf, type Detection } from '../detect/detect.ts';
import { readGitFacts } from '../detect/git-facts.ts';
import { usageError } from '../errors.ts';
import { execUntil } from '../exec.ts';
import { openTarget } from '../repo/open-repo.ts';
import { readTree } from '../repo/read-tree.ts';
import type { CommandContext } from './commands/command.ts';
import { formatTable } from './report.ts';
import type { Place } from './rerun.ts';

export interface ForeignPlace {
  readonly place: Place;
  readonly detection: Detection;
}

/** The stack of a repository without an application. */
const NO_STACK = 'none';

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
      known: {
        detected: isAlone
          ? new Map([['stack', NO_STACK], ...rawAnswersOf(detection)])
          : rawAnswersOf(detection),
      },
      undecided: 'fail',
    },
  };
}

/** Where shared files of ours would be, and where they are; also where that is the same place: that they are there. */
const layoutOf = ({ layout: { compose } }: Detection): Place['scope']['layout'] =>
  compose === undefined ? {} : { 'docker-compose.yml': compose };
