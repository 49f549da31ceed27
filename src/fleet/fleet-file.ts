/** `fleet.yaml`: the repositories that one looks after together. */
import type { Issue } from '../errors.ts';
import { readData } from '../packs/read-data.ts';
import { isObject, shapeFaults, type Shape } from '../packs/shape.ts';
import { entryOf, readRepository, type FleetEntry, type FleetRepository } from './repository.ts';

/** Looked for in the folder one stands in, in this order. */
export const FLEET_FILES = ['fleet.yaml', 'fleet.yml', 'fleet.json'] as const;

/** Eight times what one matrix of GitHub Actions holds, and read in a moment. */
export const MAX_REPOSITORIES = 2000;
export const MAX_CONCURRENCY = 64;

export interface Fleet {
  readonly repositories: readonly FleetRepository[];
  /** How many are looked at side by side; absent: as many as there are processors. */
  readonly concurrency?: number;
}

const text = (says: string, maxLength = 2048): Shape => ({ type: 'text', says, maxLength });

export const fleetShape: Shape = {
  type: 'object',
  says: 'an object with "repositories"',
  keys: {
    $schema: { shape: text('the address of the schema') },
    concurrency: {
      shape: {
        type: 'integer',
        says: `how many repositories are looked at side by side, 1 to ${MAX_CONCURRENCY}`,
      },
    },
    repositories: {
      required: true,
      shape: {
        type: 'list',
        says: `a list of at most ${MAX_REPOSITORIES} repositories`,
        maxItems: MAX_REPOSITORIES,
        of: {
          type: 'any-of',
          says: 'a folder, an address of git (https, ssh, file), or an object with "path" or "url"',
          of: [
            text('a folder, or an address of git over https, ssh or file'),
            {
              type: 'object',
              says: 'an object with "path" or "url"',
              keys: {
                path: { shape: text('a folder, from the fleet file') },
                url: { shape: text('an address of git over https, ssh or file') },
                branch: { shape: text('the branch that is looked at and updated', 200) },
                folder: { shape: { type: 'path', says: 'the folder in a mono-repository' } },
                name: { shape: text('how reports call it', 100) },
              },
            },
          ],
        },
      },
    },
  },
};

export type FleetReading = { readonly fleet: Fleet } | { readonly issues: readonly Issue[] };

/**
 * Reads a fleet file.
 * @param where the file as the user knows it; its ending says which format it is
 * @returns the fleet, or everything that is wrong: ids `fleet-syntax`, `fleet-key`, `fleet-value`, `fleet-missing`,
 * `fleet-repository`
 */
export async function readFleet(content: string, where: string): Promise<FleetReading> {
  const reading = await readData(content, where, 'fleet');
  if ('issues' in reading) return reading;
  const { value } = reading;
  const faults = shapeFaults(fleetShape, value, where, 'fleet');
  if (faults.length > 0 || !isObject(value)) return { issues: faults };
  const concurrency = value.concurrency as number | undefined;
  const wrong = concurrency === undefined ? [] : concurrencyFaults(concurrency, `${where}#/concurrency`);
  const listed = value.repositories as readonly (string | FleetEntry)[];
  const read = readRepositories(
    listed.map((entry, index) => ({
      entry: typeof entry === 'string' ? entryOf(entry) : entry,
      where: `${where}#/repositories/${index}`,
    })),
  );
  const issues = [...wrong, ...('issues' in read ? read.issues : [])];
  if (issues.length > 0 || 'issues' in read) return { issues };
  return { fleet: { repositories: read.repositories, ...(concurrency !== undefined && { concurrency }) } };
}

/** A number of a file or of the command line. */
export const concurrencyFaults = (value: number, where: string): readonly Issue[] =>
  Number.isInteger(value) && value >= 1 && value <= MAX_CONCURRENCY
    ? []
    : [
        {
          id: 'fleet-value',
          message: 'that many repositories cannot be looked at side by side',
          where,
          hint: `write a whole number from 1 to ${MAX_CONCURRENCY}`,
        },
      ];

interface PlacedEntry {
  readonly entry: FleetEntry;
  /** Where it stands, for messages. */
  readonly where: string;
}

/** @returns the repositories, or `fleet-repository` for each entry that is none */
export function readRepositories(
  entries: readonly PlacedEntry[],
): { readonly repositories: readonly FleetRepository[] } | { readonly issues: readonly [Issue, ...Issue[]] } {
  const repositories: FleetRepository[] = [];
  const issues: Issue[] = [];
  for (const { entry, where } of entries) {
    const reading = readRepository(entry);
    if ('repository' in reading) repositories.push(reading.repository);
    else
      issues.push({
        id: 'fleet-repository',
        // The entry itself is not shown: a password may stand in its address.
        message: `the repository ${reading.fault}`,
        where,
        hint: 'write a folder, or an address such as https://host/owner/name.git or git@host:owner/name.git',
      });
  }
  const [first, ...rest] = issues;
  return first ? { issues: [first, ...rest] } : { repositories };
}
