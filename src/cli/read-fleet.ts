/** Which repositories a fleet command is about: those of the command line, else those of the fleet file. */
import { readFileSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { usageError, type Issue } from '../errors.ts';
import { listedTwice } from '../fleet/distinct.ts';
import {
  FLEET_FILES,
  MAX_REPOSITORIES,
  readFleet,
  readRepositories,
  type Fleet,
} from '../fleet/fleet-file.ts';
import { entryOf } from '../fleet/repository.ts';
import { readOutside } from '../repo/read-outside.ts';
import type { CommandContext } from './commands/command.ts';

export interface PlacedFleet extends Fleet {
  /** Folders of the fleet are taken from here: where the file stands, or where the user does. */
  readonly base: string;
}

/**
 * @param words what follows `fleet status`, `fleet update` or `fleet matrix`
 * @throws BulwarkError (code 2) with all that is wrong: what `readFleet` finds, `fleet-twice`, `fleet-unreadable`
 */
export async function fleetOf(
  { line, terminal: { cwd } }: CommandContext,
  words: readonly string[],
): Promise<PlacedFleet> {
  const fleet =
    words.length > 0 ? fleetOfWords(words, cwd) : await fleetOfFile(line.options.get('fleet'), cwd);
  const twice = listedTwice(fleet.repositories, fleet.base);
  if (twice.length > 0) throw usageError(twice);
  return fleet;
}

function fleetOfWords(words: readonly string[], base: string): PlacedFleet {
  if (words.length > MAX_REPOSITORIES) throw usageError([tooMany]);
  const read = readRepositories(words.map((word) => ({ entry: entryOf(word), where: 'fleet' })));
  if ('issues' in read) throw usageError(read.issues);
  return { ...read, base };
}

const tooMany: Issue = {
  id: 'fleet-value',
  message: `at most ${MAX_REPOSITORIES} repositories are looked at in one run`,
  where: 'fleet',
  hint: 'name fewer',
};

async function fleetOfFile(option: unknown, cwd: string): Promise<PlacedFleet> {
  const name = typeof option === 'string' ? option : FLEET_FILES.find((file) => isThere(join(cwd, file)));
  if (name === undefined) {
    throw usageError([
      {
        id: 'fleet-unreadable',
        message: `there is no fleet file: none of ${FLEET_FILES.join(', ')} is in this folder`,
        where: cwd,
        hint: 'name the repositories (bulwark fleet status ../a ../b), a file (--fleet FILE), or make one: bulwark fleet init',
      },
    ]);
  }
  const path = resolve(cwd, name);
  const reading = await readFleet(read(path, name), name);
  if ('issues' in reading) throw usageError(reading.issues);
  return { ...reading.fleet, base: dirname(path) };
}

const isThere = (path: string): boolean => statSync(path, { throwIfNoEntry: false })?.isFile() === true;

/** Also what is no file, such as `<(gh repo list …)`: whoever names it means it. */
function read(path: string, name: string): string {
  try {
    return readOutside(path) ?? readFileSync(path, 'utf8');
  } catch (error) {
    throw usageError([
      {
        id: 'fleet-unreadable',
        message: `the fleet file cannot be read: ${error instanceof Error ? error.message : String(error)}`,
        where: name,
        hint: 'check the path of --fleet',
      },
    ]);
  }
}
