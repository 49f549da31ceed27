/** The matrix of a workflow that updates a fleet: a job a repository, or a job for several where there are too many. */
import { usageError, type Issue } from '../errors.ts';
import type { FleetRepository, RemoteRepository } from './repository.ts';

/** GitHub Actions makes no more jobs of one matrix (docs: "Running variations of jobs in a workflow"). */
export const MAX_JOBS = 256;

export interface MatrixJob {
  /** Of the job. */
  readonly name: string;
  /** Whose installation of the GitHub App has the repositories. */
  readonly owner: string;
  /** Names of the repositories, one a line: the token of the job is for these alone. */
  readonly repositories: string;
  /** The fleet file of the job, as JSON. */
  readonly fleet: string;
}

export interface Matrix {
  readonly include: readonly MatrixJob[];
}

/**
 * @param host of the service that runs the workflow: `github.com`
 * @throws BulwarkError (code 2): `fleet-matrix` for each entry that the workflow cannot reach, and for more owners than jobs
 */
export function matrixOf(
  repositories: readonly FleetRepository[],
  host: string,
  maxJobs: number = MAX_JOBS,
): Matrix {
  const placed = repositories.map((repository) => ({ repository, place: placeOn(host, repository) }));
  const issues = placed.flatMap(({ repository, place }): Issue[] =>
    place ? [] : [unreachable(repository, host)],
  );
  if (issues.length > 0) throw usageError(issues);
  const byOwner = new Map<string, Placed[]>();
  for (const { repository, place } of placed) {
    if (!place || repository.kind === 'folder') continue;
    byOwner.set(place.owner, [...(byOwner.get(place.owner) ?? []), { repository, ...place }]);
  }
  if (byOwner.size > maxJobs) {
    throw usageError([
      {
        id: 'fleet-matrix',
        message: `the repositories have ${byOwner.size} owners, and a matrix has ${maxJobs} jobs`,
        hint: 'list fewer owners: each has a token of its own, and so a job of its own',
      },
    ]);
  }
  const size = sliceSize(
    [...byOwner.values()].map(({ length }) => length),
    maxJobs,
  );
  return {
    include: [...byOwner].flatMap(([owner, all]) => slices(all, size).map((slice) => jobOf(owner, slice))),
  };
}

interface Place {
  readonly owner: string;
  /** Of the repository. */
  readonly title: string;
}

interface Placed extends Place {
  readonly repository: RemoteRepository;
}

function placeOn(host: string, repository: FleetRepository): Place | undefined {
  if (repository.kind === 'folder' || repository.slug === undefined) return undefined;
  if (new URL(repository.url).hostname !== host) return undefined;
  const [owner, title, ...more] = repository.slug.split('/');
  return owner === undefined || title === undefined || more.length > 0 ? undefined : { owner, title };
}

const unreachable = ({ name }: FleetRepository, host: string): Issue => ({
  id: 'fleet-matrix',
  message: `${name} is no repository of ${host}, so a job of the workflow cannot reach it`,
  where: name,
  hint: `write its address: https://${host}/owner/name.git`,
});

/** The least number of repositories a job with which there are jobs enough. */
function sliceSize(counts: readonly number[], maxJobs: number): number {
  const jobsWith = (size: number): number => counts.reduce((sum, count) => sum + Math.ceil(count / size), 0);
  let size = 1;
  while (jobsWith(size) > maxJobs) size += 1;
  return size;
}

const slices = <Item>(items: readonly Item[], size: number): readonly (readonly Item[])[] =>
  Array.from({ length: Math.ceil(items.length / size) }, (_, index) =>
    items.slice(index * size, (index + 1) * size),
  );

function jobOf(owner: string, slice: readonly Placed[]): MatrixJob {
  const [first] = slice;
  const rest = slice.length - 1;
  const titles = [...new Set(slice.map(({ title }) => title))];
  return {
    name:
      rest === 0 ? (first?.repository.name ?? owner) : `${first?.repository.name ?? owner} and ${rest} more`,
    owner,
    repositories: titles.join('\n'),
    fleet: JSON.stringify({ repositories: slice.map(({ repository }) => entryFor(repository)) }),
  };
}

/** Over https, whatever the file says: the token of the job is for that. */
function entryFor({
  url,
  slug = '',
  branch,
  folder,
  name,
}: RemoteRepository): Readonly<Record<string, string>> {
  return {
    url: `https://${new URL(url).hostname}/${slug}.git`,
    ...(branch !== undefined && { branch }),
    ...(folder !== '' && { folder }),
    name,
  };
}
